// Package push brings in what other programs raise, clear and report: through the agent's socket, and
// through a spool directory while the agent is down. It decides nothing about what people are told.
package push

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"

	"smppagent/internal/alerts"
	"smppagent/internal/door"
)

// Pusher takes a push and returns when what came of it is on flash: alerts.Engine.Push.
type Pusher func(ctx context.Context, p alerts.Push) (alerts.PushResult, error)

// The codes of the door's error lines, beside door's own.
const (
	CodeRefused   = "refused"    // the push is wrong and will be wrong again
	CodeLimit     = "limit"      // too many, see Limits; it may be said again later
	CodeFull      = "full"       // no room for another incident or notice now
	CodeNotStored = "not_stored" // it counts, and a power cut now would lose it
)

// Handlers are the door's operations raise, clear and event. Their parameters are those of alerts.Push
// in JSON, their answer is one alerts.PushResult.
func Handlers(push Pusher, limits Limits, log *slog.Logger) map[string]door.Handler {
	limiter := newLimiter(limits)
	handle := func(ctx context.Context, r door.Request, send func(any) error) error {
		p, err := decode(r.Op, r.Params)
		if err != nil {
			return coded(err)
		}
		giveBack, err := limiter.take(p)
		if err != nil {
			log.Warn("push refused", "op", r.Op, "name", p.Name, "pid", r.Peer.PID, "uid", r.Peer.UID, "err", err)
			return coded(err)
		}
		result, err := push(ctx, p)
		if err != nil || len(result.Keys) == 0 {
			giveBack() // no text came of it
		}
		if err != nil {
			return coded(err)
		}
		log.Info("pushed", "op", r.Op, "name", p.Name, "effect", result.Effect, "incident", result.Incident,
			"pid", r.Peer.PID, "uid", r.Peer.UID)
		return send(result)
	}
	handlers := map[string]door.Handler{}
	for _, op := range []alerts.Op{alerts.OpRaise, alerts.OpClear, alerts.OpEvent} {
		handlers[string(op)] = handle
	}
	return handlers
}

// coded gives err the code by which a program knows what to do.
func coded(err error) error {
	code := ""
	if _, ok := errors.AsType[*alerts.PushError](err); ok {
		code = CodeRefused
	} else if _, ok := errors.AsType[*LimitError](err); ok {
		code = CodeLimit
	}
	switch {
	case code != "":
	case errors.Is(err, alerts.ErrFull):
		code = CodeFull
	case errors.Is(err, alerts.ErrNotStored):
		code = CodeNotStored
	case errors.Is(err, alerts.ErrClosed):
		code = door.CodeStopping
	default:
		return err
	}
	return &door.RemoteError{Code: code, Message: err.Error()}
}

// parameters are the keys of a push in JSON.
var parameters = []string{"at", "class", "id", "name", "op", "text", "to", "ttl"}

// decode reads a push. op, when it is not "", stands for the key of that name. The error is an
// *alerts.PushError or says what is wrong with the JSON.
func decode(op string, object []byte) (alerts.Push, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(object, &keys); err != nil || keys == nil {
		return alerts.Push{}, fmt.Errorf(`push: %s is not a JSON object such as {"op":"raise","name":"nas","text":"RAID degraded"}`, excerpt(object))
	}
	for key := range keys {
		if !slices.Contains(parameters, key) {
			return alerts.Push{}, &alerts.PushError{Field: key, Problem: "there is no such parameter; there are " + strings.Join(parameters, ", ")}
		}
	}
	var p alerts.Push
	if err := json.Unmarshal(object, &p); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return p, &alerts.PushError{Field: wrong.Field, Problem: "it is a " + wrong.Value + " and must be a " + wrong.Type.String()}
		}
		return p, err
	}
	if op != "" {
		p.Op = alerts.Op(op)
	}
	return p, p.Check()
}

func excerpt(b []byte) string {
	const most = 60
	b = bytes.TrimSpace(b)
	if len(b) > most {
		return fmt.Sprintf("%q…", b[:most])
	}
	return fmt.Sprintf("%q", b)
}

// newID names a push for ever.
func newID() string {
	return fmt.Sprintf("%016x%08x", rand.Uint64(), rand.Uint32())
}
