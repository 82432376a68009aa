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
		{"data in UCS2", Message{To: to, Data: []byte{1}, Alphabet: UCS2}, "sms: alphabet ucs2: must be octets or auto"},
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
