package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/alerts"
	"smppagent/internal/door"
)

func TestSend(t *testing.T) {
	var k taker
	socket := openDoor(t, Handlers(k.push, DefaultLimits(), quiet()))
	spool := filepath.Join(shortDir(t), "in")
	sent, err := Send(t.Context(), socket, spool, event("nas", "RAID degraded"))
	if err != nil || sent.Spooled != "" || sent.Result.Effect != alerts.EffectSent {
		t.Fatalf("got %+v, %v", sent, err)
	}
	if len(k.got) != 1 || k.got[0].ID == "" || !k.got[0].At.IsZero() {
		t.Errorf("the engine was given %+v, want one with an ID and no time", k.got)
	}
	if _, err := os.Stat(spool); err == nil {
		t.Error("a spool was made although the agent answered")
	}
}

// down is a call that nobody answers.
func down(context.Context, alerts.Push, func(json.RawMessage) error) error {
	return fmt.Errorf("door: %w: there is no socket", door.ErrNotRunning)
}

func TestSendSpools(t *testing.T) {
	spool := filepath.Join(shortDir(t), "in")
	before := time.Now().Round(0)
	socket := filepath.Join(filepath.Dir(spool), "none.sock")
	sent, err := Send(t.Context(), socket, spool, event("nas", "RAID degraded"))
	if err != nil || filepath.Dir(sent.Spooled) != spool || !errors.Is(sent.Why, door.ErrNotRunning) {
		t.Fatalf("got %+v, %v", sent, err)
	}
	if names := in(t, spool); len(names) != 1 || names[0] != filepath.Base(sent.Spooled) {
		t.Errorf("the spool has %q, want only %s", names, sent.Spooled)
	}
	info, err := os.Stat(sent.Spooled)
	if err != nil || info.Mode() != 0o640 {
		t.Errorf("got %v, %v, want mode 0640", info.Mode(), err)
	}
	p, err := readSpool(sent.Spooled)
	if err != nil || p.Text != "RAID degraded" || p.ID == "" || p.At.Before(before) || p.At.After(time.Now()) {
		t.Errorf("got %+v, %v, want the push with an ID and its time", p, err)
	}
	own := event("nas", "again")
	own.ID, own.At = "mine", time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	if sent, err = Send(t.Context(), socket, spool, own); err != nil {
		t.Fatal(err)
	}
	if p, err = readSpool(sent.Spooled); err != nil || p.ID != "mine" || !p.At.Equal(own.At) {
		t.Errorf("got %+v, %v, want the ID and time that were given", p, err)
	}
}

// Which answers of the agent mean that the spool has to take it.
func TestSendDecides(t *testing.T) {
	refusal := func(code string) error { return &door.RemoteError{Code: code, Message: code} }
	clear := alerts.Push{Op: alerts.OpClear, Name: "nas"}
	for _, c := range []struct {
		push  alerts.Push
		err   error
		spool bool
	}{
		{event("a", "x"), refusal(door.CodeBusy), true},
		{event("a", "x"), refusal(door.CodeStopping), true},
		{event("a", "x"), refusal(CodeNotStored), true},
		{event("a", "x"), fmt.Errorf("door: %w: cut", door.ErrNoAnswer), true},
		{event("a", "x"), nil, true}, // done, and not a word about what was done
		{event("a", "x"), refusal(CodeRefused), false},
		{event("a", "x"), refusal(CodeLimit), false},
		{clear, refusal(CodeLimit), true},
		{event("a", "x"), refusal(CodeFull), false},
		{clear, refusal(CodeFull), true},
		{event("a", "x"), refusal(door.CodeUnknownOp), false},
		{event("", "x"), nil, false},
	} {
		spool := shortDir(t)
		id := ""
		sent, err := send(t.Context(), spool, c.push, func(_ context.Context, p alerts.Push, _ func(json.RawMessage) error) error {
			id = p.ID
			return c.err
		})
		names := in(t, spool)
		if (len(names) == 1) != c.spool || (sent.Spooled != "") != c.spool || (err == nil) != c.spool {
			t.Errorf("%s after %v: got %+v, %v, files %q; want spooled %v", c.push.Op, c.err, sent, err, names, c.spool)
		}
		if c.spool {
			// The agent may have taken it before the answer was lost: the file says that it is the same one.
			if p, err := readSpool(sent.Spooled); err != nil || p.ID != id || id == "" {
				t.Errorf("%v: spooled as %+v, %v, want ID %q", c.err, p, err, id)
			}
		}
	}
}

