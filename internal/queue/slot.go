package queue

import "slices"

// place says where on flash a record is, in 6 octets: the pool's segment, the offset and the length of the
// payload.
type place struct {
	low    uint16 // of the offset in units of recordAlign; its highest bit is that of high
	high   uint16 // and 15 bits of the segment
	length uint16
}

// Segments of a place that are none.
const (
	nowhere  = 0x7FFF // there is no such record
	inMemory = 0x7FFE // kept in store.unsaved until the medium takes writes again
)

func placeAt(segment uint16, offset int, length uint16) place {
	at := offset / recordAlign
	return place{low: uint16(at), high: segment | uint16(at>>16)<<15, length: length}
}

func (p place) segment() uint16 { return p.high & 0x7FFF }
func (p place) offset() int     { return (int(p.high>>15)<<16 | int(p.low)) * recordAlign }

// slot is what is kept in memory of a live record: 32 octets. Bodies, notes and times stay on flash.
type slot struct {
	id       ID
	anchor   place  // the PUT or COPY
	latest   place  // the last record that carries a note, if not the anchor
	key      uint32 // half of the hash of the key, when it is keyed
	tries    uint16
	flags    uint16
	laneOf   uint8 // lane and class, 4 bits each
	state    State
	round    uint8 // rises with each new not-before time, so that an old timer is known
	anchorIs kind  // PUT or COPY
}

// Flags of a slot.
const (
	slotHidden    = 1 << 0 // not durable yet: nobody may see it
	slotQueued    = 1 << 1 // it is in its lane's heap
	slotDelayed   = 1 << 2 // waits for its not-before time
	slotAttempted = 1 << 3
	slotOverdue   = 1 << 4 // expired while it could not be settled
	slotNoExpiry  = 1 << 5 // kicked: its Expires counts no more
	slotReported  = 1 << 6 // it is in the list of expired records
	slotKeyed     = 1 << 7 // it has a key
	slotReplaced  = 1 << 9 // dropped as soon as the record that replaces it is durable
	slotKicked    = 1 << 8 // by Kick: once it is submitted it waits for kickedGrace
)

func (s *slot) lane() Lane       { return Lane(s.laneOf >> 4) }
func (s *slot) class() uint8     { return s.laneOf & 15 }
func (s *slot) is(f uint16) bool { return s.flags&f != 0 }
func (s *slot) set(f uint16)     { s.flags |= f }
func (s *slot) clear(f uint16)   { s.flags &^= f }
func (s *slot) order() orderedID { return orderedID(s.class())<<56 | orderedID(s.id) }

// index holds the slots by ID: slices of up to chunkLen slots, in order. IDs come in rising, so adding
// is cheap; removing moves at most one chunk.
type index struct {
	chunks [][]slot
	n      int
}

const chunkLen = 256

// chunkOf returns the index of the only chunk that may hold id.
func (x *index) chunkOf(id ID) int {
	i, found := slices.BinarySearchFunc(x.chunks, id, func(c []slot, id ID) int {
		return compareID(c[0].id, id)
	})
	if !found {
		i--
	}
	return i
}

func compareID(a, b ID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func findSlot(c []slot, id ID) (int, bool) {
	return slices.BinarySearchFunc(c, id, func(s slot, id ID) int { return compareID(s.id, id) })
}

// get returns the slot of id, valid until the next add or remove; nil when there is none.
func (x *index) get(id ID) *slot {
	i := x.chunkOf(id)
	if i < 0 {
		return nil
	}
	j, ok := findSlot(x.chunks[i], id)
	if !ok {
		return nil
	}
	return &x.chunks[i][j]
}

// add puts in a slot whose ID is not there and returns where it is.
func (x *index) add(s slot) *slot {
	x.n++
	i := max(x.chunkOf(s.id), 0)
	if len(x.chunks) == 0 {
		x.chunks = append(x.chunks, make([]slot, 0, 16))
	}
	c := x.chunks[i]
	j, _ := findSlot(c, s.id)
	if len(c) < chunkLen {
		x.chunks[i] = slices.Insert(c, j, s)
		return &x.chunks[i][j]
	}
	if j == len(c) { // the usual case: a new highest ID
		x.chunks = slices.Insert(x.chunks, i+1, append(make([]slot, 0, chunkLen), s))
		return &x.chunks[i+1][0]
	}
	tail := append(make([]slot, 0, chunkLen), c[chunkLen/2:]...)
	x.chunks[i] = c[:chunkLen/2]
	x.chunks = slices.Insert(x.chunks, i+1, tail)
	x.n--
	return x.add(s)
}

// remove takes the slot of id out, if it is there.
func (x *index) remove(id ID) {
	i := x.chunkOf(id)
	if i < 0 {
		return
	}
	j, ok := findSlot(x.chunks[i], id)
	if !ok {
		return
	}
	x.n--
	c := slices.Delete(x.chunks[i], j, j+1)
	switch {
	case len(c) == 0:
		x.chunks = slices.Delete(x.chunks, i, i+1)
		return
	case cap(c) > 32 && len(c) < cap(c)/4:
		c = append(make([]slot, 0, len(c)*2), c...)
	}
	x.chunks[i] = c
	if i+1 < len(x.chunks) && len(c)+len(x.chunks[i+1]) <= chunkLen/2 {
		x.chunks[i] = append(c, x.chunks[i+1]...)
		x.chunks = slices.Delete(x.chunks, i+1, i+2)
	}
}

// after returns the first slot with an ID above id, nil when there is none.
func (x *index) after(id ID) *slot {
	for i := max(x.chunkOf(id), 0); i < len(x.chunks); i++ {
		j, found := findSlot(x.chunks[i], id)
		if found {
			j++
		}
		if j < len(x.chunks[i]) {
			return &x.chunks[i][j]
		}
	}
	return nil
}

// last is the highest ID, 0 when there is none.
func (x *index) last() ID {
	if len(x.chunks) == 0 {
		return 0
	}
	c := x.chunks[len(x.chunks)-1]
	return c[len(c)-1].id
}

// all visits every slot in the order of IDs; visit must not add or remove.
func (x *index) all(visit func(*slot)) {
	for _, c := range x.chunks {
		for j := range c {
			visit(&c[j])
		}
	}
}
