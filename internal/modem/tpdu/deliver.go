package tpdu

import (
	"time"

	"smppagent/internal/sms"
)

// Deliver is a message from the service centre to a phone: TS 23.040 §9.2.2.1.
type Deliver struct {
	// More says that more messages wait at the service centre: TP-MMS, which is 0 on the wire for it.
	More bool
	// LoopPrevention is TP-LP, ReplyPath is TP-RP, StatusReport is TP-SRI.
	LoopPrevention, ReplyPath, StatusReport bool
	// From is TP-OA.
	From sms.Address
	// ProtocolID is TP-PID.
	ProtocolID uint8
	// DCS is TP-DCS.
	DCS DCS
	// Time is TP-SCTS; zero when the octets are no time.
	Time time.Time
	// UDH is the user data header with its UDHL; nil for none.
	UDH []byte
	// UserData is what follows the header: septets one in an octet, 16-bit units, or octets.
	UserData []byte
}

// ParseDeliver reads a TPDU without service centre address. The result shares its memory. A text that ends
// before its length says is read as far as it goes.
func ParseDeliver(b []byte) (Deliver, error) {
	var d Deliver
	c := codec{tpdu: "SMS-DELIVER", b: b}
	d.fields(&c)
	if c.err != nil {
		return Deliver{}, c.err
	}
	return d, nil
}

// Append appends the TPDU. A value that does not fit its field is an *Error.
func (d *Deliver) Append(b []byte) ([]byte, error) {
	c := codec{tpdu: "SMS-DELIVER", encode: true, b: b, start: len(b)}
	d.fields(&c)
	if c.err != nil {
		return b, c.err
	}
	return c.b, nil
}

// fields is TS 23.040 §9.2.2.1.
func (d *Deliver) fields(c *codec) {
	udhi := len(d.UDH) > 0
	c.first(0, 0, 0, bit{0x04, &d.More, true}, bit{0x08, &d.LoopPrevention, false}, bit{0x20, &d.StatusReport, false},
		bit{0x40, &udhi, false}, bit{0x80, &d.ReplyPath, false})
	c.address("TP-OA", &d.From)
	octet(c, "TP-PID", &d.ProtocolID)
	octet(c, "TP-DCS", &d.DCS)
	c.timestamp("TP-SCTS", &d.Time)
	c.userData(d.DCS, udhi, &d.UDH, &d.UserData)
}

// Message is what arrived. To, Class and Ref are left open.
func (d *Deliver) Message() sms.Message {
	m := sms.Message{
		From: d.From, ProtocolID: d.ProtocolID, Receipt: d.StatusReport, ReplyPath: d.ReplyPath, More: d.More,
	}
	Content(&m, d.DCS, d.UDH, d.UserData)
	return m
}

// Delivers makes the TPDUs with which a phone gets m, one for each segment, with m.Ref as their concatenation
// reference and at as their time. Their memory may be m's.
func Delivers(m *sms.Message, c sms.Concat, at time.Time) ([]Deliver, error) {
	a, segments, err := m.Split(c)
	if err != nil {
		return nil, err
	}
	delivers := make([]Deliver, len(segments))
	for i, seg := range segments {
		delivers[i] = Deliver{
			More: m.More || i+1 < len(segments), ReplyPath: m.ReplyPath, StatusReport: m.Receipt, From: m.From,
			ProtocolID: m.ProtocolID, DCS: DCSOf(m, a), Time: at, UDH: seg.UDH, UserData: seg.Data,
		}
	}
	return delivers, nil
}
