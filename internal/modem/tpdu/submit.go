package tpdu

import (
	"time"

	"smppagent/internal/sms"
)

const submit = "SMS-SUBMIT"

// Submit is a message from a phone to the service centre: TS 23.040 §9.2.2.2.
type Submit struct {
	// RejectDuplicates is TP-RD, ReplyPath is TP-RP, StatusReport is TP-SRR.
	RejectDuplicates, ReplyPath, StatusReport bool
	// Reference is TP-MR. A client that leaves it to the modem writes 0.
	Reference uint8
	// To is TP-DA.
	To sms.Address
	// ProtocolID is TP-PID.
	ProtocolID uint8
	// DCS is TP-DCS.
	DCS DCS
	// Validity is TP-VPF and TP-VP.
	Validity Validity
	// UDH is the user data header with its UDHL; nil for none.
	UDH []byte
	// UserData is what follows the header: septets one in an octet, 16-bit units, or octets.
	UserData []byte
}

// ParseSubmit reads a TPDU without service centre address. The result shares its memory. Octets behind the
// last field are not looked at. Its errors are *Error with CMSInvalidPDU.
func ParseSubmit(b []byte) (Submit, error) {
	var s Submit
	c := codec{tpdu: submit, b: b}
	s.fields(&c)
	if c.err != nil {
		return Submit{}, c.err
	}
	return s, nil
}

// Append appends the TPDU. A value that does not fit its field is an *Error.
func (s *Submit) Append(b []byte) ([]byte, error) {
	c := codec{tpdu: submit, encode: true, b: b, start: len(b)}
	s.fields(&c)
	if c.err != nil {
		return b, c.err
	}
	return c.b, nil
}

// fields is TS 23.040 §9.2.2.2.
func (s *Submit) fields(c *codec) {
	udhi := len(s.UDH) > 0
	rest := c.first(1, byte(s.Validity.Format&3)<<3, 0x18,
		bit{0x04, &s.RejectDuplicates, false}, bit{0x20, &s.StatusReport, false}, bit{0x40, &udhi, false}, bit{0x80, &s.ReplyPath, false})
	// The bits of TP-VPF are 00 none, 10 relative, 01 enhanced, 11 absolute.
	s.Validity.Format = ValidityFormat(rest >> 3)
	octet(c, "TP-MR", &s.Reference)
	c.address("TP-DA", &s.To)
	octet(c, "TP-PID", &s.ProtocolID)
	octet(c, "TP-DCS", &s.DCS)
	c.validity(&s.Validity)
	c.userData(s.DCS, udhi, &s.UDH, &s.UserData)
}

// Message is what the client asked for, seen at now. Class, From and Ref are left open. It is an *Error when no
// such message can be sent.
func (s *Submit) Message(now time.Time) (sms.Message, error) {
	m := sms.Message{
		To: s.To, ProtocolID: s.ProtocolID, Receipt: s.StatusReport, ReplyPath: s.ReplyPath,
	}
	m.Validity, _ = s.Validity.Left(now)
	m.Validity = max(0, m.Validity)
	if m.Validity > 63*week {
		m.Validity = 63 * week
	}
	Content(&m, s.DCS, s.UDH, s.UserData)
	if err := m.Check(); err != nil {
		cms, field := CMSInvalidPDU, "TP-UD"
		if (&sms.Message{To: m.To}).Check() != nil {
			cms, field = CMSUnassignedNumber, "TP-DA"
		}
		return sms.Message{}, &Error{CMS: cms, TPDU: submit, Field: field, Problem: err.Error()}
	}
	return m, nil
}

// Submits makes the TPDUs of m, one for each segment, with m.Ref as their concatenation reference and
// m.Validity as relative validity. Reference is left 0 for the modem to choose. Their memory may be m's.
func Submits(m *sms.Message, c sms.Concat) ([]Submit, error) {
	a, segments, err := m.Split(c)
	if err != nil {
		return nil, err
	}
	submits := make([]Submit, len(segments))
	for i, seg := range segments {
		submits[i] = Submit{
			ReplyPath: m.ReplyPath, StatusReport: m.Receipt, To: m.To, ProtocolID: m.ProtocolID,
			DCS: DCSOf(m, a), UDH: seg.UDH, UserData: seg.Data,
		}
		if m.Validity > 0 {
			submits[i].Validity = Validity{Format: ValidityRelative, Period: m.Validity}
		}
	}
	return submits, nil
}
