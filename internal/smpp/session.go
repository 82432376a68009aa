package smpp

import (
	"context"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"time"

	"smppagent/internal/pdu"
)

// A Session is one SMPP session over one connection: it binds, carries calls and deliveries, keeps
// the timers of SMPP 3.4 §7.2, and unbinds. Make it with NewSession and give it to Run, once.
//
// All state belongs to the goroutine in Run. A reader goroutine cuts and decodes PDUs, a writer
// goroutine writes; callers encode their own.
type Session struct {
	*exchange
	lent    bool // the exchange is a client's
	listens bool // the receiver of a pair, which takes no calls

	conn    net.Conn
	cfg     Config
	log     *slog.Logger
	state   func(string) // told of StateBound and StateUnbinding, in Run's goroutine; may be nil
	answers chan answer
	bound   chan struct{} // closed when bound
	done    chan struct{} // closed when nobody receives from answers any more

	// What follows is Run's alone.
	phase    phase
	window   window
	out      outbox
	reader   *reader
	overflow []*Call // settled, but their Done was full
	handed   int     // deliveries without answer
	err      error   // why the session ends

	now      time.Time // of the event at hand
	heard    time.Time // when the latest PDU came
	boundAt  time.Time
	deadline time.Time // of the phase, where it has one
	timer    *time.Timer
	alarm    time.Time // when timer will fire; zero: it is not set
	spoken   bool      // a PDU has come
	deaf     bool      // nothing more will come
	stopping bool      // ctx has ended
	probed   bool      // the mute peer was nudged
	debug    bool
	told     map[string]bool // what has been logged above Debug once

	bindSeq, unbindSeq uint32
	enquire            struct {
		sequence uint32 // 0: none is out
		sent     time.Time
	}
	smsc    string // system_id in the bind response
	version uint8  // its sc_interface_version
}

// phase is where in its life a session is. The states Open and BOUND_* of SMPP 3.4 §2.2 are
// phaseOpen and phaseBound; the rest are ways to end.
type phase uint8

const (
	phaseOpen      phase = iota // bind is sent
	phaseBound                  // business
	phaseDraining               // told to end: waiting for what is in flight
	phaseUnbinding              // unbind is sent
	phaseParting                // unbind has come: waiting for what is in flight
	phaseClosing                // writing the rest
	phaseEnded
)

// NewSession returns a session over conn, which it owns from now on and which is connected, after
// the TLS handshake if there is one. Nothing happens before Run.
func NewSession(conn net.Conn, cfg Config, log *slog.Logger) *Session {
	return newSession(conn, cfg, log, newExchange(&cfg))
}

func newSession(conn net.Conn, cfg Config, log *slog.Logger, x *exchange) *Session {
	return &Session{
		exchange: x, conn: conn, cfg: cfg, log: log,
		answers: make(chan answer),
		bound:   make(chan struct{}),
		done:    make(chan struct{}),
		window:  newWindow(cfg.Window),
		out:     newOutbox(),
		reader:  newReader(conn, &cfg),
		told:    make(map[string]bool),
	}
}

// Bound is closed when the session is bound.
func (s *Session) Bound() <-chan struct{} { return s.bound }

// Run binds and serves the session until ctx ends, the peer ends it, or something breaks. When ctx
// ends it waits for the responses still due, then unbinds, in unbind_timer at most, and returns nil.
//
// The other returns are a *StatusError for a bind that was refused, a *PeerError for a far end that
// is no SMSC or says nothing, ErrUnbound, errors that match ErrPeerClosed or ErrEnquireTimer, a
// *FramingError, and errors of the connection. Every call has come back on its Done by then, and the
// connection is closed.
func (s *Session) Run(ctx context.Context) error {
	if !s.lent {
		defer close(s.ended)
	}
	defer s.conn.Close()
	password, err := s.cfg.secret()
	if err != nil {
		close(s.done)
		return err
	}
	err = s.live(ctx, password)
	close(s.done)
	s.settle(err)
	if s.stopping {
		return nil
	}
	return err
}

// live runs the three goroutines of the session and returns when they have ended.
func (s *Session) live(ctx context.Context, password Secret) error {
	stop := make(chan struct{})
	batches := make(chan batch)
	free := make(chan []arrival, 2) // the reader fills one while Run works on the other
	free <- nil
	free <- nil
	var wg sync.WaitGroup
	tape := s.ring.open(s.conn)
	defer tape.close()
	s.reader.tape = tape
	wg.Go(func() { s.reader.run(batches, free, stop) })
	wg.Go(func() { s.out.write(s.conn, s.cfg.WriteTimer, tape) })

	s.timer = time.NewTimer(time.Hour)
	defer s.timer.Stop()
	s.now, s.debug = time.Now(), s.log.Enabled(ctx, slog.LevelDebug)
	err := s.openWith(password)
	if err == nil {
		err = s.serve(ctx, batches, free)
	}
	_ = s.conn.Close()
	close(stop)
	close(s.out.todo)
	wg.Wait()
	return err
}

