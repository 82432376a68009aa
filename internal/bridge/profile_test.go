package bridge

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

func TestProfileCheck(t *testing.T) {
	good := []Profile{DefaultProfile(), ForNetwork(NetworkGSM), ForNetwork(NetworkIS95), ForNetwork(NetworkANSI136), ForNetwork(NetworkIDEN)}
	for _, p := range good {
		p.Check(func(key, problem string) { t.Errorf("%s: %s: %s", p.Network, key, problem) })
	}
	for key, spoil := range map[string]func(*Profile){
		"network":       func(p *Profile) { p.Network = "cdma" },
		"alphabet":      func(p *Profile) { p.Alphabet = "ebcdic" },
		"concatenation": func(p *Profile) { p.Concatenation, p.TLVs = SAR, TLVsNever },
		"tlvs":          func(p *Profile) { p.TLVs = "maybe" },
		"validity":      func(p *Profile) { p.Validity = "always" },
		"receipt_ids":   func(p *Profile) { p.ReceiptIDs = "octal" },
		"sender":        func(p *Profile) { p.Sender, p.Alphanumeric = "CABIN", false },
		"numbers":       func(p *Profile) { p.Numbers = "011" },
		"country":       func(p *Profile) { p.Numbers = NumbersNational },
		"trunk":         func(p *Profile) { p.Trunk = "0x" },
		"service_type":  func(p *Profile) { p.ServiceType = "A\x00B" },
		"pace":          func(p *Profile) { p.Pace = -1 },
		"burst":         func(p *Profile) { p.Burst = 0 },
		"query":         func(p *Profile) { p.Query = "often" },
	} {
		p := DefaultProfile()
		spoil(&p)
		got := ""
		p.Check(func(key, _ string) { got += key })
		if got != key {
			t.Errorf("%s: %q is reported", key, got)
		}
	}
}

// What a text is on the wire, by alphabet and concatenation.
func TestParts(t *testing.T) {
	const lorem = "0123456789"
	long := strings.Repeat(lorem, 17)
	for _, tt := range []struct {
		alphabet Alphabet
		form     Concatenation
		text     string
		n        int
		coding   pdu.DataCoding
		udh      int    // octets of each
		first    string // how the first one's data begins, hexadecimal
	}{
		{AlphabetGSM7, UDH8, "@ä", 1, 0, 0, "007b"},
		{AlphabetGSM7, UDH8, long, 2, 0, 6, "3031"},
		{AlphabetGSM7, UDH16, long, 2, 0, 7, "3031"},
		{AlphabetGSM7, SAR, long, 2, 0, 0, "3031"},
		{AlphabetGSM7, Payload, long, 1, 0, 0, "3031"},
		{AlphabetGSM7, UDH8, "Вода", 1, 8, 0, "0412"},
		{AlphabetGSM7Packed, UDH8, "hellohello", 1, 0, 0, "e8329bfd4697d9ec37"}, // TS 23.038 §6.1.2.1
		{AlphabetGSM7Packed, UDH8, long, 2, 0, 6, "6031"},                       // one fill bit after the header
		{AlphabetASCII, UDH8, "a@b{", 1, 0, 0, "6140627b"},
		{AlphabetASCII, UDH8, "ä", 1, 8, 0, "00e4"},
		{AlphabetLatin1, UDH8, "@ä", 1, 0, 0, "40e4"},
		{AlphabetLatin1, UDH8, "€", 1, 8, 0, "20ac"},
		{AlphabetWindows1252, UDH8, "€", 1, 0, 0, "80"},
		{AlphabetWindows1252, UDH8, "Δ", 1, 8, 0, "0394"},
		{AlphabetUTF8, UDH8, "Δ", 1, 0, 0, "ce94"},
		{AlphabetUTF8, UDH8, strings.Repeat("ä", 153), 3, 8, 6, "00e4"}, // 306 octets do not fit short_message
	} {
		p := DefaultProfile()
		p.Alphabet, p.Concatenation = tt.alphabet, tt.form
		m := sms.Message{To: phone(t, "+359888123456"), Text: tt.text, Ref: 7}
		parts, err := p.parts(&m, true)
		if err != nil || len(parts) != tt.n {
			t.Errorf("%s %s %.10q: %d parts, %v; want %d", tt.alphabet, tt.form, tt.text, len(parts), err, tt.n)
			continue
		}
		x := parts[0]
		if got := hex.EncodeToString(x.data); x.coding != tt.coding || len(x.udh) != tt.udh || !strings.HasPrefix(got, tt.first) ||
			(x.sar != nil) != (tt.form == SAR && tt.n > 1) || x.payload != (tt.form == Payload && tt.text == long) {
			t.Errorf("%s %s %.10q: data_coding %d, UDH %x, %.20s…, sar %v; want %d, %d octets, %s…", tt.alphabet, tt.form, tt.text,
				x.coding, x.udh, got, x.sar, tt.coding, tt.udh, tt.first)
		}
	}
	p := DefaultProfile()
	p.Alphabet = AlphabetASCII
	if _, err := p.parts(&sms.Message{Text: "ä", Alphabet: sms.GSM7}, true); err == nil {
		t.Error("a text that must be GSM 7-bit is sent in an alphabet that lacks its characters")
	}
	p.Concatenation = SAR
	if parts, err := p.parts(&sms.Message{Text: long}, false); err != nil || len(parts) != 2 || len(parts[0].udh) != 7 {
		t.Errorf("sar where the SMSC takes no TLVs: %+v, %v; want a user data header", parts, err)
	}
}

