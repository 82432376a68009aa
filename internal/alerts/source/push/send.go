package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"smppagent/internal/alerts"
	"smppagent/internal/door"
)

// answerTimer is how long the agent may take over a push before it goes to the spool instead: whoever
// calls from a hotplug script has no time to wait for an agent that hangs.
const answerTimer = 10 * time.Second

// Sent is where a push went. Either way it is on flash.
type Sent struct {
	Result  alerts.PushResult // the agent's answer, unless Spooled
	Spooled string            // the file it is kept in until the agent reads it; "" when the agent has it
	Why     error             // why it was spooled
}

// SpoolError says that neither the agent nor the spool directory took a push: it is lost unless it is
// said again.
type SpoolError struct {
	Dir  string
	Door error // why not the agent
	Err  error // why not the spool
}

// Error names both reasons.
func (e *SpoolError) Error() string {
	return fmt.Sprintf("push: not kept anywhere: %v; spool %s: %v", e.Door, e.Dir, e.Err)
}

// Unwrap gives both reasons.
func (e *SpoolError) Unwrap() []error { return []error{e.Door, e.Err} }

// Send brings p to the agent that serves socket. When there is none, or it is busy, stopping, hanging
// or could not store it, p goes into a file in spoolDir, where the agent finds it; it has an ID, so
// that it counts once even when the agent had taken it. A clear goes there as well when it met a limit
// or found no room, and so does what must not overtake its opposite that waits there.
//
// Errors: *alerts.PushError (p is wrong), *door.RemoteError (the agent refused it: CodeRefused,
// CodeLimit, CodeFull), *SpoolError, ctx's error.
func Send(ctx context.Context, socket, spoolDir string, p alerts.Push) (Sent, error) {
	return send(ctx, spoolDir, p, func(ctx context.Context, p alerts.Push, out func(json.RawMessage) error) error {
		return door.Call(ctx, socket, string(p.Op), p, out)
	})
}

// send is Send with the door's Call for p.
func send(ctx context.Context, spoolDir string, p alerts.Push,
	call func(ctx context.Context, p alerts.Push, out func(json.RawMessage) error) error) (Sent, error) {
	if err := p.Check(); err != nil {
		return Sent{}, err
	}
	if p.ID == "" {
		p.ID = newID()
	}
	asked := time.Now()
	if opposed(spoolDir, p) {
		late := p
		if late.At.IsZero() {
			late.At = asked.Round(0)
		}
		if file, err := writeSpool(spoolDir, late); err == nil {
			return Sent{Spooled: file, Why: fmt.Errorf("push: %s: %w", p.Name, ErrWaiting)}, nil
		}
	}
	var sent Sent
	answered := false
	limited, cancel := context.WithTimeout(ctx, answerTimer)
	defer cancel()
	err := call(limited, p, func(b json.RawMessage) error {
		answered = true
		return json.Unmarshal(b, &sent.Result)
	})
	switch {
	case err == nil && answered:
		return sent, nil
	case ctx.Err() != nil:
		return Sent{}, ctx.Err()
	case err == nil:
		err = fmt.Errorf("push: %w: the agent did not say what became of it", door.ErrNoAnswer)
	case limited.Err() != nil:
		err = fmt.Errorf("push: %w: nothing within %v", door.ErrNoAnswer, answerTimer)
	case final(p.Op, err):
		return Sent{}, err
	}
	if p.At.IsZero() {
		p.At = asked.Round(0)
	}
	file, failed := writeSpool(spoolDir, p)
	if failed != nil {
		return Sent{}, &SpoolError{spoolDir, err, failed}
	}
	return Sent{Spooled: file, Why: err}, nil
}

// final tells whether the agent's refusal stands, or the spool is to be tried.
func final(op alerts.Op, err error) bool {
	remote, ok := errors.AsType[*door.RemoteError](err)
	if !ok {
		return false // nobody there, or nobody that makes sense
	}
	switch remote.Code {
	case door.CodeBusy, door.CodeStopping, CodeNotStored:
		return false
	case CodeLimit, CodeFull:
		return op != alerts.OpClear
	}
	return true
}