// What waits in the spool is not overtaken by its opposite: a clear before its raise would leave an
// incident that never ends, a raise before an earlier clear one that is taken for over.
func TestSendKeepsOrder(t *testing.T) {
	raise, clear := alerts.Push{Op: alerts.OpRaise, Name: "nas"}, alerts.Push{Op: alerts.OpClear, Name: "nas"}
	other := alerts.Push{Op: alerts.OpClear, Name: "ups"}
	for _, c := range []struct {
		waits, push alerts.Push
		spool       bool
	}{
		{raise, clear, true}, {clear, raise, true}, {raise, raise, false}, {other, raise, false},
		{raise, event("nas", "x"), false}, {event("nas", "x"), clear, false},
	} {
		spool := shortDir(t)
		mustSpool(t, spool, c.waits)
		put(t, spool, "0-damaged.json", "{")
		var k taker
		sent, err := send(t.Context(), spool, c.push, func(ctx context.Context, p alerts.Push, out func(json.RawMessage) error) error {
			k.push(ctx, p)
			return out(json.RawMessage(`{"effect":"cleared","class":"info"}`))
		})
		if err != nil || (sent.Spooled != "") != c.spool || (len(k.texts()) == 0) != c.spool {
			t.Errorf("%s %s behind %s %s: got %+v, %v", c.push.Op, c.push.Name, c.waits.Op, c.waits.Name, sent, err)
		}
		if names := in(t, spool); c.spool && (!errors.Is(sent.Why, ErrWaiting) || names[len(names)-1] != filepath.Base(sent.Spooled)) {
			t.Errorf("spooled as %s among %q: %v", sent.Spooled, names, sent.Why)
		}
	}
}

func TestSendDoesNotWaitForEver(t *testing.T) {
	spool := shortDir(t)
	synctest.Test(t, func(t *testing.T) {
		hangs := func(ctx context.Context, _ alerts.Push, _ func(json.RawMessage) error) error {
			<-ctx.Done()
			return ctx.Err()
		}
		start := time.Now()
		sent, err := send(t.Context(), spool, event("a", "x"), hangs)
		if d := time.Since(start); err != nil || sent.Spooled == "" || d != answerTimer || !errors.Is(sent.Why, door.ErrNoAnswer) {
			t.Errorf("got %+v, %v after %v, want it spooled after %v", sent, err, d, answerTimer)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if sent, err := send(ctx, spool, event("a", "y"), hangs); !errors.Is(err, context.DeadlineExceeded) || sent.Spooled != "" {
			t.Errorf("a caller who gives up: got %+v, %v", sent, err)
		}
	})
}

// An agent that dies in the middle of its answer.
func TestSendCutOff(t *testing.T) {
	dir := shortDir(t)
	ln, err := net.Listen("unix", filepath.Join(dir, "a.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	heard := make(chan string, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			heard <- err.Error()
			return
		}
		b := make([]byte, 4096)
		n, _ := conn.Read(b)
		conn.Write([]byte(`{"out":{"effect":"se`))
		conn.Close()
		heard <- string(b[:n])
	}()
	sent, err := Send(t.Context(), filepath.Join(dir, "a.sock"), filepath.Join(dir, "in"), event("a", "x"))
	if err != nil || !errors.Is(sent.Why, door.ErrNoAnswer) {
		t.Fatalf("got %+v, %v", sent, err)
	}
	p, err := readSpool(sent.Spooled)
	if said := <-heard; err != nil || !strings.Contains(said, `"id":"`+p.ID+`"`) {
		t.Errorf("the agent was told %s, the file says %+v, %v: want the same ID", said, p, err)
	}
}

func TestSpoolTakesNothing(t *testing.T) {
	dir := shortDir(t)
	put(t, dir, "file", "")
	full := filepath.Join(dir, "full")
	if err := os.Mkdir(full, 0o770); err != nil {
		t.Fatal(err)
	}
	for i := range maxFiles {
		put(t, full, fmt.Sprintf("%010d-x.json", i), "")
	}
	for spool, cause := range map[string]error{
		filepath.Join(dir, "file"):       syscall.ENOTDIR,
		filepath.Join(dir, "no", "such"): syscall.ENOENT,
		full:                             ErrSpoolFull,
	} {
		_, err := send(t.Context(), spool, event("a", "x"), down)
		if !errors.Is(err, cause) || !errors.Is(err, door.ErrNotRunning) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), spool) {
			t.Errorf("got %v, want %v and the directory's name", err, cause)
		}
	}
}
