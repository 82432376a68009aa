package queue

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// crowd is several goroutines that use a queue at once, and what they have been told.
type crowd struct {
	mu      sync.Mutex
	bodies  map[string]int // of all records that an Append was called with: which Append
	stored  map[string]ID  // those that were acknowledged
	settled map[string]int // 1 asked for, 2 durable
	sent    map[string]int // an attempt: 1 asked for, 2 durable; 0 again when something later may hide it
	appends int
}

// work appends, leases, sends and settles until the rounds are over.
func (c *crowd) work(ctx context.Context, q *Queue, seed uint64, rounds int) error {
	rng := rand.New(rand.NewPCG(seed, 11))
	note := func(change func()) {
		c.mu.Lock()
		defer c.mu.Unlock()
		change()
	}
	for n := range rounds {
		entries := make([]Entry, 1+rng.IntN(3)/2)
		note(func() {
			c.appends++
			for i := range entries {
				body := fmt.Sprintf("%d.%d.%d %s", seed, n, i, strings.Repeat("x", rng.IntN(300)))
				entries[i] = Entry{Lane: Lane(seed % Lanes), Class: uint8(rng.IntN(Classes)), Body: []byte(body)}
				c.bodies[body] = c.appends
			}
		})
		ids, err := q.Append(ctx, entries...)
		if err != nil {
			return err
		}
		note(func() {
			for i, id := range ids {
				c.stored[string(entries[i].Body)] = id
			}
		})
		for range rng.IntN(4) { // sometimes behind, sometimes ahead
			short, cancel := context.WithTimeout(ctx, time.Millisecond)
			it, err := q.Next(short, Lane(seed%Lanes))
			cancel()
			if err != nil {
				break
			}
			body := string(it.Body)
			if rng.IntN(2) == 0 {
				note(func() { c.sent[body] = 1 })
				if err := q.Attempt(ctx, it.ID, nil, true); err != nil {
					return err
				}
				note(func() { c.sent[body] = 2 })
			}
			sure := rng.IntN(2) == 0
			note(func() { c.settled[body], c.sent[body] = 1, 0 })
			if rng.IntN(2) == 0 {
				if err := q.Submitted(ctx, it.ID, []byte("remote")); err != nil {
					return err
				}
			}
			if err := q.Done(ctx, it.ID, 1, sure); err != nil {
				return err
			}
			if sure {
				note(func() { c.settled[body] = 2 })
			}
		}
	}
	return nil
}

// verify opens a state that a cut may have left and compares it with what the crowd was told.
func (c *crowd) verify(cfg Config, d *simDisk) error {
	s, rec, err := openStore(cfg, d, quiet)
	if err != nil {
		return err
	}
	if rec.Harmed() || rec.InDoubt > 0 {
		return fmt.Errorf("a power cut was taken for damage: %v", rec)
	}
	there := map[string]Item{}
	for _, it := range s.list(nil, 0, 1<<20) {
		there[string(it.Body)] = it
	}
	whole := map[int][2]int{}
	for body, group := range c.bodies {
		it, ok := there[body]
		id, stored := c.stored[body]
		switch {
		case stored && ok && it.ID != id:
			return fmt.Errorf("%.12q is record %d, was %d", body, it.ID, id)
		case stored && !ok && c.settled[body] == 0:
			return fmt.Errorf("record %d was acknowledged and is lost", id)
		case ok && c.settled[body] == 2:
			return fmt.Errorf("record %d was settled and is back", id)
		case ok && c.sent[body] == 2 && !it.Attempted:
			return fmt.Errorf("record %d was sent and does not know it", id)
		case !stored && c.settled[body] == 0:
			n := whole[group]
			if ok {
				n[0]++
			} else {
				n[1]++
			}
			whole[group] = n
		}
		delete(there, body)
	}
	for group, n := range whole {
		if n[0] > 0 && n[1] > 0 {
			return fmt.Errorf("of Append %d only %d of %d are there", group, n[0], n[0]+n[1])
		}
	}
	for body, it := range there {
		return fmt.Errorf("record %d %.12q was invented", it.ID, body)
	}
	return nil
}

// TestCrashProducers cuts the power after every operation on the medium while eight producers share commits
// through the queue as callers see it. Which calls meet in a commit is the scheduler's choice: a failure may
// need several runs to come again.
func TestCrashProducers(t *testing.T) {
	rounds := 60
	if testing.Short() || underRace {
		rounds = 8
	}
	rounds = int(number("ROUNDS", uint64(rounds)))
	distinct, checked, commits, appends := map[uint64]struct{}{}, 0, uint64(0), 0
	synctest.Test(t, func(t *testing.T) {
		cfg := simConfig()
		cfg.Segments, cfg.ClockFloor = 12, bubbleStart.Add(-time.Hour)
		d := newSimDisk()
		s, _, err := openStore(cfg, d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		c := &crowd{bodies: map[string]int{}, stored: map[string]ID{}, settled: map[string]int{}, sent: map[string]int{}}
		rng := rand.New(rand.NewPCG(number("CRASH_SEED", 1), 12))
		var wrong error
		d.after = func(op string) {
			if wrong != nil {
				return
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			for mode := range cuts {
				cut := d.cut(mode, rng)
				distinct[cut.checksum(false)] = struct{}{}
				checked++
				if wrong = c.verify(cfg, cut); wrong != nil {
					wrong = fmt.Errorf("cut %d after %s: %w", mode, op, wrong)
					return
				}
			}
		}
		q := newQueue(s, quiet)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- q.Run(ctx) }()
		var producers sync.WaitGroup
		for seed := range uint64(Lanes) {
			producers.Go(func() {
				if err := c.work(ctx, q, seed, rounds); err != nil {
					t.Error(err)
				}
			})
		}
		producers.Wait()
		st, err := q.Stats(ctx)
		if err != nil {
			t.Error(err)
		}
		commits, appends = st.Commits, c.appends
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if wrong != nil || d.wrong != "" {
			t.Error(wrong, d.wrong)
		}
	})
	t.Logf("%d Appends, %d syncs, %d distinct states, %d recoveries compared", appends, commits, len(distinct), checked)
	if commits >= uint64(2*appends) {
		t.Errorf("%d syncs for %d Appends: no commit was shared", commits, appends)
	}
}
