package queue

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// load is one way of using the queue while the power is cut.
type load struct {
	name      string
	about     string
	puts      int  // of 100 actions, how many are an Append
	settles   int  // and how many settle a record; the others change one
	group     int  // most records of one Append
	together  int  // most actions that share a commit
	faults    int  // one in so many operations fails, 0: none
	replaces  bool // records take the place of others
	sealed    bool // with a key
	lifo      bool // the youngest record is settled first
	strangers int  // files in the directory that are not of the pool
	size      func(*rand.Rand) int
	config    func(*Config)
	prepare   func(*world) // before the first opening
	fresh     bool         // the making of the pool is cut as well
}

// explorer cuts the power in one or more worlds and counts.
type explorer struct {
	rng         *rand.Rand
	distinct    map[uint64]struct{} // media, by what is on them
	seen        map[[2]uint64]bool  // media that were checked against the model as it is
	version     int                 // of the model that seen is for
	points      int                 // moments at which the power was cut
	exhausted   int                 // of them those at which every legal state was tried
	checked     int                 // recoveries that were compared with the model
	harmed      int                 // of them those of media that a page was destroyed on
	lives       int                 // states in which the load went on, to be cut again
	generations int
	err         error
}

// How many states of one moment are tried: all when they are at most exhaustive, else the two extremes
// and samples.
const (
	exhaustive = 24
	samples    = 6
)

// warm is how many commits of a load go by at most before the first cut.
const warm = 250

func newExplorer(seed uint64, generations int) *explorer {
	return &explorer{
		rng: rand.New(rand.NewPCG(seed, 3)), distinct: map[uint64]struct{}{},
		seen: map[[2]uint64]bool{}, generations: generations,
	}
}

// run lets the load run in the world and cuts the power after each operation on the medium.
func (x *explorer) run(w *world, steps int, generation int) {
	defer func() {
		if r := recover(); r != nil && x.err == nil {
			x.err = fmt.Errorf("%s: panic: %v\n%s", w.trace, r, debug.Stack())
		}
	}()
	w.disk.after = func(op string) { x.cut(w, op, generation) }
	if w.s == nil {
		w.open()
	}
	if w.load.faults > 0 {
		w.disk.fail = w.failures()
	}
	for range steps {
		if x.stop(w) {
			return
		}
		if w.rng.IntN(60) == 0 {
			x.restart(w)
		} else {
			w.act()
		}
		if !x.stop(w) {
			x.cut(w, "idle", generation)
		}
	}
	w.disk.after = nil
}

// stop reports whether something is wrong.
func (x *explorer) stop(w *world) bool {
	if w.disk.wrong != "" {
		w.wrong("%s", w.disk.wrong)
	}
	if x.err == nil {
		x.err = w.err
	}
	return x.err != nil
}

// failures lets operations fail at random, now and then for a while.
func (w *world) failures() func(op, name string) error {
	dead := 0
	return func(op, name string) error {
		if op == "read" || op == "open" || op == "syncdir" && w.s == nil {
			return nil
		}
		if dead > 0 {
			dead--
			return errEIO
		}
		if w.rng.IntN(w.load.faults) > 0 {
			return nil
		}
		if w.rng.IntN(8) == 0 {
			dead = w.rng.IntN(12)
		}
		if op == "write" && w.rng.IntN(3) == 0 {
			return errShort
		}
		return errEIO
	}
}

// restart kills the process and opens the queue again on the same medium: what was not synced is still not.
func (x *explorer) restart(w *world) {
	d := w.disk
	d.fail, d.locked, d.alive = nil, false, true
	w.s = nil
	s, _, err := w.verify(d, nil)
	if err != nil {
		w.wrong("killed and opened again: %v", err)
		return
	}
	d.alive = false
	w.adopt(s, d)
	if w.load.faults > 0 {
		d.fail = w.failures()
	}
}

// cut tries the states that a cut at this moment may leave.
func (x *explorer) cut(w *world, op string, generation int) {
	if x.err != nil || w.err != nil {
		return
	}
	if x.version != w.version {
		x.version = w.version
		clear(x.seen)
	}
	x.points++
	p := newPlan(w.disk)
	try := func() {
		if x.err == nil {
			x.try(w, p.image(), nil, op+p.String(), generation)
		}
	}
	if p.total(exhaustive) <= exhaustive {
		x.exhausted++
		try()
		for p.next() {
			try()
		}
	} else {
		p.none()
		try()
		p.all()
		try()
		for range samples {
			p.sample(x.rng)
			try()
		}
	}
	for range min(len(p.units), 2) {
		p.sample(x.rng)
		if !p.rip(x.rng) || x.err != nil {
			continue
		}
		var h *harm
		if u := p.units[p.tear.unit-1]; u.sector == 0 { // a header of two lives may be reported, and costs nothing
			h = &harm{blind: true}
		}
		x.try(w, p.image(), h, op+p.String(), generation)
	}
	if x.err == nil {
		x.try(w, w.disk.killed(), nil, op+", process killed", generation)
	}
	for range 2 {
		page := []int{sectorSize, 2048, pageSize, 16384}[x.rng.IntN(4)]
		if d, h, ok := w.harmed(w.disk, page); ok && x.err == nil && w.s != nil {
			x.harmed++
			x.try(w, d, h, op+h.String(), generation)
		}
	}
}

