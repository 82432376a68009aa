package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"smppagent/internal/alerts"
	"smppagent/internal/door"
)

// openDoor serves handlers on a real socket until the test ends.
func openDoor(t *testing.T, handlers map[string]door.Handler) (socket string) {
	t.Helper()
	socket = filepath.Join(shortDir(t), "a.sock")
	ln, err := door.Listen(socket, 0o660, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- door.Serve(ctx, ln, handlers, quiet()) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return socket
}

func TestHandlers(t *testing.T) {
	var k taker
	socket := openDoor(t, Handlers(k.push, DefaultLimits(), quiet()))
	var result alerts.PushResult
	err := door.Call(t.Context(), socket, "raise", map[string]any{
		"name": "nas", "text": "RAID degraded", "class": "alarm", "to": "ivan, maria", "ttl": "6h", "id": "x1", "at": "2026-11-23T09:00:00Z",
	}, func(b json.RawMessage) error { return json.Unmarshal(b, &result) })
	if err != nil || result.Effect != alerts.EffectSent || !result.Queued {
		t.Fatalf("got %+v, %v", result, err)
	}
	want := alerts.Push{Op: alerts.OpRaise, Name: "nas", Text: "RAID degraded", Class: "alarm", To: []string{"ivan", "maria"},
		ID: "x1", TTL: 6 * time.Hour, At: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	if got := fmt.Sprintf("%+v", k.got); got != fmt.Sprintf("%+v", []alerts.Push{want}) {
		t.Errorf("got %s\nwant [%+v]", got, want)
	}
	for _, c := range []struct {
		op     string
		params map[string]any
		part   string
	}{
		{"raise", map[string]any{"name": "nas", "clas": "alarm"}, "clas: there is no such parameter; there are at, class, id, name, op, text, to, ttl"},
		{"raise", map[string]any{"name": 5}, "name: it is a number and must be a string"},
		{"raise", nil, "name: "},
		{"event", map[string]any{"name": "nas"}, "text: an event needs one"},
		{"event", map[string]any{"name": "nas", "text": strings.Repeat("x", 1001)}, "text: 1001 octets are more than 1000"},
		{"clear", map[string]any{"name": "nas", "class": "alarm"}, "class: clear has the class of what was raised"},
		{"raise", map[string]any{"name": "nas", "ttl": "5"}, "ttl"},
		{"raise", map[string]any{"name": "nas", "ttl": "1s"}, "ttl"},
		{"raise", map[string]any{"name": "nas", "at": "yesterday"}, "yesterday"},
		{"raise", map[string]any{"name": "nas", "class": "urgent"}, "urgent"},
	} {
		err := door.Call(t.Context(), socket, c.op, c.params, nil)
		remote, ok := errors.AsType[*door.RemoteError](err)
		if !ok || !strings.Contains(err.Error(), c.part) || !slices.Contains([]string{CodeRefused, door.CodeFailed}, remote.Code) {
			t.Errorf("%s %v: got %v, want %q", c.op, c.params, err, c.part)
		}
	}
	if len(k.got) != 1 {
		t.Errorf("the engine was given %d, want 1", len(k.got))
	}
	for range 29 {
		if err := door.Call(t.Context(), socket, "raise", map[string]string{"name": "nas"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	err = door.Call(t.Context(), socket, "raise", map[string]string{"name": "nas"}, nil)
	if remote, ok := errors.AsType[*door.RemoteError](err); !ok || remote.Code != CodeLimit {
		t.Errorf("the 31st: got %v, want code %s", err, CodeLimit)
	}
}

// The list of parameters is what a push consists of, no more and no less.
func TestParameters(t *testing.T) {
	b, err := json.Marshal(alerts.Push{Op: alerts.OpRaise, Name: "n", Text: "t", Class: "alarm", To: []string{"a"}, ID: "i", TTL: time.Hour, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(b, &keys); err != nil {
		t.Fatal(err)
	}
	var names []string
	for k := range keys {
		names = append(names, k)
	}
	slices.Sort(names)
	if !slices.Equal(names, parameters) {
		t.Errorf("a push has %v, parameters are %v", names, parameters)
	}
}

func TestCoded(t *testing.T) {
	for _, c := range []struct {
		err  error
		code string
	}{
		{&alerts.PushError{Field: "to", Problem: "x"}, CodeRefused},
		{fmt.Errorf("%w: 100 are open", alerts.ErrFull), CodeFull},
		{fmt.Errorf("%w: read-only file system", alerts.ErrNotStored), CodeNotStored},
		{alerts.ErrClosed, door.CodeStopping},
		{&LimitError{Limit: "names", Problem: "x"}, CodeLimit},
	} {
		remote, ok := errors.AsType[*door.RemoteError](coded(c.err))
		if !ok || remote.Code != c.code || remote.Message != c.err.Error() {
			t.Errorf("%v: got %#v, want code %s", c.err, coded(c.err), c.code)
		}
	}
	if err := errors.New("other"); coded(err) != err {
		t.Error("an unknown error was changed")
	}
}

// FuzzDecode: nothing in a spool file makes the reader panic, and what it takes, it takes again the
// same way after it was written down.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"op":"raise","name":"nas","text":"RAID","class":"alarm","to":["ivan"],"id":"1","ttl":"6h","at":"2026-11-23T09:00:00Z"}`,
		`{"op":"event","name":"n","text":"\u0000"}`, `{"op":"clear","name":"n","ttl":"1.5h"}`, `null`, `[]`, `{"at":null}`, `{"op":"raise","name":"n","to":5}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := decode("", b)
		if err != nil {
			return
		}
		line, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		again, err := decode("", line)
		if err != nil || !again.At.Equal(p.At) {
			t.Fatalf("%q became %q: %v", b, line, err)
		}
		again.At = p.At
		if fmt.Sprintf("%+v", again) != fmt.Sprintf("%+v", p) {
			t.Fatalf("%q: got %+v, then %+v", b, p, again)
		}
	})
}
