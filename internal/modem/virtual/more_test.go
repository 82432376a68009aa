package virtual

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/modem/store"
	"smppagent/internal/sms"
)

// +CMMS=1 holds for the messages that follow each other, +CMMS=2 for good.
func TestMoreMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFakeAgent()
		c := dialPort(t, a, nil)
		defer func() { _ = c.end() }()
		c.check("AT+CMMS=?", "\r\n+CMMS: (0-2)\r\n\r\nOK\r\n")
		c.check("AT+CMGF=1", "\r\nOK\r\n")
		for i, x := range []struct {
			set   string
			after time.Duration
			want  bool
		}{
			{"AT", 0, false}, {"AT+CMMS=1", 0, true}, {"AT", time.Second, true}, {"AT", moreTimer + time.Second, false},
			{"AT+CMMS=2", 0, true}, {"AT", time.Hour, true}, {"AT+CMMS=0", 0, false}, {"AT+CMMS=1", time.Hour, true},
		} {
			<-time.After(x.after)
			c.check(x.set, "\r\nOK\r\n")
			c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
			c.say(strings.Repeat("x", i+1) + "\x1a")
			_ = c.answer()
			if got := a.messages()[i].More; got != x.want {
				t.Errorf("message %d: more is %t, want %t", i, got, x.want)
			}
		}
		c.check("AT+CMMS?", "\r\n+CMMS: 1\r\n\r\nOK\r\n")
		<-time.After(moreTimer + time.Second)
		c.check("AT+CMMS?", "\r\n+CMMS: 0\r\n\r\nOK\r\n")
	})
}

// With ack_late = "error" a message that the SMSC has not taken in time is taken back; one that is being sent
// counts.
func TestAckLate(t *testing.T) {
	for name, x := range map[string]struct {
		onItsWay bool
		want     string
		dropped  int
	}{
		"waits":      {false, "\r\n+CMS ERROR: 332\r\n", 1},
		"on its way": {true, "\r\n+CMGS: 1\r\n\r\nOK\r\n", 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := newFakeAgent()
			a.onItsWay = x.onItsWay
			c := dialPort(t, a, func(cfg *Config) { cfg.Ack, cfg.AckLate = AckSubmitted, LateError })
			defer func() { _ = c.end() }()
			c.check("AT+CMGF=1", "\r\nOK\r\n")
			c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
			began := time.Now()
			c.say("text\x1a")
			c.expect(x.want)
			if d := time.Since(began); d != submittedTimer {
				t.Errorf("%s: answered after %v", name, d)
			}
			if len(a.dropped) != x.dropped || c.port.refs.count() != 1-x.dropped {
				t.Errorf("%s: %d withdrawn, %d open", name, len(a.dropped), c.port.refs.count())
			}
		})
	}
}

// A restart gives nobody more tries at the PIN, and the right one starts the count anew.
func TestPINKept(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		pin := func() *pinGuard {
			p, err := newPort(testConfig(func(cfg *Config) { cfg.PIN = "1234" }), dir, newFakeAgent().agent(), "1.0", slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.close)
			return &p.pin
		}
		for left := pinTries; left > 0; left-- {
			g := pin()
			if n := g.left(); n != left {
				t.Errorf("%d tries are left, want %d", n, left)
			}
			if g.try("1111", "1234") {
				t.Error("a wrong PIN opens")
			}
		}
		g := pin()
		if g.try("1234", "1234") || g.left() != 0 {
			t.Error("a PIN is looked at right after three wrong ones and a restart")
		}
		<-time.After(pinPause)
		if !g.try("1234", "1234") {
			t.Error("the right PIN does not open after the pause")
		}
		if n := pin().left(); n != pinTries {
			t.Errorf("%d tries after the right one, want %d", n, pinTries)
		}
	})
	if err := os.WriteFile(filepath.Join(dir, "test.pin"), []byte("no number"), 0o600); err != nil {
		t.Fatal(err)
	}
	var g pinGuard
	if g.load(filepath.Join(dir, "test.pin"), slog.New(slog.DiscardHandler)); g.left() != 0 {
		t.Error("a file that was damaged gives tries")
	}
}

