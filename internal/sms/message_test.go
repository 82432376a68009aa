package sms

import (
	"strings"
	"testing"
	"time"
)

func TestCheck(t *testing.T) {
	to := Address{TONInternational, NPIISDN, "359888123456"}
	tests := []struct {
		name string
		m    Message
		want string // in the error; empty: none
	}{
		{"empty text", Message{To: to}, ""},
		{"text", Message{To: to, Text: "Вода в мазето 🌊"}, ""},
		{"data", Message{To: to, Data: []byte{0, 1}}, ""},
		{"empty data", Message{To: to, Data: []byte{}, Alphabet: Octets}, ""},
		{"short code", Message{To: Address{TONNetworkSpecific, NPIUnknown, "1234"}, Text: "x"}, ""},
		{"alphanumeric sender", Message{To: to, From: Address{TONAlphanumeric, NPIUnknown, "Cabin"}}, ""},
		{"longest validity", Message{To: to, Validity: 63 * 7 * 24 * time.Hour}, ""},
		{"255 segments", Message{To: to, Text: strings.Repeat("a", 255*152)}, ""},

		{"no to", Message{Text: "x"}, "sms: to is empty"},
		{"alphanumeric to", Message{To: Address{TONAlphanumeric, NPIUnknown, "Cabin"}}, `sms: to "Cabin" is alphanumeric`},
		{"plus", Message{To: Address{TONInternational, NPIISDN, "+359888123456"}}, "begins with a +"},
		{"letter in to", Message{To: Address{TONNational, NPIISDN, "08881x"}}, `has 'x' at octet 5`},
		{"long to", Message{To: Address{TONNational, NPIISDN, strings.Repeat("1", 21)}}, "takes 21 octets"},
		{"bad sender", Message{To: to, From: Address{TONAlphanumeric, NPIUnknown, "a@b"}}, `sms: from "a@b" has an @`},
		{"sender without address", Message{To: to, From: Address{TON: TONAlphanumeric}}, "sms: from is empty"},
		{"sender not UTF-8", Message{To: to, From: Address{TONAlphanumeric, NPIUnknown, "\xff"}}, "is not UTF-8"},
		{"class", Message{To: to, Class: 5}, "sms: class 5: must be emergency, alarm, warning, info or telemetry"},
		{"message class", Message{To: to, MessageClass: 5}, "sms: message class 5: must be"},
		{"alphabet", Message{To: to, Alphabet: 4}, "sms: alphabet 4: must be"},
		{"octets without data", Message{To: to, Text: "x", Alphabet: Octets}, "must go with data"},
		{"both", Message{To: to, Text: "x", Data: []byte{}}, "both a text and data"},
		{"data in UCS2", Message{To: to, Data: []byte{0xD8, 0x3D, 0}, Alphabet: UCS2}, ""},
		{"septets", Message{To: to, Data: []byte{0x1B, 0x1B, 0x7F}, Alphabet: GSM7}, ""},
		{"no septets", Message{To: to, Data: []byte{0x80}, Alphabet: GSM7}, "sms: data has an octet above 0x7F"},
		{"compressed text", Message{To: to, Text: "x", Compressed: true}, "sms: compressed text: must be data"},
		{"locking table", Message{To: to, Tables: Tables{Locking: Spanish}}, "sms: locking shift table of Spanish: there is none"},
		{"single table", Message{To: to, Tables: Tables{Single: 14}}, "sms: single shift table of Language(14): there is none"},
		{"tables and data", Message{To: to, Data: []byte{1}, Tables: Tables{Single: Turkish}}, "must go with a text"},
		{"tables twice", Message{To: to, UDH: []byte{3, 0x24, 1, 1}, Tables: Tables{Single: Turkish}}, "names some already"},
		{"not in tables", Message{To: to, Text: "щ", Alphabet: GSM7, Tables: Tables{Single: Turkish}}, "which the tables of none (locking) and Turkish (single)"},
		{"header", Message{To: to, UDH: []byte{6, 5, 4, 0, 1, 0, 2}}, ""},
		{"header cut", Message{To: to, UDH: []byte{7, 5, 4, 0, 1, 0, 2}}, "sms: user data header of 7 octets"},
		{"empty header", Message{To: to, UDH: []byte{0}}, "sms: user data header of 1 octets"},
		{"segment too long", Message{To: to, UDH: []byte{5, 0, 3, 1, 2, 1}, Text: strings.Repeat("a", 154)}, "counts segments does not fit"},
		{"header without room", Message{To: to, UDH: append([]byte{134}, make([]byte, 134)...), Text: "abcdefg"}, "leaves no room"},
		{"waiting", Message{To: to, Waiting: Waiting{Kind: Voicemail, Active: true, Count: 255, Profile: 3}}, ""},
		{"waiting for nothing", Message{To: to, Waiting: Waiting{Active: true}}, "sms: waiting indication of no kind"},
		{"waiting kind", Message{To: to, Waiting: Waiting{Kind: 6}}, "sms: waiting kind 6"},
		{"waiting profile", Message{To: to, Waiting: Waiting{Kind: Voicemail, Profile: 4}}, "sms: waiting profile 4"},
		{"waiting count", Message{To: to, Waiting: Waiting{Kind: Voicemail, Count: 4}}, "is off and counts 4"},
		{"not UTF-8", Message{To: to, Text: "a\xc3"}, "sms: text is not UTF-8"},
		{"not GSM7", Message{To: to, Text: "10 °C", Alphabet: GSM7}, `sms: text has '°' at octet 3`},
		{"negative validity", Message{To: to, Validity: -1}, "sms: validity -1ns: must be"},
		{"long validity", Message{To: to, Validity: 63*7*24*time.Hour + 1}, "must be 0 to 63 weeks"},
		{"256 segments", Message{To: to, Text: strings.Repeat("a", 255*152+1)}, "sms: message needs 256 segments"},
	}
	for _, tt := range tests {
		switch err := tt.m.Check(); {
		case tt.want == "" && err != nil:
			t.Errorf("%s: got %q, want none", tt.name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}
