package queue

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"
)

// known is what the test knows of one record.
type known struct {
	entry   Entry
	group   int  // Append it came with
	stored  bool // Append has returned
	settled int  // 0 no, 1 asked for
	// state, note and tries as they were last asked for; sure says that a commit followed.
	state State
	note  []byte
	tries int
	sure  bool
}

// world is a store on a medium that loses power, beside a model of what it must hold.
type world struct {
	t       testing.TB
	rng     *rand.Rand
	disk    *simDisk
	s       *store
	records map[ID]*known // those that are not durably settled
	gone    map[ID]bool   // those that are
	groups  int
	keys    map[string]ID // of stored records
	trace   string
}

func simConfig() Config {
	cfg := testConfig("sim")
	cfg.SegmentSize, cfg.Segments = minSegmentSize, 6
	return cfg
}

func newWorld(t testing.TB, seed uint64) *world {
	w := &world{
		t: t, rng: rand.New(rand.NewPCG(seed, 1)), disk: newSimDisk(),
		records: map[ID]*known{}, gone: map[ID]bool{}, keys: map[string]ID{}, trace: fmt.Sprintf("seed %d", seed),
	}
	return w
}

func (w *world) open() {
	s, _, err := openStore(simConfig(), w.disk, quiet)
	if err != nil {
		w.t.Fatalf("%s: open: %v", w.trace, err)
	}
	w.s = s
}

// commit makes everything durable and takes note of it.
func (w *world) commit() bool {
	if err := w.s.commit(); err != nil {
		return false
	}
	for id, r := range w.records {
		r.sure = true
		if r.settled == 1 {
			w.leave(id)
		}
	}
	return true
}

// leave notes that a record is gone for good.
func (w *world) leave(id ID) {
	delete(w.keys, w.records[id].entry.Key)
	delete(w.records, id)
	w.gone[id] = true
}

// put appends 1 to 4 records.
func (w *world) put() {
	entries := make([]Entry, 1+w.rng.IntN(4)/3*w.rng.IntN(4))
	if len(entries) == 0 {
		entries = make([]Entry, 1)
	}
	w.groups++
	for i := range entries {
		size := w.rng.IntN(300)
		if w.rng.IntN(20) == 0 {
			size = w.rng.IntN(2000)
		}
		body := make([]byte, size)
		for j := range body {
			body[j] = byte(w.rng.Uint32())
		}
		entries[i] = Entry{Body: body, Class: uint8(w.rng.IntN(Classes)), Lane: Lane(w.rng.IntN(2))}
		if w.rng.IntN(2) == 0 {
			entries[i].Key = fmt.Sprintf("key %d.%d", w.groups, i)
		}
	}
	first := w.s.nextID
	// In flight: the records may be there from now on, but nobody was told.
	for i, e := range entries {
		w.records[first+ID(i)] = &known{entry: e, group: w.groups}
	}
	ids, _, err := w.s.put(entries)
	if err == nil {
		if !w.commit() {
			err = ErrStorage
		}
	}
	if err != nil {
		return
	}
	for i, id := range ids {
		w.records[id].stored = true
		if k := entries[i].Key; k != "" {
			w.keys[k] = id
		}
	}
}

