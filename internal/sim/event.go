package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"smppagent/internal/pdu"
)

// Kind says what an Event is about.
type Kind string

// The kinds of event.
const (
	KindListening    Kind = "listening"     // Serve has begun; Peer is its own address
	KindConnected    Kind = "connected"     // a connection came in
	KindBound        Kind = "bound"         // a session is bound; Note says how
	KindBindRefused  Kind = "bind_refused"  // Status says why
	KindSubmitted    Kind = "submitted"     // a submit_sm was accepted
	KindRefused      Kind = "refused"       // a submit_sm was refused; Status says why
	KindDelivered    Kind = "delivered"     // an accepted submit_sm reached its final state, State
	KindReceiptSent  Kind = "receipt_sent"  // a receipt went to the ESME
	KindReceiptAcked Kind = "receipt_acked" // the ESME took it
	KindReceiptRetry Kind = "receipt_retry" // the ESME did not take it: it is sent again
	KindReceiptLost  Kind = "receipt_lost"  // the ESME refused it for good
	KindMOQueued     Kind = "mo_queued"     // a mobile-originated message waits for the ESME
	KindMOSent       Kind = "mo_sent"
	KindMOAcked      Kind = "mo_acked"
	KindMORetry      Kind = "mo_retry"
	KindMOLost       Kind = "mo_lost"
	KindAlerted      Kind = "alerted"   // alert_notification went to the ESME
	KindCancelled    Kind = "cancelled" // cancel_sm was answered
	KindReplaced     Kind = "replaced"  // replace_sm was answered
	KindBroadcast    Kind = "broadcast" // a broadcast began or ended, State
	KindEnquire      Kind = "enquire"   // the ESME sent enquire_link
	KindNacked       Kind = "nacked"    // a generic_nack went to the ESME, Status
	KindNackCame     Kind = "nack"      // a generic_nack came from the ESME, Status
	KindOdd          Kind = "odd"       // the ESME did something the specification does not know
	KindFault        Kind = "fault"     // the SMSC misbehaves as told: Fault
	KindUnbound      Kind = "unbound"   // unbind was answered
	KindClosed       Kind = "closed"    // the connection is gone; Note says why
	KindMissed       Kind = "missed"    // events were dropped because nobody took them
	KindAccepting    Kind = "accept"    // connections are taken again
	KindRefusing     Kind = "refusing"  // all connections were dropped and none is taken
)

// Event is one thing that happened. Fields that do not apply are empty.
type Event struct {
	Time      time.Time `json:"time"`
	Kind      Kind      `json:"kind"`
	Session   uint64    `json:"session,omitempty"` // counts connections from 1
	Peer      string    `json:"peer,omitempty"`    // network address
	SystemID  string    `json:"system_id,omitempty"`
	From      string    `json:"from,omitempty"`
	To        string    `json:"to,omitempty"`
	Text      string    `json:"text,omitempty"` // of this part; octets that are no text are in hex
	MessageID string    `json:"message_id,omitempty"`
	Part      int       `json:"part,omitempty"`  // from 1, 0 when the message is in one part
	Parts     int       `json:"parts,omitempty"` // 0 when the message is in one part
	Whole     string    `json:"whole,omitempty"` // the text of all parts, in the event that completes it
	State     string    `json:"message_state,omitempty"`
	Status    string    `json:"command_status,omitempty"`
	Fault     string    `json:"fault,omitempty"`
	Copy      int       `json:"copy,omitempty"` // 2 when the same was accepted once before
	Note      string    `json:"note,omitempty"`
}

// String returns the event as one line for people, without the date.
func (e Event) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %-13s", e.Time.Format("15:04:05.000"), e.Kind)
	if e.Session != 0 {
		fmt.Fprintf(&b, " #%d", e.Session)
	}
	word := func(s string) {
		if s != "" {
			b.WriteString(" " + printable(s))
		}
	}
	word(e.SystemID)
	if e.From != "" || e.To != "" {
		word(e.From + " → " + e.To)
	}
	if e.MessageID != "" {
		word("id " + e.MessageID)
	}
	if e.Parts > 1 {
		fmt.Fprintf(&b, " part %d/%d", e.Part, e.Parts)
	}
	word(e.State)
	word(e.Status)
	word(e.Fault)
	if e.Copy > 1 {
		fmt.Fprintf(&b, " AGAIN (copy %d)", e.Copy)
	}
	text := e.Text
	if e.Whole != "" {
		text = e.Whole
	}
	if text != "" {
		b.WriteString(" " + strconv.Quote(text))
	}
	if e.Note != "" {
		word("(" + e.Note + ")")
	}
	if e.Peer != "" {
		word(e.Peer)
	}
	return b.String()
}

// printable takes what could move the cursor out of a text that came from outside.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '·'
	}, s)
}

// statusName returns the name for an Event, empty for ESME_ROK.
func statusName(s pdu.Status) string {
	if s == pdu.StatusROK {
		return ""
	}
	return s.String()
}
