package queue

// replaceable returns the record that an entry with the hash of Entry.Replace takes the place of: one that was
// not sent, 0 when there is none. One that is not durable yet is, as soon as it is.
func (s *store) replaceable(hash uint64) ID {
	sl := s.index.get(s.latest[hash])
	if sl == nil || sl.state != Ready || sl.is(slotAttempted|slotReported|slotReplaced|slotKicked) || sl.latest.segment() != nowhere {
		return 0
	}
	if sl.anchorIs == kindCopy {
		if w, err := s.readWhole(sl); err != nil || w.hasNote {
			return 0
		}
	}
	return sl.id
}

// replaceWith has the record that r replaces wait for r to be durable.
func (s *store) replaceWith(r *pending) {
	rep := &r.replace
	if rep.hash == 0 {
		return
	}
	if s.latest == nil {
		s.latest = map[uint64]ID{}
	}
	s.latest[rep.hash] = r.id
	if sl := s.index.get(rep.old); sl != nil {
		sl.set(slotReplaced)
	}
}

// replaced settles the record that was replaced, now that what replaces it is durable.
func (s *store) replaced(rep *replacement) {
	sl := s.index.get(rep.old)
	if sl == nil {
		return
	}
	s.totals.Dropped++
	s.counted.replaced++
	if rep.key != 0 {
		now := s.clock.now()
		s.keys.settle(rep.key, keyState{id: rep.old, settled: now, life: s.life}, now)
	}
	s.forget(sl)
	s.prune()
}

// notReplaced gives a record back whose replacement r could not be stored.
func (s *store) notReplaced(r *pending) {
	rep := &r.replace
	sl := s.index.get(rep.old)
	switch {
	case rep.hash == 0:
	case sl != nil:
		s.latest[rep.hash] = rep.old
		sl.clear(slotReplaced)
		if sl.is(slotReported) {
			s.expiredIDs = append(s.expiredIDs, sl.id)
		}
		s.enqueue(sl)
	case s.latest[rep.hash] == r.id:
		delete(s.latest, rep.hash)
	}
}
