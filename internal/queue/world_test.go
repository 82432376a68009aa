package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// standing is what is known of one record's state.
type standing struct {
	state     State // a lease is not kept on flash: Ready
	note      string
	hasNote   bool
	tries     int
	attempted bool
	settled   bool
}

// step is what one change that was asked for does to a record, as the record of that change on flash says it.
type step struct {
	kind    kind
	note    string
	hasNote bool
	tries   int
}

func (s step) apply(st standing) standing {
	if s.hasNote {
		st.note, st.hasNote = s.note, true
	}
	switch s.kind {
	case kindAttempt:
		st.attempted = true
	case kindSubmitted:
		st.state, st.attempted = Waiting, false
	case kindRetry:
		st.state, st.attempted, st.tries = Ready, false, s.tries
	case kindBury:
		st.state = Buried
	case kindKick:
		st.state, st.attempted = Ready, false
	case kindDone:
		st.settled = true
	}
	return st
}

// known is what the model knows of one record.
type known struct {
	entry   Entry
	group   int  // Append it came with
	stored  bool // Append has returned without an error, and it is durable
	lax     bool // Append has returned and only the process may die
	by      ID   // the record that is to take its place, not durable yet
	leased  bool
	readyAt time.Time
	kicked  bool
	// now is the record as a running process sees it, sure as it was when all was last durable, steps what was
	// asked for since, and moments how the record stood after each of them.
	now, sure standing
	steps     []step
	moments   []standing
}

// legal reports whether a record may be found like that after a cut: as it surely was, or as it stood at
// some moment since (it may have been moved then, whole), and any of the later steps in order.
func (k *known) legal(got standing, plain func(standing) standing) bool {
	try := func(from standing, steps []step) bool {
		for set := range 1 << len(steps) {
			st := from
			for i, s := range steps {
				if set&(1<<i) != 0 {
					st = s.apply(st)
				}
			}
			if plain(st) == got {
				return true
			}
		}
		return false
	}
	if try(k.sure, k.steps) {
		return true
	}
	for i := range k.moments {
		if try(k.moments[i], k.steps[i+1:]) {
			return true
		}
	}
	return false
}

// mostSteps bounds the steps of one record between two commits, and so the work of legal.
const mostSteps = 5

// world is a store on a medium that loses power, beside a model of what it must hold.
type world struct {
	load    *load
	cfg     Config
	rng     *rand.Rand
	disk    *simDisk
	s       *store
	records map[ID]*known // those that are not durably settled
	gone    map[ID]*known // those that are
	untold  map[ID]bool   // those that were in flight when a cut came and were not found then
	tainted map[ID]bool   // their note was left out for want of room
	urgent  int           // while an Append may evict records of classes above: that class, else Classes
	groups  int
	keys    map[string]ID // of stored records
	version int           // rises with each change of the model
	err     error         // the first thing that was wrong
	trace   string
}

func newWorld(l *load, seed uint64, bubble bool) *world {
	w := &world{
		load: l, rng: rand.New(rand.NewPCG(seed, 1)), disk: newSimDisk(), cfg: simConfig(),
		records: map[ID]*known{}, gone: map[ID]*known{}, untold: map[ID]bool{}, tainted: map[ID]bool{}, keys: map[string]ID{},
		trace: fmt.Sprintf("load %s, seed %d", l.name, seed), urgent: Classes,
	}
	if bubble {
		w.cfg.ClockFloor = bubbleStart.Add(-time.Hour)
	}
	w.disk.chance = rand.New(rand.NewPCG(seed, 2))
	if l.config != nil {
		l.config(&w.cfg)
	}
	return w
}

// preset makes the first segment of a pool whose ID is the seed's, so that a run comes again octet for octet.
func (w *world) preset(seed uint64) {
	h := header{pages: uint16(w.cfg.SegmentSize / pageSize)}
	noise(h.pool[:], seed)
	b := make([]byte, w.cfg.SegmentSize)
	copy(b, h.append(nil))
	f := &simFile{disk: w.disk, name: segmentName(0), durable: b, now: b, shared: true}
	w.disk.names[f.name], w.disk.durable[f.name] = f, f
}

