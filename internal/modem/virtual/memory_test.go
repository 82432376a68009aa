package virtual

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/modem/store"
	"smppagent/internal/sms"
)

// arrive brings a message to the port.
func arrive(t testing.TB, p *Port, key uint64, text string) error {
	t.Helper()
	from, err := sms.ParseAddress("+359888111222")
	if err != nil {
		t.Fatal(err)
	}
	return p.take(Message{Key: key, At: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), SMS: sms.Message{From: from, Text: text}})
}

func TestReading(t *testing.T) {
	p := newTestPort(t, newFakeAgent(), func(cfg *Config) { cfg.Messages, cfg.Centre = 2, "10000" })
	c := open(t, p)
	for i, text := range []string{"Hello", "World"} {
		if err := arrive(t, p, uint64(i+1), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := arrive(t, p, 1, "Hello"); err != nil { // again, after a crash
		t.Error(err)
	}
	if err := arrive(t, p, 3, "No room"); !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v, want %v", err, store.ErrFull)
	}
	for _, x := range []struct{ line, want string }{
		{"AT+CPMS?", "\r\n+CPMS: \"SM\",2,2,\"SM\",2,2,\"SM\",2,2\r\n\r\nOK\r\n"},
		{"AT+CIND?", "\r\n+CIND: 5,5,1,1,0,0,1\r\n\r\nOK\r\n"},
		{"AT+CMGD=?", "\r\n+CMGD: (1,2),(0-4)\r\n\r\nOK\r\n"},
		{"AT+CMGL=1", "\r\nOK\r\n"},
		{"AT+CMGR=1", "\r\n+CMGR: 0,,24\r\n04B00100F0040C9153898811212200006211322100000005C8329BFD06\r\n\r\nOK\r\n"},
		{"AT+CMGL=1", "\r\n+CMGL: 1,1,,24\r\n04B00100F0040C9153898811212200006211322100000005C8329BFD06\r\n\r\nOK\r\n"},
		{"AT+CMGF=1", "\r\nOK\r\n"},
		{"AT+CMGL=\"REC UNREAD\"", "\r\n+CMGL: 2,\"REC UNREAD\",\"+359888111222\",,\"26/11/23,12:00:00+00\"\r\nWorld\r\n\r\nOK\r\n"},
		{"AT+CMGL=\"REC UNREAD\"", "\r\nOK\r\n"},
		{"AT+CMGR=2", "\r\n+CMGR: \"REC READ\",\"+359888111222\",,\"26/11/23,12:00:00+00\"\r\nWorld\r\n\r\nOK\r\n"},
		{"AT+CMGR=3", "\r\n+CMS ERROR: 321\r\n"},
		{"AT+CMGR=99", "\r\n+CMS ERROR: 321\r\n"},
		{"AT+CMGD=99", "\r\n+CMS ERROR: 321\r\n"},
		{"AT+CMGD=1", "\r\nOK\r\n"},
		{"AT+CMGD=1", "\r\nOK\r\n"},
		{"AT+CMGR=1", "\r\n+CMS ERROR: 321\r\n"},
		{"AT+CPMS=\"ME\"", "\r\n+CPMS: 0,2,1,2,1,2\r\n\r\nOK\r\n"},
		{"AT+CMGL=\"ALL\"", "\r\nOK\r\n"},
		{"AT+CPMS=\"XX\"", "\r\n+CMS ERROR: 303\r\n"},
		{"AT+CPMS=\"SM\"", "\r\n+CPMS: 1,2,1,2,1,2\r\n\r\nOK\r\n"},
		{"AT+CMGD=1,4", "\r\nOK\r\n"},
		{"AT+CMGL=\"ALL\"", "\r\nOK\r\n"},
	} {
		c.check(x.line, x.want)
	}
}

// Writing to a slot, sending it from there, to whom it says and to somebody else.
func TestWriting(t *testing.T) {
	a := newFakeAgent()
	c := dialPort(t, a, nil)
	c.check("AT+CMGF=1", "\r\nOK\r\n")
	c.check("AT+CMGW=\"+359888123456\"", "\r\n> ")
	c.say("Kept\x1a")
	c.expect("\r\n+CMGW: 1\r\n\r\nOK\r\n")
	c.check("AT+CMGR=1", "\r\n+CMGR: \"STO UNSENT\",\"+359888123456\",\r\nKept\r\n\r\nOK\r\n")
	c.check("AT+CMSS=1", "\r\n+CMSS: 1\r\n\r\nOK\r\n")
	c.check("AT+CMSS=1,\"+359888654321\"", "\r\n+CMSS: 2\r\n\r\nOK\r\n")
	c.check("AT+CMSS=2", "\r\n+CMS ERROR: 321\r\n")
	c.check("AT+CMGL=\"STO SENT\"", "\r\n+CMGL: 1,\"STO SENT\",\"+359888123456\",,\r\nKept\r\n\r\nOK\r\n")
	var got []string
	for _, m := range a.messages() {
		got = append(got, sayMessage(m))
	}
	if want := "+359888123456 Kept|+359888654321 Kept"; strings.Join(got, "|") != want {
		t.Errorf("taken %q, want %q", got, want)
	}
}

// What comes in is told as +CNMI says, not before 20 ms after an answer and never within a prompt.
func TestIndications(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPort(t, newFakeAgent(), func(cfg *Config) { cfg.Ring = true })
		c := open(t, p)
		defer func() { _ = c.end() }()
		synctest.Wait() // the port is open
		if err := arrive(t, p, 1, "before anything was said"); err != nil {
			t.Fatal(err)
		}
		c.check("AT+CNMI=2,1,0,2,0;+CLIP=1;+CMGF=1", "\r\nOK\r\n")
		began := time.Now()
		c.expect("\r\n+CMTI: \"SM\",1\r\n\r\nRING\r\n\r\n+CLIP: \"+359888111222\",145,\"\",,\"\",0\r\n")
		if d := time.Since(began); d != urcPause {
			t.Errorf("told after %v, want %v", d, urcPause)
		}
		c.check("AT+CMGS=\"+359888123456\"", "\r\n> ")
		if err := arrive(t, p, 2, "in a prompt"); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		c.say("text\x1a")
		c.expect("\r\n+CMGS: 1\r\n\r\nOK\r\n")
		c.expect("\r\n+CMTI: \"SM\",2\r\n\r\nRING\r\n\r\n+CLIP: ")
	})
}

