package queue

import (
	"fmt"
	"time"
)

// put places the entries and returns their IDs. They are invisible until they are durable.
func (s *store) put(entries []Entry) (ids []ID, p promise, err error) {
	if len(entries) == 0 {
		return nil, nothing, nil
	}
	for i := range entries {
		if err := s.checkEntry(&entries[i]); err != nil {
			return nil, nothing, err
		}
	}
	now := s.clock.now()
	s.keys.forget(now)
	stamp, trusted := s.clock.wall()
	ids = make([]ID, len(entries))
	recs := make([]pending, 0, len(entries))
	hashes := make([]uint64, 0, len(entries))
	next, class, p := s.nextID, uint8(0), nothing
	for i := range entries {
		e := &entries[i]
		var hash uint64
		if e.Key != "" {
			hash = s.pool.hash(e.Key)
			if known := s.knownKey(hash, recs, hashes); known != 0 {
				ids[i] = known
				if sl := s.index.get(known); sl != nil && sl.is(slotHidden) {
					p = durable
				}
				continue
			}
		}
		ids[i] = next
		next++
		class = max(class, e.Class)
		recs = append(recs, newPut(ids[i], e, stamp, trusted, now))
		hashes = append(hashes, hash)
	}
	if len(recs) == 0 {
		return ids, p, nil
	}
	for i := range recs[:len(recs)-1] {
		recs[i].flags |= flagMore
		recs[i+1].flags |= flagRest
	}
	if size := s.endAfter(segmentHeader+checkSize, recs); size > s.size/2+pageSize && len(recs) > 1 {
		return nil, nothing, fmt.Errorf("%w: the %d entries take %s together and at most %s fit one Append",
			ErrTooLarge, len(recs), octets(int64(size)), octets(int64(s.size/2)))
	}
	if s.failure != nil {
		if err := s.heal(); err != nil {
			return nil, nothing, err
		}
	}
	if err := s.admit(class, recs); err != nil {
		return nil, nothing, err
	}
	s.nextID = next
	for i := range recs {
		s.index.add(newSlot(recs[i].id, entries, ids, hashes[i] != 0))
		if hashes[i] != 0 {
			s.keys.live(hashes[i], recs[i].id)
		}
	}
	s.write(recs...)
	if s.failure != nil {
		return nil, nothing, s.storageError()
	}
	return ids, durable, nil
}

// knownKey returns the record that has the key: a live or lately settled one, or one of this Append.
func (s *store) knownKey(hash uint64, recs []pending, hashes []uint64) ID {
	if st, ok := s.keys.m[hash]; ok {
		return st.id
	}
	for i, h := range hashes {
		if h == hash {
			return recs[i].id
		}
	}
	return 0
}

func newPut(id ID, e *Entry, stamp int64, trusted bool, now int64) pending {
	w := whole{
		lane: e.Lane, class: e.Class, trusted: trusted, appended: stamp,
		notBefore: millis(e.NotBefore), expires: millis(e.Expires), key: e.Key, body: e.Body,
	}
	r := pending{kind: kindPut, id: id, payload: appendWhole(nil, &w)}
	if !e.NotBefore.IsZero() {
		r.readyAt = now + int64(time.Until(e.NotBefore))
	}
	if !e.Expires.IsZero() {
		r.expiresAt = max(now+int64(time.Until(e.Expires)), 1)
	}
	return r
}

func newSlot(id ID, entries []Entry, ids []ID, keyed bool) slot {
	sl := slot{id: id, anchor: place{segment: nowhere}, latest: place{segment: nowhere}, flags: slotHidden, anchorIs: kindPut}
	for i := range ids {
		if ids[i] == id {
			sl.laneOf = uint8(entries[i].Lane)<<4 | entries[i].Class
			break
		}
	}
	if keyed {
		sl.set(slotKeyed)
	}
	return sl
}

// checkEntry says what is wrong with an entry.
func (s *store) checkEntry(e *Entry) error {
	switch {
	case e.Lane >= Lanes:
		return fmt.Errorf("queue: lane %d: there are lanes 0 to %d", e.Lane, Lanes-1)
	case e.Class >= Classes:
		return fmt.Errorf("queue: class %d: there are classes 0 to %d", e.Class, Classes-1)
	case len(e.Key) > MaxKey:
		return fmt.Errorf("%w: the key has %d octets, at most %d are taken", ErrTooLarge, len(e.Key), MaxKey)
	case len(e.Body) > s.cfg.MaxBody():
		return fmt.Errorf("%w: the body has %d octets, at most %d are taken", ErrTooLarge, len(e.Body), s.cfg.MaxBody())
	}
	return nil
}