func simConfig() Config {
	cfg := testConfig("sim")
	cfg.SegmentSize, cfg.Segments = minSegmentSize, 6
	return cfg
}

// open opens the store of the world; what it finds is the business of verify.
func (w *world) open() {
	s, _, err := openStore(w.cfg, w.disk, slog.New(&roomWatch{world: w}))
	if err != nil {
		w.wrong("open: %v", err)
		return
	}
	w.s = s
}

// roomWatch hears from the log for which records a note was left out for want of room.
type roomWatch struct {
	slog.Handler
	world *world
}

func (h *roomWatch) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

func (h *roomWatch) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "note left out, the pool is exhausted" {
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "id" {
				h.world.tainted[ID(a.Value.Uint64())] = true
			}
			return true
		})
	}
	return nil
}

// wrong notes what must not be; the first counts.
func (w *world) wrong(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(w.trace+": "+format, args...)
	}
}

// commit makes everything durable and takes note of it.
func (w *world) commit() bool {
	err := w.s.commit()
	w.version++
	if err != nil {
		if !errors.Is(err, ErrStorage) || w.load.faults == 0 {
			w.wrong("commit: %v; %s", err, fillOf(w.s))
		}
		return false
	}
	w.settled()
	return true
}

// settled takes note that everything is durable.
func (w *world) settled() {
	w.version++
	for id, r := range w.records {
		if r.lax && w.s.visible(id) != nil {
			w.store(id)
		}
		if r.by != 0 && w.follower(w.s, r) {
			r.now.settled = true
		}
		if !r.stored {
			continue
		}
		r.sure, r.steps, r.moments = r.now, r.steps[:0], r.moments[:0]
		if r.sure.settled {
			w.leave(id)
		}
	}
}

// store notes that a record was acknowledged and is durable.
func (w *world) store(id ID) {
	r := w.records[id]
	r.stored, r.lax = true, false
	if r.entry.Key != "" {
		w.keys[r.entry.Key] = id
	}
}

// leave notes that a record is gone for good.
func (w *world) leave(id ID) {
	w.gone[id] = w.records[id]
	delete(w.keys, w.records[id].entry.Key)
	delete(w.records, id)
}

// put appends one Append of 1 to n records and returns whether it was placed; it is durable with the next
// commit, which is what stored waits for.
func (w *world) put(n int) (ids []ID, entries []Entry, p promise) {
	entries = make([]Entry, 1)
	if n > 1 && w.rng.IntN(4) == 0 {
		entries = make([]Entry, 2+w.rng.IntN(n-1))
	}
	w.groups++
	w.version++
	now := time.Now()
	for i := range entries {
		body := make([]byte, w.load.size(w.rng))
		for j := range body {
			body[j] = byte(w.rng.Uint32())
		}
		e := Entry{Body: body, Class: uint8(w.rng.IntN(Classes)), Lane: Lane(w.rng.IntN(3))}
		if w.rng.IntN(2) == 0 {
			e.Key = fmt.Sprintf("key %d.%d", w.groups, i)
		}
		switch w.rng.IntN(12) {
		case 0:
			e.NotBefore = now.Add(time.Hour).Truncate(time.Millisecond)
		case 1:
			e.Expires = now.Add(48 * time.Hour).Truncate(time.Millisecond)
		}
		if w.load.replaces && w.rng.IntN(3) == 0 {
			e.Replace = fmt.Sprintf("gauge %d", w.rng.IntN(4))
		}
		entries[i] = e
		w.urgent = min(w.urgent, int(e.Class)) // more than admit may evict for: it takes the highest class
	}
	first := w.s.nextID
	// In flight: the records may be there from now on, but nobody was told.
	for i, e := range entries {
		w.records[first+ID(i)] = &known{entry: e, group: w.groups, readyAt: e.NotBefore}
	}
	ids, p, err := w.s.put(entries)
	w.evicted()
	w.version++
	switch {
	case err == nil:
		for i, id := range ids {
			if id != first+ID(i) {
				w.wrong("Append gives ID %d, want %d", id, first+ID(i))
			}
			if _, ok := w.gone[id]; ok {
				w.wrong("ID %d is given again", id)
			}
			w.records[id].lax = false
		}
		w.replaced(entries, ids)
		return ids, entries, p
	case errors.Is(err, ErrFull):
		for i := range entries {
			delete(w.records, first+ID(i))
		}
	case (!errors.Is(err, ErrStorage) || w.load.faults == 0) && !errors.Is(err, ErrTooLarge):
		w.wrong("Append: %v; %s", err, fillOf(w.s))
	case w.s.nextID == first:
		for i := range entries {
			delete(w.records, first+ID(i))
		}
	}
	return nil, nil, nothing
}

