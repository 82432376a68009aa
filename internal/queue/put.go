package queue

import "fmt"

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
	s.keys.forget(s.clock.now())
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
					p = max(p, s.promised(sl.class()), s.promised(e.Class))
				}
				continue
			}
		}
		ids[i] = next
		next++
		class = max(class, e.Class)
		p = max(p, s.promised(e.Class))
		recs = append(recs, s.newPut(ids[i], e, s.replacementFor(e, recs), stamp, trusted))
		hashes = append(hashes, hash)
	}
	if len(recs) == 0 {
		return ids, p, nil
	}
	for i := range recs[:len(recs)-1] {
		recs[i].flags |= flagMore
		recs[i+1].flags |= flagRest
	}
	most := min(s.size/2+pageSize, s.size-2*checkSize)
	if size := s.endAfter(segmentHeader+checkSize, recs); size > most && len(recs) > 1 {
		return nil, nothing, fmt.Errorf("%w: the %d entries take %s together and at most %s fit one Append",
			ErrTooLarge, len(recs), octets(int64(size)), octets(int64(most)))
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
		recs[i].lax = p == lax
		s.replaceWith(&recs[i])
		s.index.add(newSlot(recs[i].id, entries, ids))
		if hashes[i] != 0 {
			s.keys.live(hashes[i], recs[i].id)
		}
	}
	s.write(recs...)
	if s.failure != nil {
		return nil, nothing, s.storageError()
	}
	if p == lax {
		s.lazy(s.cfg.RelaxedWait)
	}
	return ids, p, nil
}

// knownKey returns the record that has the key: a live or lately settled one, or one of this Append.
func (s *store) knownKey(hash uint64, recs []pending, hashes []uint64) ID {
	if id := s.withKey(hash); id != 0 {
		return id
	}
	for i, h := range hashes {
		if h == hash {
			return recs[i].id
		}
	}
	return 0
}

// replacementFor says what the entry replaces. One of this Append is not replaced: all of them are stored.
func (s *store) replacementFor(e *Entry, recs []pending) (rep replacement) {
	if e.Replace == "" {
		return replacement{}
	}
	rep.hash = s.pool.hash(e.Replace)
	for i := range recs {
		if recs[i].replace.hash == rep.hash {
			return rep
		}
	}
	if rep.old = s.replaceable(rep.hash); rep.old != 0 {
		if sl := s.index.get(rep.old); sl.is(slotKeyed) {
			rep.key = s.keyOf(sl)
		}
	}
	return rep
}

func (s *store) newPut(id ID, e *Entry, rep replacement, stamp int64, trusted bool) pending {
	w := whole{
		lane: e.Lane, class: e.Class, trusted: trusted, appended: stamp,
		notBefore: millis(e.NotBefore), expires: millis(e.Expires), key: e.Key, body: e.Body, replace: rep,
	}
	r := pending{kind: kindPut, id: id, replace: rep, payload: appendWhole(nil, &w)}
	if !e.NotBefore.IsZero() {
		r.readyAt = s.clock.from(e.NotBefore)
	}
	if !e.Expires.IsZero() {
		r.expiresAt = s.clock.from(e.Expires)
	}
	s.awaiting = s.awaiting || s.clock.waitsForClock(e.NotBefore) || s.clock.waitsForClock(e.Expires)
	return r
}

func newSlot(id ID, entries []Entry, ids []ID) slot {
	sl := slot{id: id, anchor: placeAt(nowhere, 0, 0), latest: placeAt(nowhere, 0, 0), flags: slotHidden, anchorIs: kindPut}
	for i := range ids {
		if ids[i] == id {
			sl.laneOf = uint8(entries[i].Lane)<<4 | entries[i].Class
			break
		}
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
	case len(e.Replace) > MaxKey:
		return fmt.Errorf("%w: the replace key has %d octets, at most %d are taken", ErrTooLarge, len(e.Replace), MaxKey)
	case len(e.Body) > s.cfg.MaxBody():
		return fmt.Errorf("%w: the body has %d octets, at most %d are taken", ErrTooLarge, len(e.Body), s.cfg.MaxBody())
	}
	return nil
}
