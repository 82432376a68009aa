package smpp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A Client keeps one bound session with one SMSC account up. Start, Do, Inbound, Late and Status may
// be called from any goroutine, before Run and while the link is down too: calls then wait for the
// next session.
type Client struct {
	*exchange
	cfg     Config
	log     *slog.Logger
	dial    func(context.Context, *place) (net.Conn, error)
	places  places
	manner  manner
	wake    chan struct{} // the SMSC asks for a bind
	running atomic.Bool
	status  atomic.Pointer[Status] // written by Run's goroutine only; what counts is added on reading
	changed func()                 // told after each change of state; may be nil
}

// NewClient returns a client for the account in cfg, which has passed Check. Nothing happens before
// Run.
func NewClient(cfg Config, log *slog.Logger) *Client {
	c := &Client{exchange: newExchange(&cfg), cfg: cfg, log: log, wake: make(chan struct{}, 1)}
	c.places = newPlaces(&c.cfg)
	c.dial = func(ctx context.Context, p *place) (net.Conn, error) { return p.dialer.dial(ctx) }
	c.status.Store(&Status{
		State: StateStopped, Since: time.Now(), Down: time.Now(), Address: cfg.Address,
		SystemID: cfg.SystemID, Bind: cfg.Bind, Window: cfg.Window,
	})
	return c
}

// OnChange makes f be called after each change of state, from Run's goroutine, which it must not keep. To be
// called before Run.
func (c *Client) OnChange(f func()) { c.changed = f }

// DialBy makes dial connect in place of TCP and TLS, to an address of the configuration. To be called before
// Run.
func (c *Client) DialBy(dial func(ctx context.Context, address string) (net.Conn, error)) {
	c.dial = func(ctx context.Context, p *place) (net.Conn, error) { return dial(ctx, p.cfg.Address) }
}

// Bound reports whether messages can pass just now.
func (c *Client) Bound() bool { return c.status.Load().State == StateBound }

// BoundSince returns since when messages can pass, zero while they cannot.
func (c *Client) BoundSince() time.Time {
	if s := c.status.Load(); s.State == StateBound {
		return s.Since
	}
	return time.Time{}
}

// Down returns since when no message can pass, zero while they can, and whether that is because the SMSC
// refuses the account.
func (c *Client) Down() (since time.Time, refused bool) {
	s := c.status.Load()
	return s.Down, s.Refused
}

// Run connects, binds, serves, and does so again after each loss, until ctx ends; it then unbinds in
// at most unbind_timer and returns nil. There is one connection at a time. Calls that wait in Start
// when Run returns get an error that matches ErrNotSent and ErrClosed. To be called once.
func (c *Client) Run(ctx context.Context) error {
	if c.running.Swap(true) {
		return errors.New("smpp: this client has run already")
	}
	defer close(c.ended)
	defer c.update(func(s *Status) { s.State, s.Peer, s.TLS = StateStopped, "", "" })
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, end := context.WithCancel(ctx)
	defer end()
	if c.cfg.Outbind.Listen != "" {
		wg.Go(func() { c.awaitOutbinds(ctx) })
	}
	diary := diary{log: c.log}
	c.warnPassword()
	failures := 0
	for {
		p, pause := c.places.best(time.Now())
		if c.cfg.Outbind.Only {
			pause = untilAsked
		}
		if pause > 0 {
			c.update(func(s *Status) {
				if s.State = StateWaiting; pause < untilAsked {
					s.NextTry = time.Now().Add(pause)
				}
			})
			if !c.rest(ctx, pause) {
				return nil
			}
		}
		c.update(func(s *Status) { s.NextTry = time.Time{} })
		session, err := c.once(ctx, p, &diary)
		var up time.Duration
		if session != nil {
			up = session.uptime(time.Now())
		}
		if ctx.Err() != nil {
			if up > 0 {
				c.log.Info("unbound", "bound_for", up.Round(time.Second))
			}
			return nil
		}
		c.places.after(p, err, up, time.Now())
		if breach(err, up > 0) {
			c.broke(err.Error())
		}
		if errors.Is(err, errReturn) {
			c.log.Info("unbound to return to the first address", "address", c.cfg.Address, "bound_for", up.Round(time.Second))
			c.update(func(s *Status) { s.State = StateConnecting })
			continue
		}
		if failures++; up >= p.backoff.lasting() {
			failures = 0
		}
		_, pause = c.places.best(time.Now())
		diary.down(err, up, pause)
		c.update(func(s *Status) {
			s.LastError, s.LastErrorAt, s.Failures = err.Error(), time.Now(), failures
			s.Refused = refusesAccount(err)
			s.Peer, s.TLS, s.SMSC, s.Version = "", "", "", 0
			s.State, s.NextTry = StateWaiting, time.Now().Add(pause)
		})
	}
}

// untilAsked is a pause that only an outbind ends.
const untilAsked = 100 * 365 * 24 * time.Hour

// rest waits for d, or until the SMSC asks for a bind; it is false when ctx ends first.
func (c *Client) rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.wake:
		c.log.Info("the SMSC asks for a bind")
	case <-ctx.Done():
		return false
	}
	return true
}

// explain says whose error it is: of the bind, or of a session that stood.
func (c *Client) explain(s *Session, err error) error {
	if err == nil {
		return nil
	}
	if remoteAlert(err) {
		err = explainAlert(&s.cfg, err)
	}
	doing := "session with"
	if s.boundAt.IsZero() {
		doing = "bind"
	}
	if e, ok := errors.AsType[*StatusError](err); ok {
		if advice := remedy(e.Status); advice != "" {
			return &linkError{fmt.Sprintf("%s %s as %q", doing, s.cfg.Address, c.cfg.SystemID), err, advice}
		}
	}
	return &linkError{fmt.Sprintf("%s %s as %q", doing, s.cfg.Address, c.cfg.SystemID), err, ""}
}

// update stores a changed copy of the status; in Run's goroutine only.
func (c *Client) update(change func(*Status)) {
	s := *c.status.Load()
	before := s.State
	change(&s)
	if s.State != before {
		s.Since = time.Now()
		switch StateBound {
		case s.State:
			s.Down, s.Refused = time.Time{}, false
		case before:
			s.Down = s.Since
		}
	}
	c.status.Store(&s)
	if c.changed != nil && s.State != before {
		c.changed()
	}
}

// Status returns a snapshot. It never blocks.
func (c *Client) Status() Status {
	s := *c.status.Load()
	s.InFlight = int(c.count.inFlight.Load())
	s.RTT = Duration(c.count.rtt.Load())
	s.Counters = c.count.snapshot()
	return s
}

// warnPassword warns of a password longer than the book allows, which is sent all the same, for many
// real accounts have one, and of a password file that others may read.
func (c *Client) warnPassword() {
	if p, err := c.cfg.secret(); err == nil && len(p) > bookPassword {
		c.log.Warn("password is longer than the standard allows", "octets", len(p), "standard", bookPassword)
	}
	if c.cfg.PasswordFile == "" {
		return
	}
	if problem := openToOthers(c.cfg.PasswordFile); problem != "" {
		c.log.Warn("password_file is not private", "problem", problem)
	}
}

// wait waits for d, or returns false when ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
