package queue

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// promise is what must hold before a call returns.
type promise uint8

const (
	nothing promise = iota // it read, or changed what is only in memory
	written                // what it placed survives the process
	lax                    // the same, of what it appended: if that is taken back the call fails
	durable                // what it placed survives the power
)

// call is one visit to the state by the goroutine that owns it.
type call struct {
	run     func(*store) (promise, error)
	promise promise
	back    uint64 // store.takenBack when it was carried out
	err     error
	done    chan struct{}
}

// do has run called by the goroutine in Run, and returns when what it promised holds. Once the call is
// accepted its result is awaited whatever ctx does, so that nobody is left in doubt about a record; that
// takes as long as the medium needs for a sync.
func (q *Queue) do(ctx context.Context, run func(*store) (promise, error)) error {
	c := &call{run: run, done: make(chan struct{})}
	select {
	case q.calls <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-q.stopped:
		return ErrClosed
	}
	select {
	case <-c.done:
	case <-q.stopped:
		select {
		case <-c.done: // it was the last one
		default:
			return ErrClosed // it was never carried out
		}
	}
	return c.err
}

// change is do for a change of one record's state.
func (q *Queue) change(ctx context.Context, p promise, run func(*store) error) error {
	return q.do(ctx, func(s *store) (promise, error) { return p, run(s) })
}

// lasting is the promise of a call that may be asked for durability.
func lasting(asked bool) promise {
	if asked {
		return durable
	}
	return written
}

// Run serves the queue until ctx ends, then makes everything durable and returns. It owns the state:
// every other method is carried out here. Run may be called once.
func (q *Queue) Run(ctx context.Context) error {
	defer close(q.stopped)
	s := q.store
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	expect := 0 // how many callers the next commit may hope for
	for {
		s.tick()
		alarm.Reset(s.untilNext())
		var (
			expired chan<- Item
			item    Item
		)
		if next, ok := s.firstExpired(); ok {
			expired, item = q.expired, next
		}
		var (
			evicted chan<- Item
			gone    Item
		)
		if len(s.evicted) > 0 {
			evicted, gone = q.evicted, s.evicted[0]
		}
		select {
		case evicted <- gone:
			s.evicted = s.evicted[1:]
		case c := <-q.calls:
			expect = q.serve(c, expect)
		case expired <- item:
			s.expiredTaken(item.ID)
		case <-alarm.C:
		case <-ctx.Done():
			s.healAt = 0 // the last chance for what is held in memory
			return s.commit()
		}
	}
}

// patience is how often serve lets others run while it waits for callers that are on their way: a few
// microseconds each when nothing else is to be done, a small part of a sync in all.
const patience = 32

// serve carries out c and the calls that wait behind it, and commits once for all that asked for it.
// It returns how many may be expected to ask for the next commit: those that it served, who are awake
// now, and those that came while it synced; 0 when a lone caller is not to be kept waiting.
func (q *Queue) serve(c *call, expect int) int {
	s := q.store
	var waiting [durable + 1][]*call
	handle := func(c *call) {
		c.promise, c.err = c.run(s)
		c.back = s.takenBack
		if c.err != nil || !s.dirty() {
			c.promise = nothing
		}
		if c.promise == nothing {
			close(c.done)
			return
		}
		waiting[c.promise] = append(waiting[c.promise], c)
	}
	answer := func(calls []*call, err error) {
		for _, c := range calls {
			if c.err = err; err == nil && c.promise >= lax && c.back != s.takenBack {
				c.err = errTakenBack
			}
			close(c.done)
		}
	}
	flush := func() {
		if len(waiting[written])+len(waiting[lax]) == 0 {
			return
		}
		err := s.flush()
		if err == nil {
			s.acknowledge()
		}
		for p := written; p <= lax; p++ {
			answer(waiting[p], err)
			waiting[p] = waiting[p][:0]
		}
	}
	handle(c)
	for idle := 0; len(waiting[durable]) < maxCommit; {
		select {
		case c := <-q.calls:
			handle(c)
			idle = 0
			continue
		default:
		}
		if idle++; idle > patience || len(waiting[durable]) >= expect {
			break
		}
		flush() // they may be those who are expected
		runtime.Gosched()
	}
	flush()
	if len(waiting[durable]) == 0 {
		return expect
	}
	err := s.commit()
	came := len(q.calls)
	answer(waiting[durable], err)
	if expect = len(waiting[durable]) + came; expect == 1 {
		return 0
	}
	return expect
}

// errTakenBack is for a call before which others of the same round failed the medium and after which yet
// others healed it: what it placed may have been taken back in between.
var errTakenBack = fmt.Errorf("%w for a while, what was placed is taken back", ErrStorage)

// maxCallers is how many calls wait in line; more callers wait to be let into it.
const maxCallers = 256

// maxCommit bounds the calls that share one commit.
const maxCommit = 1024

// Close releases the files and the lock. Call it after Run has returned.
func (q *Queue) Close() error { return q.store.close() }
