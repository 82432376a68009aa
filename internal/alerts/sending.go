package alerts

import (
	"context"
	"time"

	"smppagent/internal/sms"
)

// sending knows which notices are being raised, and which must wait because the queue refused some.
type sending struct {
	busy    map[string]string // incident → key under way: its notices go in order
	stopped bool              // the queue refused a notice
	class   sms.Class         // then: the most urgent class it refused; more urgent ones are still tried
	pause   time.Duration
	until   time.Time
	logged  bool // the trouble was reported
}

func newSending() sending { return sending{busy: map[string]string{}} }

// The times of trying again.
const (
	raiseRetryMin = time.Second
	raiseRetryMax = time.Minute
)

// nextNotice gives the channel and the notice that is to be raised next: the most urgent, then the oldest.
// The channel is nil when there is none. Nothing is raised before it is on flash, unless flash fails.
func (e *Engine) nextNotice(now time.Time) (chan<- Notice, Notice) {
	if e.saver.urgent && e.saver.err == nil {
		return nil, Notice{}
	}
	best := -1
	for i, n := range e.state.pending {
		if _, busy := e.sending.busy[n.Incident]; busy || e.sending.holds(n.Class) {
			continue
		}
		if best < 0 || n.Class < e.state.pending[best].Class {
			best = i
		}
	}
	if best < 0 {
		return nil, Notice{}
	}
	return e.work, e.plan.notice(e.state.pending[best])
}

// notice gives n with the phones of the people who are still in the configuration.
func (p *plan) notice(n pending) Notice {
	return Notice{
		Key: n.Key, Incident: n.Incident, Alert: n.Alert, Reason: n.Reason, To: p.people.recipients(n.To),
		Class: n.Class, Text: n.Text, TTL: n.TTL, Receipt: n.Class <= sms.Warning,
	}
}

// holds tells whether notices of the class wait: for the pause to end, and then for one to show that the
// queue takes them again.
func (s *sending) holds(c sms.Class) bool {
	return c >= s.class && (s.stopped || s.pause > 0 && len(s.busy) > 0)
}

func (s *sending) handed(n Notice) { s.busy[n.Incident] = n.Key }

// unblock lets everything be tried again when the pause is over.
func (s *sending) unblock(now time.Time) {
	if s.stopped && !now.Before(s.until) {
		s.stopped = false
	}
}

// retryAt is when to try again; zero: nothing waits for that.
func (s *sending) retryAt(st *state) time.Time {
	if s.stopped && len(st.pending) > 0 {
		return s.until
	}
	return time.Time{}
}

// refused notes that the queue did not take a notice.
func (s *sending) refused(c sms.Class, now time.Time) {
	if !s.stopped {
		s.pause = min(max(2*s.pause, raiseRetryMin), raiseRetryMax)
		s.stopped, s.class, s.until = true, c, now.Add(s.pause)
	}
	s.class = min(s.class, c)
}

// arrived takes the news of a notice that was raised.
func (e *Engine) arrived(r raised, now time.Time) {
	s, key := &e.sending, r.notice.Key
	delete(s.busy, r.notice.Incident)
	if r.err == nil {
		if !s.stopped || r.notice.Class >= s.class {
			if s.logged {
				e.log.Info("message queue takes notices again", "notices", len(e.state.pending))
			}
			s.logged, s.pause, s.stopped = false, 0, false
		}
		e.step(&call{in: input{kind: inRaised, key: key}}, now)
		e.queued(key, true, "")
		return
	}
	s.refused(r.notice.Class, now)
	if !s.logged {
		e.log.Warn("notice not queued, it is kept and tried again", "key", key, "error", r.err, "notices", len(e.state.pending))
	}
	s.logged = true
	e.queued(key, false, "the message queue refused it for now, it is kept and tried again: "+r.err.Error())
	e.release()
}

// queued tells those who wait for a notice how it went.
func (e *Engine) queued(key string, ok bool, detail string) {
	calls := e.waiting[key]
	delete(e.waiting, key)
	for _, c := range calls {
		c.open--
		if !ok {
			c.kept, c.result.Detail = true, detail
		}
		if c.open == 0 {
			c.result.Queued = !c.kept
			e.answer(c)
		}
	}
}

// release answers those who wait for a notice that is not going to be tried now.
func (e *Engine) release() {
	if len(e.waiting) == 0 {
		return
	}
	held := map[string]bool{}
	for _, n := range e.state.pending {
		held[n.Key] = e.sending.holds(n.Class) && e.sending.busy[n.Incident] != n.Key
	}
	for key := range e.waiting {
		if later, pending := held[key]; !pending {
			e.queued(key, false, "a later notice took its place")
		} else if later {
			e.queued(key, false, "the message queue takes nothing for now, it is kept and tried again")
		}
	}
}

// finish lets the notices that are due into the queue before the engine stops.
func (e *Engine) finish(ctx context.Context) {
	e.saver.save(e, time.Now())
	for {
		work, next := e.nextNotice(time.Now())
		if work == nil && len(e.sending.busy) == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case work <- next:
			e.sending.handed(next)
		case r := <-e.done:
			e.arrived(r, time.Now())
		}
	}
}
