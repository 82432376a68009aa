package queue

// admit says whether new records of the class fit, and makes room if that helps.
func (s *store) admit(class uint8, recs []pending) error {
	full := &FullError{Class: class, Percent: limits[class], Capacity: s.capacity(), Records: s.index.n}
	if s.index.n+len(recs) > s.cfg.Records {
		s.dropExpired()
		if s.index.n+len(recs) > s.cfg.Records {
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
	}
	return n
}

// tight says that the pool is down to its last segment.
func (s *store) tight() bool { return len(s.free) == 0 && s.writer.segment != nil }

// squeeze frees the oldest segment as soon as what is live in it fits behind the log, when the pool is
// down to its last segment.
func (s *store) squeeze() {
	if s.tight() && !s.compacting && s.failure == nil && s.copySize(true) <= s.room() {
		s.moveHead()
		if s.failure == nil {
			if err := s.commit(); err != nil {
				s.log.Error("commit failed", "error", err)
			}
		}
	}
}

// room is how many octets can be placed before the pool is exhausted, page ends left out.
func (s *store) room() int {
	n := len(s.free) * (s.size - segmentHeader - 3*checkSize)
	if w := &s.writer; w.segment != nil {
		n += max(s.size-2*checkSize-w.offset, 0)
	}
	return n * 9 / 10
}

// copySize is about how many octets moving the oldest segment takes; lean: without notes.
func (s *store) copySize(lean bool) (n int) {
	if len(s.chain) == 0 {
		return 0
	}
	head := uint16(s.chain[0])
	s.index.all(func(sl *slot) {
		if sl.anchor.segment == head {
			n += recordSize(int(sl.anchor.length) + 32)
			if !lean && sl.latest.segment != nowhere {
				n += int(sl.latest.length)
			}
		}
	})
	return n
}

// dropExpired settles expired records that nobody has taken, because their room is needed.
func (s *store) dropExpired() {
	n := 0
	for {
		it, ok := s.firstExpired()
		if !ok {
			break
		}
		s.expiredTaken(it.ID)
		n++
	}
	if n > 0 {
		s.log.Warn("expired records dropped unreported, their room was needed", "records", n)
	}
}

// capacity is the size of the pool in octets without the reserve.
func (s *store) capacity() int64 {
	return int64(max(len(s.chain)+len(s.free)-reserve, 0)) * int64(s.size)
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

// tidy runs after each roll. It moves the records of the oldest segment when few of it are live and
// the pool is filling up, and as many segments as it takes when the reserve is touched.
func (s *store) tidy() {
	if s.compacting {
		return
	}
	s.moveKeys()
	if len(s.free) < reserve {
		s.makeRoom(func() bool { return len(s.free) >= reserve }, int64(s.size/4))
		return
	}
	if head := s.segs[s.chain[0]]; len(s.chain) > len(s.segs)/2 && head.liveOctets < int64(s.size/3) {
		s.moveHead()
	}
}

// makeRoom moves the records of the oldest segments to the end of the log until enough says so, each
// segment at most once, as long as at least worth octets may be won.
func (s *store) makeRoom(enough func() bool, worth int64) {
	if s.compacting {
		return
	}
	for range len(s.chain) {
		if enough() || s.failure != nil || s.used()-s.liveOctets()-s.residue < worth {
			return
		}
		if len(s.chain) < 2 {
			return
		}
		s.moveHead()
		if s.failure == nil && s.commit() != nil {
			return
		}
	}
	if !enough() {
		// Everything was moved once: what is left between live records cannot be won.
		s.residue = max(s.used()-s.liveOctets(), 0)
	}
}

// moveHead writes every live record of the oldest segment once more at the end of the log, whole
// state in one record. The segment is free after the next commit. It does nothing when they do not fit
// behind the log, and leaves out notes if that makes them fit.
func (s *store) moveHead() {
	if len(s.chain) < 2 || s.compacting {
		return
	}
	s.compacting = true
	defer func() { s.compacting = false }()
	lean := s.copySize(false) > s.room()
	if lean && s.copySize(true) > s.room() {
		return
	}
	n := s.chain[0]
	var ids []ID
	s.index.all(func(sl *slot) {
		if int(sl.anchor.segment) == n {
			ids = append(ids, sl.id)
		}
	})
	for _, id := range ids {
		if s.failure != nil {
			return
		}
		s.moveRecord(id, lean)
	}
}

// moveRecord writes a COPY of the record; lean: without its note.
func (s *store) moveRecord(id ID, lean bool) {
	sl := s.index.get(id)
	w, err := s.readWhole(sl)
	if err != nil {
		s.log.Error("record lost, it cannot be read", "id", uint64(id), "error", err)
		s.totals.Lost++
		sl.state = Buried
		sl.clear(slotDelayed | slotReported | slotQueued)
		reason := err.Error()
		w = whole{state: Buried, lane: sl.lane(), class: sl.class(), tries: sl.tries, reason: reason[:min(len(reason), MaxReason)]}
	}
	if w.state == Leased {
		w.state = Ready
	}
	if lean && w.hasNote {
		s.log.Warn("note left out, the pool is exhausted", "id", uint64(id))
		w.hasNote, w.note = false, nil
	}
	s.counted.moved++
	s.write(pending{
		kind: kindCopy, id: id, payload: appendWhole(nil, &w),
		oldAnchor: sl.anchor, oldLatest: sl.latest, oldKind: sl.anchorIs,
	})
	s.lazy(later)
}
