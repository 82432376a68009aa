package smpp

import (
	"errors"
	"net/netip"
	"time"
)

// Taken is one thing that happened on a link's connections, as it is remembered for diagnosis.
type Taken struct {
	// At is when, by the clock of this machine.
	At time.Time
	// Connection tells the link's connections apart, from 1.
	Connection uint32
	// Local and Remote are its ends; not valid when it has no addresses.
	Local, Remote netip.AddrPort
	// Kind is what happened.
	Kind TakenKind
	// Offset is how many octets went before in this direction, modulo 2³².
	Offset uint32
	// Octets is one PDU, its password masked, or octets that make none. Of one that the memory has no room
	// for it is the beginning.
	Octets []byte
	// Length is how many octets there were.
	Length int
}

// TakenKind is what a Taken is about.
type TakenKind uint8

// The kinds.
const (
	TakenOpened   TakenKind = iota + 1 // the connection stands, and TLS on it
	TakenSent                          // a PDU of ours
	TakenReceived                      // a PDU of the SMSC
	TakenClosed                        // the connection has ended
)

// Taken returns what Config.Capture has room for of the link's last PDUs, the oldest first. The tiny edition
// remembers none.
func (c *Client) Taken() []Taken { return c.ring.taken() }

// OnTrouble makes f be called when the SMSC breaks the protocol, with what it did. f is called from the
// session's goroutine, which it must not hold up. To be called before Run.
func (c *Client) OnTrouble(f func(what string)) { c.exchange.trouble = f }

// broke tells of a breach of the protocol.
func (x *exchange) broke(what string) {
	if x.trouble != nil {
		x.trouble(what)
	}
}

// breach reports an end of a session that is the SMSC's breach of the protocol. A peer that is none, or is mute
// before the bind, has broken nothing: the error says what it is.
func breach(err error, bound bool) bool {
	if _, ok := errors.AsType[*FramingError](err); ok {
		return true
	}
	_, ok := errors.AsType[*PeerError](err)
	return bound && (ok || errors.Is(err, ErrEnquireTimer))
}
