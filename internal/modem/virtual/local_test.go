package virtual

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"

	"smppagent/internal/modem/store"
	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// newTestPorts makes ports that share an agent.
func newTestPorts(t *testing.T, a *fakeAgent, changes ...func(*Config)) *Ports {
	t.Helper()
	var list []Config
	for _, change := range changes {
		list = append(list, testConfig(change))
	}
	x, err := New(list, t.TempDir(), a.agent(), "1.0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, p := range x.list {
			p.close()
		}
	})
	return x
}

func named(name, number string, more func(*Config)) func(*Config) {
	return func(c *Config) {
		c.Name, c.Number = name, number
		if more != nil {
			more(c)
		}
	}
}

// shown gives what a port's memory holds as messages.
func shown(t *testing.T, p *Port) (list []sms.Message) {
	t.Helper()
	for _, s := range p.memory[memorySIM].List() {
		if s.Report {
			continue
		}
		d, err := tpdu.ParseDeliver(s.TPDU)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d.Message())
	}
	return list
}

// A text to the number of another port goes straight there where that is configured, and everywhere else to the
// SMSC. The status report comes at once. A port that is full refuses it, and what is refused is not lost.
func TestLocal(t *testing.T) {
	a := newFakeAgent()
	x := newTestPorts(t, a,
		named("panel", "+359888000001", func(c *Config) { c.Local = true }),
		named("lift", "+359888000002", func(c *Config) { c.Messages = 2 }),
		named("closed", "+359888000003", func(c *Config) { c.Inbound = InboundNone }),
	)
	c := open(t, x.list[0])
	send := func(c *client, to, text string) string {
		c.check(`AT+CMGS="`+to+`"`, "\r\n> ")
		c.say(text + "\x1a")
		return c.answer()
	}
	c.check("AT+CMGF=1;+CSMP=49,167,0,0;+CNMI=2,1,0,2,0", "\r\nOK\r\n")
	for n, to := range []string{"+359888000002", "0888000002"} {
		if got := send(c, to, "near "+to); !strings.HasPrefix(got, "\r\n+CMGS: ") {
			t.Errorf("%s: %q", to, got)
		}
		if got := shown(t, x.list[1]); len(got) != n+1 || got[n].Text != "near "+to || got[n].From.String() != "+359888000001" {
			t.Errorf("%s: the other port has %+v", to, got)
		}
	}
	reports := func(s store.Slot) bool { return s.Report }
	if !slices.ContainsFunc(x.list[0].memory[memorySIM].List(), reports) {
		t.Error("no status report")
	}
	if got := send(c, "+359888000002", "no room"); got != "\r\n+CMS ERROR: 42\r\n" {
		t.Errorf("a full port: %q", got)
	}
	for _, to := range []string{"+359888000003", "+447700900456"} {
		if got := send(c, to, "far"); !strings.HasSuffix(got, "\r\nOK\r\n") {
			t.Errorf("%s: %q", to, got)
		}
	}
	d := open(t, x.list[1])
	d.check("AT+CMGF=1", "\r\nOK\r\n")
	_ = send(d, "+359888000001", "this port does not say local")
	if n := len(a.messages()); n != 3 {
		t.Errorf("%d messages for the SMSC, want 3: %+v", n, a.messages())
	}
}

