package smpp

import (
	"context"
	"fmt"
	"sync"

	"smppagent/internal/pdu"
)

// A Call is one request to the peer and what became of it. Between Start and its arrival on Done it
// belongs to the session: nobody else may touch it, nor Request.
type Call struct {
	// Request is the PDU to send: any request but bind_*, unbind and outbind, which are the
	// session's own.
	Request pdu.PDU
	// Tag is the caller's own; it is never looked at.
	Tag uint64
	// Done gets the call when it is settled. It needs room for as many calls as the caller has
	// started and not yet taken from it: while it is full, its calls keep their places in the window,
	// and when the session ends it is waited for only as long as unbind_timer.
	Done chan<- *Call

	// Response is the peer's answer: the response PDU, a *pdu.GenericNack, or nil when there was
	// none or its body could not be understood. What came is in Status in any case.
	Response pdu.PDU
	// Status is the response's command_status.
	Status pdu.Status
	// Err is nil after ESME_ROK; a *StatusError after any other status; ErrResponseTimer; or a
	// *ClosedError that says whether the peer may have the request.
	Err error
	// Late marks a response that came after the call had ended with ErrResponseTimer; it comes by
	// Late, in a new Call with the same Request and Tag.
	Late bool

	wire *wire
}

// wire is an encoded request, without its sequence_number until it is registered.
type wire struct{ b []byte }

// exchange is where the users of a session and the session meet. A client lends its own to one
// session after the other, so that callers wait for the next session without knowing.
type exchange struct {
	calls   chan *Call     // unbuffered: who receives has registered the call
	ready   chan struct{}  // unbuffered: sent to while a call could be registered
	inbound chan *Delivery // deliver_sm on their way to the receiver
	late    chan *Call     // late responses
	alerts  chan *pdu.AlertNotification
	ended   chan struct{} // closed when nobody will ever receive from calls again
	bind    string
	wires   sync.Pool // of *wire
	ring    *ring
	trouble func(string) // told of breaches of the protocol; may be nil
	count   counters
}

func newExchange(cfg *Config) *exchange {
	return &exchange{
		calls:   make(chan *Call),
		ready:   make(chan struct{}),
		inbound: make(chan *Delivery, cfg.Inbound),
		late:    make(chan *Call, lateRoom),
		alerts:  make(chan *pdu.AlertNotification, alertRoom),
		ended:   make(chan struct{}),
		bind:    cfg.Bind,
		ring:    newRing(cfg.Capture),
	}
}

// alertRoom is how many alert_notifications wait for a reader before further ones are dropped.
const alertRoom = 64

// lateRoom is how many late responses wait for a reader before the oldest is dropped.
const lateRoom = 64

// Start hands c to the session. It waits until the session is bound and there is a place in the
// window. After nil, c is registered, will be written in the order of the calls, and comes back on
// c.Done exactly once. After an error, which matches ErrNotSent, nothing was sent nor will be: a
// *pdu.FieldError when the request cannot be encoded, ErrClosed, or ctx's error. Safe for
// concurrent use.
func (x *exchange) Start(ctx context.Context, c *Call) error {
	if err := x.prepare(c); err != nil {
		return err
	}
	select {
	case x.calls <- c:
		return nil
	case <-ctx.Done():
		x.release(c)
		return fmt.Errorf("smpp: %w: %w", ErrNotSent, context.Cause(ctx))
	case <-x.ended:
		x.release(c)
		return &ClosedError{}
	}
}

// Ready waits until a submit could be started without waiting: the session is bound and has a place in
// its window, which one bound as receiver never has. Somebody else may take the place first. It
// returns ErrClosed or ctx's error. Who chooses what to send only after Ready chooses as late as can
// be. Safe for concurrent use.
func (x *exchange) Ready(ctx context.Context) error {
	select {
	case <-x.ready:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-x.ended:
		return &ClosedError{}
	}
}

// Do sends p and waits for its response. It returns the response even when the error is a
// *StatusError. The other errors are those of Start and of Call.Err; when ctx ends after p was
// handed over, the error matches ErrInDoubt and ctx's. Safe for concurrent use.
func (x *exchange) Do(ctx context.Context, p pdu.PDU) (pdu.PDU, error) {
	done := make(chan *Call, 1)
	if err := x.Start(ctx, &Call{Request: p, Done: done}); err != nil {
		return nil, err
	}
	select {
	case c := <-done:
		return c.Response, c.Err
	case <-ctx.Done():
		return nil, fmt.Errorf("smpp: %w: %w", ErrInDoubt, context.Cause(ctx))
	}
}

// Inbound brings the deliver_sm PDUs of the SMSC. Each must be answered by Respond. While
// Config.Inbound of them wait here, further ones are refused with ESME_RX_T_APPN, upon which an
// SMSC sends them again later. It is never closed.
func (x *exchange) Inbound() <-chan *Delivery { return x.inbound }

// Late brings responses that came after ErrResponseTimer. When nobody reads, the oldest are
// dropped. It is never closed.
func (x *exchange) Late() <-chan *Call { return x.late }

// Alerts brings the alert_notifications of the SMSC, SMPP 3.4 §4.12: a phone for which set_dpf was sent can be
// reached again. When nobody reads, further ones are dropped, as they are while the link is down. It is never
// closed.
func (x *exchange) Alerts() <-chan *pdu.AlertNotification { return x.alerts }

// prepare encodes the request in the caller's goroutine, so that an error is the caller's and the
// session only copies.
func (x *exchange) prepare(c *Call) error {
	if c.Done == nil {
		return fmt.Errorf("smpp: %w: the call has no Done channel", ErrNotSent)
	}
	if c.Request == nil {
		return fmt.Errorf("smpp: %w: the call has no Request", ErrNotSent)
	}
	switch cmd := c.Request.Command(); {
	case cmd.IsResponse(), ownCommand(cmd):
		return fmt.Errorf("smpp: %w: %v is not for callers to send", ErrNotSent, cmd)
	case cmd == pdu.CmdSubmitSM && x.bind == BindReceiver:
		return fmt.Errorf("smpp: %w: bind = %q cannot submit", ErrNotSent, x.bind)
	}
	w, _ := x.wires.Get().(*wire)
	if w == nil {
		w = new(wire)
	}
	b, err := pdu.Append(w.b[:0], pdu.StatusROK, 1, c.Request)
	if err != nil {
		x.wires.Put(w)
		return &encodeError{err}
	}
	w.b = b
	c.wire, c.Response, c.Status, c.Err, c.Late = w, nil, 0, nil, false
	return nil
}

// encodeError is the codec's refusal; nothing was sent.
type encodeError struct{ err error }

func (e *encodeError) Error() string        { return e.err.Error() }
func (e *encodeError) Unwrap() error        { return e.err }
func (e *encodeError) Is(target error) bool { return target == ErrNotSent }

// release takes the encoded octets back.
func (x *exchange) release(c *Call) {
	x.wires.Put(c.wire)
	c.wire = nil
}

// ownCommand reports the requests that only the session itself sends.
func ownCommand(c pdu.Command) bool {
	switch c {
	case pdu.CmdBindReceiver, pdu.CmdBindTransmitter, pdu.CmdBindTransceiver, pdu.CmdUnbind, pdu.CmdOutbind:
		return true
	}
	return false
}
