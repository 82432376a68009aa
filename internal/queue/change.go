package queue

import (
	"fmt"
	"time"
)

// changeSize is about the most that a change takes beside its note: times, and a reason.
const changeSize = 32 + MaxReason

// record returns the slot of id for a change, for which there is room then, or why there is none.
func (s *store) record(id ID, note []byte) (*slot, error) {
	if len(note) > MaxNote {
		return nil, fmt.Errorf("%w: the note has %d octets, at most %d are taken", ErrTooLarge, len(note), MaxNote)
	}
	sl := s.visible(id)
	if sl == nil {
		return nil, notFound(id)
	}
	s.makeWay(changeSize + max(len(note), int(sl.latest.length)))
	return s.index.get(id), nil
}

func wrongState(sl *slot, doing string) error {
	return fmt.Errorf("%w: %s record %d, which is %s", ErrState, doing, sl.id, sl.state)
}

// place writes one change of the slot's record. When the pool is down to its last segment, or the records would
// not fit in it any more beside the reserve, notes and reasons are left out, so that records can still be
// settled.
func (s *store) place(sl *slot, k kind, c change, within time.Duration) {
	if c.hasNote && (s.tight() || s.crowded(len(c.note)+len(c.reason)-int(sl.latest.length))) {
		s.log.Warn("note left out, the pool is exhausted", "id", uint64(sl.id))
		c.hasNote, c.note = false, nil
	}
	if k == kindBury && s.crowded(len(c.reason)-int(sl.latest.length)) {
		c.reason = ""
	}
	id := sl.id
	s.write(pending{kind: k, id: id, payload: c.append(nil, k), noted: c.hasNote || k == kindRetry || k == kindBury})
	s.lazy(within)
}

func (s *store) release(id ID) error {
	sl, err := s.record(id, nil)
	if err != nil {
		return err
	}
	if sl.state != Leased {
		return wrongState(sl, "release")
	}
	s.ready(sl)
	return nil
}

// ready makes the record Ready now, or reports it as expired when its time has run out meanwhile.
func (s *store) ready(sl *slot) {
	sl.state = Ready
	sl.clear(slotDelayed)
	sl.round++
	if sl.is(slotOverdue) {
		s.report(sl)
		return
	}
	s.enqueue(sl)
}

func (s *store) attempt(id ID, note []byte) error {
	sl, err := s.record(id, note)
	if err != nil {
		return err
	}
	if sl.state != Leased {
		return wrongState(sl, "attempt")
	}
	sl.set(slotAttempted)
	s.place(sl, kindAttempt, change{hasNote: note != nil, note: note}, soon)
	return nil
}

func (s *store) submitted(id ID, note []byte) error {
	sl, err := s.record(id, note)
	if err != nil {
		return err
	}
	sl.state = Waiting
	sl.clear(slotAttempted | slotDelayed)
	sl.round++
	if sl.is(slotReported) {
		sl.clear(slotReported)
		s.expired = nil
	}
	switch {
	case sl.is(slotKicked):
		s.timers.push(graceTimer(s.clock.now()+int64(kickedGrace), id, sl.round))
	case sl.is(slotOverdue):
		s.timers.push(graceTimer(s.clock.now()+int64(s.cfg.WaitGrace), id, sl.round))
	}
	s.place(sl, kindSubmitted, change{hasNote: note != nil, note: note}, soon)
	return nil
}

func (s *store) note(id ID, note []byte) error {
	sl, err := s.record(id, note)
	if err != nil {
		return err
	}
	c, k := change{hasNote: true, note: note}, kindNote
	if sl.state == Ready && sl.is(slotDelayed) {
		// The time of the retry is in the record that the new note replaces.
		if w, err := s.readWhole(sl); err == nil && w.retryAt != 0 {
			k, c.tries, c.attempted = kindRetry, sl.tries, sl.is(slotAttempted)
			c.at, c.stamp, c.trusted = w.retryAt, w.retryStamp, w.retryTrusted
		}
	} else if sl.state == Buried {
		if w, err := s.readWhole(sl); err == nil {
			k, c.reason = kindBury, w.reason
		}
	}
	s.place(sl, k, c, soon)
	return nil
}

