package textmode

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"smppagent/internal/modem/store"
	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// A View is how a client wants to be shown messages.
type View struct {
	// Charset is that of +CSCS.
	Charset Charset
	// Details is +CSDH=1: TS 27.005 §3.1.3.
	Details bool
	// Centre is the service centre address of +CSCA.
	Centre sms.Address
}

// A Line is an information response: what stands behind "+CMGR: " and its like, and the message behind
// that on a line of its own. An SMS-STATUS-REPORT has none.
type Line struct {
	Head string
	Data []byte
	Bare bool // there is no Data, not even an empty line
}

// Listed is what +CMGL shows of a slot: TS 27.005 §3.4.2.
func (v View) Listed(s store.Slot) Line {
	l, of := v.parse(s)
	head := fmt.Sprintf(`%d,"%v",`, s.Index, s.Status)
	if l.Bare {
		return Line{Head: head + l.Head, Bare: true}
	}
	head += of.address + ",," + of.time
	if v.Details {
		head += fmt.Sprintf(",%d,%d", of.kind, v.length(l.Data))
	}
	return Line{Head: head, Data: l.Data}
}

// Shown is what +CMGR shows of a slot: TS 27.005 §3.4.3.
func (v View) Shown(s store.Slot) Line {
	l, of := v.parse(s)
	head := fmt.Sprintf(`"%v",`, s.Status)
	if l.Bare {
		return Line{Head: head + l.Head, Bare: true}
	}
	head += of.address + ","
	if of.time != "" {
		head += "," + of.time
	}
	if v.Details {
		head += v.details(of, l.Data)
	}
	return Line{Head: head, Data: l.Data}
}

// Arrived is what +CMT shows of an SMS-DELIVER, and +CDS of an SMS-STATUS-REPORT: TS 27.005 §3.4.1.
func (v View) Arrived(octets []byte, report bool) Line {
	l, of := v.parse(store.Slot{TPDU: octets, Report: report})
	if l.Bare {
		return l
	}
	l.Head = of.address + ",," + of.time
	if v.Details {
		l.Head += v.details(of, l.Data)
	}
	return l
}

// fields are those that the lines of a message share.
type fields struct {
	address, time string // quoted; time is empty for what was not received
	kind          byte   // the type of address
	first         byte
	pid           byte
	dcs           tpdu.DCS
	validity      string // only of an SMS-SUBMIT, with the comma behind it
}

// details are what +CSDH=1 adds: <tooa>,<fo>,<pid>,<dcs>,[<vp>,]<sca>,<tosca>,<length>.
func (v View) details(of fields, data []byte) string {
	centre := `"",129`
	if v.Centre.Addr != "" {
		centre = fmt.Sprintf("%s,%d", v.quote(v.Centre.String()), addressType(v.Centre))
	}
	return fmt.Sprintf(",%d,%d,%d,%d,%s%s,%d", of.kind, of.first, of.pid, of.dcs, of.validity, centre, v.length(data))
}

// length is that of the message in characters.
func (v View) length(data []byte) int {
	if v.Charset == UTF8 {
		return utf8.RuneCount(data)
	}
	return len(data)
}

// parse takes a message apart. What cannot be read is shown whole in hexadecimal digits, so that it can be
// seen and deleted.
func (v View) parse(s store.Slot) (Line, fields) {
	unreadable := Line{Data: upperHex(s.TPDU)}
	switch {
	case s.Report:
		r, err := tpdu.ParseReport(s.TPDU)
		if err != nil {
			return unreadable, fields{address: `""`, kind: 129}
		}
		return Line{Head: v.report(s.TPDU[0], &r), Bare: true}, fields{}
	case s.Status == store.Unsent || s.Status == store.Sent:
		m, err := tpdu.ParseSubmit(s.TPDU)
		if err != nil {
			return unreadable, fields{address: `""`, kind: 129}
		}
		of := fields{
			address: v.quote(m.To.String()), kind: addressType(m.To), first: s.TPDU[0], pid: m.ProtocolID, dcs: m.DCS, validity: ",",
		}
		if m.Validity.Format == tpdu.ValidityRelative {
			octet, _ := tpdu.RelativeOctet(m.Validity.Period)
			of.validity = fmt.Sprintf("%d,", octet)
		} else if m.Validity.Format == tpdu.ValidityAbsolute {
			of.validity = `"` + formatTime(m.Validity.Until) + `",`
		}
		return Line{Data: v.data(m.DCS, m.UDH, m.UserData)}, of
	}
	m, err := tpdu.ParseDeliver(s.TPDU)
	if err != nil {
		return unreadable, fields{address: `""`, kind: 129}
	}
	of := fields{
		address: v.quote(m.From.String()), kind: addressType(m.From), time: `"` + formatTime(m.Time) + `"`,
		first: s.TPDU[0], pid: m.ProtocolID, dcs: m.DCS,
	}
	return Line{Data: v.data(m.DCS, m.UDH, m.UserData)}, of
}

// report is <fo>,<mr>,[<ra>],[<tora>],<scts>,<dt>,<st>.
func (v View) report(first byte, r *tpdu.Report) string {
	return fmt.Sprintf(`%d,%d,%s,%d,"%s","%s",%d`, first, r.Reference, v.quote(r.To.String()), addressType(r.To),
		formatTime(r.Time), formatTime(r.Discharge), r.Status)
}

// data is <data>. A client that has the details is shown what the standard has: hexadecimal digits of the whole
// TP-User-Data for anything but septets without a header. One that has not could not know that, and is shown
// the text as far as its character set goes.
func (v View) data(dcs tpdu.DCS, udh, ud []byte) []byte {
	text, plain := tpdu.Text(dcs, udh, ud), dcs.Alphabet() == sms.GSM7 && !dcs.Compressed()
	switch {
	case plain && (len(udh) == 0 || !v.Details):
		return v.Charset.Encode(text)
	case plain:
		return upperHex(append(bytes.Clone(udh), sms.PackUserData(ud, sms.FillBits(udh))...))
	case !v.Details && dcs.Alphabet() == sms.UCS2 && !dcs.Compressed() && (v.Charset == UTF8 || v.Charset == UCS2):
		return v.Charset.Encode(text)
	}
	return upperHex(append(bytes.Clone(udh), ud...))
}

// quote writes a string in the client's character set. A line's end in it, which a sender with letters may have,
// would end the answer there.
func (v View) quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return ' '
		}
		return r
	}, s)
	return `"` + strings.ReplaceAll(string(v.Charset.Encode(s)), `"`, `\22`) + `"`
}

// addressType is <tooa>: the type of address as an octet, TS 24.011 §8.2.5.2.
func addressType(a sms.Address) byte { return 0x80 | byte(a.TON&7)<<4 | byte(a.NPI&15) }
