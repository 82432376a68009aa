package main

import (
	"strings"
	"testing"

	"smppagent/internal/modem/virtual"
	"smppagent/internal/sms"
)

// check says a port back in words.
func TestCheckSaysPorts(t *testing.T) {
	c := virtual.Default()
	c.Name, c.TCP, c.PIN, c.Sender, c.Number = "panel", "127.0.0.1:2777", "1234", "Cabin", "+359888000001"
	c.Class, c.Alerts, c.AlertsAs, c.Ack, c.QuietHours = sms.Warning, []string{"frost"}, virtual.AlertsLamp, virtual.AckSubmitted, "22:00-06:30"
	c.Destinations, c.Modem, c.Local = []string{"+359*"}, "/dev/ttyUSB2", true
	var b strings.Builder
	said := sayPort(&c)
	said.print(&b)
	want := `
port panel: a modem at tcp 127.0.0.1:2777, with a PIN
  sends warning as Cabin to +359*; 60 at once, 360 an hour; the same text 3 times in 10m, then one that counts; quiet 22:00-06:30
  receives texts to +359888000001; alerts frost as lamp
  AT+CMGS is answered when the SMSC has the text; after 8 s ok
  the modem at /dev/ttyUSB2 stands behind it; texts go by way of the agent: always
  texts to the numbers of other ports stay here
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
	d := virtual.Default()
	d.Name, d.PTY = "panel", "ttyVM0"
	if p := sayPort(&d); p.Receives != "no texts" || len(p.Notes) != 1 || !strings.HasPrefix(p.Notes[0], "nothing comes in") {
		t.Errorf("%+v", p)
	}
}
