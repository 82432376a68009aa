package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type greeting struct {
	Name  string `json:"name"`
	Times int    `json:"times,omitempty"`
}

func greet(_ context.Context, r Request, send func(any) error) error {
	var p greeting
	if err := r.Decode(&p); err != nil {
		return err
	}
	for range p.Times {
		if err := send(map[string]any{"hello": p.Name, "pid": r.Peer.PID}); err != nil {
			return err
		}
	}
	return nil
}

func TestCall(t *testing.T) {
	path := open(t, map[string]Handler{
		"greet": greet,
		"coded": func(context.Context, Request, func(any) error) error {
			return fmt.Errorf("raise %q: %w", "x", &RemoteError{Code: "limit", Message: "push: too many"})
		},
		"plain": func(context.Context, Request, func(any) error) error { return errors.New("queue: full") },
		"big": func(_ context.Context, _ Request, send func(any) error) error {
			return send(strings.Repeat("x", MaxLine))
		},
		"null": func(_ context.Context, _ Request, send func(any) error) error { return send(nil) },
	})
	var got []string
	collect := func(b json.RawMessage) error { got = append(got, string(b)); return nil }
	if err := Call(t.Context(), path, "greet", greeting{"<Ivan>", 2}, collect); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"hello":"<Ivan>","pid":%d}`, os.Getpid()) // SO_PEERCRED names this process
	if len(got) != 2 || got[0] != want || got[1] != want {
		t.Errorf("got %q, want twice %s", got, want)
	}
	if err := Call(t.Context(), path, "greet", nil, nil); err != nil {
		t.Errorf("nil parameters: %v", err)
	}
	if err := Call(t.Context(), path, "null", nil, nil); err != nil {
		t.Errorf("null line: %v", err)
	}
	stop := errors.New("enough")
	if err := Call(t.Context(), path, "greet", greeting{"a", 9}, func(json.RawMessage) error { return stop }); err != stop {
		t.Errorf("error of out: got %v", err)
	}
	wantRemote(t, Call(t.Context(), path, "coded", nil, nil), "limit", `raise "x": push: too many`)
	wantRemote(t, Call(t.Context(), path, "plain", nil, nil), CodeFailed, "queue: full")
	wantRemote(t, Call(t.Context(), path, "big", nil, nil), CodeTooLong, "65536 are allowed")
	wantRemote(t, Call(t.Context(), path, "gret", nil, nil), CodeUnknownOp, `"gret"; there are big, coded, greet, null, plain`)
	wantRemote(t, Call(t.Context(), path, "greet", map[string]any{"nam": "x"}, nil),
		CodeBadRequest, `greet: there is no parameter "nam"; there are name, times`)
	wantRemote(t, Call(t.Context(), path, "greet", map[string]any{"name": 5}, nil),
		CodeBadRequest, "greet: name is a number and must be a string")
	wantRemote(t, Call(t.Context(), path, "greet", greeting{Name: strings.Repeat("x", MaxLine)}, nil),
		CodeTooLong, "65536 are allowed")
	if err := Call(t.Context(), path, "greet", []int{1}, nil); err == nil || !strings.Contains(err.Error(), "JSON object") {
		t.Errorf("a list for parameters: got %v", err)
	}
}

// Whatever a program says on the socket, it gets one clear line, and the next one is served.
func TestRubbish(t *testing.T) {
	path := open(t, map[string]Handler{"greet": greet})
	for _, c := range []struct{ name, say, code, part string }{
		{"garbage", "\x00\xff\x17garbage\n", CodeBadRequest, "not a JSON object"},
		{"http", "GET / HTTP/1.1\r\n", CodeBadRequest, `"GET / HTTP/1.1" is not a JSON object`},
		{"list", "[1]\n", CodeBadRequest, "not a JSON object"},
		{"null", "null\n", CodeBadRequest, "not a JSON object"},
		{"no op", "{}\n", CodeBadRequest, `has no "op"`},
		{"op is a number", `{"op":5}` + "\n", CodeBadRequest, `has no "op"`},
		{"half a line", `{"op":"gre`, CodeBadRequest, "not a JSON object"},
		{"unknown", `{"op":"go away"}` + "\n", CodeUnknownOp, "there are greet"},
		{"too long", strings.Repeat(" ", MaxLine+1), CodeTooLong, "longer than 65536 octets"},
		{"too long and more", `{"op":"` + strings.Repeat("x", MaxLine+100), CodeTooLong, "longer than 65536 octets"},
	} {
		r := dialRaw(t, path)
		r.Write([]byte(c.say)) // may fail half-way: the refusal is what counts
		r.Conn.(*net.UnixConn).CloseWrite()
		wantLine(t, r.hear(), c.code, c.part)
	}
	r := dialRaw(t, path) // the longest line there may be
	r.say(`{"op":"greet"}` + strings.Repeat(" ", MaxLine-len(`{"op":"greet"}`)-1) + "\n")
	if l := r.hear(); !l.Done {
		t.Errorf("longest line: got %+v", l)
	}
	if err := Call(t.Context(), path, "greet", nil, nil); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestManyRequestsOnOneConnection(t *testing.T) {
	path := open(t, map[string]Handler{"greet": greet})
	r := dialRaw(t, path)
	r.say(`{"op":"greet","times":1}` + "\n\n" + `{"op":"nix"}` + "\n" + `{"op":"greet","name":"b","times":1}`)
	r.Conn.(*net.UnixConn).CloseWrite() // as socat does; the last line lacks its newline, as printf leaves it
	for i, want := range []func(outLine) bool{
		func(l outLine) bool { return strings.Contains(string(l.Out), `"hello":""`) },
		func(l outLine) bool { return l.Done },
		func(l outLine) bool { return l.Code == CodeUnknownOp },
		func(l outLine) bool { return strings.Contains(string(l.Out), `"hello":"b"`) },
		func(l outLine) bool { return l.Done },
	} {
		if l := r.hear(); !want(l) {
			t.Errorf("line %d: got %+v", i+1, l)
		}
	}
	if _, err := r.ReadSlice('\n'); err != io.EOF {
		t.Errorf("after the last answer: got %v, want EOF", err)
	}
}

