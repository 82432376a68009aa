package sim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"smppagent/internal/pdu"
)

// Why a session ended, when it was not the ESME that ended it.
var (
	errDropped   = errors.New("dropped as told")
	errUnbound   = errors.New("unbound")
	errMuteESME  = errors.New("enquire_link or unbind was not answered")
	errFault     = errors.New("dropped by a fault")
	errStopping  = errors.New("the SMSC stops")
	errRefusing  = errors.New("the SMSC takes no connections")
	errNeverBind = errors.New("no bind in time")
)

// session is one connection. Three goroutines serve it: read (in serve) owns what is not marked
// otherwise, write owns the order of what goes out, request owns what the SMSC asks the ESME.
type session struct {
	smsc   *SMSC
	number uint64
	conn   net.Conn
	end    context.CancelCauseFunc // ends the session, for the reason given; anybody may call it

	kind     bindKind
	systemID string
	group    reorderGroup
	deaf     bool // what comes is thrown away

	out     chan outgoing // to write
	answers chan answer   // from read to request
	wake    chan struct{} // holds one token when the outbox may have something
	quit    chan struct{} // holds one token when the ESME is to be unbound
	waiting atomic.Int32  // submit_sm without a response yet
	heard   atomic.Int64  // when the last octet came, Unix nanoseconds
	hung    atomic.Bool   // nothing is written any more
	traffic atomic.Int64  // when octets last passed, of nat-drop
	dead    atomic.Bool   // nat-drop: nothing passes any more
	asked   atomic.Bool   // early-enquire waits for its answer
	last    atomic.Uint32 // sequence_number of the latest submit_sm
	orderly atomic.Bool   // unbind was said
	version uint8         // interface_version of the bind
	joined  atomic.Int64  // of one-segment: when what is written first goes out, Unix nanoseconds
}

// serveConn serves one connection until it or ctx ends.
func (s *SMSC) serveConn(ctx context.Context, conn net.Conn) {
	ctx, end := context.WithCancelCause(ctx)
	one := &session{
		smsc: s, conn: conn, end: end,
		out:     make(chan outgoing, 64),
		answers: make(chan answer),
		wake:    make(chan struct{}, 1),
		quit:    make(chan struct{}, 1),
	}
	defer end(nil)
	welcome := s.hall.enter(one)
	defer s.hall.leave(one)
	one.event(Event{Kind: KindConnected, Peer: conn.RemoteAddr().String()})
	switch {
	case !welcome:
		end(errRefusing)
	case s.faults.happens("close-on-connect"):
		one.fault("close-on-connect")
		end(errFault)
	}

	var all sync.WaitGroup
	all.Go(func() { <-ctx.Done(); conn.Close() })
	all.Go(func() { one.write(ctx) })
	if s.faults.happens("early-enquire") {
		all.Go(func() { one.enquireEarly(ctx) })
	}
	err := one.read(ctx, &all)
	end(err) // the first reason stays
	all.Wait()
	one.haunt(time.Now())
	one.event(Event{Kind: KindClosed, Note: reason(context.Cause(ctx))})
}

// reason says in words why a session ended.
func reason(err error) string {
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return "the ESME closed the connection"
	case errors.Is(err, context.Canceled):
		return errStopping.Error()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the ESME closed the connection inside a PDU"
	}
	return err.Error()
}

// read takes PDUs from the connection and acts on them until the session ends. What it starts it adds
// to all.
func (s *session) read(ctx context.Context, all *sync.WaitGroup) error {
	frames := frameReader{conn: s.conn, r: bufio.NewReader(s.conn), max: s.smsc.cfg.MaxPDU, body: s.smsc.cfg.ReadTimer}
	bindBy := time.Now().Add(s.smsc.cfg.SessionInitTimer)
	for {
		idle := bindBy
		if s.kind != open {
			idle = time.Time{}
		}
		b, err := frames.next(idle)
		s.heard.Store(time.Now().UnixNano())
		if lost, ok := errors.AsType[*lengthError](err); ok {
			s.event(Event{Kind: KindOdd, Note: lost.Error()})
			s.nack(ctx, pdu.StatusRINVCMDLEN, 0, closeAfter)
			return s.drain()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && s.kind == open {
			return errNeverBind
		}
		if err != nil {
			return err
		}
		if s.deaf || !s.passes(time.Now()) {
			continue
		}
		started := s.kind
		if stop := s.handle(ctx, b); stop {
			return s.drain()
		}
		if started == open && s.kind != open {
			kind, systemID := s.kind, s.systemID
			all.Go(func() { s.request(ctx, kind, systemID) })
		}
	}
}

// drain reads on for a moment so that closing does not take back what was written last: a socket that
// is closed with unread octets resets the connection. The end of ctx, which closes the connection, ends it.
func (s *session) drain() error {
	if err := s.conn.SetReadDeadline(time.Now().Add(time.Second + s.smsc.cfg.Latency)); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, s.conn)
	return errUnbound
}

