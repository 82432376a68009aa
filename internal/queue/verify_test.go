package queue

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"slices"
)

// harm is a stretch of a file that a power cut destroyed although it had been durable: the rest of a page
// of flash in which a write stopped, or a neighbour of it. What lay in it may be lost; all else must be there.
type harm struct {
	from, to int
	ids      map[ID]bool // whose records lay in it, with those that came in one Append with them
	file     string
	blind    bool // it reaches behind the end of the log, where nothing tells what there was
}

// String says which page was destroyed.
func (h *harm) String() string {
	return fmt.Sprintf(", %s destroyed from %d to %d", h.file, h.from, h.to)
}

// of reports whether records of that ID lay in it.
func (h *harm) of(id ID) bool { return h != nil && h.ids[id] }

// verify opens the medium as it may be after a cut and compares what is there with the model. It returns
// the store for another life, a hash of what callers see of it, and what is wrong.
func (w *world) verify(d *simDisk, h *harm) (s *store, view uint64, err error) {
	s, rec, err := openStore(w.cfg, d, quiet)
	if err != nil {
		return nil, 0, fmt.Errorf("open: %w", err)
	}
	if h == nil && (len(rec.Damaged) > 0 || rec.Lost > 0 || rec.InDoubt > 0 || rec.Unknown > 0 || len(rec.Aside) > w.load.strangers && w.s != nil) {
		return nil, 0, fmt.Errorf("a power cut was taken for damage: %v", rec)
	}
	if h != nil && len(h.ids) > 0 && !h.blind && !rec.Harmed() {
		return nil, 0, fmt.Errorf("damage was not noticed: %v", rec)
	}
	exempt := h.of
	if err := w.verifyStored(s, h, d.alive); err != nil {
		return nil, 0, err
	}
	items := s.list(nil, 0, 1<<20)
	for i := range items {
		it := &items[i]
		r := w.records[it.ID]
		if _, ok := w.gone[it.ID]; ok && !exempt(it.ID) {
			return nil, 0, fmt.Errorf("record %d was settled and is back", it.ID)
		}
		if r == nil {
			if exempt(it.ID) || h != nil && w.untold[it.ID] {
				continue
			}
			return nil, 0, fmt.Errorf("record %d was invented", it.ID)
		}
		if !bytes.Equal(it.Body, r.entry.Body) || it.Class != r.entry.Class || it.Lane != r.entry.Lane || it.Key != r.entry.Key ||
			!it.Expires.Equal(r.entry.Expires) && !r.kicked {
			return nil, 0, fmt.Errorf("record %d: %+v (%s), not what was appended", it.ID, it.Entry, it.Reason)
		}
		got := w.stand(it)
		doubt := h != nil && got.attempted // damage puts records in doubt
		if doubt {
			got.attempted = false
		}
		if !exempt(it.ID) && !r.legal(got, func(st standing) standing {
			if doubt {
				st.attempted = false
			}
			return w.plain(it.ID, st)
		}) {
			return nil, 0, fmt.Errorf("record %d is %+v, sure was %+v, then %+v", it.ID, got, r.sure, r.steps)
		}
	}
	if err := w.verifyRest(s, exempt); err != nil {
		return nil, 0, err
	}
	return s, viewOf(s, items), nil
}

// verifyStored checks that what was acknowledged is there, and of every other Append all or nothing; where a
// page was destroyed under an Append in flight, nothing can tell whether its missing part had arrived.
func (w *world) verifyStored(s *store, h *harm, killed bool) error {
	type count struct{ there, missing int }
	groups := map[int]count{} // of Appends that have not returned
	for id, r := range w.records {
		there := s.visible(id) != nil
		exempt := h.of(id)
		if by := w.records[r.by]; by != nil && !exempt && !h.of(r.by) && r.stored && !r.now.settled {
			// Of several in flight that follow each other the last may have arrived alone.
			if next := s.visible(r.by) != nil; there && next || !there && !w.follower(s, r) {
				return fmt.Errorf("record %d, there %v, was replaced by %d, there %v", id, there, r.by, next)
			}
			continue
		}
		if r.stored {
			if !there && !r.now.settled && !exempt && int(r.entry.Class) <= w.urgent {
				return fmt.Errorf("record %d was acknowledged and is lost", id)
			}
			continue
		}
		if r.lax && !there && killed {
			return fmt.Errorf("record %d was written and is lost with the process", id)
		}
		if r.by != 0 {
			continue
		}
		n := groups[r.group]
		if there {
			n.there++
		} else {
			n.missing++
		}
		groups[r.group] = n
	}
	for group, n := range groups {
		if n.there > 0 && n.missing > 0 && h == nil {
			return fmt.Errorf("of Append %d only %d of %d are there", group, n.there, n.there+n.missing)
		}
	}
	return nil
}

