package tpdu

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"smppagent/internal/sms"
)

func octets(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func number(s string) sms.Address {
	return sms.Address{TON: sms.TONInternational, NPI: sms.NPIISDN, Addr: s}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// Messages as programs handed them over to a modem, and what they meant.
var submits = []struct {
	name string
	n    int // announced by +CMGS
	pdu  string
	want sms.Message
}{
	{
		name: "smstools", n: 31, pdu: "00 31 00 0C91447700094065 00 00 FF 13 C8329BFD0699E5EF3668DE9ED3DF6FF61C",
		want: sms.Message{To: number("447700900456"), Text: "Hello from smstools", Receipt: true, Validity: 63 * week},
	},
	{
		name: "smstools mode=old", n: 31, pdu: "21 00 0C91447700094065 00 00 14 C8329BFD0699E5EF3668DE9ED3DF6FF65C01",
		want: sms.Message{To: number("447700900456"), Text: "Hello from smstools\n", Receipt: true},
	},
	{
		name: "gnokii, with service centre", n: 29, pdu: "07914477001000 00 31 00 0C91447700094065 00 00 AA 11 C8329BFD0699E5EF36E8EC7EAFD369",
		want: sms.Message{To: number("447700900456"), Text: "Hello from gnokii", Receipt: true, Validity: 4 * day},
	},
	{
		name: "sms_tool", n: 27, pdu: "00 11 00 0C91447700094065 00 00 B0 0E C8329BFD06CDDBF308FDFD6603",
		want: sms.Message{To: number("447700900456"), Text: "Hello sms_tool", Validity: 10 * day},
	},
	{
		name: "smstools, Turkish", n: 28, pdu: "00 51 00 0C91095515325476 00 00 FF 0F 03250101 E8A4CDF23288E1EF2800",
		want: sms.Message{To: number("905551234567"), Text: "şifre ğüş\n", Validity: 63 * week, Tables: sms.Tables{Locking: sms.Turkish}},
	},
	{
		name: "smstools, flash", n: 19, pdu: "00 11 00 0C91095515325476 00 10 FF 05 6676788E06",
		want: sms.Message{To: number("905551234567"), Text: "flash", Validity: 63 * week, MessageClass: sms.Flash},
	},
}

func TestSubmitRecorded(t *testing.T) {
	for _, tt := range submits {
		_, b, err := CutSCA(octets(t, tt.pdu), tt.n)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		s, err := ParseSubmit(b)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		m, err := s.Message(noon)
		if err != nil || !reflect.DeepEqual(m, tt.want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", tt.name, m, err, tt.want)
		}
		if again, err := s.Append(nil); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: again %x, %v; want %x", tt.name, again, err, b)
		}
	}
}

func TestCutSCA(t *testing.T) {
	b := octets(t, "069144770010F0"+strings.Repeat("00", 28))
	for n, ok := range map[int]bool{-1: false, 0: false, 27: false, 28: true, 29: false, 34: false, 35: true, 36: false} {
		sca, rest, err := CutSCA(b, n)
		if e, _ := errors.AsType[*Error](err); ok != (err == nil) || !ok && e.CMS != CMSInvalidPDU {
			t.Errorf("%d: got %v", n, err)
		}
		if ok && (len(rest) != n || (sca == number("447700010")) != (n == 28)) {
			t.Errorf("%d: got %v and %d octets", n, sca, len(rest))
		}
	}
	if _, _, err := CutSCA([]byte{1}, 0); err == nil {
		t.Error("no octets are a TPDU")
	}
	for _, a := range []sms.Address{{}, number("44770001000"), {TON: sms.TONNational, NPI: sms.NPIISDN, Addr: "0888"}} {
		b, err := AppendSCA([]byte{9}, a)
		if err != nil {
			t.Fatal(err)
		}
		if back, rest, err := CutSCA(append(b[1:], 1, 2, 3), 3); err != nil || back != a && a.Addr != "" || len(rest) != 3 {
			t.Errorf("%v: %x gives %v, %x, %v", a, b, back, rest, err)
		}
	}
	if b, err := AppendSCA([]byte{9}, number("1x")); err == nil || len(b) != 1 {
		t.Errorf("got %x, %v", b, err)
	}
}

func TestFromHex(t *testing.T) {
	if b, err := FromHex(" 0011 aAfF\r\n"); err != nil || !bytes.Equal(b, []byte{0, 0x11, 0xAA, 0xFF}) {
		t.Errorf("got %x, %v", b, err)
	}
	for in, want := range map[string]string{
		"001":  "tpdu: PDU: hexadecimal digits at octet 1: odd length hex string",
		"00G0": "tpdu: PDU: hexadecimal digits at octet 1: invalid byte: U+0047 'G'",
	} {
		_, err := FromHex(in)
		if e, ok := errors.AsType[*Error](err); !ok || e.CMS != CMSInvalidPDU || e.Error() != want {
			t.Errorf("%s: got %v", in, err)
		}
	}
}

// A cut anywhere is an error, never a panic, and names a field.
func TestSubmitCut(t *testing.T) {
	for _, tt := range submits {
		_, b, _ := CutSCA(octets(t, tt.pdu), tt.n)
		for n := range b {
			_, err := ParseSubmit(b[:n])
			if e, ok := errors.AsType[*Error](err); !ok || e.CMS != CMSInvalidPDU || e.Field == "" {
				t.Errorf("%s, %d octets: got %v", tt.name, n, err)
			}
		}
	}
}

func TestSubmitRefused(t *testing.T) {
	tests := []struct{ name, pdu, want string }{
		{"type", "00 00 02 8121 00 00 00", "SMS-SUBMIT: TP-MTI at octet 0: 0: must be 1"},
		{"21 digits", "01 00 15 81 2143658709214365870921 00 00 00", "TP-DA at octet 2: 21 semi-octets: at most 20 fit"},
		{"short text", "01 00 02 8121 00 04 03 0102", "TP-UD at octet 8: 2 octets are left of 3"},
		{"long text", "01 00 02 8121 00 04 8D " + strings.Repeat("00", 141), "TP-UD at octet 8: 141 octets: at most 140 fit"},
		{"161 septets", "01 00 02 8121 00 00 A1 " + strings.Repeat("00", 141), "141 octets: at most 140 fit"},
		{"header", "41 00 02 8121 00 04 03 030102", "TP-UD at octet 8: the user data header has 4 octets, and 3 are there"},
		{"no number", "01 00 00 81 00 00 01 31", "SMS-SUBMIT: TP-DA at octet 0: sms: to is empty"},
		{"to a name", "01 00 04 D0 6136 00 00 01 31", "is alphanumeric"},
		{"letters", "01 00 02 81 CA 00 00 01 31", `"*a" has 'a'`},
	}
	for _, tt := range tests {
		s, err := ParseSubmit(octets(t, tt.pdu))
		if err == nil {
			_, err = s.Message(noon)
		}
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	for _, s := range []Submit{
		{To: number("1x")}, {To: number(strings.Repeat("1", 21))}, {To: sms.Address{TON: 8, Addr: "1"}},
		{To: sms.Address{TON: 5, Addr: "twelve signs"}}, {To: sms.Address{TON: 5, Addr: "щ"}},
		{UserData: make([]byte, 161)}, {DCS: 4, UserData: make([]byte, 141)},
		{Validity: Validity{Format: ValidityRelative, Period: 64 * week}}, {Validity: Validity{Format: ValidityRelative, Period: -1}},
		{Validity: Validity{Format: ValidityEnhanced, Period: 64 * week}},
		{Validity: Validity{Format: ValidityAbsolute, Until: noon.AddDate(100, 0, 0)}},
	} {
		if b, err := s.Append([]byte("x")); err == nil || string(b) != "x" {
			t.Errorf("%+v: got %x, %v", s, b, err)
		}
	}
}

// What comes out of a TPDU as a message goes into TPDUs with the same content.
func TestSubmitsBack(t *testing.T) {
	long := strings.Repeat("long text ", 20)
	for _, m := range []sms.Message{
		{Text: "hi"},
		{Text: "щ😀", Alphabet: sms.UCS2, MessageClass: sms.Flash, ProtocolID: 0x41, ReplyPath: true, Receipt: true},
		{Data: []byte{0, 255}, Alphabet: sms.Octets, MessageClass: sms.ClassTE, UDH: []byte{6, 5, 4, 0x0B, 0x84, 0x23, 0xF0}},
		{Data: []byte{1, 2}, Alphabet: sms.Octets, Compressed: true},
		{Data: []byte{0x1B, 0x1B}, Alphabet: sms.GSM7},
		{Data: []byte{0xD8, 0x3D, 0}, Alphabet: sms.UCS2},
		{Text: "çığ", Tables: sms.Tables{Locking: sms.Turkish, Single: sms.Spanish}},
		{Text: "mail", Waiting: sms.Waiting{Kind: sms.Voicemail, Active: true, Store: true}},
		{Text: "", Validity: 2 * day},
		{Text: long, Ref: 7},
	} {
		m.To = number("359888123456")
		pdus, err := Submits(&m, sms.Concat16)
		if err != nil {
			t.Errorf("%+v: %v", m, err)
			continue
		}
		text := ""
		var back sms.Message
		for _, s := range pdus {
			b, err := s.Append(nil)
			if err != nil {
				t.Fatalf("%+v: %v", m, err)
			}
			s, err := ParseSubmit(b)
			if err != nil {
				t.Fatalf("%+v: %v", m, err)
			}
			if back, err = s.Message(noon); err != nil {
				t.Fatalf("%+v: %v", m, err)
			}
			text += back.Text
		}
		if len(pdus) > 1 {
			if p, ok := sms.PartOf(back.UDH); !ok || p != (sms.Part{Ref: 7, Wide: true, Total: 2, Seq: 2}) {
				t.Errorf("%q: header %x", m.Text, back.UDH)
			}
			back.UDH, back.Text, back.Ref = nil, text, m.Ref
		}
		if !reflect.DeepEqual(back, m) {
			t.Errorf("got %+v\nwant %+v", back, m)
		}
	}
}

func octetsOf(s string) []byte {
	b, _ := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	return b
}
