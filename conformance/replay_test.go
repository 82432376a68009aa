package conformance

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"syscall"
)

// A dialogue replays what a program that Debian does not have says to a modem, octet by octet as it was written.
type dialogue struct {
	t *testing.T
	f *os.File
}

func (s *site) dialogue() *dialogue {
	s.t.Helper()
	f, err := os.OpenFile(s.port, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { f.Close() })
	return &dialogue{s.t, f}
}

// say writes what the program writes at once, and reads until the answer ends with want, for at most within.
func (d *dialogue) say(what, want string, within time.Duration) string {
	d.t.Helper()
	if _, err := d.f.WriteString(what); err != nil {
		d.t.Fatalf("%q: %v", what, err)
	}
	if err := d.f.SetReadDeadline(time.Now().Add(within)); err != nil {
		d.t.Fatal(err)
	}
	var got []byte
	for b := make([]byte, 256); !bytes.HasSuffix(got, []byte(want)); {
		n, err := d.f.Read(b)
		got = append(got, b[:n]...)
		if err != nil {
			d.t.Fatalf("%q: got %q, %v; want %q at the end within %v", what, got, err, want, within)
		}
	}
	return string(got)
}

// Zabbix server, by its source: text mode, UTF-8 whatever the modem's character set, line feeds alone.
func TestZabbixReplay(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	d := s.dialogue()
	const ok = "\r\nOK\r\n"
	d.say("\x1bAT+CMEE=2\r", ok, 5*time.Second)
	d.say("ATE0\r", ok, 5*time.Second)
	d.say("AT\r", ok, 5*time.Second)
	d.say("AT+CMGF=1\r", ok, 5*time.Second)
	for i, text := range []string{"Problem: host web_01 down\nSeverity: High", "Problem é€: диск", strings.TrimSpace(strings.Repeat("PROBLEM: a long one ", 20))} {
		if got := d.say("AT+CMGS=\"+447700900456\"\r", "> ", 5*time.Second); got != "\r\n> " {
			t.Errorf("%d: the prompt is %q", i, got)
		}
		if _, err := d.f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if got := d.say("\x1a", ok, 40*time.Second); !strings.Contains(got, "+CMGS: ") {
			t.Errorf("%d: got %q", i, got)
		}
		s.arrives("+447700900456", text)
	}
}

// sms_tool of OpenWrt routers: a line feed behind each CR, also behind the one that opens the prompt, and behind
// Ctrl-Z.
func TestSmsToolReplay(t *testing.T) {
	t.Parallel()
	s := newSite(t, "echo = false")
	d := s.dialogue()
	const ok = "\r\nOK\r\n"
	d.say("AT+CMGF=0\r\n", ok, 5*time.Second)
	d.say("AT+CMGL=4\r\n", ok, 5*time.Second)
	d.say("AT+CMGF=0\r\n", ok, 5*time.Second)
	d.say("AT+CMGS=27\r\n", "> ", 5*time.Second)
	if got := d.say("0011000C914477000940650000B00EC8329BFD06CDDBF308FDFD6603\x1a\r\n", ok, 5*time.Second); !strings.Contains(got, "+CMGS: 1\r\n") {
		t.Errorf("got %q", got)
	}
	s.arrives("+447700900456", "Hello sms_tool")
	d.say("AT+CSQ\r\n", ok, 5*time.Second)
	d.say("AT+CUSD=1,\"AA180C3602\",15\r\n", ok, 5*time.Second)
	s.text("+447700900123", "for the router")
	s.until("the text is listed", func() bool {
		return strings.Contains(d.say("AT+CMGL=4\r\n", ok, 5*time.Second), "+CMGL: 1,0,,")
	})
}