// A TCP client that says nothing, or not the PIN, keeps others out for a while only.
func TestIdleCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPort(t, newFakeAgent(), func(cfg *Config) { cfg.PIN = "1234" })
		c := open(t, p)
		defer func() { _ = c.end() }()
		c.check("AT", "\r\nOK\r\n")
		for _, want := range []bool{false, true} {
			if got := p.idle(); got != want {
				t.Errorf("idle is %t, want %t", got, want)
			}
			<-time.After(loginTimer)
		}
		c.check("AT+CPIN=1234", "\r\nOK\r\n")
		c.check("AT", "\r\nOK\r\n")
		if p.idle() {
			t.Error("a client that gave its PIN gives way")
		}
	})
}

// The status report is in the memory before the queue lets go of the message: told before and after, over a
// restart too, it is one.
func TestReportForetold(t *testing.T) {
	a := newFakeAgent()
	x := newTestPorts(t, a, named("panel", "", nil))
	p := x.list[0]
	c := open(t, p)
	c.check("AT+CMGF=1;+CSMP=49,167,0,0;+CNMI=2,1,0,2,0", "\r\nOK\r\n")
	c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
	c.say("text\x1a")
	_ = c.answer()
	key := a.keys[0]
	reports := func() (n int) {
		for _, s := range p.memory[memorySIM].List() {
			if s.Report {
				n++
			}
		}
		return n
	}
	x.Foretell(key, sms.Delivered)
	if n := reports(); n != 1 {
		t.Fatalf("%d reports before the queue has let go, want 1", n)
	}
	c.expect("\r\n+CDSI: \"SM\",1\r\n")
	p.refs = references{} // SIGKILL, and the queue knows the message still
	p.refs.restore(reference{key: key, id: 1})
	x.Foretell(key, sms.Delivered)
	c.expect("\r\n+CDSI: \"SM\",1\r\n") // the client may not have heard it
	i := strings.LastIndexByte(key, '/')
	x.Outcome(t.Context(), key[:i], key[i+1:], sms.Delivered)
	x.Outcome(t.Context(), key[:i], key[i+1:], sms.Delivered)
	if n := reports(); n != 1 || p.refs.count() != 0 {
		t.Errorf("%d reports, %d open", n, p.refs.count())
	}
	c.quiet()
	c.check("AT+CMGD=1", "\r\nOK\r\n")
	p.refs.restore(reference{key: key, id: 1}) // and again: the client has it
	x.Foretell(key, sms.Delivered)
	x.Outcome(t.Context(), key[:i], key[i+1:], sms.Delivered)
	if n := reports(); n != 0 {
		t.Errorf("%d reports after it was read and deleted", n)
	}
	c.quiet()
}

// With +CNMI=…,1 a report is shown as it is, and leaves no slot behind; a client that has hung up finds it in one.
func TestReportDirect(t *testing.T) {
	p := newTestPort(t, newFakeAgent(), nil)
	to, _ := sms.ParseAddress("+447700900456")
	c := open(t, p)
	c.check("AT+CNMI=2,1,0,1,0", "\r\nOK\r\n")
	for n, key := range []string{"virtual:test/1r-a", "virtual:test/2r-b"} {
		p.refs.restore(reference{key: key, to: to, want: true})
		x := &Ports{list: []*Port{p}}
		x.Foretell(key, sms.Delivered)
		if n == 0 {
			c.expect("\r\n+CDS: 25\r\n")
			poll(t, "the slot is empty", func() bool { return p.memory[memorySIM].Used() == 0 })
			_ = c.end()
			continue
		}
		if list := p.memory[memorySIM].List(); len(list) != 1 || !list[0].Report || list[0].Status != store.Unread {
			t.Errorf("the memory holds %+v", list)
		}
	}
}

