package queue

import "slices"

// salvage deals with a failed write or sync of the open segment. What was synced there before stays
// readable; the segment is never written or synced again in this life, because after a failed sync the
// kernel may have dropped the data and the next sync would succeed. The records that are not durable
// are written into a fresh segment. When that fails too, the error is ErrStorage.
func (s *store) salvage(cause error) error {
	s.counted.failures++
	s.dropBallast(cause)
	name := s.writer.segment.name
	recs := s.seal()
	err := s.begin()
	if err == nil {
		err = s.again(recs)
	} else {
		s.writer.pending = recs
	}
	if err != nil {
		s.log.Error("storage failed, going on in memory", "segment", name, "error", cause, "then", err)
		s.fail(err)
		return s.storageError()
	}
	s.log.Warn("segment sealed after a failed write, its last records were written elsewhere", "segment", name, "error", cause)
	return nil
}

// seal closes the open segment where it was last durable and returns the records behind that. A
// segment in which no record was ever durable leaves the log, so that a medium that takes a header and
// then no more does not use up the pool.
func (s *store) seal() []pending {
	w := &s.writer
	recs := w.pending
	w.pending, w.out, w.head = nil, w.out[:0], 0
	if seg := w.segment; seg != nil {
		seg.suspect = true
		seg.end = w.synced
		if w.synced <= segmentHeader+checkSize {
			n := s.chain[len(s.chain)-1]
			s.chain = s.chain[:len(s.chain)-1]
			s.free = append(s.free, n)
			seg.life = 0
		}
	}
	w.segment = nil
	return recs
}

// again places the records anew and syncs.
func (s *store) again(recs []pending) error {
	for len(recs) > 0 {
		n := 1 // records of one Append stay together
		for n < len(recs) && recs[n-1].flags&flagMore != 0 {
			n++
		}
		if !s.fits(recs[:n]) {
			if err := s.push(); err != nil { // not all is durable yet: nothing may be freed
				return s.notAll(err, recs)
			}
			if err := s.begin(); err != nil {
				return s.notAll(err, recs)
			}
		}
		for i := range recs[:n] {
			p := s.encode(recs[i].kind, recs[i].flags, recs[i].id, recs[i].payload)
			s.landed(&recs[i], p)
		}
		s.writer.pending = append(s.writer.pending, recs[:n]...)
		recs = recs[n:]
	}
	return s.sync()
}

// notAll puts the records that were not placed behind those that were, for fail to find them.
func (s *store) notAll(err error, rest []pending) error {
	s.writer.pending = append(s.writer.pending, rest...)
	return err
}

// fail stops writing: new records that nobody was told about are taken back, everything else is held
// in memory until the medium takes writes again.
func (s *store) fail(err error) {
	if s.failure == nil {
		s.counted.failures++
	}
	s.failure = err
	s.healAt = s.clock.now() + int64(healEvery)
	s.writer.due = 0
	recs := s.seal()
	kept := recs[:0]
	for i := range recs {
		r := &recs[i]
		sl := s.index.get(r.id)
		switch {
		case r.kind == kindPut && !r.acked:
			s.takeBack(r)
			continue
		case r.kind == kindPut: // somebody was told that it is kept: it is written when the medium works again
			if sl != nil {
				s.moveAnchor(sl, placeAt(nowhere, 0, 0))
			}
		case r.kind == kindCopy:
			// The older records still stand.
			if sl != nil {
				s.moveAnchor(sl, r.oldAnchor)
				sl.anchorIs = r.oldKind
				s.moveLatest(sl, r.oldLatest)
			}
			continue
		}
		kept = append(kept, *r)
	}
	s.hold(kept)
}

// hold keeps records in memory.
func (s *store) hold(recs []pending) {
	for i := range recs {
		r := &recs[i]
		if r.kind == kindPut && !r.acked {
			s.takeBack(r)
			continue
		}
		if r.kind == kindCopy || r.kind == kindKeys {
			continue
		}
		if sl := s.index.get(r.id); sl != nil && r.noted {
			if s.memory == nil {
				s.memory = map[ID]heldRecord{}
			}
			s.memory[r.id] = heldRecord{r.kind, r.payload}
			s.moveLatest(sl, placeAt(inMemory, 0, uint16(len(r.payload))))
		}
		s.unsaved = append(s.unsaved, *r)
	}
	if len(s.unsaved) >= max(2*s.unsavedAfter, 1024) {
		s.pruneUnsaved()
		s.unsavedAfter = len(s.unsaved)
	}
}

// pruneUnsaved drops from what is held in memory the changes that later ones of the same record make
// superfluous, so that it does not grow for as long as the medium fails: of each kind of change of a
// record the last one stays, and nothing but its end of a record that is settled.
func (s *store) pruneUnsaved() {
	type change struct {
		id   ID
		kind kind
	}
	later := map[change]bool{} // with whether it carries all that an earlier one may have carried
	settled := map[ID]bool{}
	var kept []pending
	for _, r := range slices.Backward(s.unsaved) {
		c := change{r.id, r.kind}
		if full, again := later[c]; settled[r.id] || again && (full || !r.noted) {
			continue
		}
		later[c] = later[c] || r.noted
		switch r.kind {
		case kindDone, kindDrop, kindExpired:
			settled[r.id] = true
		}
		kept = append(kept, r)
	}
	slices.Reverse(kept)
	s.unsaved = kept
}

// takeBack undoes the appending of a record that nobody has been told about.
func (s *store) takeBack(r *pending) {
	sl := s.index.get(r.id)
	if sl == nil || !sl.is(slotHidden) {
		return
	}
	s.notReplaced(r)
	s.forget(sl)
	s.takenBack++
}

// heal tries to write what was held, in a fresh segment. Until healAt it returns the last failure.
func (s *store) heal() error {
	if s.clock.now() < s.healAt {
		return s.storageError()
	}
	recs := s.unsaved
	s.unsaved = nil
	err := s.begin()
	if err == nil {
		err = s.again(recs)
	} else {
		s.writer.pending = recs
	}
	if err != nil {
		s.fail(err)
		return s.storageError()
	}
	s.failure = nil
	s.log.Info("storage works again", "records", len(recs))
	return nil
}
