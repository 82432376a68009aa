package smpp

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"smppagent/internal/pdu"
)

var (
	// ErrNotSent is matched by errors of calls of which not one octet was given to the peer: they
	// can be made again without risk of a duplicate.
	ErrNotSent = errors.New("not sent")

	// ErrInDoubt is matched by errors of calls that may have reached the peer: it may or may not
	// have acted on them.
	ErrInDoubt = errors.New("in doubt")

	// ErrClosed is matched by every error that comes of a session or a client having ended.
	ErrClosed = errors.New("session closed")

	// ErrResponseTimer is what a call ends with when its response did not come within
	// response_timer (SMPP 3.4 §7.2). It matches ErrInDoubt. The session lives on; a response that
	// comes after all is delivered by Late.
	ErrResponseTimer = fmt.Errorf("smpp: no response within response_timer: %w", ErrInDoubt)

	// ErrUnbound is what Run returns after the peer sent unbind.
	ErrUnbound = errors.New("smpp: the SMSC unbound the session")

	// ErrPeerClosed is matched by what Run returns when the peer closed the connection without
	// unbind.
	ErrPeerClosed = errors.New("the SMSC closed the connection")

	// ErrEnquireTimer is matched by what Run returns when an enquire_link was not answered.
	ErrEnquireTimer = errors.New("no enquire_link_resp")
)

// A StatusError is a response that says no.
type StatusError struct {
	// Command is the request that was refused.
	Command pdu.Command
	// Status is the peer's command_status; ESME_ROK only from a peer that nacks with it.
	Status pdu.Status
	// Nack says that the refusal came as generic_nack instead of the request's own response.
	Nack bool
}

// Error names the request and the command_status as the standard does, and says it in words.
func (e *StatusError) Error() string {
	by := ""
	if e.Nack {
		by = " by generic_nack"
	}
	if m := e.Status.Meaning(); m != "" {
		return fmt.Sprintf("smpp: %v refused%s: %v: %s", e.Command, by, e.Status, m)
	}
	return fmt.Sprintf("smpp: %v refused%s: %v", e.Command, by, e.Status)
}

// A FramingError is a command_length no PDU can have. Where the next PDU starts is unknown then, so
// the session ends: SMPP 3.4 §4.3.
type FramingError struct {
	// Length is the command_length received.
	Length uint32
	// Max is the most that is accepted: Config.MaxPDU.
	Max int
}

// Error gives the length and the limits.
func (e *FramingError) Error() string {
	return fmt.Sprintf("smpp: command_length %d is not within 16 and %d (max_pdu)", e.Length, e.Max)
}

// A PeerError is a far end that does not behave like an SMSC: it speaks something else, or says
// nothing at all.
type PeerError struct {
	// Protocol is what the peer speaks, "HTTP" or "TLS"; empty when it is not known.
	Protocol string
	// Problem is what was seen.
	Problem string
	// Advice is what to look at or to change; may be empty.
	Advice string
	// Err is the cause, may be nil.
	Err error
}

// Error gives the problem and the advice.
func (e *PeerError) Error() string {
	s := "smpp: " + e.Problem
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Advice != "" {
		s += ": " + e.Advice
	}
	return s
}

// Unwrap returns the cause.
func (e *PeerError) Unwrap() error { return e.Err }

// A ClosedError is what calls end with that were not answered when the session ended. It matches
// ErrClosed, and ErrInDoubt or ErrNotSent by whether the peer may have seen the request.
type ClosedError struct {
	// MaybeSent: at least one octet of the request was given to the connection.
	MaybeSent bool
	// Cause is why the session ended; nil when it was told to.
	Cause error
}

// Error says which of the two it is, and the cause.
func (e *ClosedError) Error() string {
	s := "smpp: session closed, "
	if e.MaybeSent {
		s += ErrInDoubt.Error()
	} else {
		s += ErrNotSent.Error()
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Is makes errors.Is work with ErrClosed, ErrInDoubt and ErrNotSent.
func (e *ClosedError) Is(target error) bool {
	return target == ErrClosed || target == ErrInDoubt && e.MaybeSent || target == ErrNotSent && !e.MaybeSent
}

// Unwrap returns the cause.
func (e *ClosedError) Unwrap() error { return e.Cause }

// timerError is a timer of SMPP 3.4 §7.2 that ran out.
func timerError(kind error, d time.Duration) error {
	return fmt.Errorf("smpp: %w within %v", kind, d)
}

// plain strips the addresses off the text of an error of package net: the local port changes with
// every try, and would make every failure look new.
func plain(err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Err != nil {
		return &plainError{e}
	}
	return err
}

type plainError struct{ op *net.OpError }

func (e *plainError) Error() string {
	if s, ok := e.op.Err.(*os.SyscallError); ok { // its name of the call is in our text already
		return s.Err.Error()
	}
	return e.op.Err.Error()
}

func (e *plainError) Unwrap() error { return e.op }
