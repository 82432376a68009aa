package alerts

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Engine takes readings, moves incidents, keeps them on flash and raises notices. One goroutine in Run
// owns all of it; every other method hands it something and waits. They may be called from anywhere
// while Run runs; before Run they wait for it, after it they return ErrClosed.
type Engine struct {
	plan  *plan
	raise Raiser
	log   *slog.Logger
	store *store
	kept  saved // what an earlier run left, until Run takes it

	calls chan *call
	work  chan Notice
	done  chan raised
	ended chan struct{}

	// What follows belongs to Run's goroutine.
	state   state
	saver   saver
	sending sending
	waiting map[string][]*call // notice key → who wants to know how raising it went
	drops   uint64
}

// call is one input on its way to the engine, and the answer.
type call struct {
	in    input
	ask   func(*Engine) // instead of in: looks at the state
	reply chan error    // has room for one

	result  PushResult
	refused error // instead of result
	open    int   // notices whose raising is awaited
	kept    bool  // one of them did not get into the queue
	dirty   bool  // it changed what must be on flash
	saved   bool  // what it changed is on flash
}

// raised is how raising a notice went.
type raised struct {
	notice Notice
	err    error
}

// New makes an engine that keeps its state in dir and sends notices by raise. It reads what an earlier
// run left; damage there is logged and no error. The error says what in cfg is wrong: Check says all.
func New(cfg Config, dir string, raise Raiser, log *slog.Logger) (*Engine, error) {
	var wrong error
	p := cfg.compile(nil, func(key, problem string) {
		if wrong == nil {
			wrong = fmt.Errorf("alerts: %s: %s", key, problem)
		}
	})
	if wrong != nil {
		return nil, wrong
	}
	e := &Engine{
		plan: p, raise: raise, log: log,
		calls: make(chan *call), work: make(chan Notice), done: make(chan raised), ended: make(chan struct{}),
		waiting: map[string][]*call{}, sending: newSending(),
	}
	var problems []error
	e.store, e.kept, problems = openStore(dir)
	for _, err := range problems {
		if e.store.sequence > 0 {
			log.Warn("alert state unreadable, the other generation is used", "error", err, "sequence", e.store.sequence)
		} else {
			log.Warn("alert state unreadable, open incidents are forgotten", "error", err)
		}
	}
	return e, nil
}

// raisers is how many notices are raised at a time, so that they share a commit of the queue.
const raisers = 4

// drain is how long the notices that are due may take to get into the queue when the engine stops. What
// does not is on flash here, and raised by the next run.
const drain = 2 * time.Second

// Run serves until ctx ends, then lets the notices under way into the queue, writes the state and
// returns nil. It may be called once.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.ended)
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var wg sync.WaitGroup
	for range raisers {
		wg.Go(func() { e.raiseAll(work) })
	}
	e.start()
	e.serve(ctx)
	timer := time.AfterFunc(drain, cancel)
	e.finish(work)
	timer.Stop()
	cancel()
	wg.Wait()
	e.saver.retry = time.Time{} // there is no later
	e.saver.save(e, time.Now())
	e.answerAll()
	return nil
}

// raiseAll puts notices into the queue, one after the other.
func (e *Engine) raiseAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-e.work:
			r := raised{n, e.raise(ctx, n)}
			select {
			case <-ctx.Done():
				return
			case e.done <- r:
			}
		}
	}
}

// start goes on from what was kept and judges every rule once.
func (e *Engine) start() {
	now := time.Now()
	var effects []effect
	e.state, effects = e.plan.restore(e.kept, newEpoch(), now)
	e.kept = saved{}
	e.apply(&call{}, effects, now)
	if n := len(e.state.save(e.plan).Open); n > 0 || len(e.state.pending) > 0 {
		e.log.Info("incidents go on", "open", n, "notices", len(e.state.pending))
	}
	e.step(&call{}, now)
	e.settle(nil, now)
}

// batch is how many calls share one write.
const batch = 64

func (e *Engine) serve(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(e.wait(time.Now()))
		work, next := e.nextNotice(time.Now())
		select {
		case <-ctx.Done():
			return
		case work <- next:
			e.sending.handed(next)
		case r := <-e.done:
			e.arrived(r, time.Now())
		case c := <-e.calls:
			e.take(c)
		case <-timer.C:
			e.tick(time.Now())
		}
	}
}

