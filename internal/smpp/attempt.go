package smpp

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"smppagent/internal/pdu"
)

// A manner is how the SMSC wants to be bound, where it did not take what the configuration asks for.
type manner struct {
	kind string // of bind, or bindPair; empty: as configured
	old  bool   // interface_version 3.4 though 5.0 was asked for
	told bool   // that another kind is tried, since the last session
}

// bindPair is a transmitter and a receiver that are one session to the client's users.
const bindPair = "transmitter and receiver"

// once makes one session at p and runs it to its end, binding in another manner where the SMSC does not
// know the one asked for: SMPP 3.4 §4.1. Each is a connection of its own, after the one before is closed.
// The session is nil when there was no connection.
func (c *Client) once(ctx context.Context, p *place, d *diary) (*Session, error) {
	for tries := 0; ; tries++ {
		s, err := c.attempt(ctx, p, d)
		if s == nil || !s.boundAt.IsZero() || ctx.Err() != nil || tries == maxManners || !c.adapt(err) {
			return s, err
		}
	}
}

// maxManners is how many other manners are tried in a row.
const maxManners = 3

// adapt changes the manner after a bind was refused with err, and reports whether it did.
func (c *Client) adapt(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	if !ok {
		return false
	}
	if c.cfg.InterfaceVersion == "5.0" && !c.manner.old {
		switch e.Status {
		case pdu.StatusRSYSERR, pdu.StatusRBINDFAIL, pdu.StatusRINVCMDID:
			c.manner.old = true
			c.log.Warn("SMSC does not take interface_version 5.0; binding with 3.4", "command_status", e.Status)
			return true
		}
	}
	if e.Status != pdu.StatusRINVCMDID {
		return false
	}
	if c.manner.kind != "" { // that is not it either
		c.manner.kind = ""
		return false
	}
	c.manner.kind = bindPair
	if c.cfg.Bind != BindTransceiver {
		c.manner.kind = BindTransceiver
	}
	level := slog.LevelInfo
	if c.manner.told { // an SMSC that knows neither is asked for both at each try
		level = slog.LevelDebug
	}
	c.manner.told = true
	c.log.Log(context.Background(), level, "SMSC does not know this bind; trying another", "bind", c.cfg.Bind, "instead", c.manner.kind, "command_status", e.Status)
	return true
}

// kind is what to bind as.
func (c *Client) kind() string {
	if c.manner.kind != "" {
		return c.manner.kind
	}
	return c.cfg.Bind
}

// attempt makes one session at p in the client's manner.
func (c *Client) attempt(ctx context.Context, p *place, d *diary) (*Session, error) {
	c.update(func(s *Status) { s.State, s.Address, s.Bind = StateConnecting, p.cfg.Address, c.kind() })
	kind := c.kind()
	pair := kind == bindPair
	if pair {
		kind = BindTransmitter
	}
	s, err := c.open(ctx, p, kind)
	if err != nil {
		return nil, err
	}
	peer := s.conn.RemoteAddr().String()
	s.state = func(state string) {
		if state == StateBound {
			p.dialer.last = peer
			c.places.bound(p)
			c.manner.told = false
			d.up(s, peer)
		}
		c.update(func(st *Status) {
			st.State, st.SMSC, st.Version = state, s.smsc, s.version
			if state == StateBound {
				st.Failures = 0
			}
		})
	}
	c.update(func(st *Status) { st.State, st.Peer, st.TLS = StateBinding, peer, tlsVersion(s.conn) })
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var second error // why the receiver of a pair, or the stay at this address, ended
	note := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if second == nil {
			second = err
		}
		leave(err)
	}
	if after := c.places.returnAfter(p); after > 0 {
		wg.Go(func() {
			if c.idleAfter(ctx, after) {
				note(errReturn)
			}
		})
	}
	if pair {
		wg.Go(func() {
			if err := c.receive(ctx, p, s); err != nil {
				note(err)
			}
		})
	}
	err = s.Run(ctx)
	leave(nil)
	wg.Wait()
	if err == nil {
		err = second
	}
	if errors.Is(err, errReturn) {
		return s, err
	}
	return s, c.explain(s, err)
}

// open connects to p and returns a session that is still to be run.
func (c *Client) open(ctx context.Context, p *place, kind string) (*Session, error) {
	password, err := p.cfg.secret()
	if err != nil {
		return nil, err
	}
	conn, err := c.dial(ctx, p)
	if err != nil {
		return nil, err
	}
	cfg := p.cfg
	cfg.Password, cfg.PasswordFile, cfg.PasswordEnv = password, "", ""
	cfg.Bind = kind
	if c.manner.old {
		cfg.InterfaceVersion = "3.4"
	}
	s := newSession(conn, cfg, c.log, c.exchange)
	s.lent = true
	return s, nil
}

// receive runs the receiver that belongs to the transmitter tx, once that is bound. Its end ends both, for
// receipts would not come any more; but a receiver that the SMSC does not let bind is done without.
func (c *Client) receive(ctx context.Context, p *place, tx *Session) error {
	select {
	case <-tx.Bound():
	case <-ctx.Done():
		return nil
	}
	rx, err := c.open(ctx, p, BindReceiver)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	rx.listens = true
	err = rx.Run(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if e, ok := errors.AsType[*StatusError](err); ok && rx.boundAt.IsZero() {
		c.log.Log(ctx, slog.LevelWarn, "SMSC lets us transmit and not receive: no receipts will come", "command_status", e.Status)
		return nil
	}
	return c.explain(rx, err)
}

// idleAfter waits until d has passed and nothing is in flight; it is false when ctx ends first.
func (c *Client) idleAfter(ctx context.Context, d time.Duration) bool {
	for wait(ctx, d) {
		if c.count.inFlight.Load() == 0 {
			return true
		}
		d = time.Second
	}
	return false
}