// follower reports whether a record that has taken the place of r is there, or was.
func (w *world) follower(s *store, r *known) bool {
	for r.by != 0 {
		next := w.records[r.by]
		if next == nil || next.now.settled || s.visible(r.by) != nil {
			return true
		}
		r = next
	}
	return false
}

// verifyRest checks IDs, keys and the store's own counts.
func (w *world) verifyRest(s *store, exempt func(ID) bool) error {
	last := ID(0)
	for id, r := range w.records {
		if (r.stored || s.visible(id) != nil) && !exempt(id) {
			last = max(last, id)
		}
	}
	for id := range w.gone {
		if !exempt(id) {
			last = max(last, id)
		}
	}
	if s.nextID <= last {
		return fmt.Errorf("the next ID is %d, and %d was given already", s.nextID, last)
	}
	for key, id := range w.keys {
		if r := w.records[id]; !r.now.settled && r.by == 0 && !exempt(id) && int(r.entry.Class) <= w.urgent {
			if got := s.withKey(s.pool.hash(key)); got != id {
				return fmt.Errorf("key %q of record %d is forgotten", key, id)
			}
		}
	}
	return verifyCounts(s)
}

// verifyCounts counts anew what the segments hold that is live, and compares it with what the store has counted: a
// segment that is taken for empty is written over.
func verifyCounts(s *store) error {
	type count struct {
		live   int
		octets int64
	}
	held := make([]count, len(s.segs))
	notes := int64(0)
	s.index.all(func(sl *slot) {
		notes += int64(sl.latest.length)
		if seg := s.segmentOf(sl.anchor); seg != nil {
			held[seg.index].live++
			held[seg.index].octets += int64(recordSize(int(sl.anchor.length)))
		}
	})
	if notes != s.noteOctets {
		return fmt.Errorf("notes take %d octets, %d are counted", notes, s.noteOctets)
	}
	uses := make([]int, len(s.segs))
	for _, n := range s.chain {
		uses[n]++
	}
	for _, n := range s.free {
		uses[n]++
		if held[n].live > 0 {
			return fmt.Errorf("%s is free and holds %d live records", s.segs[n].name, held[n].live)
		}
	}
	for n, seg := range s.segs {
		if uses[n] != 1 {
			return fmt.Errorf("%s is %d times in the log or free", seg.name, uses[n])
		}
		if c := (count{seg.live, seg.liveOctets}); c != held[n] {
			return fmt.Errorf("%s, life %d, holds %v live records and octets, %v are counted", seg.name, seg.life, held[n], c)
		}
	}
	return nil
}

// verifyOrder leases all that is ready and checks that every lane gives it by class and ID. The store is
// of no use after that.
func verifyOrder(s *store) error {
	s.tick()
	var ready [Lanes][]orderedID
	for _, it := range s.list(nil, 0, 1<<20) {
		if it.State == Ready && !s.index.get(it.ID).is(slotDelayed) {
			ready[it.Lane] = append(ready[it.Lane], orderedID(it.Class)<<56|orderedID(it.ID))
		}
	}
	for lane := range Lane(Lanes) {
		slices.Sort(ready[lane])
		for _, want := range ready[lane] {
			if it, ok := s.next(lane); !ok || it.ID != want.id() {
				return fmt.Errorf("lane %d gives record %d, want %d", lane, it.ID, want.id())
			}
		}
		if it, ok := s.next(lane); ok {
			return fmt.Errorf("lane %d gives record %d, which is not ready", lane, it.ID)
		}
	}
	return nil
}

