package sim

import (
	"context"
	"sync"
	"time"
)

// fate is what becomes of an accepted submit_sm, and when.
type fate struct {
	due     time.Time
	order   uint64
	submit  *Submit
	id      uint64
	state   State
	receipt bool
	silent  bool // a rule wants no receipt
}

// clock keeps fates until they are due. It outlives Serve, as messages do.
type clock struct {
	mu    sync.Mutex
	fates orderedBy[fate]
	order uint64
	wake  chan struct{}
}

func newClock() *clock {
	return &clock{wake: make(chan struct{}, 1), fates: orderedBy[fate]{before: func(a, b fate) bool {
		if a.due.Equal(b.due) {
			return a.order < b.order
		}
		return a.due.Before(b.due)
	}}}
}

func (c *clock) add(f fate) {
	c.mu.Lock()
	c.order++
	f.order = c.order
	c.fates.add(f)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// due returns a fate whose time has come, or how long to wait for the first one.
func (c *clock) due(now time.Time) (f fate, ok bool, wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fates.Len() == 0 {
		return fate{}, false, time.Hour
	}
	if wait = c.fates.first().due.Sub(now); wait > 0 {
		return fate{}, false, wait
	}
	return c.fates.take(), true, 0
}

// run hands each fate over when it is due, until ctx ends.
func (c *clock) run(ctx context.Context, each func(fate)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		f, ok, wait := c.due(time.Now())
		if ok {
			each(f)
			continue
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-c.wake:
		case <-ctx.Done():
			return
		}
	}
}
