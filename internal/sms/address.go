package sms

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TON is a type of number: SMPP 3.4 §5.2.5, TS 23.040 §9.1.2.5.
type TON byte

// The types of number. Any other value may arrive from outside and is kept as it is.
const (
	TONUnknown          TON = 0
	TONInternational    TON = 1
	TONNational         TON = 2
	TONNetworkSpecific  TON = 3
	TONSubscriberNumber TON = 4
	TONAlphanumeric     TON = 5
	TONAbbreviated      TON = 6
)

// String gives the type's name, or its number when it has none.
func (t TON) String() string {
	switch t {
	case TONUnknown:
		return "unknown"
	case TONInternational:
		return "international"
	case TONNational:
		return "national"
	case TONNetworkSpecific:
		return "network specific"
	case TONSubscriberNumber:
		return "subscriber number"
	case TONAlphanumeric:
		return "alphanumeric"
	case TONAbbreviated:
		return "abbreviated"
	}
	return fmt.Sprintf("TON %d", byte(t))
}

// NPI is a numbering plan indicator: SMPP 3.4 §5.2.6.
type NPI byte

// The numbering plans. Any other value may arrive from outside and is kept as it is.
const (
	NPIUnknown    NPI = 0
	NPIISDN       NPI = 1 // E.163 and E.164
	NPIData       NPI = 3 // X.121
	NPITelex      NPI = 4 // F.69
	NPILandMobile NPI = 6 // E.212
	NPINational   NPI = 8
	NPIPrivate    NPI = 9
	NPIERMES      NPI = 10
	NPIInternet   NPI = 14
	NPIWAP        NPI = 18
)

// String gives the plan's name, or its number when it has none.
func (n NPI) String() string {
	switch n {
	case NPIUnknown:
		return "unknown"
	case NPIISDN:
		return "ISDN"
	case NPIData:
		return "data"
	case NPITelex:
		return "telex"
	case NPILandMobile:
		return "land mobile"
	case NPINational:
		return "national"
	case NPIPrivate:
		return "private"
	case NPIERMES:
		return "ERMES"
	case NPIInternet:
		return "internet"
	case NPIWAP:
		return "WAP"
	}
	return fmt.Sprintf("NPI %d", byte(n))
}

// Address is who a message is for or from. Addr is the digits without a "+", or the text of an
// alphanumeric sender in UTF-8.
type Address struct {
	TON  TON
	NPI  NPI
	Addr string
}

// Limits of an address.
const (
	maxAddr       = 20 // octets: source_addr and destination_addr hold 21 with the NUL, SMPP 3.4 §4.4.1
	maxAlpha      = 11 // septets: a TP-Originating-Address of 10 octets, TS 23.040 §9.1.2.5
	minE164       = 7
	maxE164       = 15 // ITU-T E.164 §6
	minShortCode  = 3
	maxShortCode  = 6
	international = "an international number has 7 to 15 digits after the +, as in +359888123456"
)

// ParseAddress reads an address as a person writes it. "+359 888 123-456" and "00359…" are
// international numbers (TON 1, NPI 1) of 7 to 15 digits; 3 to 6 digits are a short code (TON 3,
// NPI 0); 7 to 20 other digits are a national number (TON 2, NPI 1); anything with a letter is an
// alphanumeric sender (TON 5, NPI 0) of at most 11 septets of the GSM 7-bit default alphabet.
// Spaces, dashes, dots and brackets inside a number are dropped. A number is never shortened or
// completed: what does not fit is an error that says what would.
func ParseAddress(s string) (Address, error) {
	s = strings.TrimFunc(s, isSpacer)
	if s == "" {
		return Address{}, errors.New("sms: address is empty: " + international)
	}
	if s[0] != '+' && strings.ContainsFunc(s, unicode.IsLetter) {
		return parseAlphanumeric(s)
	}
	digits, err := parseDigits(s)
	if err != nil {
		return Address{}, err
	}
	n := len(digits)
	switch {
	case s[0] == '+':
		return parseInternational(s, digits)
	case strings.HasPrefix(digits, "00"):
		return parseInternational(s, digits[2:])
	case n < minShortCode:
		return Address{}, fmt.Errorf("sms: address %q has %d digits: a short code has 3 to 6, a number 7 or more", s, n)
	case n <= maxShortCode:
		return Address{TON: TONNetworkSpecific, NPI: NPIUnknown, Addr: digits}, nil
	case n > maxAddr:
		return Address{}, fmt.Errorf("sms: address %q has %d digits: a national number has at most 20", s, n)
	}
	return Address{TON: TONNational, NPI: NPIISDN, Addr: digits}, nil
}

