// Package textmode is what text mode makes of messages: TS 27.005 §3. It knows the character sets of +CSCS, the
// parameters of +CSMP, and the lines in which messages are shown. It does no I/O.
package textmode

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// Charset is a character set in which a client writes and reads strings: +CSCS, TS 27.007 §5.5.
type Charset uint8

// The character sets.
const (
	GSM     Charset = iota // the GSM 7-bit default alphabet, a septet in each octet
	IRA                    // ITU-T T.50, which is ASCII
	UCS2                   // hexadecimal digits of 16-bit units
	HEX                    // hexadecimal digits of septets
	Latin1                 // ISO 8859-1
	UTF8                   // UTF-8
	PCCP437                // code page 437
	PCDN                   // code page 865
	charsets
)

// String is the name of +CSCS.
func (c Charset) String() string {
	names := [charsets]string{"GSM", "IRA", "UCS2", "HEX", "8859-1", "UTF-8", "PCCP437", "PCDN"}
	if c < charsets {
		return names[c]
	}
	return fmt.Sprintf("Charset(%d)", uint8(c))
}

// Charsets gives all of them.
func Charsets() []Charset { return []Charset{GSM, IRA, UCS2, HEX, Latin1, UTF8, PCCP437, PCDN} }

// ParseCharset reads what String writes, in either case.
func ParseCharset(s string) (Charset, bool) {
	for _, c := range Charsets() {
		if strings.EqualFold(s, c.String()) {
			return c, true
		}
	}
	return 0, false
}

// Encode writes a text for a client. A character that the set does not have is a question mark.
func (c Charset) Encode(text string) []byte {
	switch c {
	case UCS2:
		return upperHex(sms.EncodeUCS2(text))
	case HEX:
		return upperHex(septets(text))
	case GSM:
		return septets(text)
	case UTF8:
		return []byte(strings.ToValidUTF8(text, "?"))
	}
	b := make([]byte, 0, len(text))
	for _, r := range text {
		b = append(b, c.octet(r))
	}
	return b
}

// octet is a character in a set of one octet each.
func (c Charset) octet(r rune) byte {
	switch {
	case r < 0x80:
		return byte(r)
	case c == Latin1 && r <= 0xFF && r >= 0xA0:
		return byte(r)
	}
	n := byte(0x80)
	for _, have := range c.upper() {
		if have == r {
			return n
		}
		n++
	}
	return '?'
}

// upper is the upper half of a code page.
func (c Charset) upper() string {
	switch c {
	case PCCP437:
		return cp437
	case PCDN:
		return cp865
	}
	return ""
}

// septets writes what GSM has no character for as a question mark.
func septets(text string) []byte {
	if b, _, ok := sms.EncodeGSM7(text); ok {
		return b
	}
	var out []byte
	for _, r := range text {
		b, _, ok := sms.EncodeGSM7(string(r))
		if !ok {
			b = []byte{'?'}
		}
		out = append(out, b...)
	}
	return out
}

func upperHex(b []byte) []byte { return bytes.ToUpper(hex.AppendEncode(nil, b)) }

// Decode reads a text of a client. Octets above 0x7F that are UTF-8 are read as such in any set of one octet a
// character: some clients write it whatever they have set. It is a *tpdu.Error with CMSInvalidText when the
// octets are not of the set.
func (c Charset) Decode(b []byte) (string, error) {
	switch c {
	case UCS2:
		units, ok := fromHex(b)
		if !ok || len(units)%2 != 0 {
			return "", invalid("%d octets: must be four hexadecimal digits for each character, since +CSCS is UCS2", len(b))
		}
		return sms.DecodeUCS2(units), nil
	case HEX:
		octets, ok := fromHex(b)
		if !ok {
			return "", invalid("%d octets: must be two hexadecimal digits for each character, since +CSCS is HEX", len(b))
		}
		return sms.DecodeGSM7(octets), nil
	}
	if high := bytes.ContainsFunc(b, isHigh); high && utf8.Valid(b) {
		return string(b), nil
	} else if high && c == UTF8 {
		return "", invalid("octets that are not UTF-8")
	}
	switch c {
	case GSM:
		return sms.DecodeGSM7(b), nil
	case PCCP437, PCDN:
		upper := []rune(c.upper())
		return decodeOctets(b, func(o byte) rune { return upper[o-0x80] }), nil
	}
	return decodeOctets(b, func(o byte) rune { return rune(o) }), nil
}

func isHigh(r rune) bool { return r >= utf8.RuneSelf }

// decodeOctets reads a set whose lower half is ASCII.
func decodeOctets(b []byte, upper func(byte) rune) string {
	var s strings.Builder
	for _, o := range b {
		if o < utf8.RuneSelf {
			s.WriteByte(o)
		} else {
			s.WriteRune(upper(o))
		}
	}
	return s.String()
}

// IsHex reports whether texts in c are written in hexadecimal digits.
func (c Charset) IsHex() bool { return c == UCS2 || c == HEX }

// DecodeNumber reads a telephone number of a client. Plain digits are taken in every set: some clients write
// them so whatever they have set.
func (c Charset) DecodeNumber(s string) string {
	if !c.IsHex() {
		return s
	}
	if text, err := c.Decode([]byte(s)); err == nil && strings.Trim(text, "+0123456789*#") == "" {
		return text
	}
	return s
}

// fromHex reads hexadecimal digits, between which white space is left out.
func fromHex(b []byte) ([]byte, bool) {
	octets, err := tpdu.FromHex(string(b))
	return octets, err == nil
}

// invalid is a text that cannot be taken.
func invalid(format string, args ...any) error {
	return &tpdu.Error{CMS: tpdu.CMSInvalidText, TPDU: "text mode", Field: "text", Problem: fmt.Sprintf(format, args...)}
}