// bubble runs f in a synctest bubble. serve serves handlers on p, and the function it returns ends
// Serve and waits for it.
func bubble(t *testing.T, f func(t *testing.T, p *pipes, serve func(map[string]Handler) (stop func()))) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		f(t, p, func(handlers map[string]Handler) func() {
			ctx, cancel := context.WithCancel(t.Context())
			served := make(chan error, 1)
			go func() { served <- Serve(ctx, p, handlers, quiet()) }()
			return func() {
				cancel()
				if err := <-served; err != nil {
					t.Errorf("Serve: %v", err)
				}
			}
		})
	})
}

func TestSeventeenthConnection(t *testing.T) {
	bubble(t, func(t *testing.T, p *pipes, serve func(map[string]Handler) func()) {
		defer serve(map[string]Handler{"greet": greet})()
		var conns []*raw
		for range MaxConnections {
			conns = append(conns, p.dial(t))
		}
		wantLine(t, p.dial(t).hear(), CodeBusy, "16 connections are open")
		conns[3].Close()
		synctest.Wait()
		r := p.dial(t)
		r.say(`{"op":"greet"}` + "\n")
		if l := r.hear(); !l.Done {
			t.Errorf("after one has left: got %+v", l)
		}
	})
}

func TestSilentClient(t *testing.T) {
	bubble(t, func(t *testing.T, p *pipes, serve func(map[string]Handler) func()) {
		defer serve(nil)()
		start := time.Now()
		half, mute := p.dial(t), p.dial(t)
		half.say(`{"op":`)
		wantLine(t, half.hear(), CodeSlow, "within 10s")
		if _, err := mute.ReadByte(); err != io.EOF {
			t.Errorf("a client that says nothing: got %v, want EOF", err)
		}
		if d := time.Since(start); d != requestTimer {
			t.Errorf("after %v, want %v", d, requestTimer)
		}
	})
}