// viewOf is a hash of what callers see.
func viewOf(s *store, items []Item) uint64 {
	var h maphash.Hash
	h.SetSeed(sumSeed)
	for i := range items {
		it := &items[i]
		maphash.WriteComparable(&h, [...]uint64{uint64(it.ID), uint64(it.State), uint64(it.Tries), uint64(len(it.Body)), uint64(it.NotBefore.UnixMilli())})
		maphash.WriteComparable(&h, it.Attempted)
		h.Write(it.Note)
		h.Write(it.Body)
	}
	return h.Sum64()
}

// harmed is the medium after a cut at which the page of flash that was being written, of that size, was
// left half programmed, with what was durable in it. ok is false when nothing was being written.
func (w *world) harmed(d *simDisk, page int) (_ *simDisk, h *harm, ok bool) {
	p := newPlan(d)
	if len(p.units) == 0 {
		return nil, nil, false
	}
	p.sample(w.rng)
	n := w.rng.IntN(len(p.files))
	f := p.files[n]
	end := len(p.units)
	if n+1 < len(p.files) {
		end = p.first[p.files[n+1]]
	}
	if end == p.first[f] {
		return nil, nil, false
	}
	u := p.units[p.first[f]+w.rng.IntN(end-p.first[f])]
	after := p.image()
	g := after.names[f.name]
	if g == nil {
		return nil, nil, false
	}
	sector := u.sector
	if w.rng.IntN(3) == 0 { // a neighbour that was written long ago suffers instead
		sector = w.rng.IntN(sector + 1)
	}
	from := sector * sectorSize / page * page
	to := min(from+page, len(g.durable))
	if from >= to {
		return nil, nil, false
	}
	h = &harm{file: f.name, from: from, to: to, ids: map[ID]bool{}}
	w.touched(h, f, g.durable)
	b := slices.Clone(g.durable)
	switch w.rng.IntN(4) {
	case 0:
		clear(b[from:to])
	case 1:
		for i := range b[from:to] {
			b[from+i] = 0xFF
		}
	case 2:
		noise(b[from:to], w.rng.Uint64())
	default: // programmed for a moment: of the bits that should have changed some have
		mask := make([]byte, to-from)
		noise(mask, w.rng.Uint64())
		for i := range mask {
			b[from+i] |= mask[i]
		}
	}
	g.durable, g.now, g.sum = b, b, 0
	return after, h, true
}

// touched finds whose records lie in the harmed stretch of the file, and whether those behind it must tell that
// it is damage: there are some that were written two syncs later.
func (w *world) touched(h *harm, f *simFile, left []byte) {
	life := uint32(0) // of the open segment, when this is it
	if hd, ok, _ := parseHeader(f.durable); ok && w.s != nil && hd.life == w.s.life {
		life = uint32(hd.life)
	}
	lost, last := 0, 0 // syncs that went before the write of what is lost, and of what is there behind it
	durable := false
	for i, b := range [][]byte{f.durable, f.now, left} {
		for at := segmentHeader; at+recordHeader <= len(b); at += recordAlign {
			r, ok := parseRecord(b[at:], w.poolOf(), at)
			if !ok {
				continue
			}
			end := at + recordSize(len(r.payload))
			switch {
			case at < h.to && end > h.from:
				h.ids[r.id] = true
				if i == 0 && r.life == life && r.kind != kindPad {
					lost, durable = max(lost, f.syncsBefore(at)), true
				}
			case i == 2 && at >= h.to && r.life == life:
				last = max(last, f.syncsBefore(at))
			}
		}
	}
	h.blind = !durable || lost+2 > last
	delete(h.ids, 0)
	groups := map[int]bool{}
	for id := range h.ids {
		for _, r := range []*known{w.records[id], w.gone[id]} {
			if r != nil {
				groups[r.group] = true
			}
		}
	}
	for id, r := range w.records {
		if groups[r.group] {
			h.ids[id] = true
		}
	}
	for more := true; more; { // with what is lost comes back what it had replaced
		more = false
		for _, all := range []map[ID]*known{w.records, w.gone} {
			for id, r := range all {
				if h.ids[r.by] && !h.ids[id] {
					h.ids[id], more = true, true
				}
			}
		}
	}
}

func (w *world) poolOf() poolID {
	if w.s != nil {
		return w.s.pool
	}
	return poolID{}
}