// A message from the SMSC comes to each port that it is for, and to no other.
func TestInboundToSeveral(t *testing.T) {
	x := newTestPorts(t, newFakeAgent(),
		named("a", "+359888000001", nil), named("b", "+359888000001", nil), named("c", "+359888000002", nil),
		named("all", "", func(c *Config) { c.Inbound = InboundAll }),
		named("none", "+359888000001", func(c *Config) { c.Inbound = InboundNone }),
	)
	to, _ := sms.ParseAddress("+359888000001")
	from, _ := sms.ParseAddress("+447700900456")
	for range 2 { // it is brought again
		if err := x.Take(t.Context(), Message{Key: 7, SMS: sms.Message{From: from, To: to, Text: "Hello"}}); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []int{1, 1, 0, 1, 0} {
		if n := len(shown(t, x.list[i])); n != want {
			t.Errorf("port %s has %d messages, want %d", x.list[i].cfg.Name, n, want)
		}
	}
	if other, _ := sms.ParseAddress("+359888000009"); !x.Wants(other) {
		t.Error("a port that takes all does not want what is for none")
	}
}

// An alert lights the lamp of a port that wants it, with how many are open; the last that ends darkens it.
func TestAlertLamp(t *testing.T) {
	x := newTestPorts(t, newFakeAgent(),
		named("desk", "", func(c *Config) { c.Alerts, c.AlertsAs, c.Ring = []string{"*"}, AlertsLamp, true }),
		named("text", "", func(c *Config) { c.Alerts = []string{"frost"} }),
		named("other", "", func(c *Config) { c.Alerts = []string{"fire"} }),
	)
	c := open(t, x.list[0])
	c.check("AT+CNMI=2,1;+CLIP=1", "\r\nOK\r\n")
	for i, s := range []struct {
		alert Alert
		want  sms.Waiting
	}{
		{Alert{Key: "1/first/0", Incident: "1", Begins: true}, sms.Waiting{Active: true, Count: 1}},
		{Alert{Key: "2/first/0", Incident: "2", Begins: true}, sms.Waiting{Active: true, Count: 2}},
		{Alert{Key: "1/repeat/1", Incident: "1", Begins: true}, sms.Waiting{Active: true, Count: 2}},
		{Alert{Key: "1/cleared/0", Incident: "1", Ends: true}, sms.Waiting{Active: true, Count: 1}},
		{Alert{Key: "2/cleared/0", Incident: "2", Ends: true}, sms.Waiting{}},
		{Alert{Key: "3/event/0", Incident: "3"}, sms.Waiting{Active: true, Count: 1}},
	} {
		s.alert.Name, s.alert.Text = "frost", "Cabin: cellar 2.8 C"
		x.Alert(s.alert)
		x.Alert(s.alert) // raised again after a crash
		s.want.Kind, s.want.Store = sms.Voicemail, true
		got := shown(t, x.list[0])
		if len(got) != i+1 {
			t.Fatalf("%s: %d messages", s.alert.Key, len(got))
		}
		if m := got[i]; m.Waiting != s.want || m.Text != s.alert.Text {
			t.Errorf("%s: got %+v %q, want %+v", s.alert.Key, m.Waiting, m.Text, s.want)
		}
	}
	c.expect("\r\n+CMTI: \"SM\",1\r\n\r\nRING\r\n")
	if got := shown(t, x.list[1]); len(got) != 6 || got[0].Waiting != (sms.Waiting{}) || got[0].Text != "Cabin: cellar 2.8 C" {
		t.Errorf("the port that wants the text has %+v", got)
	}
	if got := shown(t, x.list[2]); len(got) != 0 {
		t.Errorf("the port that wants another alert has %+v", got)
	}
}

// A lamp that a client lights goes out as it is, however the TPDU says it: TS 23.038 §4, TS 23.040 §9.2.3.24.2.
func TestLampOut(t *testing.T) {
	a := newFakeAgent()
	c := dialPort(t, a, nil)
	for _, x := range []struct {
		name, pdu string
		want      sms.Waiting
	}{
		{"discard", "0011000C91537788990000" + "00C8AA00", sms.Waiting{Kind: sms.Voicemail, Active: true}},
		{"store", "0011000C91537788990000" + "00D8AA05C8329BFD06", sms.Waiting{Kind: sms.Voicemail, Active: true, Store: true}},
		{"off", "0011000C91537788990000" + "00C0AA00", sms.Waiting{Kind: sms.Voicemail}},
		// UDHL 4, element 1 of 2 octets: voicemail, to be stored, 3 wait; no text but the fill bits
		{"header", "0051000C91537788990000" + "0000AA06" + "0401028003" + "00", sms.Waiting{Kind: sms.Voicemail, Active: true, Count: 3, Store: true}},
	} {
		c.check("AT+CMGS="+strconv.Itoa(len(x.pdu)/2-1), "\r\n> ")
		c.say(x.pdu + "\x1a")
		if got := c.answer(); !strings.HasSuffix(got, "\r\nOK\r\n") {
			t.Errorf("%s: %q", x.name, got)
			continue
		}
		taken := a.messages()
		m := taken[len(taken)-1]
		got := m.Waiting
		if w, ok := sms.WaitingOfUDH(m.UDH); ok {
			got = w
		}
		if got != x.want {
			t.Errorf("%s: got %+v, want %+v", x.name, got, x.want)
		}
	}
}