// A message put to the client itself stays when it is not acknowledged in time.
func TestAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPort(t, newFakeAgent(), nil)
		c := open(t, p)
		defer func() { _ = c.end() }()
		c.check("AT+CNMA", "\r\n+CMS ERROR: 340\r\n")
		c.check("AT+CSMS=1;+CNMI=2,2,0,1,0;+CMGF=1", "\r\n+CSMS: 1,1,1\r\n\r\nOK\r\n")
		for n := range uint64(2) {
			if err := arrive(t, p, n+1, "Hello"); err != nil {
				t.Fatal(err)
			}
			c.expect("\r\n+CMT: \"+359888111222\",,\"26/11/23,12:00:00+00\"\r\nHello\r\n")
			if n == 0 {
				c.check("AT+CNMA", "\r\nOK\r\n")
				if used := p.memory[memorySIM].Used(); used != 0 {
					t.Errorf("%d are kept after the acknowledgement", used)
				}
			}
		}
		<-time.After(ackTimer + time.Second)
		c.check("AT+CNMI?", "\r\n+CNMI: 2,0,0,0,0\r\n\r\nOK\r\n")
		if used := p.memory[memorySIM].Used(); used != 1 {
			t.Errorf("%d are kept without one, want 1", used)
		}
	})
}

// The fate of a message comes back as a status report when it was asked for.
func TestStatusReports(t *testing.T) {
	a := newFakeAgent()
	a.open = true
	p := newTestPort(t, a, nil)
	c := open(t, p)
	c.check("AT+CMGF=1;+CSMP=49,167,0,0;+CNMI=2,1,0,1,0", "\r\nOK\r\n")
	for n, stored := range []bool{false, true} {
		if stored {
			c.check("AT+CNMI=2,1,0,2,0", "\r\nOK\r\n")
		}
		c.check("AT+CMGS=\"+359888123456\"", "\r\n> ")
		c.say("text\x1a")
		c.expect([]string{"\r\n+CMGS: 1\r\n\r\nOK\r\n", "\r\n+CMGS: 2\r\n\r\nOK\r\n"}[n])
		p.outcome(context.Background(), a.keys[n], sms.Accepted) // and its receipt is awaited
		p.outcome(context.Background(), a.keys[n], sms.Delivered)
		p.outcome(context.Background(), a.keys[n], sms.Delivered) // it is told once
		if stored {
			c.expect("\r\n+CDSI: \"SM\",1\r\n")
			if got := c.ask("AT+CMGR=1"); !strings.HasPrefix(got, "\r\n+CMGR: \"REC UNREAD\",6,2,\"+359888123456\",145,\"") || !strings.HasSuffix(got, "\",0\r\n\r\nOK\r\n") {
				t.Errorf("got %q", got)
			}
		} else {
			c.expect("\r\n+CDS: 6,1,\"+359888123456\",145,\"")
			for !strings.HasSuffix(string(c.got), ",0\r\n") && c.more() {
			}
			c.got = nil
		}
	}
	c.quiet()
}
