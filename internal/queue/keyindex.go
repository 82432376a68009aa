package queue

import "math"

// keyIndex finds the live records with a key by half of its hash: 5 to 6 octets for each. It is a table of
// open addressing that holds IDs, shortened to 32 bits; the halves of the hashes are in the slots, so that it
// is filled anew without reading flash.
type keyIndex struct {
	slots *index
	table []uint32 // of shortID, emptyKey or deadKey
	taken int      // entries that are not emptyKey
	n     int      // entries of live records
}

// Entries of a keyIndex that are no record.
const (
	emptyKey = 0              // the end of a search
	deadKey  = math.MaxUint32 // there was one
)

// shortIDs is how many values shortID has.
const shortIDs = math.MaxUint32 - 1

// shortID is what stands for the ID in a keyIndex; others shortIDs away from it share it.
func shortID(id ID) uint32 { return uint32(id%shortIDs) + 1 }

// home is where the search for a half begins.
func (x *keyIndex) home(half uint32) int { return int(uint64(half) * uint64(len(x.table)) >> 32) }

// add enters a slot whose key is set.
func (x *keyIndex) add(sl *slot) {
	x.n++
	if x.taken++; x.taken > len(x.table)/5*4 {
		x.rebuild() // sl is in the slots
		return
	}
	x.place(sl)
}

// place puts the slot in the first entry from its home on that is empty.
func (x *keyIndex) place(sl *slot) {
	at := x.home(sl.key)
	for x.table[at] != emptyKey {
		at = (at + 1) % len(x.table)
	}
	x.table[at] = shortID(sl.id)
}

// rebuild fills the table anew, two thirds full.
func (x *keyIndex) rebuild() {
	x.table = make([]uint32, max(x.n+x.n/2, 16))
	x.taken = x.n
	x.slots.all(func(sl *slot) {
		if sl.is(slotKeyed) {
			x.place(sl)
		}
	})
}

// remove takes out a slot that is about to leave the slots, or its key.
func (x *keyIndex) remove(sl *slot) {
	sl.clear(slotKeyed)
	x.n--
	for at := x.home(sl.key); x.table[at] != emptyKey; at = (at + 1) % len(x.table) {
		if x.table[at] == shortID(sl.id) {
			x.table[at] = deadKey
			break
		}
	}
	if len(x.table) > 64 && x.n < len(x.table)/4 {
		x.rebuild()
	}
}

// each visits the slots with the half of a hash, one at least once.
func (x *keyIndex) each(half uint32, visit func(*slot)) {
	if x.n == 0 {
		return
	}
	last := x.slots.last()
	for at := x.home(half); x.table[at] != emptyKey; at = (at + 1) % len(x.table) {
		if x.table[at] == deadKey {
			continue
		}
		for id := ID(x.table[at] - 1); id <= last; id += shortIDs {
			if sl := x.slots.get(id); sl != nil && sl.is(slotKeyed) && sl.key == half {
				visit(sl)
			}
		}
	}
}
