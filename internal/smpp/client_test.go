package smpp

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

// line is a client under test; each connection it makes arrives at far.
type line struct {
	*Client
	t     *testing.T
	log   *journal
	far   chan *far
	stop  context.CancelFunc
	ended chan struct{} // closed when Run has returned err
	err   error
	dials int
	open  int  // connections that are open now
	pairs bool // two may be
}

func connect(t *testing.T, cfg Config) *line {
	t.Helper()
	return connectTo(t, cfg, func(string) error { return nil })
}

// connectTo is connect with a say in which addresses can be reached.
func connectTo(t *testing.T, cfg Config, reach func(address string) error) *line {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	j := new(journal)
	l := &line{Client: NewClient(cfg, j.logger(slog.LevelInfo)), t: t, log: j, far: make(chan *far), stop: stop, ended: make(chan struct{})}
	l.dial = func(ctx context.Context, p *place) (net.Conn, error) {
		l.dials++
		if err := reach(p.cfg.Address); err != nil {
			return nil, err
		}
		if l.open > 0 && !l.pairs {
			t.Error("a second connection was made while the first was open")
		}
		ours, theirs := net.Pipe()
		select {
		case l.far <- &far{t, theirs}:
			l.open++
			return &counted{ours, l}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	go func() { l.err = l.Run(ctx); close(l.ended) }()
	t.Cleanup(func() { stop(); <-l.ended })
	return l
}

// counted tells when a connection is closed.
type counted struct {
	net.Conn
	l *line
}

func (c *counted) Close() error {
	if c.l != nil {
		c.l.open--
		c.l = nil
	}
	return c.Conn.Close()
}

// refuse takes a bind and refuses it; the result is when that was.
func (l *line) refuse(status pdu.Status) time.Time {
	l.t.Helper()
	f := <-l.far
	at := time.Now()
	fr := f.want(pdu.CmdBindTransceiver)
	f.send(status, fr.Sequence, &pdu.BindTransceiverResp{})
	return at
}

func (l *line) settled(state string) Status {
	l.t.Helper()
	synctest.Wait()
	s := l.Status()
	if s.State != state {
		l.t.Fatalf("state %q (%s), want %q", s.State, s.LastError, state)
	}
	return s
}

// Calls wait through an outage and go out with the next session.
func TestClientCallsWaitForASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := connect(t, config())
		done := make(chan *Call, 1)
		started := make(chan error, 1)
		go func() { started <- l.Start(t.Context(), &Call{Request: text("x"), Done: done}) }()
		l.refuse(pdu.StatusRSYSERR)
		l.settled(StateWaiting)
		f := <-l.far
		f.bind()
		fr := f.want(pdu.CmdSubmitSM)
		if fr.Sequence != 2 {
			t.Errorf("sequence_number %d: a new session counts from 1", fr.Sequence)
		}
		f.send(pdu.StatusROK, fr.Sequence, &pdu.SubmitSMResp{MessageID: "1"})
		if err := <-started; err != nil {
			t.Error(err)
		}
		if c := <-done; c.Err != nil {
			t.Error(c.Err)
		}
		s := l.settled(StateBound)
		if s.SMSC != "SMSC" || s.Failures != 0 || s.Counters.Requests != 1 || s.Counters.Responses != 1 || s.InFlight != 0 {
			t.Errorf("%+v", s)
		}
		l.stop()
		fr = f.want(pdu.CmdUnbind)
		f.send(pdu.StatusROK, fr.Sequence, &pdu.UnbindResp{})
		if <-l.ended; l.err != nil {
			t.Error(l.err)
		}
		l.settled(StateStopped)
		if err := l.Start(t.Context(), &Call{Request: text("x"), Done: done}); !errors.Is(err, ErrNotSent) || !errors.Is(err, ErrClosed) {
			t.Errorf("Start after Run: %v", err)
		}
		if err := l.Run(t.Context()); err == nil {
			t.Error("a second Run was allowed")
		}
	})
}

func TestClientBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		l := connect(t, cfg)
		last := l.refuse(pdu.StatusRSYSERR)
		nominal := cfg.ReconnectMin
		for range 12 {
			at := l.refuse(pdu.StatusRSYSERR)
			if d := at.Sub(last); d < nominal/2 || d > nominal {
				t.Errorf("paused %v, want %v less up to half", d, nominal)
			}
			last, nominal = at, min(2*nominal, cfg.ReconnectMax)
		}
		if n := strings.Count(l.log.String(), "level=WARN"); n != 1 {
			t.Errorf("13 equal failures made %d log lines, want 1:\n%s", n, l.log)
		}
	})
}

