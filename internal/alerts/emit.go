package alerts

import (
	"context"
	"fmt"
	"math"

	"smppagent/internal/sms"
)

// hand gives the engine a call and waits for the answer.
func (e *Engine) hand(ctx context.Context, c *call) error {
	reply := make(chan error, 1)
	c.reply = reply
	select {
	case e.calls <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.ended:
		return ErrClosed
	}
	select {
	case err := <-reply:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-e.ended:
	}
	select {
	case err := <-reply:
		return err
	default:
		return ErrClosed
	}
}

// Emit takes a reading. It returns when the reading counts and what followed from it is on flash. An
// error wrapping ErrNotStored says that it counts but could not be written; ErrClosed and ctx's errors
// that it may not count; any other that the reading is wrong.
func (e *Engine) Emit(ctx context.Context, r Reading) error {
	if err := r.check(); err != nil {
		return err
	}
	return e.hand(ctx, &call{in: input{kind: inReading, reading: r}})
}

// The limits of a reading.
const (
	maxValueText = 1000
	maxFields    = 32
)

func (r Reading) check() error {
	if err := checkName(r.Sensor); err != nil {
		return fmt.Errorf("alerts: reading: sensor: %w", err)
	}
	wrong := func(problem string) error { return fmt.Errorf("alerts: reading of %s: %s", r.Sensor, problem) }
	switch {
	case r.Value.Kind > KindEvent:
		return wrong(r.Value.Kind.String() + " is no kind of value")
	case r.Quality > Bad:
		return wrong(r.Quality.String() + " is no quality")
	case r.Value.Kind == KindNumber && (math.IsNaN(r.Value.Number) || math.IsInf(r.Value.Number, 0)):
		return wrong("the number is not finite: send quality bad")
	case r.Value.Kind == KindNone && (r.Quality == Good || r.Quality == Retained):
		return wrong("there is no value, so the quality cannot be " + r.Quality.String())
	case len(r.Value.Text) > maxValueText:
		return wrong(fmt.Sprintf("%d octets of text are more than %d", len(r.Value.Text), maxValueText))
	case len(r.Fields) > maxFields:
		return wrong(fmt.Sprintf("%d fields are more than %d", len(r.Fields), maxFields))
	}
	return nil
}

// Push takes what a program raised, cleared or reported. It returns when the notice that came of it, if
// any, is on flash: in the queue (Queued), or here and still to be raised. Errors are *PushError and
// those listed with it.
func (e *Engine) Push(ctx context.Context, p Push) (PushResult, error) {
	if err := p.Check(); err != nil {
		return PushResult{}, err
	}
	c := &call{in: input{kind: inPush, push: p}}
	if err := e.hand(ctx, c); err != nil {
		return PushResult{}, err
	}
	return c.result, nil
}

// Outcome notes what became of the text that notice key brought to person. Keys that are not known any
// more are no error.
func (e *Engine) Outcome(ctx context.Context, key, person string, o sms.Outcome) error {
	return e.hand(ctx, &call{in: input{kind: inOutcome, key: key, person: person, outcome: o}})
}
