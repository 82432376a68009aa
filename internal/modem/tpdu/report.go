package tpdu

import (
	"fmt"
	"time"

	"smppagent/internal/sms"
)

// Report is SMS-STATUS-REPORT, what became of a message: TS 23.040 §9.2.2.3.
type Report struct {
	// More says that more messages wait at the service centre: TP-MMS, which is 0 on the wire for it.
	More bool
	// LoopPrevention is TP-LP. Command is TP-SRQ: the report is of an SMS-COMMAND.
	LoopPrevention, Command bool
	// Reference is the TP-MR of the message that it is about.
	Reference uint8
	// To is TP-RA, to whom that message went.
	To sms.Address
	// Time is TP-SCTS, when the service centre got that message. Discharge is TP-DT, when Status came about.
	Time, Discharge time.Time
	// Status is TP-ST.
	Status Status
	// Rest is what follows TP-ST: TP-PI and the fields that it names, which hardly any service centre sends.
	Rest []byte
}

// ParseReport reads a TPDU without service centre address. The result shares its memory.
func ParseReport(b []byte) (Report, error) {
	var r Report
	c := codec{tpdu: "SMS-STATUS-REPORT", b: b}
	r.fields(&c)
	if c.err != nil {
		return Report{}, c.err
	}
	return r, nil
}

// Append appends the TPDU. A value that does not fit its field is an *Error.
func (r *Report) Append(b []byte) ([]byte, error) {
	c := codec{tpdu: "SMS-STATUS-REPORT", encode: true, b: b, start: len(b)}
	r.fields(&c)
	if c.err != nil {
		return b, c.err
	}
	return c.b, nil
}

// fields is TS 23.040 §9.2.2.3.
func (r *Report) fields(c *codec) {
	c.first(2, 0, 0, bit{0x04, &r.More, true}, bit{0x08, &r.LoopPrevention, false}, bit{0x20, &r.Command, false})
	octet(c, "TP-MR", &r.Reference)
	c.address("TP-RA", &r.To)
	c.timestamp("TP-SCTS", &r.Time)
	c.timestamp("TP-DT", &r.Discharge)
	octet(c, "TP-ST", &r.Status)
	if !c.begin("TP-PI") {
		return
	}
	if c.encode {
		c.b = append(c.b, r.Rest...)
	} else if c.left() > 0 {
		r.Rest = c.octets(c.left())
	}
}

// Status is TP-Status: TS 23.040 §9.2.3.15.
type Status uint8

// The statuses that are told apart here.
const (
	StatusDelivered    Status = 0x00
	StatusForwarded    Status = 0x01 // the service centre cannot confirm the delivery
	StatusReplaced     Status = 0x02
	StatusNoResponse   Status = 0x22 // and still trying
	StatusTrying       Status = 0x30 // specific to the service centre, and still trying
	StatusRemote       Status = 0x40 // remote procedure error
	StatusIncompatible Status = 0x41 // incompatible destination
	StatusRejected     Status = 0x42
	StatusExpired      Status = 0x46
	StatusDeleted      Status = 0x48 // by the service centre
	StatusUnknown      Status = 0x49 // no such message
	StatusGaveUp       Status = 0x63 // service rejected, not trying any more
)

// Final is true unless the service centre still tries.
func (s Status) Final() bool { return s < 0x20 || s > 0x3F }

// Outcome is what the status means for a message.
func (s Status) Outcome() sms.Outcome {
	switch {
	case s == StatusForwarded:
		return sms.Accepted
	case s == StatusReplaced:
		return sms.Failed
	case s < 0x20:
		return sms.Delivered
	case !s.Final():
		return sms.Pending
	case s == StatusRejected:
		return sms.Rejected
	case s == StatusExpired:
		return sms.Expired
	}
	return sms.Failed
}

// String says it in words.
func (s Status) String() string {
	switch {
	case s == StatusDelivered:
		return "delivered"
	case s == StatusForwarded:
		return "forwarded, delivery not confirmed"
	case s == StatusReplaced:
		return "replaced"
	case !s.Final():
		return fmt.Sprintf("still trying (0x%02X)", uint8(s))
	case s == StatusRejected:
		return "rejected"
	case s == StatusExpired:
		return "expired"
	case s == 0x47 || s == StatusDeleted:
		return "deleted"
	case s == StatusUnknown:
		return "unknown"
	case s >= 0x60 && s <= 0x7F:
		return fmt.Sprintf("gave up (0x%02X)", uint8(s))
	}
	return fmt.Sprintf("failed (0x%02X)", uint8(s))
}

// StatusOf is the status that tells a client of an outcome.
func StatusOf(o sms.Outcome) Status {
	switch o {
	case sms.Delivered:
		return StatusDelivered
	case sms.Accepted:
		return StatusForwarded
	case sms.Pending, sms.InDoubt:
		return StatusTrying
	case sms.Expired:
		return StatusExpired
	case sms.Rejected:
		return StatusRejected
	}
	return StatusIncompatible
}

// MessageState is the status as SMPP's message_state says it: SMPP 3.4 §5.2.28.
func (s Status) MessageState() uint8 {
	switch {
	case s == StatusForwarded:
		return 6 // ACCEPTED
	case s == StatusReplaced || s == 0x47 || s == StatusDeleted:
		return 4 // DELETED
	case s < 0x20:
		return 2 // DELIVERED
	case !s.Final():
		return 1 // ENROUTE
	case s == StatusRejected:
		return 8 // REJECTED
	case s == StatusExpired:
		return 3 // EXPIRED
	case s == StatusUnknown:
		return 7 // UNKNOWN
	}
	return 5 // UNDELIVERABLE
}

// StatusOfState is the status for SMPP's message_state: SMPP 3.4 §5.2.28.
func StatusOfState(state uint8) Status {
	switch state {
	case 1:
		return StatusTrying
	case 2:
		return StatusDelivered
	case 3:
		return StatusExpired
	case 4:
		return StatusDeleted
	case 6:
		return StatusForwarded
	case 7:
		return StatusUnknown
	case 8:
		return StatusRejected
	}
	return StatusIncompatible
}