// After a session that stood, the next one is tried at once; if that fails, the pauses start small.
func TestClientReconnectsAtOnceAfterALoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.EnquireLinkTimer = 0
		l := connect(t, cfg)
		for range 5 {
			l.refuse(pdu.StatusRSYSERR)
		}
		for _, end := range []func(*far){
			func(f *far) { f.send(pdu.StatusROK, 1, &pdu.Unbind{}); f.want(pdu.CmdUnbindResp) },
			func(f *far) { f.conn.Close() },
		} {
			f := <-l.far
			f.bind()
			<-time.After(time.Minute)
			lost := time.Now()
			end(f)
			if d := l.refuse(pdu.StatusRSYSERR).Sub(lost); d != 0 {
				t.Errorf("reconnected after %v", d)
			}
			if d := l.refuse(pdu.StatusRSYSERR).Sub(lost); d > cfg.ReconnectMin {
				t.Errorf("second try after %v", d)
			}
		}
	})
}

// An SMSC that binds and drops us at once is not hammered.
func TestClientBacksOffFromShortSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		l := connect(t, cfg)
		start := time.Now()
		for range 10 {
			f := <-l.far
			f.bind()
			synctest.Wait()
			f.conn.Close()
		}
		if d := time.Since(start); d < time.Minute {
			t.Errorf("ten short sessions within %v", d)
		}
	})
}

func TestClientWithRefusedAccount(t *testing.T) {
	for _, status := range []pdu.Status{pdu.StatusRINVPASWD, pdu.StatusRINVSYSID, pdu.StatusRINVSYSTYP} {
		synctest.Test(t, func(t *testing.T) {
			cfg := config()
			l := connect(t, cfg)
			at := l.refuse(status)
			s := l.settled(StateWaiting)
			if !strings.Contains(s.LastError, status.String()) || !strings.Contains(s.LastError, "correct") {
				t.Errorf("last error %q does not name %v and the remedy", s.LastError, status)
			}
			if again := l.refuse(status).Sub(at); again < cfg.ReconnectRefused {
				t.Errorf("tried again after %v", again)
			}
			if n := strings.Count(l.log.String(), "level=WARN"); n != 1 || !strings.Contains(l.log.String(), status.String()) {
				t.Errorf("want one line that names %v:\n%s", status, l.log)
			}
			if strings.Contains(l.log.String(), "secret08") {
				t.Error("the password is in the log")
			}
		})
	}
}

func TestClientAlreadyBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := connect(t, config())
		at := l.refuse(pdu.StatusRALYBND)
		if d := l.refuse(pdu.StatusRALYBND).Sub(at); d < alreadyBound/2 {
			t.Errorf("tried again after %v", d)
		}
	})
}

func TestClientLogsChangesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Password = "nineoctet"
		ctx, stop := context.WithCancel(t.Context())
		j := new(journal)
		c := NewClient(cfg, j.logger(slog.LevelInfo))
		broken := []error{errors.New("a"), errors.New("a"), errors.New("a"), errors.New("b"), errors.New("a")}
		c.dial = func(context.Context, *place) (net.Conn, error) {
			err := broken[0]
			if broken = broken[1:]; len(broken) == 0 {
				stop()
			}
			return nil, err
		}
		if err := c.Run(ctx); err != nil {
			t.Error(err)
		}
		if n := strings.Count(j.String(), "cannot bind"); n != 2 { // a, b; the last one ended with ctx
			t.Errorf("%d lines:\n%s", n, j)
		}
		if !strings.Contains(j.String(), "longer than the standard allows") || strings.Contains(j.String(), "nineoctet") {
			t.Errorf("want a warning about the password, without it:\n%s", j)
		}
	})
}

func TestClientStopsWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := connect(t, config())
		l.refuse(pdu.StatusRINVPASWD)
		l.settled(StateWaiting)
		start := time.Now()
		l.stop()
		if <-l.ended; l.err != nil || time.Since(start) != 0 {
			t.Errorf("%v after %v", l.err, time.Since(start))
		}
	})
}

// What is in flight when a link dies is not carried over to the next session: the caller decides.
func TestClientInFlightAtLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := connect(t, config())
		f := <-l.far
		f.bind()
		done := make(chan *Call, 1)
		if err := l.Start(t.Context(), &Call{Request: text("x"), Done: done}); err != nil {
			t.Fatal(err)
		}
		f.want(pdu.CmdSubmitSM)
		f.send(pdu.StatusROK, 5, incoming("old"))
		d := <-l.Inbound()
		f.conn.Close()
		if c := <-done; !errors.Is(c.Err, ErrInDoubt) {
			t.Error(c.Err)
		}
		f = <-l.far
		f.bind()
		synctest.Wait()
		if err := d.Respond(pdu.StatusROK); !errors.Is(err, ErrClosed) {
			t.Errorf("an answer went to another session: %v", err)
		}
		f.send(pdu.StatusROK, 2, &pdu.SubmitSMResp{}) // of the former session
		synctest.Wait()
		if l.Status().Counters.Unmatched != 1 || len(done) != 0 {
			t.Error("a response crossed sessions")
		}
	})
}

func TestClientMissingPasswordFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Password, cfg.PasswordFile = "", "/nonexistent/password"
		l := connect(t, cfg)
		s := l.settled(StateWaiting)
		if !strings.Contains(s.LastError, "password_file") || l.dials != 0 {
			t.Errorf("%q after %d connections", s.LastError, l.dials)
		}
	})
}