// wait is how long nothing happens without input.
func (e *Engine) wait(now time.Time) time.Duration {
	d := time.Hour
	for _, t := range []time.Time{e.plan.deadline(&e.state), e.saver.due, e.sending.retryAt(&e.state)} {
		if !t.IsZero() {
			d = min(d, max(0, t.Sub(now)))
		}
	}
	return d
}

// tick does what is due without any input.
func (e *Engine) tick(now time.Time) {
	e.sending.unblock(now)
	if t := e.plan.deadline(&e.state); !t.IsZero() && !now.Before(t) {
		e.step(&call{}, now)
	}
	if e.saver.urgent || !e.saver.due.IsZero() && !now.Before(e.saver.due) {
		e.settle(nil, now)
	}
}

// take serves c and the calls that wait behind it, with one write for all.
func (e *Engine) take(c *call) {
	now := time.Now()
	calls := []*call{c}
	for e.step(c, now); len(calls) < batch; e.step(c, now) {
		select {
		case c = <-e.calls:
			calls = append(calls, c)
			continue
		default:
		}
		break
	}
	e.settle(calls, now)
}

// step feeds one call to the rules.
func (e *Engine) step(c *call, now time.Time) {
	if c.ask != nil {
		c.ask(e)
		return
	}
	var effects []effect
	e.state, effects = e.plan.step(e.state, c.in, now)
	e.apply(c, effects, now)
}

// apply does at once what needs no flash, and notes the rest.
func (e *Engine) apply(c *call, effects []effect, now time.Time) {
	for _, f := range effects {
		switch f.kind {
		case effNotify:
			e.saver.now()
			c.dirty = true
			if c.in.kind == inPush {
				c.open++
				e.waiting[f.notice.Key] = append(e.waiting[f.notice.Key], c)
			}
		case effSave:
			e.saver.now()
			c.dirty = true
		case effKnown:
			c.dirty = true
		case effSaveSoon:
			e.saver.soon(now)
		case effChange:
			e.log.Info("alert", "alert", f.alert, "state", string(f.state), "incident", f.incident, "why", f.why)
		case effDropped:
			e.drops++
			e.saver.soon(now)
			e.log.Warn("notice dropped", "key", f.notice.Key, "alert", f.notice.Alert, "why", f.why, "dropped", e.drops)
		case effAnswer:
			c.result, c.refused = f.result, f.refused
		}
	}
}

// settle writes what is to be written and answers the calls that wait for nothing else.
func (e *Engine) settle(calls []*call, now time.Time) {
	if e.saver.urgent || !e.saver.due.IsZero() && !now.Before(e.saver.due) {
		e.saver.save(e, now)
	}
	for _, c := range calls {
		c.saved = !c.dirty || !e.saver.urgent
		if c.open == 0 {
			e.answer(c)
		}
	}
	e.release()
}

// answer tells the caller how it went.
func (e *Engine) answer(c *call) {
	if c.reply == nil {
		return
	}
	switch {
	case c.refused != nil:
		c.reply <- c.refused
	case c.saved || c.result.Queued:
		c.reply <- nil
	default:
		c.reply <- fmt.Errorf("%w: %w", ErrNotStored, e.saver.err)
	}
	c.reply = nil
}

// answerAll ends the calls that still wait when the engine stops.
func (e *Engine) answerAll() {
	for _, calls := range e.waiting {
		for _, c := range calls {
			if c.reply == nil {
				continue // it waited for two notices and has its answer: the result is the caller's
			}
			c.saved = !e.saver.urgent
			c.result.Detail = "the agent is stopping: it is kept, and the next run sends it"
			e.answer(c)
		}
	}
}

// idAlphabet has no letters or digits that look alike, and no vowels.
const idAlphabet = "23456789CFHJKMNPRTVWX"

// newEpoch is what the incidents of one run have in common: 21⁶ are enough that two runs of the same
// day never share one, whatever became of the state file.
func newEpoch() string {
	b := make([]byte, 6)
	for i := range b {
		b[i] = idAlphabet[rand.IntN(len(idAlphabet))]
	}
	return string(b)
}