// handle acts on one PDU, and says whether it was the last.
func (s *session) handle(ctx context.Context, b []byte) (stop bool) {
	frame, err := pdu.Decode(b)
	h := frame.Header
	if s.wrongLength(h) {
		s.nack(ctx, pdu.StatusRINVCMDLEN, h.Sequence, closeAfter)
		return true
	}
	if err != nil {
		s.event(Event{Kind: KindOdd, Note: err.Error()})
		if !h.Command.IsResponse() {
			s.nack(ctx, pdu.StatusRINVCMDLEN, h.Sequence, goOn)
		}
		return false
	}
	for _, o := range frame.Oddities {
		s.event(Event{Kind: KindOdd, Note: fmt.Sprintf("%v %v", h.Command, o)})
	}
	switch p := frame.PDU.(type) {
	case *pdu.BindTransmitter:
		return s.bind(ctx, h, &p.Bind)
	case *pdu.BindReceiver:
		return s.bind(ctx, h, &p.Bind)
	case *pdu.BindTransceiver:
		return s.bind(ctx, h, &p.Bind)
	case *pdu.SubmitSM:
		return s.submit(ctx, h, p)
	case *pdu.QuerySM:
		s.query(ctx, h, p)
	case *pdu.EnquireLink:
		s.event(Event{Kind: KindEnquire})
		if s.punishes("strict-open", s.kind == open) || s.punishes("no-enquire", s.kind != open) {
			s.end(errFault)
			return true
		}
		if s.smsc.faults.happens("mute-enquire") {
			s.fault("mute-enquire")
			return false
		}
		s.respond(ctx, pdu.StatusROK, h.Sequence, &pdu.EnquireLinkResp{})
	case *pdu.Unbind:
		if s.kind == open {
			s.respond(ctx, pdu.StatusRINVBNDSTS, h.Sequence, &pdu.UnbindResp{})
			return false
		}
		s.orderly.Store(true)
		s.event(Event{Kind: KindUnbound})
		if s.punishes("close-on-unbind", true) {
			s.end(errFault)
			return true
		}
		s.send(ctx, outgoing{octets: s.encode(pdu.StatusROK, h.Sequence, &pdu.UnbindResp{}), then: closeAfter})
		return true
	case *pdu.EnquireLinkResp:
		if !s.asked.Swap(false) {
			s.answered(ctx, h)
		}
	case *pdu.DeliverSMResp, *pdu.DataSMResp, *pdu.UnbindResp:
		s.answered(ctx, h)
	case *pdu.GenericNack:
		s.event(Event{Kind: KindNackCame, Status: h.Status.String(), Note: fmt.Sprintf("sequence_number %d", h.Sequence)})
		s.answered(ctx, h)
	case *pdu.DataSM:
		return s.submit(ctx, h, asSubmit(p))
	default:
		if s.operate(ctx, h, frame.PDU) {
			return false
		}
		what := fmt.Sprintf("%v, which this SMSC does not take", h.Command)
		if h.Command.IsResponse() {
			// Refusing responses would make two sides that disagree refuse for ever.
			s.event(Event{Kind: KindOdd, Note: what})
			return false
		}
		s.event(Event{Kind: KindOdd, Note: what})
		s.nack(ctx, pdu.StatusRINVCMDID, h.Sequence, goOn)
	}
	return false
}

// answered hands the header of a response to request.
func (s *session) answered(ctx context.Context, h pdu.Header) {
	if s.kind == open {
		return
	}
	select {
	case s.answers <- answer{h.Command, h.Status, h.Sequence}:
	case <-ctx.Done():
	}
}

// lookAgain makes request look into the outbox and at the faults.
func (s *session) lookAgain() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// askUnbind makes request send unbind.
func (s *session) askUnbind() {
	select {
	case s.quit <- struct{}{}:
	default:
	}
}

func (s *session) event(e Event) {
	e.Session = s.number
	if e.SystemID == "" {
		e.SystemID = s.smsc.hall.systemID(s)
	}
	s.smsc.event(e)
}

func (s *session) fault(name string) { s.event(Event{Kind: KindFault, Fault: name}) }
