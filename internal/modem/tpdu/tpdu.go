// Package tpdu is the short message as a modem hands it over in PDU mode: SMS-SUBMIT, SMS-DELIVER and
// SMS-STATUS-REPORT of TS 23.040 §9.2.2 to and from octets, and to and from sms.Message. It does no I/O
// and knows no AT commands.
package tpdu

import (
	"encoding/hex"
	"fmt"
	"strings"

	"smppagent/internal/sms"
)

// Type is the message type indicator, TP-MTI, with the direction that gives it its meaning: TS 23.040 §9.2.3.1.
type Type uint8

// The types that go from the service centre to the phone have bit 2 clear, the others have it set.
const (
	TypeDeliver      Type = 0
	TypeStatusReport Type = 2
	TypeSubmit       Type = 5
	TypeCommand      Type = 6
)

// String is the type's name in the standard.
func (t Type) String() string {
	switch t {
	case TypeDeliver:
		return "SMS-DELIVER"
	case TypeStatusReport:
		return "SMS-STATUS-REPORT"
	case TypeSubmit:
		return "SMS-SUBMIT"
	case TypeCommand:
		return "SMS-COMMAND"
	}
	return fmt.Sprintf("TPDU type %d", uint8(t))
}

// TypeOf is what a TPDU with this first octet is. fromPhone says which way it goes.
func TypeOf(first byte, fromPhone bool) Type {
	t := Type(first & 3)
	if fromPhone {
		t |= 4
	}
	return t
}

// FromHex reads what a client typed after the prompt of +CMGS or +CMGW: hexadecimal digits in either case,
// between which white space is left out. TS 27.005 §4.3.
func FromHex(s string) ([]byte, error) {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n':
			return -1
		}
		return r
	}, s)
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil, &Error{CMS: CMSInvalidPDU, TPDU: "PDU", Field: "hexadecimal digits", Offset: len(b), Problem: strings.TrimPrefix(err.Error(), "encoding/hex: ")}
	}
	return b, nil
}

// CutSCA takes the service centre address off b, which a client handed over as n octets of TPDU: TS 27.005
// §4.3. Without that address, as some clients write, b is n octets long; with it, n counts the TPDU alone.
func CutSCA(b []byte, n int) (sca sms.Address, tpdu []byte, err error) {
	if len(b) == n && n > 0 {
		return sms.Address{}, b, nil
	}
	if len(b) > 0 && len(b) == n+1+int(b[0]) && n > 0 {
		c := codec{tpdu: "PDU", b: b}
		c.sca(&sca)
		if c.err != nil {
			return sms.Address{}, nil, c.err
		}
		return sca, b[len(b)-n:], nil
	}
	return sms.Address{}, nil, &Error{
		CMS: CMSInvalidPDU, TPDU: "PDU", Field: "length",
		Problem: fmt.Sprintf("%d octets were announced and %d came: must be as many, or one and the service centre address more", n, len(b)),
	}
}

// AppendSCA appends a service centre address with its length, a single 0 for none: what stands in front of a
// TPDU in +CMGL, +CMGR, +CMT and +CDS.
func AppendSCA(b []byte, sca sms.Address) ([]byte, error) {
	c := codec{tpdu: "PDU", encode: true, b: b, start: len(b)}
	c.sca(&sca)
	if c.err != nil {
		return b, c.err
	}
	return c.b, nil
}