func parseInternational(s, digits string) (Address, error) {
	if n := len(digits); n < minE164 || n > maxE164 {
		return Address{}, fmt.Errorf("sms: address %q has %d digits after the international prefix: %s", s, n, international)
	}
	if digits[0] == '0' {
		return Address{}, fmt.Errorf("sms: address %q has a 0 after the international prefix: a country code begins with 1 to 9", s)
	}
	return Address{TON: TONInternational, NPI: NPIISDN, Addr: digits}, nil
}

// parseDigits drops what people put between digits and refuses everything else.
func parseDigits(s string) (string, error) {
	rest := s
	if rest[0] == '+' {
		rest = rest[1:]
	}
	var b strings.Builder
	opened := false // the next digit is the first behind a bracket
	for i, r := range rest {
		switch {
		case '0' <= r && r <= '9':
			// "+44 (0)20 …" and "+44 (020) …" mean "dial the 0 only inside the country": with the 0 it is a
			// wrong number.
			if opened && r == '0' && b.Len() > 0 && (s[0] == '+' || strings.HasPrefix(b.String(), "00")) {
				return "", fmt.Errorf("sms: address %q has a (0) in an international number: leave it out", s)
			}
			opened = false
			b.WriteByte(byte(r))
		case r == '(' || r == '[':
			opened = true
		case r == '.' || r == ')' || r == ']' || isSpacer(r) || unicode.Is(unicode.Pd, r):
		case unicode.IsLetter(r):
			return "", fmt.Errorf("sms: address %q has the letter %q: %s", s, r, international)
		default:
			return "", fmt.Errorf("sms: address %q has %q at octet %d: a number is digits, with spaces, dashes, dots or brackets between them",
				s, r, i+len(s)-len(rest))
		}
	}
	return b.String(), nil
}

// isSpacer is true for white space and for the invisible marks that come along when a number is
// copied out of a contact list (U+202A and its like).
func isSpacer(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

func parseAlphanumeric(s string) (Address, error) {
	if err := checkAlphanumeric(s); err != nil {
		return Address{}, fmt.Errorf("sms: address %q %w", s, err)
	}
	return Address{TON: TONAlphanumeric, NPI: NPIUnknown, Addr: s}, nil
}

func checkAlphanumeric(s string) error {
	septets := 0
	for _, r := range s {
		if r == '@' {
			return errors.New("has an @, which ends the address on the wire (0x00 in the GSM 7-bit default alphabet): leave it out")
		}
		code, ok := septetOf(r)
		if !ok || unicode.IsControl(r) {
			return fmt.Errorf("has %q, which is not a letter of the GSM 7-bit default alphabet: use A to Z, a to z, 0 to 9", r)
		}
		septets += cost(code)
	}
	if septets > maxAlpha {
		return fmt.Errorf("takes %d septets: an alphanumeric sender has at most 11", septets)
	}
	if len(s) > maxAddr {
		return fmt.Errorf("takes %d octets: an address has at most 20", len(s))
	}
	return nil
}

// String gives the address for people: with a "+" in front when it is international.
func (a Address) String() string {
	if a.TON == TONInternational && a.Addr != "" {
		return "+" + a.Addr
	}
	return a.Addr
}

// IsZero is true for an address that says nothing at all.
func (a Address) IsZero() bool { return a == Address{} }

// check is what can be sent as source_addr or destination_addr. It is wider than ParseAddress, since
// an answer goes to whatever address the question came from.
func (a Address) check() error {
	switch {
	case a.Addr == "":
		return errors.New("is empty: " + international)
	case a.TON == TONAlphanumeric:
		if !utf8.ValidString(a.Addr) {
			return fmt.Errorf("%q is not UTF-8", a.Addr)
		}
		if err := checkAlphanumeric(a.Addr); err != nil {
			return fmt.Errorf("%q %w", a.Addr, err)
		}
		return nil
	case a.Addr[0] == '+':
		return fmt.Errorf("%q begins with a +: the type of number says international, the digits stand alone", a.Addr)
	case len(a.Addr) > maxAddr:
		return fmt.Errorf("%q takes %d octets: an address has at most 20", a.Addr, len(a.Addr))
	}
	for i := range len(a.Addr) {
		if c := a.Addr[i]; (c < '0' || c > '9') && c != '*' && c != '#' {
			return fmt.Errorf("%q has %q at octet %d: a number is digits, * and #", a.Addr, c, i)
		}
	}
	return nil
}
