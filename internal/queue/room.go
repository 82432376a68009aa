package queue

// admit says whether new records of the class fit, and makes room if that helps.
func (s *store) admit(class uint8, recs []pending) error {
	full := &FullError{Class: class, Percent: limits[class], Capacity: s.capacity(), Records: s.index.n}
	if len(recs) > s.cfg.Records-s.index.n+s.replacing(recs) {
		s.dropExpired()
		if len(recs) > s.cfg.Records-s.index.n+s.replacing(recs) {
			full.Records, full.Max = s.index.n, s.cfg.Records
			return full
		}
	}
	limit := full.Capacity * int64(limits[class]) / 100
	fits := func() bool { return max(s.usedWith(recs), s.neededWith(recs)) <= limit }
	if fits() {
		return nil
	}
	s.dropExpired()
	if s.index.n > 0 || len(s.writer.pending) > 0 {
		if err := s.commit(); err != nil { // frees what settled records hold
			return err
		}
		if s.neededWith(recs) <= limit {
			s.makeRoom(fits, s.capacity()/8)
		}
		if s.failure != nil {
			return s.storageError()
		}
	}
	if fits() {
		return nil
	}
	full.Live = s.neededWith(nil)
	full.Used, full.Records = max(s.used(), full.Live), s.index.n
	return full
}

// allowance is what a record may grow by in octets while it lives, with its note and its tries; it is
// kept free for each one.
const allowance = 64

// neededWith is what the live records take once the records are placed, with the allowance.
func (s *store) neededWith(recs []pending) int64 {
	n := s.liveOctets() + int64(s.index.n+len(recs))*allowance
	for i := range recs {
		n += int64(recordSize(len(recs[i].payload)))
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
