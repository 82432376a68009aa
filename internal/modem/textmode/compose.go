package textmode

import (
	"strings"
	"time"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// Parameters are those of +CSMP, with which a message goes out: TS 27.005 §3.1.2.
type Parameters struct {
	// First is the first octet of the SMS-SUBMIT: of it the validity format, TP-SRR, TP-UDHI and TP-RP count.
	First byte
	// Validity is <vp>: a number of the relative format.
	Validity byte
	// Until is <vp> as a string: "yy/MM/dd,hh:mm:ss±zz" for the absolute format, 14 hexadecimal digits for the
	// enhanced one. Empty: Validity counts.
	Until string
	// ProtocolID is <pid>, DCS is <dcs>.
	ProtocolID byte
	DCS        tpdu.DCS
}

// DefaultParameters are those of a modem that was not told otherwise: relative validity of a day.
func DefaultParameters() Parameters { return Parameters{First: 17, Validity: 167} }

// Check says what is wrong with the parameters, as a *tpdu.Error with CMSInvalidText.
func (p Parameters) Check() error {
	if p.First&3 != 1 {
		return invalid("first octet %d: must be that of an SMS-SUBMIT, as 17 or 49", p.First)
	}
	if _, err := p.validity(); err != nil {
		return err
	}
	return nil
}

// Message is what a client wants sent: body is what it typed up to Ctrl-Z. With an 8-bit <dcs>, or a header, it
// has typed hexadecimal digits: TS 27.005 §3.1, <data>. Class, From and Ref are left open. A text of any length
// is taken; what cannot be sent is a *tpdu.Error.
func (p Parameters) Message(to sms.Address, body []byte, c Charset, now time.Time) (sms.Message, error) {
	validity, err := p.validity()
	if err != nil {
		return sms.Message{}, err
	}
	s := tpdu.Submit{
		ReplyPath: p.First&0x80 != 0, StatusReport: p.First&0x20 != 0, To: to, ProtocolID: p.ProtocolID, DCS: p.DCS, Validity: validity,
	}
	if octets, ok := fromHex(body); ok && p.raw() {
		if err := p.cutHeader(&s, octets); err != nil {
			return sms.Message{}, err
		}
		return s.Message(now)
	} else if p.raw() && (p.header() || p.DCS.Compressed() || p.DCS.Alphabet() == sms.Octets) {
		return sms.Message{}, invalid("%d octets: must be hexadecimal digits, since +CSMP says so with a header or 8-bit data", len(body))
	}
	m, err := s.Message(now) // all but the text
	if err != nil {
		return sms.Message{}, err
	}
	if m.Text, err = c.Decode(body); err != nil {
		return sms.Message{}, err
	}
	if err := m.Check(); err != nil {
		return sms.Message{}, invalid("%v", err)
	}
	return m, nil
}

func (p Parameters) header() bool { return p.First&0x40 != 0 }

// raw is true when the client types hexadecimal digits of TP-User-Data.
func (p Parameters) raw() bool {
	return p.header() || p.DCS.Compressed() || p.DCS.Alphabet() != sms.GSM7
}

// cutHeader gives s what the client typed.
func (p Parameters) cutHeader(s *tpdu.Submit, octets []byte) error {
	if p.header() {
		if len(octets) == 0 || int(octets[0]) >= len(octets) {
			return invalid("%d octets: must begin with a user data header, since +CSMP says so", len(octets))
		}
		if n := 1 + int(octets[0]); n > 1 {
			s.UDH, octets = octets[:n], octets[n:]
		}
	}
	if p.DCS.Alphabet() == sms.GSM7 && !p.DCS.Compressed() {
		octets = sms.UnpackGSM7(octets, sms.FillBits(s.UDH), -1)
	}
	s.UserData = octets
	return nil
}

// validity is <vp> in the format that the first octet names.
func (p Parameters) validity() (tpdu.Validity, error) {
	v := tpdu.Validity{Format: tpdu.ValidityFormat(p.First >> 3 & 3)}
	switch {
	case v.Format == tpdu.ValidityRelative && p.Until == "":
		v.Period = tpdu.RelativePeriod(p.Validity)
	case v.Format == tpdu.ValidityAbsolute && p.Until != "":
		until, err := parseTime(p.Until)
		if err != nil {
			return v, err
		}
		v.Until = until
	case v.Format == tpdu.ValidityEnhanced && p.Until != "":
		octets, ok := fromHex([]byte(p.Until))
		if !ok || len(octets) != 7 {
			return v, invalid("validity %q: must be 14 hexadecimal digits in the enhanced format", p.Until)
		}
		v = tpdu.ParseEnhanced([7]byte(octets))
	case v.Format != tpdu.ValidityNone && p.Until == "":
		v.Format = tpdu.ValidityNone // a number where a string would have to be
	case v.Format == tpdu.ValidityRelative:
		return v, invalid("validity %q: must be a number, since the first octet says that it is relative", p.Until)
	}
	return v, nil
}

const timeLayout = "06/01/02,15:04:05"

// parseTime reads "yy/MM/dd,hh:mm:ss±zz", zz in quarters of an hour: TS 27.005 §3.1, <scts>.
func parseTime(s string) (time.Time, error) {
	const want = `must be as in "26/11/23,12:00:00+04"`
	at := strings.LastIndexAny(s, "+-")
	zone := time.UTC
	if at < 0 {
		at = len(s)
	} else {
		q := s[at+1:]
		if len(q) != 2 || q[0] < '0' || q[0] > '7' || q[1] < '0' || q[1] > '9' {
			return time.Time{}, invalid("time %q: "+want, s)
		}
		offset := 900 * (int(q[0]-'0')*10 + int(q[1]-'0'))
		if s[at] == '-' {
			offset = -offset
		}
		zone = time.FixedZone("", offset)
	}
	t, err := time.ParseInLocation(timeLayout, s[:at], zone)
	if err != nil {
		return t, invalid("time %q: "+want, s)
	}
	return t, nil
}

// formatTime writes what parseTime reads; the zero time as the beginning of 2000.
func formatTime(t time.Time) string {
	if t.IsZero() {
		return "00/01/01,00:00:00+00"
	}
	_, offset := t.Zone()
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	q := offset / 900
	return t.Format(timeLayout) + sign + string([]byte{byte('0' + q/10), byte('0' + q%10)})
}