// record returns the slot of id for a change, or why there is none.
func (s *store) record(id ID, note []byte) (*slot, error) {
	if len(note) > MaxNote {
		return nil, fmt.Errorf("%w: the note has %d octets, at most %d are taken", ErrTooLarge, len(note), MaxNote)
	}
	sl := s.visible(id)
	if sl == nil {
		return nil, notFound(id)
	}
	return sl, nil
}

func wrongState(sl *slot, doing string) error {
	return fmt.Errorf("%w: %s record %d, which is %s", ErrState, doing, sl.id, sl.state)
}

// place writes one change of the slot's record. When the pool is down to its last segment notes are
// left out, so that records can still be settled.
func (s *store) place(sl *slot, k kind, c change, within time.Duration) {
	if c.hasNote && k != kindBury && s.tight() {
		s.log.Warn("note left out, the pool is exhausted", "id", uint64(sl.id))
		c.hasNote, c.note = false, nil
	}
	id := sl.id
	s.squeeze() // before the record, so that no COPY follows what settles it
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
	if sl.is(slotOverdue) {
		s.timers.push(expiryTimer(s.clock.now()+int64(s.cfg.WaitGrace), id))
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
			k, c.tries = kindRetry, sl.tries
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
	if wait := time.Until(at); wait > 0 && !sl.is(slotReported) {
		sl.set(slotDelayed)
		s.timers.push(delayTimer(s.clock.now()+int64(wait), id, sl.round))
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
	sl.set(slotNoExpiry)
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
	for i := range s.lanes {
		if h := &s.lanes[i]; len(*h) > 2*s.index.n+1024 {
			h.keep(func(o orderedID) bool {
				sl := s.index.get(o.id())
				return sl != nil && sl.is(slotQueued)
			})
		}
	}
}

// keyOf is the hash of the record's key.
func (s *store) keyOf(sl *slot) uint64 {
	if r, err := s.read(sl.anchor); err == nil {
		if w, ok := parseWhole(r.payload); ok {
			return s.pool.hash(w.key)
		}
	}
	for hash, st := range s.keys.m { // the record cannot be read any more
		if st.id == sl.id {
			return hash
		}
	}
	return 0
}

// timeUp deals with a record whose time of expiry has come.
func (s *store) timeUp(sl *slot, now int64) {
	if sl.is(slotNoExpiry | slotReported) {
		return
	}
	switch sl.state {
	case Ready:
		s.report(sl)
	case Waiting:
		if sl.is(slotOverdue) {
			s.report(sl)
			return
		}
		sl.set(slotOverdue)
		s.timers.push(expiryTimer(now+int64(s.cfg.WaitGrace), sl.id))
	default:
		sl.set(slotOverdue)
	}
}

// report puts the record in the list of the expired.
func (s *store) report(sl *slot) {
	sl.set(slotReported | slotOverdue)
	s.expiredIDs = append(s.expiredIDs, sl.id)
}

// firstExpired is the next expired record to give out.
func (s *store) firstExpired() (Item, bool) {
	for s.expired == nil && len(s.expiredIDs) > 0 {
		sl := s.visible(s.expiredIDs[0])
		if sl == nil || !sl.is(slotReported) {
			s.expiredIDs = s.expiredIDs[1:]
			continue
		}
		it, err := s.item(sl)
		if err != nil {
			s.log.Error("expired record unreadable", "id", uint64(sl.id), "error", err)
		}
		s.expired = &it
	}
	if s.expired == nil {
		return Item{}, false
	}
	if sl := s.visible(s.expired.ID); sl == nil || !sl.is(slotReported) {
		s.expired = nil
		return s.firstExpired()
	}
	return *s.expired, true
}

// expiredTaken settles a record that was given out as expired.
func (s *store) expiredTaken(id ID) {
	s.expired = nil
	if sl := s.visible(id); sl != nil && sl.is(slotReported) {
		s.totals.Expired++
		s.settle(sl, kindExpired, 0, "")
	}
}
