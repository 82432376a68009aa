package door

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// shortDir is t.TempDir with a path that leaves room for a socket's name (sun_path).
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "door")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// open serves handlers on a real socket until the test ends and returns its path.
func open(t *testing.T, handlers map[string]Handler) string {
	t.Helper()
	path := filepath.Join(shortDir(t), "a.sock")
	ln, err := Listen(path, 0o660, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, ln, handlers, quiet()) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return path
}

// raw is a connection whose far end the test plays octet by octet.
type raw struct {
	net.Conn
	*bufio.Reader
	t *testing.T
}

func newRaw(t *testing.T, conn net.Conn) *raw {
	t.Cleanup(func() { conn.Close() })
	return &raw{conn, bufio.NewReaderSize(conn, MaxLine), t}
}

func dialRaw(t *testing.T, path string) *raw {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(time.Minute)) // a broken test ends
	return newRaw(t, conn)
}

func (r *raw) Read(b []byte) (int, error) { return r.Reader.Read(b) }

func (r *raw) say(s string) {
	r.t.Helper()
	if _, err := r.Write([]byte(s)); err != nil {
		r.t.Fatalf("write %.40q: %v", s, err)
	}
}

func (r *raw) hear() outLine {
	r.t.Helper()
	b, err := r.ReadSlice('\n')
	if err != nil {
		r.t.Fatalf("read: %v after %q", err, b)
	}
	var l outLine
	if err := json.Unmarshal(b, &l); err != nil {
		r.t.Fatalf("line %q: %v", b, err)
	}
	return l
}

// pipes is a listener of net.Pipe connections, which a synctest bubble can wait for.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	close func()
}

func newPipes() *pipes {
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.done) })
	return p
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.close(); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Net: "unix", Name: "pipe"} }

// dial makes a connection that Serve has accepted.
func (p *pipes) dial(t *testing.T) *raw {
	near, far := net.Pipe()
	p.conns <- far
	return newRaw(t, near)
}

func wantRemote(t *testing.T, err error, code, part string) {
	t.Helper()
	remote, ok := errors.AsType[*RemoteError](err)
	if !ok || remote.Code != code || !strings.Contains(remote.Message, part) {
		t.Errorf("got %#v, want a RemoteError with code %s that says %q", err, code, part)
	}
}

func wantLine(t *testing.T, l outLine, code, part string) {
	t.Helper()
	if l.Code != code || !strings.Contains(l.Error, part) || l.Done || l.Out != nil {
		t.Errorf("got line %+v, want code %s that says %q", l, code, part)
	}
}
