package textmode

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

var (
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	to   = sms.Address{TON: sms.TONInternational, NPI: sms.NPIISDN, Addr: "447700900456"}
)

func TestMessage(t *testing.T) {
	const day = 24 * time.Hour
	plain := DefaultParameters()
	with := func(change func(*Parameters)) Parameters { p := plain; change(&p); return p }
	tests := []struct {
		name string
		p    Parameters
		c    Charset
		body string
		want sms.Message
	}{
		{"Zabbix", plain, GSM, "Problem: host down\nHigh é€", sms.Message{Text: "Problem: host down\nHigh é€", Validity: day}},
		{"GSM", plain, GSM, "5\x02 \x11 \x40", sms.Message{Text: "5$ _ ¡", Validity: day}},
		{"not in GSM", plain, UTF8, "щ", sms.Message{Text: "щ", Validity: day}},
		{"UCS2 digits", plain, UCS2, "0449 0041", sms.Message{Text: "щA", Validity: day}},
		{"report", with(func(p *Parameters) { p.First = 49 }), IRA, "a", sms.Message{Text: "a", Validity: day, Receipt: true}},
		{"reply path, no validity", with(func(p *Parameters) { p.First = 0x81 }), IRA, "a", sms.Message{Text: "a", ReplyPath: true}},
		{"flash", with(func(p *Parameters) { p.DCS, p.ProtocolID = 0x10, 0x41 }), IRA, "a", sms.Message{Text: "a", Validity: day, MessageClass: sms.Flash, ProtocolID: 0x41}},
		{"lamp", with(func(p *Parameters) { p.DCS = 0xC8 }), IRA, "", sms.Message{Validity: day, Waiting: sms.Waiting{Kind: sms.Voicemail, Active: true}}},
		{"UCS2", with(func(p *Parameters) { p.DCS = 8 }), IRA, "04490041", sms.Message{Text: "щA", Alphabet: sms.UCS2, Validity: day}},
		{"UCS2, no digits", with(func(p *Parameters) { p.DCS = 8 }), UTF8, "щ hello", sms.Message{Text: "щ hello", Alphabet: sms.UCS2, Validity: day}},
		{"8-bit", with(func(p *Parameters) { p.DCS = 4 }), IRA, "00FF", sms.Message{Data: []byte{0, 255}, Alphabet: sms.Octets, Validity: day}},
		{"header", with(func(p *Parameters) { p.First = 81 }), IRA, "0500032A0201" + "C2E231", sms.Message{Text: "abc", Validity: day, UDH: []byte{5, 0, 3, 0x2A, 2, 1}}},
		{"until", with(func(p *Parameters) { p.First, p.Until = 25, "26/11/24,14:00:00+08" }), IRA, "a", sms.Message{Text: "a", Validity: day}},
		{"until, west", with(func(p *Parameters) { p.First, p.Until = 25, "26/11/24,07:00:00-20" }), IRA, "a", sms.Message{Text: "a", Validity: day}},
		{"until, by number", with(func(p *Parameters) { p.First = 25 }), IRA, "a", sms.Message{Text: "a"}},
		{"enhanced", with(func(p *Parameters) { p.First, p.Until = 9, "01A70000000000" }), IRA, "a", sms.Message{Text: "a", Validity: day}},
	}
	for _, tt := range tests {
		m, err := tt.p.Message(to, []byte(tt.body), tt.c, noon)
		tt.want.To = to
		if err != nil || !reflect.DeepEqual(m, tt.want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", tt.name, m, err, tt.want)
		}
		if err := tt.p.Check(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if m, err := plain.Message(to, []byte(strings.Repeat("long text ", 50)), IRA, noon); err != nil {
		t.Error(err)
	} else if size, err := m.Size(sms.Concat8); err != nil || size.Segments != 4 {
		t.Errorf("got %+v, %v", size, err)
	}
}

func TestMessageRefused(t *testing.T) {
	tests := []struct {
		name, body, want string
		p                Parameters
		c                Charset
	}{
		{"8-bit", "hello", "must be hexadecimal digits", Parameters{First: 17, DCS: 4}, IRA},
		{"header", "hello", "must be hexadecimal digits", Parameters{First: 81}, IRA},
		{"header alone", "05", "must begin with a user data header", Parameters{First: 81}, IRA},
		{"UCS2", "hello", "four hexadecimal digits", Parameters{First: 17}, UCS2},
		{"UTF-8", "\xff", "not UTF-8", Parameters{First: 17}, UTF8},
		{"until", "a", `time "tomorrow": must be as in`, Parameters{First: 25, Until: "tomorrow"}, IRA},
		{"until, zone", "a", "must be as in", Parameters{First: 25, Until: "26/11/24,14:00:00+x"}, IRA},
		{"enhanced", "a", "14 hexadecimal digits", Parameters{First: 9, Until: "01"}, IRA},
		{"relative", "a", "must be a number", Parameters{First: 17, Until: "26/11/24,14:00:00+08"}, IRA},
		{"too long", strings.Repeat("a", 255*153), "257 segments", Parameters{First: 17}, IRA},
	}
	for _, tt := range tests {
		_, err := tt.p.Message(to, []byte(tt.body), tt.c, noon)
		if e, ok := errors.AsType[*tpdu.Error](err); !ok || e.CMS != tpdu.CMSInvalidText || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if err := (Parameters{First: 2}).Check(); err == nil {
		t.Error("an SMS-COMMAND is taken")
	}
	if err := (Parameters{First: 25, Until: "x"}).Check(); err == nil {
		t.Error("a validity that is no time is taken")
	}
}

func TestTime(t *testing.T) {
	for _, s := range []string{"26/11/23,12:00:00+00", "26/11/23,12:00:00+04", "99/01/02,23:59:59-47"} {
		at, err := parseTime(s)
		if got := formatTime(at); err != nil || got != s {
			t.Errorf("%s: %v, %v gives %s", s, at, err, got)
		}
	}
	if got := formatTime(time.Time{}); got != "00/01/01,00:00:00+00" {
		t.Errorf("got %s", got)
	}
}