// serve is the loop that owns the session's state.
func (s *Session) serve(ctx context.Context, batches <-chan batch, free chan<- []arrival) error {
	stop := ctx.Done()
	for {
		s.proceed()
		s.out.flush()
		if s.phase == phaseEnded || s.phase == phaseClosing && s.closed() {
			return s.err
		}
		s.arm()
		s.debug = s.log.Enabled(ctx, slog.LevelDebug)

		in := batches
		if s.out.full() {
			in = nil
		}
		var calls <-chan *Call
		var ready chan<- struct{}
		if s.hasPlace() {
			calls = s.calls
			if s.cfg.Bind != BindReceiver {
				ready = s.ready
			}
		}
		var settled *Call
		var settledTo chan<- *Call
		if len(s.overflow) > 0 {
			settled, settledTo = s.overflow[0], s.overflow[0].Done
		}

		select {
		case c := <-calls:
			s.now = time.Now()
			s.register(c)
			s.registerMore()
		case ready <- struct{}{}:
			s.now = time.Now()
		case b := <-in:
			s.now = time.Now()
			s.receive(b)
			clear(b.pdus)
			free <- b.pdus
		case w := <-s.out.result:
			s.now = time.Now()
			s.wrote(w)
		case a := <-s.answers:
			s.now = time.Now()
			s.handed--
			if a.command == pdu.CmdDataSM {
				s.send(a.status, a.sequence, &pdu.DataSMResp{})
			} else {
				s.send(a.status, a.sequence, &pdu.DeliverSMResp{})
			}
		case <-s.timer.C:
			s.now, s.alarm = time.Now(), time.Time{}
			s.tick()
		case settledTo <- settled:
			s.overflow = s.overflow[1:]
		case <-stop:
			s.now, stop = time.Now(), nil
			s.stop()
		}
	}
}

// closed reports that a closing session has nothing left to do: all is written or, when writing has
// failed, all is read.
func (s *Session) closed() bool {
	if s.out.err != nil {
		return s.deaf
	}
	return s.out.idle()
}

// hasPlace reports whether a call can be taken.
func (s *Session) hasPlace() bool {
	return s.phase == phaseBound && !s.listens && s.window.open.n+len(s.overflow) < s.cfg.Window && !s.out.full()
}

// registerMore takes the calls that are waiting, and those that come when their callers are let run,
// so that they share a write. A write costs as much as twenty of these turns.
func (s *Session) registerMore() {
	for yielded := false; s.hasPlace(); {
		select {
		case c := <-s.calls:
			s.register(c)
			yielded = false
		default:
			if yielded {
				return
			}
			yielded = true
			runtime.Gosched()
		}
	}
}

// register gives c a sequence_number and a place in the window, and only then queues its octets: the
// response cannot come before there is something for it to find.
func (s *Session) register(c *Call) {
	sequence := s.window.sequence(s.enquire.sequence)
	s.window.add(sequence, c, s.out.position(), s.now.Add(s.cfg.ResponseTimer))
	s.out.pending = appendWire(s.out.pending, c.wire, sequence)
	s.release(c)
	s.count.requests.Add(1)
	s.count.inFlight.Store(int64(s.window.open.n))
	if s.debug {
		s.logPDU("pdu sent", c.Request.Command(), pdu.StatusROK, sequence)
	}
}

// wrote notes what became of a write. After a failure we send nothing more, but read on for a
// moment: responses may be waiting that settle what would be in doubt.
func (s *Session) wrote(w written) {
	s.out.took(w)
	s.count.octetsSent.Add(uint64(w.n))
	if w.err == nil || s.phase == phaseOpen { // phaseOpen: the reader will know more
		return
	}
	s.fail(w.err)
}

// fail ends the session because of err once the backlog is written, if it can be.
func (s *Session) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	if s.phase < phaseClosing {
		s.phase, s.deadline = phaseClosing, s.now.Add(s.cfg.UnbindTimer/2)
	}
}

// end ends the session at once.
func (s *Session) end(err error) {
	if s.err == nil {
		s.err = err
	}
	s.phase = phaseEnded
}