// try opens one state, cutting the power again while it is being opened, compares it with the model, opens
// it once more, and now and then lets the load go on in it.
func (x *explorer) try(w *world, d *simDisk, h *harm, op string, generation int) {
	key := [2]uint64{d.checksum(false), d.checksum(true)}
	if d.alive {
		key[1]++
	}
	x.distinct[key[0]] = struct{}{}
	if x.seen[key] {
		return
	}
	x.seen[key] = true
	x.checked++
	before := d.killed()
	if generation < x.generations && h == nil {
		d.after = func(op string) { x.cutAgain(w, d, "recovery: "+op, generation+1) }
	}
	s, view, err := w.verify(d, h)
	d.after = nil
	if err == nil && d.wrong != "" {
		err = fmt.Errorf("%s", d.wrong)
	}
	if err == nil {
		err = x.tryAgain(w, d, h, s.nextID, view)
	}
	if err == nil && x.rng.IntN(4) == 0 {
		var last *store
		d.locked = false
		if last, _, err = openStore(w.cfg, d.cut(cutAll, nil), quiet); err == nil {
			err = verifyOrder(last)
		}
	}
	if err != nil {
		if x.err == nil {
			x.err = fmt.Errorf("%s: cut %d after %s, generation %d: %w\nmedium:\n%s", w.trace, x.points, op, generation, err, before)
		}
		return
	}
	if generation < x.generations && h == nil && x.rng.IntN(40*generation) == 0 {
		x.lives++
		next := w.clone(x.rng.Uint64())
		next.adopt(s, d)
		version := x.version
		x.run(next, 12, generation+1)
		x.version = version - 1 // the worlds count their versions for themselves
	}
}

// tryAgain cuts the power right after a recovery: what it showed must be shown again.
func (x *explorer) tryAgain(w *world, d *simDisk, h *harm, next ID, view uint64) error {
	for _, mode := range []int{cutNone, cutAll} {
		again := d.cut(mode, x.rng)
		if x.seen[[2]uint64{again.checksum(false), again.checksum(true)}] && h == nil {
			continue // it is the state that has just been opened, or another that was
		}
		s, second, err := w.verify(again, h)
		if err != nil {
			return fmt.Errorf("opened a second time: %w", err)
		}
		if second != view && h == nil {
			return fmt.Errorf("opened a second time: not what the first recovery showed")
		}
		if s.nextID < next && h == nil && s.nextID <= s.index.after(0).id {
			return fmt.Errorf("opened a second time: next ID %d, was %d", s.nextID, next)
		}
	}
	return nil
}

// cutAgain cuts the power while a recovery runs on d.
func (x *explorer) cutAgain(w *world, d *simDisk, op string, generation int) {
	if x.err != nil {
		return
	}
	x.points++
	p := newPlan(d)
	for _, take := range []func(){p.none, p.all, func() { p.sample(x.rng) }, func() { p.sample(x.rng) }} {
		take()
		if x.err == nil {
			x.try(w, p.image(), nil, op, generation)
		}
	}
}

// add takes over what another explorer has counted.
func (x *explorer) add(y *explorer) {
	for sum := range y.distinct {
		x.distinct[sum] = struct{}{}
	}
	x.points += y.points
	x.exhausted += y.exhausted
	x.checked += y.checked
	x.harmed += y.harmed
	x.lives += y.lives
	if x.err == nil {
		x.err = y.err
	}
}

// explore runs one load once.
func explore(l *load, seed uint64, steps int, key string) *explorer {
	x := newExplorer(seed, 3)
	w := newWorld(l, seed, true)
	if l.sealed {
		w.cfg.KeyFile = key
	}
	if !l.fresh || l.prepare != nil {
		w.preset(seed)
	}
	if l.prepare != nil {
		l.prepare(w)
	}
	if !l.fresh { // begin somewhere in the life of a pool
		w.open()
		for n := w.rng.IntN(warm); n > 0 && !x.stop(w); n-- {
			w.act()
		}
	}
	if !x.stop(w) {
		x.run(w, steps, 1)
	}
	x.stop(w)
	return x
}

// number is an environment variable that is a number, or what it is without.
func number(name string, without uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return without
}

// TestCrash tries states until there were STATES distinct ones, from seed CRASH_SEED on; CRASH_LOAD takes
// only the loads of those names.
func TestCrash(t *testing.T) {
	without, steps := uint64(8000), 15
	if testing.Short() || underRace {
		without, steps = 1500, 3
	}
	want, first := int(number("STATES", without)), number("CRASH_SEED", 1)
	chosen := loads()
	if names := os.Getenv("CRASH_LOAD"); names != "" {
		var some []*load
		for _, l := range chosen {
			if strings.Contains(","+names+",", ","+l.name+",") {
				some = append(some, l)
			}
		}
		chosen = some
	}
	if len(chosen) == 0 {
		t.Fatalf("there is no load %s", os.Getenv("CRASH_LOAD"))
	}
	key := keyFile(t, "a1")
	start := time.Now()
	var mu sync.Mutex
	all, job := newExplorer(0, 0), 0
	byLoad := map[string]int{}
	t.Run("states", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for {
					mu.Lock()
					// Each load at least once.
					if all.err != nil || len(all.distinct) >= want && job >= len(chosen) {
						mu.Unlock()
						return
					}
					l, seed := chosen[job%len(chosen)], first+uint64(job/len(chosen))
					job++
					mu.Unlock()
					var x *explorer
					synctest.Test(t, func(*testing.T) { x = explore(l, seed, steps, key) })
					mu.Lock()
					all.add(x)
					byLoad[l.name] += x.checked
					mu.Unlock()
				}
			})
		}
	})
	took := time.Since(start)
	t.Logf("seed %d: %d distinct states in %v, %.0f a second; %d recoveries compared with the model, %d of them with a page destroyed; "+
		"%d moments, %d with every legal state, %d lives went on; %v",
		first, len(all.distinct), took.Round(time.Millisecond), float64(len(all.distinct))/took.Seconds(),
		all.checked, all.harmed, all.points, all.exhausted, all.lives, byLoad)
	if all.err != nil {
		t.Fatalf("after %d states: %v", len(all.distinct), all.err)
	}
}