// pick returns a stored record that is not settled.
func (w *world) pick() (ID, *known) {
	var ids []ID
	for id, r := range w.records {
		if r.stored && r.settled == 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	slices.Sort(ids)
	// Mostly the old ones, so that segments get free.
	n := min(len(ids), 1+w.rng.IntN(len(ids)))
	id := ids[w.rng.IntN(n)]
	return id, w.records[id]
}

// step does one random thing.
func (w *world) step() {
	if n := w.rng.IntN(10); n < 4 || len(w.records) == 0 {
		w.put()
		return
	}
	id, r := w.pick()
	if r == nil {
		w.put()
		return
	}
	note := []byte(fmt.Sprintf("note %d", w.rng.IntN(1000)))
	s := w.s
	// What is asked for now may or may not be seen after a cut, until a commit.
	r.sure = false
	switch n := w.rng.IntN(12); {
	case n < 1:
		r.state, r.note = Waiting, note
		w.check(s.submitted(id, note))
	case n < 2:
		r.note = note
		w.check(s.note(id, note))
	case n < 3:
		if r.state != Buried {
			r.state, r.note, r.tries = Ready, note, r.tries+1
			w.check(s.retry(id, time.Now().Add(time.Hour), note, true))
		}
	case n < 4:
		r.state = Buried
		w.check(s.bury(id, "reason"))
	default:
		r.settled = 1
		w.check(s.done(id, 1))
	}
	switch w.rng.IntN(4) {
	case 0:
		w.commit()
	case 1:
		if err := s.flush(); err != nil && s.failure == nil {
			w.t.Fatalf("%s: flush: %v", w.trace, err)
		}
	}
}

func (w *world) check(err error) {
	if err != nil {
		w.t.Helper()
		w.t.Fatalf("%s: %v", w.trace, err)
	}
}

// verify opens the medium as it may be after a cut and compares it with the model. It returns what is
// wrong, and the store for a second life.
func (w *world) verify(d *simDisk) (*store, error) {
	s, rec, err := openStore(simConfig(), d, quiet)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	if len(rec.Damaged) > 0 || rec.Lost > 0 || w.s != nil && len(rec.Aside) > 0 || rec.InDoubt > 0 {
		return nil, fmt.Errorf("a power cut was taken for damage: %v", rec)
	}
	groups := map[int][2]int{} // records of an unanswered Append: there, not there
	for id, r := range w.records {
		sl := s.visible(id)
		if !r.stored && r.settled == 0 {
			n := groups[r.group]
			if sl != nil {
				n[0]++
			} else {
				n[1]++
			}
			groups[r.group] = n
		}
		if sl == nil && r.stored && r.settled == 0 {
			return nil, fmt.Errorf("record %d was acknowledged and is lost", id)
		}
	}
	for group, n := range groups {
		if n[0] > 0 && n[1] > 0 {
			return nil, fmt.Errorf("of Append %d only %d of %d are there", group, n[0], n[0]+n[1])
		}
	}
	for _, it := range s.list(nil, 0, 1<<20) {
		r := w.records[it.ID]
		if w.gone[it.ID] {
			return nil, fmt.Errorf("record %d was settled and is back", it.ID)
		}
		if r == nil {
			return nil, fmt.Errorf("record %d was invented", it.ID)
		}
		if !bytes.Equal(it.Body, r.entry.Body) || it.Class != r.entry.Class || it.Lane != r.entry.Lane || it.Key != r.entry.Key {
			return nil, fmt.Errorf("record %d: %s, not what was appended", it.ID, it.Reason)
		}
		if r.sure && r.stored && (it.State != r.state || !bytes.Equal(it.Note, r.note) || it.Tries != r.tries) {
			return nil, fmt.Errorf("record %d is %v %q %d tries, not %v %q %d", it.ID, it.State, it.Note, it.Tries, r.state, r.note, r.tries)
		}
	}
	for key, id := range w.keys {
		if r := w.records[id]; r.settled == 0 {
			if got := s.keys.m[s.pool.hash(key)]; got.id != id {
				return nil, fmt.Errorf("key %q of record %d is forgotten", key, id)
			}
		}
	}
	for _, seg := range s.segs {
		if seg.live < 0 || seg.liveOctets < 0 {
			return nil, fmt.Errorf("segment %s counts %d live", seg.name, seg.live)
		}
	}
	return s, nil
}

// adopt makes the model that of a store that was opened after a cut.
func (w *world) adopt(s *store, d *simDisk) {
	w.s, w.disk = s, d
	for id, r := range w.records {
		sl := s.visible(id)
		if sl == nil {
			stored := r.stored
			w.leave(id)
			if !stored {
				delete(w.gone, id) // nobody was told: the ID may be given again
			}
			continue
		}
		it, err := s.item(sl)
		w.check(err)
		r.stored, r.settled, r.sure = true, 0, true
		r.state, r.note, r.tries = it.State, it.Note, it.Tries
		if it.Key != "" {
			w.keys[it.Key] = id
		}
	}
}

// clone is the model as it is now, for a second life.
func (w *world) clone(seed uint64) *world {
	c := newWorld(w.t, seed)
	c.groups = w.groups
	c.trace = w.trace + ", second life"
	for id, r := range w.records {
		copied := *r
		c.records[id] = &copied
	}
	c.gone = maps.Clone(w.gone)
	c.keys = maps.Clone(w.keys)
	return c
}

// explore runs steps and cuts the power after every operation on the medium. It returns the number of
// states tried and the first that is wrong.
func explore(t testing.TB, seed uint64, steps int, generations int, prepare func(*world)) (states int, err error) {
	w := newWorld(t, seed)
	if prepare != nil {
		prepare(w)
	}
	n, err := w.run(steps, generations)
	return n, err
}

func (w *world) run(steps, generations int) (states int, err error) {
	w.disk.after = func(op string) {
		if err != nil || w.s == nil && op != "syncdir" && w.rng.IntN(10) > 0 {
			return
		}
		for mode := range cuts {
			d := w.disk.cut(mode, w.rng)
			states++
			s, bad := w.verify(d)
			if bad == nil {
				d.locked = false
				again := d.cut(cutAll, w.rng)
				if _, bad = w.verify(again); bad != nil {
					bad = fmt.Errorf("opened a second time: %w", bad)
				}
			}
			if bad != nil {
				err = fmt.Errorf("%s, cut %d after %s %d: %w", w.trace, mode, op, states, bad)
				return
			}
			if generations > 1 && w.rng.IntN(30) == 0 {
				second := w.clone(w.rng.Uint64())
				second.adopt(s, d)
				n, bad := second.run(12, generations-1)
				states += n
				if bad != nil {
					err = bad
					return
				}
			}
		}
	}
	if w.s == nil {
		w.open()
	}
	for range steps {
		w.step()
		if err != nil {
			return states, err
		}
	}
	return states, err
}

func TestCrash(t *testing.T) {
	seeds, steps := 3, 500
	switch {
	case os.Getenv("TORTURE") == "1":
		seeds = 100
	case testing.Short() || underRace:
		seeds, steps = 1, 150
	}
	total := 0
	for seed := range seeds {
		n, err := explore(t, uint64(seed), steps, 2, nil)
		total += n
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d states", total)
}

// TestCrashFindsFaults: a rig that finds nothing proves nothing.
func TestCrashFindsFaults(t *testing.T) {
	faults := map[string]func(*world){
		"syncs do nothing": func(w *world) {
			w.open()
			w.disk.deaf = true
		},
		"the directory is not synced": func(w *world) {
			w.disk.durable = nil
			w.disk.names = map[string]*simFile{}
			w.disk.fail = noDirSync(w.disk)
		},
	}
	for name, plant := range faults {
		t.Run(name, func(t *testing.T) {
			if _, err := explore(t, 1, 300, 1, plant); err == nil {
				t.Error("not found")
			}
		})
	}
}

// noDirSync makes the directory's sync a lie.
func noDirSync(d *simDisk) func(op, name string) error {
	return func(op, name string) error {
		d.deaf = op == "syncdir"
		return nil
	}
}
