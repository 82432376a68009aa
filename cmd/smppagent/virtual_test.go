package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// A modemClient is a program that has opened a port.
type modemClient struct {
	t    *testing.T
	file *os.File
	in   *bufio.Reader
}

// openModem opens the pseudo-terminal at path as soon as it is there.
func openModem(t *testing.T, s *site, path string) *modemClient {
	t.Helper()
	var f *os.File
	s.until("the port is there", func() (ok bool) {
		var err error
		f, err = os.OpenFile(path, os.O_RDWR, 0)
		return err == nil
	})
	t.Cleanup(func() { f.Close() })
	return &modemClient{t, f, bufio.NewReader(f)}
}

// ask says something and reads up to a final result code or the prompt.
func (c *modemClient) ask(what string) (string, error) {
	if err := c.file.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return "", err
	}
	if _, err := c.file.WriteString(what); err != nil {
		return "", err
	}
	var got strings.Builder
	for {
		b, err := c.in.ReadByte()
		if err != nil {
			return got.String(), err
		}
		got.WriteByte(b)
		for _, end := range []string{"\r\nOK\r\n", "ERROR\r\n", "\r\n> "} {
			if strings.HasSuffix(got.String(), end) {
				return got.String(), nil
			}
		}
		if s := got.String(); strings.HasSuffix(s, "\r\n") && strings.Contains(s, " ERROR: ") {
			return s, nil
		}
	}
}

func (c *modemClient) expect(what, want string) {
	c.t.Helper()
	if got, err := c.ask(what); err != nil || got != want {
		c.t.Fatalf("%q: got %q, %v; want %q", what, got, err, want)
	}
}

// What the SMSC brings for the port's number can be read there, and the fate of a text that was sent comes back
// as a status report. Both survive SIGKILL.
func TestVirtualInbound(t *testing.T) {
	t.Parallel()
	s := newSite(t, `virtual = [{ name = "panel", pty = "ttyVM0", number = "+359888000001", echo = false }]`)
	s.start()
	c := openModem(t, s, s.path("ttyVM0"))
	c.expect("AT+CMGF=1;+CSCS=\"UTF-8\";+CSMP=49,167,0,0;+CNMI=2,1,0,2,0\r", "\r\nOK\r\n")
	c.expect("AT+CMGS=\"+359888123456\"\r", "\r\n> ")
	c.expect("Water\x1a", "\r\n+CMGS: 1\r\n\r\nOK\r\n")
	s.until("the report is there", func() bool {
		st, err := s.status()
		return err == nil && st.Ports[0].Stored == 1 && st.Ports[0].Pending == 0
	})
	if err := s.smsc.SendMO("+359888111222", "+359888000001", "Здравей"); err != nil {
		t.Fatal(err)
	}
	s.until("the message is there", func() bool {
		st, err := s.status()
		return err == nil && st.Ports[0].Stored == 2
	})
	c.file.Close()
	s.kill()
	s.start()
	c = openModem(t, s, s.path("ttyVM0"))
	c.expect("AT+CMGF=1;+CSCS=\"UTF-8\"\r", "\r\nOK\r\n")
	got, err := c.ask("AT+CMGL=\"ALL\"\r")
	if err != nil || !strings.Contains(got, "\r\n+CMGL: 1,\"REC UNREAD\",6,1,\"+359888123456\",145,") || !strings.HasSuffix(got, "\r\nЗдравей\r\n\r\nOK\r\n") {
		t.Errorf("the port holds %q, %v", got, err)
	}
}

