package queue

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"time"
)

// A key is remembered while its record is live, and after that for KeyHorizon or until KeyCount
// others were settled, whichever is first. In a pool so small that KeyCount keys would fill more than
// a sixteenth of it, as many as fit that are remembered.
const (
	KeyHorizon = 24 * time.Hour
	KeyCount   = 4096
)

// keyState is what is known of the key of a settled record.
type keyState struct {
	id      ID
	settled int64  // monotonic time
	life    uint64 // segment life that holds what says so
}

// keyTable knows the records with a key: the live ones in the index, the settled ones in m by the hash of the
// key, and in order, oldest first.
type keyTable struct {
	index keyIndex
	m     map[uint64]keyState
	order []keyRef
	most  int // of order
}

// keyRef is the key of one settled record. It is stale when the table has no such key any more, or has it for
// another record.
type keyRef struct {
	hash uint64
	id   ID
}

// at returns what is known of the key, and false when it is stale.
func (t *keyTable) at(ref keyRef) (keyState, bool) {
	st, ok := t.m[ref.hash]
	return st, ok && st.id == ref.id
}

// live notes that the live record has the key.
func (t *keyTable) live(hash uint64, id ID) {
	sl := t.index.slots.get(id)
	if sl == nil || sl.is(slotKeyed) && sl.key == uint32(hash) {
		return
	}
	t.unkey(sl)
	sl.key = uint32(hash)
	sl.set(slotKeyed)
	t.index.add(sl)
}

// unkey forgets the key of a live record.
func (t *keyTable) unkey(sl *slot) {
	if sl.is(slotKeyed) {
		t.index.remove(sl)
	}
}

// settle marks the key as that of a settled record and forgets the oldest beyond the horizon.
func (t *keyTable) settle(hash uint64, st keyState, now int64) {
	if t.m == nil {
		t.m = map[uint64]keyState{}
	}
	if old, ok := t.m[hash]; !ok || old.id != st.id {
		t.order = append(t.order, keyRef{hash, st.id})
	}
	t.m[hash] = st
	t.forget(now)
}

// forget drops what is beyond the horizon, and what is stale when it is the oldest.
func (t *keyTable) forget(now int64) {
	for len(t.order) > 0 {
		st, ok := t.at(t.order[0])
		if ok && len(t.order) <= t.most && now-st.settled < int64(KeyHorizon) {
			return
		}
		if ok {
			delete(t.m, t.order[0].hash)
		}
		t.order = t.order[1:]
	}
}

// withKey returns the record that has the key with the hash: a live one, or one that was settled within the
// horizon; 0 when there is none.
func (s *store) withKey(hash uint64) (id ID) {
	s.keys.index.each(uint32(hash), func(sl *slot) {
		if sl.id > id && s.hasKey(sl, hash) {
			id = sl.id
		}
	})
	if id == 0 {
		id = s.keys.m[hash].id
	}
	return id
}

// hasKey says whether the record, half of whose hash is right, has the key. One that cannot be read is taken to:
// the other half is wrong once in four thousand million times.
func (s *store) hasKey(sl *slot, hash uint64) bool {
	payload, err := s.anchorOf(sl)
	if err != nil {
		return true
	}
	w, ok := parseWhole(payload)
	return !ok || w.key != "" && s.pool.hash(w.key) == hash
}

// anchorOf reads the PUT or COPY of a record, of one that waits for the medium from memory.
func (s *store) anchorOf(sl *slot) ([]byte, error) {
	if sl.anchor.segment() == nowhere {
		for i := range s.unsaved {
			if r := &s.unsaved[i]; r.id == sl.id && r.kind == kindPut {
				return r.payload, nil
			}
		}
	}
	r, err := s.read(sl.anchor)
	return r.payload, err
}

// keyOf is the hash of the record's key, 0 when it cannot be read.
func (s *store) keyOf(sl *slot) uint64 {
	if payload, err := s.anchorOf(sl); err == nil {
		if w, ok := parseWhole(payload); ok && w.key != "" {
			return s.pool.hash(w.key)
		}
	}
	return 0
}