func TestDataCoding(t *testing.T) {
	for _, tt := range []struct {
		network Network
		a       sms.Alphabet
		c       sms.MessageClass
		want    pdu.DataCoding
		flash   bool
	}{
		{NetworkGSM, sms.GSM7, sms.ClassNone, 0x00, false},
		{NetworkGSM, sms.GSM7, sms.Flash, 0xF0, false},
		{NetworkGSM, sms.GSM7, sms.ClassSIM, 0xF2, false},
		{NetworkGSM, sms.Octets, sms.ClassNone, 0x04, false},
		{NetworkGSM, sms.Octets, sms.Flash, 0xF4, false},
		{NetworkGSM, sms.UCS2, sms.ClassNone, 0x08, false},
		{NetworkGSM, sms.UCS2, sms.Flash, 0x08, true},
		{NetworkIS95, sms.GSM7, sms.Flash, 0x01, true},
		{NetworkIS95, sms.Octets, sms.ClassNone, 0x02, false},
		{NetworkANSI136, sms.GSM7, sms.ClassNone, 0x01, false},
		{NetworkIDEN, sms.Octets, sms.ClassNone, 0x04, false},
	} {
		p := ForNetwork(tt.network)
		if got, flash := p.dataCoding(tt.a, tt.c); got != tt.want || flash != tt.flash {
			t.Errorf("%s %v %v: 0x%02X, %v; want 0x%02X, %v", tt.network, tt.a, tt.c, uint8(got), flash, uint8(tt.want), tt.flash)
		}
	}
}

func TestNumbers(t *testing.T) {
	to := phone(t, "+359888123456")
	for numbers, want := range map[Numbers]pdu.Address{
		NumbersE164:     {TON: 1, NPI: 1, Addr: "359888123456"},
		NumbersPlus:     {TON: 1, NPI: 1, Addr: "+359888123456"},
		Numbers00:       {TON: 0, NPI: 1, Addr: "00359888123456"},
		NumbersNational: {TON: 2, NPI: 1, Addr: "0888123456"},
	} {
		p := DefaultProfile()
		p.Numbers, p.Country = numbers, "359"
		got := p.address(to)
		if got != want {
			t.Errorf("%s: %+v, want %+v", numbers, got, want)
		}
		if !sameNumber(got.Addr, to.Addr) || numberEnd(got.Addr) != numberEnd(to.Addr) {
			t.Errorf("%s: a receipt from %s is not that phone's", numbers, got.Addr)
		}
		if p.address(phone(t, "12345")).Addr != "12345" {
			t.Errorf("%s changes a short code", numbers)
		}
	}
	if sameNumber("359888123456", "359888123457") || sameNumber("1234", "991234") {
		t.Error("two phones are taken for one")
	}
}

// A sender with letters goes only where it may.
func TestSource(t *testing.T) {
	alpha, number := phone(t, "CABIN"), phone(t, "+359888000111")
	l := &link{}
	b := &Bridge{sender: alpha}
	if got := b.source(l, sms.Address{}); got != (sms.Address{}) {
		t.Errorf("alphanumeric = false: %v, want none", got)
	}
	l.Profile.Alphanumeric = true
	if got := b.source(l, sms.Address{}); got != alpha {
		t.Errorf("without a sender of its own: %v, want the route's", got)
	}
	l.sender = number
	if got := b.source(l, sms.Address{}); got != number {
		t.Errorf("%v, want the SMSC's own sender", got)
	}
	if got := b.source(l, alpha); got != alpha {
		t.Errorf("%v, want the message's", got)
	}
	l.Profile.Alphanumeric = false
	if got := b.source(l, alpha); got != number {
		t.Errorf("%v, want a number in the place of letters", got)
	}
}

func TestValidityPeriod(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	m := &sms.Message{Class: sms.Alarm}
	for form, want := range map[Validity]string{
		ValidityRelative: "000000010000000R", ValidityAbsolute: "261123090000000+", ValidityNone: "",
	} {
		p := Profile{Validity: form}
		if got := p.validity(m, now.Add(time.Hour), now); got != want {
			t.Errorf("%s: %q, want %q", form, got, want)
		}
	}
	unset := time.Date(1970, 1, 1, 0, 1, 0, 0, time.UTC)
	if got := (&Profile{Validity: ValidityAbsolute}).validity(m, unset.Add(time.Hour), unset); got != "" {
		t.Errorf("by a clock that is not set: %q", got)
	}
	if got := (&Profile{Validity: ValidityRelative}).validity(m, now, unset); got != "000000060000000R" {
		t.Errorf("by a clock that was set back: %q, want that of the class", got)
	}
}