func TestSlowReader(t *testing.T) {
	bubble(t, func(t *testing.T, p *pipes, serve func(map[string]Handler) func()) {
		ended := make(chan time.Time, 1)
		defer serve(map[string]Handler{"flood": func(ctx context.Context, _ Request, send func(any) error) error {
			var err error
			for err == nil {
				err = send("more")
			}
			<-ctx.Done() // a failed send ends the handler's context too
			ended <- time.Now()
			return err
		}})()
		r := p.dial(t)
		r.say(`{"op":"flood"}` + "\n")
		r.hear()
		start := time.Now()
		if d := (<-ended).Sub(start); d != writeTimer {
			t.Errorf("a reader that stopped was given %v, want %v", d, writeTimer)
		}
	})
}

func TestHangUpDuringAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, p *pipes, serve func(map[string]Handler) func()) {
		ended := make(chan time.Time, 1)
		defer serve(map[string]Handler{"wait": func(ctx context.Context, _ Request, send func(any) error) error {
			<-ctx.Done()
			ended <- time.Now()
			return ctx.Err()
		}})()
		r := p.dial(t)
		r.say(`{"op":"wait"}` + "\n")
		if b, err := r.ReadSlice('\n'); string(b) != "\n" || err != nil {
			t.Fatalf("got %q, %v, want a sign of life", b, err)
		}
		r.Close()
		start := time.Now()
		if d := (<-ended).Sub(start); d != heartbeat {
			t.Errorf("the handler of a client that left ended after %v, want %v", d, heartbeat)
		}
	})
}

func TestStop(t *testing.T) {
	bubble(t, func(t *testing.T, p *pipes, serve func(map[string]Handler) func()) {
		release := make(chan struct{})
		stop := serve(map[string]Handler{"wait": func(ctx context.Context, _ Request, _ func(any) error) error {
			<-ctx.Done()
			<-release
			return fmt.Errorf("bridge: %w", ctx.Err())
		}})
		mute, busy := p.dial(t), p.dial(t)
		busy.say(`{"op":"wait"}` + "\n")
		synctest.Wait()
		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		synctest.Wait()
		select {
		case <-stopped:
			t.Error("Serve returned before its handler did")
		default:
		}
		if _, err := mute.ReadByte(); err != io.EOF {
			t.Errorf("idle connection: got %v, want EOF", err)
		}
		close(release)
		wantLine(t, busy.hear(), CodeStopping, "stopping")
		<-stopped
	})
}

// failing is a listener that cannot accept for a while, as without file descriptors.
type failing struct {
	*pipes
	failures int
}

func (f *failing) Accept() (net.Conn, error) {
	if f.failures > 0 {
		f.failures--
		return nil, errors.New("accept4: too many open files")
	}
	return f.pipes.Accept()
}

func TestAcceptFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{newPipes(), 3}
		served := make(chan error, 1)
		go func() { served <- Serve(t.Context(), f, map[string]Handler{"greet": greet}, quiet()) }()
		start := time.Now()
		r := f.dial(t)
		if d, want := time.Since(start), acceptRestMin*(1+2+4); d != want {
			t.Errorf("accepted after %v, want %v", d, want)
		}
		r.say(`{"op":"greet"}` + "\n")
		if l := r.hear(); !l.Done {
			t.Errorf("got %+v", l)
		}
		f.Close() // and a listener that is closed under Serve ends it, with a reason
		if err := <-served; !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want net.ErrClosed", err)
		}
	})
}

// BenchmarkCall is one request on a connection of its own, as the command line makes it.
func BenchmarkCall(b *testing.B) {
	dir, err := os.MkdirTemp("", "door")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "a.sock")
	ln, err := Listen(path, 0o660, "")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, ln, map[string]Handler{"greet": greet}, quiet()) }()
	b.ReportAllocs()
	for b.Loop() {
		if err := Call(b.Context(), path, "greet", greeting{"Ivan", 1}, nil); err != nil {
			b.Fatal(err)
		}
	}
	cancel()
	<-served
}