// hash is SipHash-2-4 of the key under the pool's id, and never 0: somebody who chooses keys can not
// make two collide.
func (p poolID) hash(key string) uint64 {
	k0, k1 := binary.LittleEndian.Uint64(p[:]), binary.LittleEndian.Uint64(p[8:])
	v0, v1 := k0^0x736f6d6570736575, k1^0x646f72616e646f6d
	v2, v3 := k0^0x6c7967656e657261, k1^0x7465646279746573
	round := func() {
		v0 += v1
		v1 = bits.RotateLeft64(v1, 13) ^ v0
		v0 = bits.RotateLeft64(v0, 32)
		v2 += v3
		v3 = bits.RotateLeft64(v3, 16) ^ v2
		v0 += v3
		v3 = bits.RotateLeft64(v3, 21) ^ v0
		v2 += v1
		v1 = bits.RotateLeft64(v1, 17) ^ v2
		v2 = bits.RotateLeft64(v2, 32)
	}
	b := []byte(key)
	for ; len(b) >= 8; b = b[8:] {
		m := binary.LittleEndian.Uint64(b)
		v3 ^= m
		round()
		round()
		v0 ^= m
	}
	var tail [8]byte
	copy(tail[:], b)
	tail[7] = byte(len(key))
	m := binary.LittleEndian.Uint64(tail[:])
	v3 ^= m
	round()
	round()
	v0 ^= m
	v2 ^= 0xff
	for range 4 {
		round()
	}
	if h := v0 ^ v1 ^ v2 ^ v3; h != 0 {
		return h
	}
	return 1
}

// keyEntry is the size of one key in a KEYS record: hash u64, id u64, stamp u64 in milliseconds.
const keyEntry = 24

// moveKeys runs at the start of each segment. It writes once more the keys of settled records that
// only segments tell which have left the log. When the pool is short of room they are forgotten.
func (s *store) moveKeys() {
	const most = (pageSize - 2*recordHeader) / keyEntry
	now := s.clock.now()
	wallNow, trusted := s.clock.wall()
	s.keys.forget(now)
	head := s.chainHead()
	var payloads [][]byte
	kept := s.keys.order[:0]
	for _, ref := range s.keys.order {
		st, ok := s.keys.at(ref)
		if !ok {
			continue
		}
		if st.life < head && len(s.free) <= reserve {
			delete(s.keys.m, ref.hash)
			continue
		}
		kept = append(kept, ref)
		if st.life >= head {
			continue
		}
		stamp := int64(0)
		if trusted {
			stamp = wallNow - (now-st.settled)/int64(time.Millisecond)
		}
		if n := len(payloads); n == 0 || len(payloads[n-1])/keyEntry >= most {
			payloads = append(payloads, nil)
		}
		p := &payloads[len(payloads)-1]
		*p = binary.LittleEndian.AppendUint64(*p, ref.hash)
		*p = binary.LittleEndian.AppendUint64(*p, uint64(st.id))
		*p = binary.LittleEndian.AppendUint64(*p, uint64(stamp))
		st.life = s.life
		s.keys.m[ref.hash] = st
	}
	s.keys.order = kept
	for _, p := range payloads { // they may begin a segment, which comes here again
		s.write(pending{kind: kindKeys, payload: p})
		s.lazy(later)
	}
}

// forgetBelow forgets the keys of settled records that only segments of lives below head tell: those are
// needed, and there is none to move the keys to.
func (t *keyTable) forgetBelow(head uint64) {
	t.order = slices.DeleteFunc(t.order, func(ref keyRef) bool {
		st, ok := t.at(ref)
		if ok && st.life < head {
			delete(t.m, ref.hash)
		}
		return !ok || st.life < head
	})
}

// head is the life of the oldest segment that tells a key of a settled record, next when none does.
func (t *keyTable) head(next uint64) uint64 {
	for _, ref := range t.order {
		if st, ok := t.at(ref); ok {
			next = min(next, st.life)
		}
	}
	return next
}
