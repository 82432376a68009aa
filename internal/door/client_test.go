package door

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestNotRunning(t *testing.T) {
	dir := shortDir(t)
	stale := filepath.Join(dir, "stale.sock")
	makeStale(t, stale)
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "none.sock"), filepath.Join(dir, "no", "dir.sock"), stale, file, file + "/x"} {
		err := Call(t.Context(), path, "status", nil, nil)
		if !errors.Is(err, ErrNotRunning) || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want ErrNotRunning with %s", err, path)
		}
	}
	long := filepath.Join(dir, strings.Repeat("x", 108-len(dir)-1))
	if err := Call(t.Context(), long, "status", nil, nil); err == nil || !strings.Contains(err.Error(), "has 108 octets and the system allows 107") {
		t.Errorf("path of 108 octets: got %v", err)
	}
	if err := Call(t.Context(), long[:107], "status", nil, nil); !errors.Is(err, ErrNotRunning) {
		t.Errorf("path of 107 octets: got %v, want ErrNotRunning", err)
	}
	err := dialError(t.Context(), "/run/a.sock", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EACCES)})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "join its group") {
		t.Errorf("no permission: got %v", err)
	}
	err = dialError(t.Context(), "/run/a.sock", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EAGAIN)})
	wantRemote(t, err, CodeBusy, "/run/a.sock")
}

// play runs converse against a far end that the test plays, in a synctest bubble.
func play(t *testing.T, far func(conn net.Conn, r *bufio.Reader), check func(err error, lines []string, took time.Duration)) {
	synctest.Test(t, func(t *testing.T) {
		near, other := net.Pipe()
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			defer other.Close()
			far(other, bufio.NewReader(other))
		})
		var lines []string
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err := converse(ctx, near, []byte(`{"op":"follow"}`+"\n"), func(b json.RawMessage) error {
			lines = append(lines, string(b))
			return nil
		})
		near.Close()
		check(err, lines, time.Since(start))
	})
}

func TestFarEndMisbehaves(t *testing.T) {
	for name, say := range map[string]string{
		"nothing":       "",
		"half a line":   `{"out":{"a"`,
		"no last line":  `{"out":1}` + "\n",
		"garbage":       "220 smtp ready\n",
		"empty object":  "{}\n",
		"unknown words": `{"result":5}` + "\n",
		"long line":     `{"out":"` + strings.Repeat("x", MaxLine) + `"}` + "\n",
	} {
		play(t, func(conn net.Conn, r *bufio.Reader) {
			r.ReadSlice('\n')
			conn.Write([]byte(say))
		}, func(err error, _ []string, took time.Duration) {
			if !errors.Is(err, ErrNoAnswer) || took != 0 {
				t.Errorf("%s: got %v after %v, want ErrNoAnswer at once", name, err, took)
			}
		})
	}
}

func TestFarEndSilent(t *testing.T) {
	play(t, func(conn net.Conn, r *bufio.Reader) {
		r.ReadSlice('\n')
		r.ReadByte() // until the client leaves
	}, func(err error, _ []string, took time.Duration) {
		if !errors.Is(err, ErrNoAnswer) || took != patience {
			t.Errorf("got %v after %v, want ErrNoAnswer after %v", err, took, patience)
		}
	})
	play(t, func(conn net.Conn, r *bufio.Reader) {
		wait(context.Background(), 2*writeTimer) // takes nothing
	}, func(err error, _ []string, took time.Duration) {
		if !errors.Is(err, ErrNoAnswer) || took > writeTimer+patience {
			t.Errorf("a far end that takes nothing: got %v after %v", err, took)
		}
	})
}

func TestHeartbeatKeepsCallAlive(t *testing.T) {
	bubble(t, func(t *testing.T, p *pipes, serve func(map[string]Handler) func()) {
		defer serve(map[string]Handler{"follow": func(ctx context.Context, _ Request, send func(any) error) error {
			if !wait(ctx, 30*time.Minute) {
				return ctx.Err()
			}
			return send("delivered")
		}})()
		conn := p.dial(t)
		var got string
		start := time.Now()
		err := converse(t.Context(), conn.Conn, []byte(`{"op":"follow"}`+"\n"), func(b json.RawMessage) error {
			got = string(b)
			return nil
		})
		if d := time.Since(start); err != nil || got != `"delivered"` || d != 30*time.Minute {
			t.Errorf("got %q, %v after %v", got, err, d)
		}
		conn.Close()
	})
}

// A far end that lives and never comes to an end is left when the caller's context says so.
func TestCallerGivesUp(t *testing.T) {
	play(t, func(conn net.Conn, r *bufio.Reader) {
		r.ReadSlice('\n')
		for wait(context.Background(), heartbeat/3) {
			if _, err := conn.Write([]byte("\n")); err != nil {
				return
			}
		}
	}, func(err error, _ []string, took time.Duration) {
		if !errors.Is(err, context.DeadlineExceeded) || took != time.Hour {
			t.Errorf("got %v after %v, want the context's error after 1h", err, took)
		}
	})
}

// A server that refuses in mid-line and hangs up: the reason is read although the write failed.
func TestRefusedWhileWriting(t *testing.T) {
	play(t, func(conn net.Conn, r *bufio.Reader) {
		conn.Write([]byte(`{"error":"door: 16 connections are open","code":"busy"}` + "\n"))
	}, func(err error, _ []string, _ time.Duration) {
		// A pipe has no buffer: writer and writer wait for each other until the write's timer ends.
		wantRemote(t, err, CodeBusy, "16 connections")
	})
}