// A lamp that the SMSC lights, by data_coding or header, is lit at the port, and one that a client lights reaches the
// SMSC.
func TestVirtualLamp(t *testing.T) {
	t.Parallel()
	s := newSite(t, `virtual = [{ name = "desk", pty = "ttyVM0", number = "+359888000001", echo = false }]`)
	s.start()
	c := openModem(t, s, s.path("ttyVM0"))
	source, dest := pdu.Address{TON: 1, NPI: 1, Addr: "359888000111"}, pdu.Address{TON: 1, NPI: 1, Addr: "359888000001"}
	text := []byte("2 new")
	for n, p := range []*pdu.DeliverSM{
		{Source: source, Dest: dest, DataCoding: 0xC8},
		{Source: source, Dest: dest, DataCoding: 0xD8, ShortMessage: text},
		{Source: source, Dest: dest, DataCoding: 0xC0},
		{Source: source, Dest: dest, ESMClass: 0x40, ShortMessage: append([]byte{4, 1, 2, 0x80, 2}, text...)},
	} {
		s.smsc.Deliver(p)
		s.until(fmt.Sprintf("message %d is at the port", n), func() bool {
			st, err := s.status()
			return err == nil && st.Ports[0].Stored == n+1
		})
	}
	got, err := c.ask("AT+CMGL=4\r")
	if err != nil {
		t.Fatal(err)
	}
	var lamps []sms.Waiting
	for line := range strings.Lines(got) {
		octets, err := hex.DecodeString(strings.TrimSpace(line))
		if err != nil || len(octets) < 10 {
			continue
		}
		d, err := tpdu.ParseDeliver(octets[1+int(octets[0]):])
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		m := d.Message()
		lamps = append(lamps, m.Waiting)
		if m.Waiting.Store && m.Text != "2 new" {
			t.Errorf("%q has the text %q", line, m.Text)
		}
	}
	want := []sms.Waiting{
		{Kind: sms.Voicemail, Active: true}, {Kind: sms.Voicemail, Active: true, Store: true}, {Kind: sms.Voicemail},
		{Kind: sms.Voicemail, Active: true, Count: 2, Store: true},
	}
	if !slices.Equal(lamps, want) {
		t.Errorf("lamps\n%+v, want\n%+v\n%s", lamps, want, got)
	}
	c.expect("AT+CMGS=14\r", "\r\n> ")
	if got, err := c.ask("0011000C91537788990000" + "00C8AA00\x1a"); err != nil || !strings.HasSuffix(got, "OK\r\n") {
		t.Fatalf("got %q, %v", got, err)
	}
	s.until("the SMSC has it", func() bool { return len(s.smsc.Submits()) == 1 })
	if sub := s.smsc.Submits()[0]; sub.PDU.DataCoding != 0xC8 {
		t.Errorf("the SMSC has %+v", sub)
	}
}

// A text that a program sends through the modem reaches the SMSC, and the status says so.
func TestVirtualPort(t *testing.T) {
	t.Parallel()
	s := newSite(t, `virtual = [{ name = "panel", pty = "ttyVM0", sender = "Panel", class = "alarm" }]`)
	s.start()
	c := openModem(t, s, s.path("ttyVM0"))
	c.expect("ATE0\r", "ATE0\r\r\nOK\r\n")
	c.expect("AT+CMGF=1\r", "\r\nOK\r\n")
	c.expect("AT+CMGS=\"+359888123456\"\r", "\r\n> ")
	c.expect("Water in the cellar\x1a", "\r\n+CMGS: 1\r\n\r\nOK\r\n")
	s.until("the SMSC has it", func() bool { return len(s.smsc.Messages()) == 1 })
	if m := s.smsc.Messages()[0]; m.Text != "Water in the cellar" || m.From != "Panel" {
		t.Errorf("the SMSC has %+v", m)
	}
	c.file.Close()
	st, err := s.status()
	if err != nil || len(st.Ports) != 1 || st.Ports[0].Taken != 1 || st.Ports[0].Name != "panel" {
		t.Errorf("status says %+v, %v", st.Ports, err)
	}
	if out, _, _ := s.verb("status"); !strings.Contains(out, "panel") {
		t.Errorf("status does not show the port:\n%s", out)
	}
	if code, _ := s.stop(); code != 0 {
		t.Errorf("stopped with %d\n%s", code, s.log())
	}
	if _, err := os.Lstat(s.path("ttyVM0")); err == nil {
		t.Error("the link is left behind")
	}
}
