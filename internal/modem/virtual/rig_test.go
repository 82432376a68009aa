package virtual

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"smppagent/internal/sms"
)

// A fakeAgent takes messages and remembers them.
type fakeAgent struct {
	mu       sync.Mutex
	taken    []sms.Message
	keys     []string
	dropped  []uint64
	refuse   error // what Accept answers, when set
	slow     time.Duration
	link     Link
	clock    bool
	fates    chan Fate
	open     bool
	onItsWay bool // Withdraw comes too late
}

func newFakeAgent() *fakeAgent {
	return &fakeAgent{link: Link{Up: true, Name: "main", Since: time.Now()}, clock: true, fates: make(chan Fate, 16)}
}

func (a *fakeAgent) agent() Agent {
	return Agent{
		Accept: func(ctx context.Context, m sms.Message, key string) (uint64, error) {
			if a.slow > 0 {
				select {
				case <-time.After(a.slow):
				case <-ctx.Done():
					return 0, ctx.Err()
				}
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.refuse != nil {
				return 0, a.refuse
			}
			if err := m.Check(); err != nil {
				return 0, errors.Join(ErrInvalid, err)
			}
			a.taken, a.keys = append(a.taken, m), append(a.keys, key)
			return uint64(len(a.taken)), nil
		},
		Withdraw: func(_ context.Context, id uint64, _ string) error {
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.onItsWay {
				return errors.New("is being sent")
			}
			a.dropped = append(a.dropped, id)
			return nil
		},
		Fates:    func(context.Context) <-chan Fate { return a.fates },
		Pending:  func(context.Context, func(Pending)) error { return nil },
		Open:     func(context.Context, uint64) bool { return a.open },
		Link:     func() Link { a.mu.Lock(); defer a.mu.Unlock(); return a.link },
		Waiting:  func(context.Context) (int, error) { return 7, nil },
		Zone:     time.UTC,
		ClockSet: func() bool { return a.clock },
	}
}

func (a *fakeAgent) messages() []sms.Message {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]sms.Message(nil), a.taken...)
}

func (a *fakeAgent) setLink(l Link) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.link = l
}

// A client is the far end of a port.
type client struct {
	t    testing.TB
	conn net.Conn
	in   chan []byte // what the port says, as it is written
	got  []byte      // of this, what has not been looked at
	port *Port
	set  *settings
	end  func() error // hangs up, and gives what serving ended with
}

func testConfig(change func(*Config)) Config {
	cfg := Default()
	cfg.Name, cfg.TCP, cfg.Echo, cfg.Number = "test", "127.0.0.1:1", false, "+359888000001"
	if change != nil {
		change(&cfg)
	}
	return cfg
}

func newTestPort(t testing.TB, a *fakeAgent, change func(*Config)) *Port {
	t.Helper()
	cfg := testConfig(change)
	cfg.Check(func(key, problem string) { t.Fatalf("config: %s: %s", key, problem) })
	p, err := newPort(cfg, "", a.agent(), "1.0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// open opens the port as a client does.
func open(t testing.TB, p *Port) *client {
	t.Helper()
	near, far := net.Pipe()
	set := defaultSettings(&p.cfg)
	c := &client{t: t, conn: far, port: p, set: &set, in: make(chan []byte, 100000)}
	go c.listen()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		err := p.talk(ctx, near, &set, "test")
		near.Close()
		done <- err
	}()
	c.end = sync.OnceValue(func() error {
		far.Close()
		err := <-done
		cancel()
		return err
	})
	t.Cleanup(func() { _ = c.end() })
	return c
}

// dial makes a port and opens it.
func dialPort(t testing.TB, a *fakeAgent, change func(*Config)) *client {
	t.Helper()
	return open(t, newTestPort(t, a, change))
}

func (c *client) say(text string) {
	c.t.Helper()
	_ = c.conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c.conn, text); err != nil {
		c.t.Fatalf("saying %q: %v", text, err)
	}
}

// expect reads exactly want.
func (c *client) expect(want string) {
	c.t.Helper()
	for len(c.got) < len(want) && c.more() {
	}
	n := min(len(c.got), len(want))
	if string(c.got[:n]) != want {
		c.t.Fatalf("got %q, want %q", c.got, want)
	}
	c.got = c.got[n:]
}

// more waits for the next thing that the port says; false when it says nothing for long, or has hung up.
func (c *client) more() bool { return c.moreWithin(10 * time.Second) }

func (c *client) moreWithin(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case b, ok := <-c.in:
		c.got = append(c.got, b...)
		return ok
	case <-t.C:
		return false
	}
}

// ask says a command line and reads the answer up to its final result code.
func (c *client) ask(line string) string {
	c.t.Helper()
	c.say(line + "\r")
	return c.answer()
}

// answer reads up to a final result code or a prompt.
func (c *client) answer() string {
	c.t.Helper()
	for !isFinal(string(c.got)) {
		if !c.more() {
			c.t.Fatalf("got %q and no more", c.got)
		}
	}
	got := string(c.got)
	c.got = nil
	return got
}

func isFinal(s string) bool {
	if strings.HasSuffix(s, "\r\n> ") {
		return true
	}
	last := s[:max(0, len(s)-2)]
	if i := strings.LastIndex(last, "\r\n"); i >= 0 {
		last = last[i+2:]
	}
	return strings.HasSuffix(s, "\r\n") && (last == "OK" || last == "ERROR" || last == "NO CARRIER" ||
		strings.HasPrefix(last, "+CMS ERROR: ") || strings.HasPrefix(last, "+CME ERROR: "))
}

// check asks and compares.
func (c *client) check(line, want string) {
	c.t.Helper()
	if got := c.ask(line); got != want {
		c.t.Errorf("%s: got %q, want %q", line, got, want)
	}
}

// quiet fails when the port has said more than was looked at.
func (c *client) quiet() {
	c.t.Helper()
	c.check("AT", "\r\nOK\r\n")
}

// listen notes what the port says until it hangs up.
func (c *client) listen() {
	defer close(c.in)
	for {
		b := make([]byte, 65536)
		n, err := c.conn.Read(b)
		if err != nil {
			return
		}
		c.in <- b[:n]
	}
}
