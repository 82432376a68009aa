package queue

// tight says that the pool is down to its last segment.
func (s *store) tight() bool { return len(s.free) == 0 && s.writer.segment != nil }

// squeeze frees the oldest segment as soon as what is live in it fits behind the log, when the pool is
// down to its last segment.
func (s *store) squeeze() {
	if s.tight() && !s.compacting && s.failure == nil && s.leanSize() <= s.room() {
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

// copyGrowth is how much longer a COPY without a note and a reason is than the PUT it stands for, at most.
const copyGrowth = 32

// crowded says whether the records, moved together with their notes and n octets more, would take more than the
// pool has beside the reserve.
func (s *store) crowded(n int) bool {
	each := int64(copyGrowth + s.sealer.overhead())
	return s.liveOctets()+s.noteOctets+int64(s.index.n)*each+int64(n) > s.capacity()
}

// leanSize is about how many octets moving the oldest segment takes when notes are left out.
func (s *store) leanSize() int {
	if len(s.chain) == 0 {
		return 0
	}
	head := s.segs[s.chain[0]]
	return int(head.liveOctets) + head.live*(copyGrowth+s.sealer.overhead())
}

// copiesOf is how many octets COPYs of the records take, and how many without notes and reasons.
func (s *store) copiesOf(ids []ID) (full, least int) {
	size := func(w *whole) int { return recordSize(len(appendWhole(nil, w)) + s.sealer.overhead()) }
	for _, id := range ids {
		sl := s.index.get(id)
		w, err := s.readWhole(sl)
		if err != nil {
			w = whole{} // it becomes a COPY that says so
		}
		full += size(&w)
		w.hasNote, w.note, w.reason = false, nil, ""
		least += size(&w)
	}
	return full, least
}

// headRecords lists what is live in the oldest segment, and about how many octets its notes take.
func (s *store) headRecords() (ids []ID, notes int) {
	head := uint16(s.chain[0])
	s.index.all(func(sl *slot) {
		if sl.anchor.segment() == head && !sl.is(slotReplaced) { // no COPY may follow what settles it
			ids = append(ids, sl.id)
			if sl.latest.segment() != nowhere {
				notes += int(sl.latest.length)
			}
		}
	})
	return ids, notes
}

// tidy runs after each roll. It moves the records of the oldest segment when few of it are live and
// the pool is filling up, and as many segments as it takes when the reserve is touched.
func (s *store) tidy() {
	s.moveKeys() // also while records are moved: a segment is not free while keys are told only there
	if s.compacting {
		return
	}
	if len(s.free) == reserve { // the copies of full segments may take more room than those: begin early
		s.makeRoom(func() bool { return len(s.free) > reserve }, int64(s.size))
	}
	if len(s.free) < reserve {
		s.makeRoom(func() bool { return len(s.free) >= reserve }, int64(s.size/4))
		if s.tight() { // now, while the oldest segment fits behind the log for certain
			s.residue = 0
			s.makeRoom(func() bool { return !s.tight() }, 1)
		}
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
	if s.life-s.residueAt > uint64(len(s.segs)) {
		s.residue = 0 // since then the whole log was written anew, with records of other sizes
	}
	for range len(s.chain) {
		if enough() || s.failure != nil || s.used()-s.liveOctets()-s.residue < worth {
			return
		}
		if len(s.chain) < 2 {
			return
		}
		head := s.chain[0]
		s.moveHead()
		if s.failure == nil && s.commit() != nil {
			return
		}
		if s.chain[0] == head {
			return // it does not fit behind the log now, which says nothing of what can be won
		}
	}
	if !enough() {
		// Everything was moved once: what is left between live records cannot be won.
		s.residue, s.residueAt = max(s.used()-s.liveOctets(), 0), s.life
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
	room := s.room()
	ids, notes := s.headRecords()
	lean := false
	if s.leanSize()+notes > room { // about: now it is worth to know
		full, least := s.copiesOf(ids)
		if lean = full > room; least > room {
			return
		}
	}
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
	if sl == nil { // a commit in between has settled it
		return
	}
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
	w.replace.old, w.replace.key = 0, 0 // that is done
	if lean && (w.hasNote || w.reason != "") {
		s.log.Warn("note and reason left out, the pool is exhausted", "id", uint64(id))
		w.hasNote, w.note, w.reason = false, nil, ""
	}
	s.counted.moved++
	s.write(pending{
		kind: kindCopy, id: id, payload: appendWhole(nil, &w),
		oldAnchor: sl.anchor, oldLatest: sl.latest, oldKind: sl.anchorIs,
	})
	s.lazy(later)
}