// A client that never reads holds up nobody: its answers are lost, its session goes on, the rest of the port does
// not wait.
func TestClientThatNeverReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ttyVM0")
	a := newFakeAgent()
	p := runPort(t, a, func(cfg *Config) { cfg.PTY, cfg.Mode, cfg.Messages = path, "0600", 1000 })
	poll(t, "the link", func() bool { _, err := os.Stat(path); return err == nil })
	f := visit(t, path)
	converse(t, f, "AT+CNMI=2,2;+CMGF=1\r", "\r\nOK\r\n")
	began := time.Now()
	for n := range uint64(500) { // more than the line holds
		if err := arrive(t, p, n+1, strings.Repeat("x", 100)); err != nil {
			t.Fatal(err)
		}
	}
	if d := time.Since(began); d > 4*time.Second {
		t.Errorf("the messages took %v", d)
	}
	_ = p.status()
	f.Close()
	poll(t, "the end of the visit", func() bool { return !p.busy() })
	g := visit(t, path)
	converse(t, g, "AT\r", "\r\nOK\r\n")
	if n := p.memory[memorySIM].Used(); n < 400 {
		t.Errorf("%d of 500 messages are left for who reads them", n)
	}
	g.Close()
}

// What is learnt plays as a test, however the client says it, and holds nothing that is its own.
func TestLearnOctetByOctet(t *testing.T) {
	file := filepath.Join(t.TempDir(), "panel.txt")
	p := newTestPort(t, newFakeAgent(), func(cfg *Config) { cfg.Learn, cfg.PIN, cfg.Echo = file, "4711", true })
	if err := arrive(t, p, 1, "Code 815 for Anna"); err != nil {
		t.Fatal(err)
	}
	c := open(t, p)
	for _, o := range "AT+CPIN=4711\r" {
		c.say(string(o))
	}
	c.expect("AT+CPIN=4711\r\r\nOK\r\n")
	for _, o := range "ATE0;+CMGF=1\r" {
		c.say(string(o))
	}
	c.expect("ATE0;+CMGF=1\r\r\nOK\r\n")
	_ = c.ask("AT+CMGR=1")
	c.check("AT+CSCS=\"NO\"", "\r\nERROR\r\n")
	c.say("AT+CMGS=\"+447700900456\"\rAlarm 815\x1a") // does not wait for the prompt
	c.expect("\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n")
	c.check("AT+CSCS=\"UCS2\"", "\r\nOK\r\n")
	c.say("AT+CMGS=\"002B003400340037003700300030003900300030003400350036\"\r00480069\x1a")
	c.expect("\r\n> \r\n+CMGS: 2\r\n\r\nOK\r\n")
	_ = c.end()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, own := range []string{"4711", "815", "Anna", "900456", "Alarm", "0048"} {
		if strings.Contains(text, own) {
			t.Errorf("%q is learnt:\n%s", own, text)
		}
	}
	for _, want := range []string{
		"> AT+CPIN=0000\\r\n< AT+CPIN=0000\n< \\r\\r\\nOK\\r\\n\n", "# answered with ERROR: +CSCS=…\n", "\\nxxxx 000 xxx xxxx\\r",
		"> AT+CMGS=\"+447000000000\"\\r\n> xxxxx 000\\x1a\n", "> 00780078\\x1a\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("not learnt: %q in\n%s", want, text)
		}
	}
	// The part of it that does not read what only that port had plays.
	_, after, _ := strings.Cut(text, "> AT+CSCS")
	replay(t, "# set echo=false\n> AT+CMGF=1\\r\n< \\r\\nOK\\r\\n\n> AT+CSCS"+strings.TrimRight(after, "\n")+"\n= +447000000000 xxxxx 000\n= +447000000000 xx", 1)
}
