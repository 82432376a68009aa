package sms

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	intl := func(s string) Address { return Address{TONInternational, NPIISDN, s} }
	national := func(s string) Address { return Address{TONNational, NPIISDN, s} }
	short := func(s string) Address { return Address{TONNetworkSpecific, NPIUnknown, s} }
	alpha := func(s string) Address { return Address{TONAlphanumeric, NPIUnknown, s} }
	tests := []struct {
		in   string
		want Address
	}{
		{"+359888123456", intl("359888123456")},
		{"+1234567", intl("1234567")},
		{"+123456789012345", intl("123456789012345")},
		{"00359888123456", intl("359888123456")},
		{" +359 (888) 123-456 ", intl("359888123456")},
		{"+359.888.123.456", intl("359888123456")},
		{"00 359 888 12 34 56", intl("359888123456")},
		{"\u202A+359\u00A0888\u2011123\u2011456\u202C", intl("359888123456")}, // as a contact list copies it
		{"+[359] 888123456", intl("359888123456")},
		{"(00)359 888123456", intl("359888123456")},
		{"(00359) 888123456", intl("359888123456")},
		{"(0888) 123456", national("0888123456")},
		{"112", short("112")},
		{"1917", short("1917")},
		{"12-34-56", short("123456")},
		{"0888123456", national("0888123456")},
		{"0888-123456", national("0888123456")},
		{"1234567", national("1234567")},
		{"12345678901234567890", national("12345678901234567890")},
		{"Cabin", alpha("Cabin")},
		{"My Cabin 12", alpha("My Cabin 12")},
		{"ÄÖÜÑ", alpha("ÄÖÜÑ")},
		{"5G", alpha("5G")},
		{"A€€€€€", alpha("A€€€€€")}, // 11 septets
	}
	for _, tt := range tests {
		got, err := ParseAddress(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("%q: got %+v, %v; want %+v", tt.in, got, err, tt.want)
			continue
		}
		if err := got.check(); err != nil {
			t.Errorf("%q: cannot be sent: %v", tt.in, err)
		}
		if back, err := ParseAddress(got.String()); err != nil || back != got {
			t.Errorf("%q as %q: got %+v, %v; want %+v", tt.in, got, back, err, got)
		}
	}
}

func TestParseAddressErrors(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "sms: address is empty: an international number has 7 to 15 digits"},
		{"  ", "is empty"},
		{"+", `"+" has 0 digits after the international prefix`},
		{"12", `"12" has 2 digits: a short code has 3 to 6`},
		{"()", `has 0 digits`},
		{"+123456", `has 6 digits after the international prefix`},
		{"+1234567890123456", `has 16 digits after the international prefix`},
		{"00123456", `has 6 digits after the international prefix`},
		{"0012", `has 2 digits after the international prefix`},
		{"+0888123456", "a country code begins with 1 to 9"},
		{"000359888123456", "a country code begins with 1 to 9"},
		{"+44 (0)20 7946 0958", "has a (0) in an international number: leave it out"},
		{"0044 (0)20 7946 0958", "has a (0) in an international number: leave it out"},
		{"+44 ( 0 ) 20 7946 0958", "has a (0) in an international number: leave it out"},
		{"+44 [0] 20 7946 0958", "has a (0) in an international number: leave it out"},
		{"+44\u202A(0)20 7946 0958", "has a (0) in an international number: leave it out"},
		{"+44 (020) 7946 0958", "has a (0) in an international number: leave it out"},
		{"+44 (0-20) 7946 0958", "has a (0) in an international number: leave it out"},
		{"00 359 (0888) 123 456", "has a (0) in an international number: leave it out"},
		{"123456789012345678901", "has 21 digits: a national number has at most 20"},
		{"0888/123456", `has '/' at octet 4: a number is digits`},
		{"*123#", `has '*' at octet 0`},
		{"+359+888", `has '+' at octet 4`},
		{"+359888x", `has the letter 'x'`},
		{"٣٥٩٨٨٨", `at octet 0`},
		{"a@b", "has an @"},
		{"Вода", `has 'В', which is not a letter of the GSM`},
		{"a\nb", `has '\n'`},
		{"twelve chars", "takes 12 septets: an alphanumeric sender has at most 11"},
		{"AB€€€€€", "takes 12 septets"},
		{"aääääääääää", "takes 21 octets"},
		{"ab\xff", "which is not a letter"},
	}
	for _, tt := range tests {
		got, err := ParseAddress(tt.in)
		if err == nil || !strings.HasPrefix(err.Error(), "sms: address") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %+v, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"+359 888 123-456", "00359888123456", "1917", "Cabin", "+44 (0)20", "\u202A1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			if !a.IsZero() {
				t.Fatalf("%q: got %+v and %v", s, a, err)
			}
			return
		}
		if err := a.check(); err != nil {
			t.Fatalf("%q: got %+v, which cannot be sent: %v", s, a, err)
		}
		if back, err := ParseAddress(a.String()); err != nil || back != a {
			t.Fatalf("%q: got %+v, which reads back as %+v, %v", s, a, back, err)
		}
	})
}

func TestAddressString(t *testing.T) {
	for want, a := range map[string]Address{
		"+359888": {TONInternational, NPIISDN, "359888"},
		"0888":    {TONNational, NPIISDN, "0888"},
		"Cabin":   {TONAlphanumeric, NPIUnknown, "Cabin"},
		"":        {TON: TONInternational},
	} {
		if got := a.String(); got != want {
			t.Errorf("%+v: got %q, want %q", a, got, want)
		}
	}
	for want, got := range map[string]string{
		"international": TONInternational.String(), "TON 7": TON(7).String(), "abbreviated": TONAbbreviated.String(),
		"ISDN": NPIISDN.String(), "NPI 7": NPI(7).String(), "WAP": NPIWAP.String(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
