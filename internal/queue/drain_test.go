package queue

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"errors"
	"strings"
)

// drainLoad is a way of filling a small pool.
type drainLoad struct {
	name   string
	body   int // octets at most
	note   int // of a note at most
	reason int // of a reason at most
	keys   bool
	states []int // how often of 10: nothing, attempt, submitted, retry, bury, note, release
}

// TestDrains: a pool without failures of the medium never stops: whatever states, notes and reasons its records
// have when it is full, every one of them can be settled, and then all of the room is there again.
func TestDrains(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	loads := []drainLoad{
		{name: "tiny", body: 4, note: 16, reason: 10},
		{name: "long reasons", body: 4, note: 1, reason: MaxReason, states: []int{0, 0, 0, 0, 9, 1, 0}},
		{name: "huge notes", body: 40, note: MaxNote, reason: 10},
		{name: "huge notes of buried ones", body: 4, note: MaxNote, reason: MaxReason, states: []int{0, 2, 0, 0, 6, 2, 0}},
		{name: "keys", body: 30, note: 60, reason: 40, keys: true},
		{name: "long bodies", body: 3000, note: 300, reason: 40, keys: true},
		{name: "waiting ones", body: 20, note: 64, reason: 1, states: []int{0, 1, 8, 1, 0, 0, 0}},
		{name: "retries", body: 1, note: 64, reason: 1, states: []int{0, 1, 1, 8, 0, 0, 0}},
	}
	for _, load := range loads {
		t.Run(load.name, func(t *testing.T) {
			for seed := range uint64(rounds) {
				d := &drain{load: load, rng: rand.New(rand.NewPCG(seed, 9)), medium: newSimDisk()}
				if err := d.run(); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		})
	}
}

// drain is one pool under such a load.
type drain struct {
	load   drainLoad
	rng    *rand.Rand
	medium *simDisk
	cfg    Config
	s      *store
	n      int
	calls  int // of ok
}

func (d *drain) text(most int) string { return strings.Repeat("x", d.rng.IntN(most+1)) }

func (d *drain) entry(class uint8) Entry {
	d.n++
	e := Entry{Class: class, Body: []byte(d.text(min(d.load.body, d.cfg.MaxBody())))}
	if d.load.keys && d.rng.IntN(2) == 0 {
		e.Key = fmt.Sprint("key ", d.n)
	}
	if d.rng.IntN(8) == 0 {
		e.Replace = fmt.Sprint("what ", d.rng.IntN(20))
	}
	return e
}

func (d *drain) run() error {
	d.cfg = simConfig()
	d.cfg.Segments = 4 + d.rng.IntN(6)
	if d.rng.IntN(3) == 0 {
		d.cfg.WhenFull = whenFullRefuse
	}
	var err error
	if d.s, _, err = openStore(d.cfg, d.medium, quiet); err != nil {
		return err
	}
	for cycle := range 4 {
		if err := d.fill(); err != nil {
			return fmt.Errorf("cycle %d: filling: %w", cycle, err)
		}
		if err := d.change(); err != nil {
			return fmt.Errorf("cycle %d: changing %d records: %w", cycle, d.s.index.n, err)
		}
		if d.rng.IntN(2) == 0 {
			if err := d.reopen(); err != nil {
				return fmt.Errorf("cycle %d: opening again: %w", cycle, err)
			}
		}
		if err := d.empty(); err != nil {
			return fmt.Errorf("cycle %d: draining: %w", cycle, err)
		}
	}
	return nil
}

// ok says that the store took what was done, and has counted right.
func (d *drain) ok(err error) error {
	if err == nil {
		err = d.s.failure
	}
	if d.calls++; err == nil && d.calls%16 == 0 { // it takes as long as there are records
		err = verifyCounts(d.s)
	}
	return err
}

func (d *drain) reopen() (err error) {
	if err = d.s.commit(); err != nil {
		return err
	}
	if err = d.s.close(); err == nil {
		d.s, _, err = openStore(d.cfg, d.medium, quiet)
	}
	return err
}

// fill appends until one of the highest class is refused.
func (d *drain) fill() error {
	for range 100_000 {
		class := uint8(d.rng.IntN(3) * 3)
		_, _, err := d.s.put([]Entry{d.entry(class)})
		if errors.Is(err, ErrFull) {
			if class == 0 {
				return d.ok(nil)
			}
			continue
		}
		if err := d.ok(err); err != nil {
			return err
		}
		if d.rng.IntN(4) == 0 {
			err = d.s.commit()
		}
		if err := d.ok(err); err != nil {
			return err
		}
	}
	return errors.New("it never was full")
}

// change brings the records to states, each some times over, while others are appended and refused.
func (d *drain) change() error {
	states := d.load.states
	if states == nil {
		states = []int{1, 2, 2, 1, 1, 2, 1}
	}
	var deck []int
	for action, n := range states {
		deck = append(deck, slices.Repeat([]int{action}, n)...)
	}
	if err := d.s.commit(); err != nil {
		return err
	}
	for range 3 * d.s.index.n {
		id := d.any()
		if id == 0 {
			return nil
		}
		err := d.act(deck[d.rng.IntN(len(deck))], id)
		if err != nil && !errors.Is(err, ErrState) && !errors.Is(err, ErrNotFound) {
			return err
		}
		if d.rng.IntN(5) == 0 {
			if _, _, err = d.s.put([]Entry{d.entry(uint8(d.rng.IntN(8)))}); errors.Is(err, ErrFull) {
				err = nil
			}
			if err := d.ok(err); err != nil {
				return fmt.Errorf("put: %w", err)
			}
		}
		if err := d.ok(d.s.flush()); err != nil {
			return err
		}
		if d.rng.IntN(6) == 0 {
			if err := d.ok(d.s.commit()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *drain) act(action int, id ID) error {
	note := []byte(d.text(d.load.note))
	switch action {
	case 1:
		d.lease()
		return d.s.attempt(id, note)
	case 2:
		return d.s.submitted(id, note)
	case 3:
		return d.s.retry(id, time.Now().Add(time.Hour), note, true)
	case 4:
		return d.s.bury(id, d.text(d.load.reason))
	case 5:
		return d.s.note(id, note)
	case 6:
		d.lease()
		return d.s.release(id)
	}
	return nil
}

func (d *drain) lease() { d.s.next(0) }

// any picks a record.
func (d *drain) any() ID {
	first, last := d.s.index.after(0), d.s.index.last()
	if first == nil {
		return 0
	}
	sl := d.s.index.after(first.id - 1 + ID(d.rng.Uint64N(uint64(last-first.id)+1)))
	return sl.id
}

// empty settles every record, in some order, and looks whether as many as before find room.
func (d *drain) empty() error {
	for d.s.index.n > 0 {
		id := d.any()
		var err error
		if d.rng.IntN(2) == 0 {
			err = d.s.done(id, 1)
		} else {
			err = d.s.drop(id, d.text(d.load.reason))
		}
		if err == nil {
			err = d.s.flush()
		}
		if errors.Is(err, ErrNotFound) { // it hides until what replaces it is durable
			err = d.s.commit()
		}
		if err := d.ok(err); err != nil {
			return fmt.Errorf("%d left: %w", d.s.index.n, err)
		}
	}
	if err := d.ok(d.s.commit()); err != nil {
		return err
	}
	if used := d.s.used(); used > d.s.capacity()/2+int64(d.s.size) {
		return fmt.Errorf("%d of %d octets are in use for nothing", used, d.s.capacity())
	}
	return nil
}