// evicted notes the records that an Append has evicted.
func (w *world) evicted() {
	w.urgent = Classes
	for id, r := range w.records {
		if r.stored && !r.now.settled && w.s.index.get(id) == nil {
			s := step{kind: kindDone}
			r.now = s.apply(r.now)
			r.steps = append(r.steps, s)
			r.moments = append(r.moments, r.now)
		}
	}
}

// replaced notes the records whose place the entries are to take.
func (w *world) replaced(entries []Entry, ids []ID) {
	for id, r := range w.records {
		sl := w.s.index.get(id)
		if sl == nil || !sl.is(slotReplaced) || r.by != 0 {
			continue
		}
		for i := range entries {
			if entries[i].Replace != "" && entries[i].Replace == r.entry.Replace && ids[i] != id && r.by == 0 {
				r.by = ids[i]
			}
		}
		if r.by == 0 {
			w.wrong("record %d is replaced by none of %d", id, ids)
		}
	}
}

// acknowledge notes that an Append has returned.
func (w *world) acknowledge(ids []ID) {
	w.version++
	for _, id := range ids {
		w.store(id)
	}
}

// pick returns a stored record that is not settled and suits.
func (w *world) pick(suits func(*known) bool) (ID, *known) {
	var ids []ID
	for id, r := range w.records {
		if r.stored && !r.now.settled && r.by == 0 && len(r.steps) < mostSteps && suits(r) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	slices.Sort(ids)
	// Mostly the old ones, so that segments get free.
	id := ids[w.rng.IntN(1+w.rng.IntN(len(ids)))]
	return id, w.records[id]
}

// asked notes a change that was asked for and checks that the store shows it.
func (w *world) asked(id ID, s step, err error) {
	w.version++
	r := w.records[id]
	if err != nil {
		w.wrong("%d of record %d: %v", s.kind, id, err)
		return
	}
	r.now = s.apply(r.now)
	r.steps = append(r.steps, s)
	r.moments = append(r.moments, r.now)
	if s.kind != kindNote && s.kind != kindAttempt {
		r.leased = false
	}
	if r.now.settled {
		if w.s.visible(id) != nil {
			w.wrong("record %d is settled and there", id)
		}
		return
	}
	it, err := w.s.get(id)
	if err != nil {
		w.wrong("record %d: %v", id, err)
		return
	}
	if got := w.stand(&it); got != w.plain(id, r.now) {
		w.wrong("after %d record %d is %+v, want %+v", s.kind, id, got, r.now)
	}
}

// stand is what an item says of its record's state.
func (w *world) stand(it *Item) standing {
	st := standing{state: it.State, tries: it.Tries, attempted: it.Attempted}
	if st.state == Leased {
		st.state = Ready
	}
	if !w.tainted[it.ID] {
		st.note, st.hasNote = string(it.Note), it.Note != nil
	}
	return st
}

// plain leaves out of st what cannot be known of a record whose note was left out.
func (w *world) plain(id ID, st standing) standing {
	if w.tainted[id] {
		st.note, st.hasNote = "", false
	}
	return st
}

// lease takes the next record of a lane, which must be the first by class and ID.
func (w *world) lease() {
	lane := Lane(w.rng.IntN(3))
	w.s.tick() // may make durable, and so visible, what is due
	var want ID
	for id, r := range w.records {
		// What is durable may be leased before its Append has returned.
		if !r.stored && w.s.visible(id) == nil || r.now.settled || r.leased || r.by != 0 || r.now.state != Ready || r.entry.Lane != lane || r.readyAt.After(time.Now()) {
			continue
		}
		if best := w.records[want]; best == nil || r.entry.Class < best.entry.Class || r.entry.Class == best.entry.Class && id < want {
			want = id
		}
	}
	w.version++
	it, ok := w.s.next(lane)
	if !ok {
		it.ID = 0
	}
	if it.ID != want {
		w.wrong("Next of lane %d gives record %d (%+v, settled %+v), want %d: %+v, %+v", lane, it.ID, w.records[it.ID], w.gone[it.ID], want, w.records[want], w.s.index.get(want))
		return
	}
	if ok {
		w.records[want].leased = true
	}
}

// change asks for one change of a record.
func (w *world) change() {
	s := w.s
	var note []byte
	if w.rng.IntN(3) > 0 {
		note = fmt.Appendf(nil, "note %d", w.rng.IntN(1000))
	}
	st := step{note: string(note), hasNote: note != nil}
	anything := func(*known) bool { return true }
	switch n := w.rng.IntN(16); {
	case n < 3:
		w.lease()
	case n < 5: // and the wire sees it only when this is durable
		id, r := w.pick(func(r *known) bool { return r.leased })
		if r != nil {
			st.kind = kindAttempt
			w.asked(id, st, s.attempt(id, note))
			if w.rng.IntN(2) == 0 {
				w.commit()
			}
		}
	case n < 6:
		id, r := w.pick(func(r *known) bool { return r.leased })
		if r != nil {
			r.leased = false
			r.readyAt = time.Time{}
			w.version++
			if err := s.release(id); err != nil {
				w.wrong("release of record %d: %v", id, err)
			}
		}
	case n < 8:
		if id, r := w.pick(anything); r != nil {
			st.kind, r.readyAt = kindSubmitted, time.Time{}
			w.asked(id, st, s.submitted(id, note))
		}
	case n < 10:
		if id, r := w.pick(anything); r != nil && note != nil {
			st.kind = kindNote
			if r.now.state == Buried {
				st.kind = kindBury
			} else if !r.leased && r.now.state == Ready && r.readyAt.After(time.Now()) && r.entry.NotBefore != r.readyAt {
				st.kind, st.tries = kindRetry, r.now.tries
			}
			w.asked(id, st, s.note(id, note))
		}
	case n < 12:
		if id, r := w.pick(func(r *known) bool { return r.now.state != Buried }); r != nil {
			at := time.Now().Add(time.Duration(w.rng.IntN(2)) * time.Hour)
			st.kind, st.tries = kindRetry, r.now.tries+1
			st.carry(r)
			r.readyAt = at
			w.asked(id, st, s.retry(id, at, note, true))
		}
	case n < 13:
		if id, r := w.pick(anything); r != nil {
			st = step{kind: kindBury}
			st.carry(r)
			w.asked(id, st, s.bury(id, "reason"))
		}
	case n < 14:
		if id, r := w.pick(func(r *known) bool { return !r.leased }); r != nil {
			r.kicked, r.readyAt = true, time.Time{}
			w.asked(id, step{kind: kindKick}, s.kick(id))
		}
	case n < 15: // time brings what is late to the medium
		pass(later)
		s.tick()
		if s.failure == nil {
			w.settled()
		}
	default:
		w.settle()
	}
}

// carry lets the step bring the note that the record has.
func (s *step) carry(r *known) {
	if !s.hasNote {
		s.note, s.hasNote = r.now.note, r.now.hasNote
	}
}

// settle ends a record.
func (w *world) settle() {
	least := ID(0)
	if w.load.lifo {
		for id, r := range w.records {
			if r.stored && !r.now.settled {
				least = max(least, id)
			}
		}
	}
	id, r := w.pick(func(r *known) bool { return least == 0 || r == w.records[least] })
	if r == nil {
		return
	}
	if w.rng.IntN(5) == 0 {
		w.asked(id, step{kind: kindDone}, w.s.drop(id, "dropped"))
		return
	}
	w.asked(id, step{kind: kindDone}, w.s.done(id, 1))
}

// act does one random thing, as the load has it.
func (w *world) act() {
	if err := verifyCounts(w.s); err != nil {
		w.wrong("%v", err)
	}
	w.s.healAt = 0
	live := 0
	for _, r := range w.records {
		if r.stored && !r.now.settled {
			live++
		}
	}
	puts := w.load.puts
	if live < 3 {
		puts = 90
	}
	var waiting [][]ID
	surely := false
	for range 1 + w.rng.IntN(w.load.together) { // what shares one commit
		if w.err != nil {
			return
		}
		switch n := w.rng.IntN(100); {
		case n < puts:
			if ids, _, p := w.put(w.load.group); ids != nil {
				waiting = append(waiting, ids)
				surely = surely || p == durable
			}
		case n < puts+w.load.settles:
			w.settle()
		default:
			w.change()
		}
	}
	back := w.s.takenBack
	if len(waiting) == 0 && w.rng.IntN(2) == 0 { // written, and durable when time or others make it so
		if w.rng.IntN(2) == 0 {
			if err := w.s.flush(); err != nil && !errors.Is(err, ErrStorage) {
				w.wrong("flush: %v", err)
			}
			w.version++
		}
		return
	}
	if !surely && len(waiting) > 0 && w.rng.IntN(2) == 0 { // nobody waits for the power to be survived
		if w.s.flush() == nil && back == w.s.takenBack {
			for _, id := range slices.Concat(waiting...) {
				w.records[id].lax = true
			}
		}
		w.version++
		return
	}
	if w.commit() && back == w.s.takenBack {
		for _, ids := range waiting {
			if w.s.visible(ids[0]) == nil {
				continue // taken back before others healed the medium, which the caller is told
			}
			w.acknowledge(ids)
		}
	}
}

// clone is the model as it is now, for another life.
func (w *world) clone(seed uint64) *world {
	c := newWorld(w.load, seed, false)
	c.cfg, c.groups, c.trace = w.cfg, w.groups, fmt.Sprintf("%s, then seed %d", w.trace, seed)
	for id, r := range w.records {
		copied := *r
		copied.steps, copied.moments = slices.Clone(r.steps), slices.Clone(r.moments)
		c.records[id] = &copied
	}
	c.gone, c.keys, c.tainted, c.untold = maps.Clone(w.gone), maps.Clone(w.keys), maps.Clone(w.tainted), maps.Clone(w.untold)
	return c
}

// adopt makes the model that of a store that was opened after a cut.
func (w *world) adopt(s *store, d *simDisk) {
	w.s, w.disk = s, d
	s.tick()
	d.chance = rand.New(rand.NewPCG(w.rng.Uint64(), 2))
	s.log = slog.New(&roomWatch{world: w})
	w.version++
	for id, r := range w.records {
		sl := s.visible(id)
		if sl == nil {
			w.leave(id)
			if !r.stored {
				delete(w.gone, id) // nobody was told: the ID may be given again
				w.untold[id] = true
			}
			continue
		}
		it, err := s.item(sl)
		if err != nil {
			w.wrong("record %d: %v", id, err)
			continue
		}
		r.stored, r.lax, r.leased, r.by, r.readyAt = true, false, false, 0, time.Time{}
		if sl.is(slotDelayed) { // the time itself may be lost with the record of a retry that was not durable
			r.readyAt = time.Now().Add(time.Hour)
		}
		r.now = w.stand(&it)
		r.sure, r.steps, r.moments = r.now, nil, nil
		if r.entry.Key != "" {
			w.keys[r.entry.Key] = id
		}
	}
}

// fillOf says how the pool is filled.
func fillOf(s *store) string {
	text := fmt.Sprintf("%d segments, %d free, of which %d reusable; head %d, durable %d; needed %d of %d; the log:",
		len(s.segs), len(s.free), s.reusable(), s.head(), s.writer.durable, s.neededWith(nil), s.capacity())
	for _, i := range s.chain {
		seg := s.segs[i]
		text += fmt.Sprintf(" life %d: %d live, %d octets, up to %d;", seg.life, seg.live, seg.liveOctets, seg.end)
	}
	return text
}
