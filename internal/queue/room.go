package queue

// admit says whether new records of the class fit, and makes room if that helps.
func (s *store) admit(class uint8, recs []pending) error {
	if s.outOfRoom() {
		return &FullError{Class: class, Percent: limits[class], Capacity: s.capacity(), Used: s.used(), Records: s.index.n, Disk: true}
	}
	limit := s.capacity() * int64(limits[class]) / 100
	fits := func() bool {
		return s.excess(recs) <= 0 && max(s.usedWith(recs), s.neededWith(recs)) <= limit
	}
	if fits() {
		return nil
	}
	s.dropExpired()
	if err := s.compactFor(recs, limit, fits); err != nil || fits() {
		return err
	}
	if err := s.evictFor(class, recs, s.excess(recs), limit, fits); err != nil || fits() {
		return err
	}
	full := &FullError{Class: class, Percent: limits[class], Capacity: s.capacity(), Records: s.index.n}
	if s.excess(recs) > 0 {
		full.Max = s.cfg.Records
		return full
	}
	full.Live = s.neededWith(nil)
	full.Used = max(s.used(), full.Live)
	return full
}

// excess is how many records there would be above the most that may be.
func (s *store) excess(recs []pending) int {
	return s.index.n + len(recs) - s.replacing(recs) - s.cfg.Records
}

// compactFor frees what settled records hold, and moves live ones together when that can make recs fit.
func (s *store) compactFor(recs []pending, limit int64, fits func() bool) error {
	if s.index.n == 0 && len(s.writer.pending) == 0 {
		return nil
	}
	if err := s.commit(); err != nil {
		return err
	}
	if s.neededWith(recs) <= limit {
		s.makeRoom(fits, s.capacity()/8)
	}
	if s.failure != nil {
		return s.storageError()
	}
	return nil
}

// allowance is what a record may grow by in octets while it lives, with its note and its tries; it is
// kept free for each one.
const allowance = 96

// neededWith is what the live records take once the records are placed, with the allowance.
func (s *store) neededWith(recs []pending) int64 {
	n := s.liveOctets() + int64(s.index.n+len(recs))*allowance
	for i := range recs {
		n += int64(s.sizeOf(&recs[i]))
		if old := s.index.get(recs[i].replace.old); old != nil {
			n -= int64(recordSize(int(old.anchor.length))) + allowance
		}
	}
	return n
}

// replacing counts the records that are dropped when recs are stored.
func (s *store) replacing(recs []pending) (n int) {
	for i := range recs {
		if recs[i].replace.old != 0 {
			n++
		}
	}
	return n
}

// capacity is the size of the pool in octets without the reserve and the spares.
func (s *store) capacity() int64 {
	return int64(max(min(len(s.chain)+len(s.free), s.cfg.Segments)-reserve, 0)) * int64(s.size)
}

// used is how many octets of the pool the log takes. All but the open segment count in full.
func (s *store) used() int64 {
	n := int64(len(s.chain)) * int64(s.size)
	if w := &s.writer; w.segment != nil {
		n -= int64(s.size - w.offset)
	}
	return n
}

// usedWith is used once the records are placed.
func (s *store) usedWith(recs []pending) int64 {
	if s.fits(recs) {
		return int64(len(s.chain)-1)*int64(s.size) + int64(s.endAfter(s.writer.offset, recs))
	}
	return int64(len(s.chain))*int64(s.size) + int64(s.endAfter(segmentHeader+checkSize, recs))
}

// liveOctets is the size of all records that a complete compaction would keep.
func (s *store) liveOctets() (n int64) {
	for _, i := range s.chain {
		n += s.segs[i].liveOctets
	}
	return n
}
