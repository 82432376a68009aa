package alerts

import "time"

// saver decides when the state is written.
type saver struct {
	urgent  bool      // something waits to be on flash
	due     time.Time // when something that can wait is to be written; zero: nothing
	err     error     // of the latest write; nil when it succeeded
	failing time.Duration
	retry   time.Time // after a failure: not before
}

// The times of the saver.
const (
	saveSoon     = 2 * time.Second // how long what can wait is collected
	saveRetryMin = time.Second
	saveRetryMax = 15 * time.Second
)

// now asks for a write with the next answer.
func (s *saver) now() { s.urgent = true }

// soon asks for a write within saveSoon.
func (s *saver) soon(now time.Time) {
	if s.due.IsZero() {
		s.due = now.Add(saveSoon)
	}
}

// save writes the state, unless an earlier write failed and it is too early to try again.
func (s *saver) save(e *Engine, now time.Time) {
	if !s.urgent && s.due.IsZero() || s.err != nil && now.Before(s.retry) {
		return
	}
	err := e.store.write(e.state.save(e.plan))
	if err == nil {
		if s.err != nil {
			e.log.Info("alert state written again", "sequence", e.store.sequence)
		}
		*s = saver{}
		return
	}
	if s.err == nil {
		e.log.Warn("alert state not written, a restart now may repeat texts", "error", err)
	}
	s.err = err
	s.failing = min(max(2*s.failing, saveRetryMin), saveRetryMax)
	s.retry = now.Add(s.failing)
	s.due = s.retry
}