func (s *store) retry(id ID, at time.Time, note []byte, counts bool) error {
	sl, err := s.record(id, note)
	if err != nil {
		return err
	}
	if sl.state == Buried {
		return wrongState(sl, "retry")
	}
	c := change{hasNote: note != nil, note: note, at: millis(at)}
	c.stamp, c.trusted = s.clock.wall()
	if note == nil {
		if w, err := s.readWhole(sl); err == nil {
			c.hasNote, c.note = w.hasNote, w.note
		}
	}
	if counts && sl.tries < 1<<16-1 {
		sl.tries++
	}
	c.tries = sl.tries
	sl.clear(slotAttempted)
	s.ready(sl)
	if due := s.clock.from(at); due > s.clock.now() && !sl.is(slotReported) {
		sl.set(slotDelayed)
		s.timers.push(delayTimer(due, id, sl.round))
		s.awaiting = s.awaiting || s.clock.waitsForClock(at)
	}
	s.place(sl, kindRetry, c, later)
	return nil
}

func (s *store) bury(id ID, reason string) error {
	sl, err := s.record(id, nil)
	if err != nil {
		return err
	}
	c := change{reason: reason[:min(len(reason), MaxReason)]}
	if w, err := s.readWhole(sl); err == nil {
		c.hasNote, c.note = w.hasNote, w.note
	}
	sl.state = Buried
	sl.clear(slotDelayed | slotReported)
	sl.round++
	s.place(sl, kindBury, c, later)
	return nil
}

func (s *store) kick(id ID) error {
	sl, err := s.record(id, nil)
	if err != nil {
		return err
	}
	if sl.state == Leased {
		return wrongState(sl, "kick")
	}
	sl.set(slotNoExpiry | slotKicked)
	sl.clear(slotOverdue | slotReported | slotAttempted)
	s.ready(sl)
	s.place(sl, kindKick, change{}, later)
	return nil
}

func (s *store) done(id ID, outcome uint8) error {
	sl, err := s.record(id, nil)
	if err != nil {
		return err
	}
	s.totals.Done++
	s.settle(sl, kindDone, outcome, "")
	return nil
}

func (s *store) drop(id ID, reason string) error {
	sl, err := s.record(id, nil)
	if err != nil {
		return err
	}
	s.totals.Dropped++
	s.settle(sl, kindDrop, 0, reason[:min(len(reason), MaxReason)])
	return nil
}

// settle takes the record out of the queue. Its key is remembered.
func (s *store) settle(sl *slot, k kind, outcome uint8, reason string) {
	c := change{outcome: outcome, reason: reason}
	if sl.is(slotKeyed) {
		c.keyHash = s.keyOf(sl)
		c.stamp, c.trusted = s.clock.wall()
	}
	id := sl.id
	s.place(sl, k, c, later)
	if c.keyHash != 0 {
		now := s.clock.now()
		s.keys.settle(c.keyHash, keyState{id: id, settled: now, life: s.life}, now)
	}
	s.forget(s.index.get(id))
	s.prune()
}

// prune drops timers and places in the lanes of records that are gone, when they are many.
func (s *store) prune() {
	if len(s.timers) > s.pruneAt {
		s.timers.keep(func(t timer) bool {
			sl := s.index.get(t.id())
			return sl != nil && (t.expires() || sl.is(slotDelayed) && sl.round&0x7F == t.round())
		})
		s.pruneAt = 2*len(s.timers) + 1024
	}
	if len(s.latest) > 2*s.index.n+1024 {
		for hash, id := range s.latest {
			if s.index.get(id) == nil {
				delete(s.latest, hash)
			}
		}
	}
	for i := range s.lanes {
		if h := &s.lanes[i]; len(*h) > 2*s.index.n+1024 {
			h.keep(func(o orderedID) bool {
				sl := s.index.get(o.id())
				return sl != nil && sl.is(slotQueued)
			})
		}
	}
}
