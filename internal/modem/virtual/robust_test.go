package virtual

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/sms"
)

// A dialogue that sends one text in text mode and one in PDU mode.
const (
	sayText   = "ATE1;+CMGF=1\rAT+CMGS=\"+447700900456\"\rWater in the cellar\x1a"
	sayPDU    = "AT+CMGF=0\rAT+CMGS=27\r0011000C914477000940650000B00EC8329BFD06CDDBF308FDFD6603\x1a"
	okAfterIt = "\r\nOK\r\n"
)

// A client that hangs up after any octet leaves the port usable, and no more and no less than whole messages
// are taken.
func TestHangUpAnywhere(t *testing.T) {
	dialogue := sayText + sayPDU
	whole := map[int]int{len(sayText): 1, len(dialogue): 2}
	for n := range len(dialogue) + 1 {
		a := newFakeAgent()
		p := newTestPort(t, a, nil)
		c := open(t, p)
		c.say(dialogue[:n])
		_ = c.end()
		want := 0
		for at, messages := range whole {
			if n >= at {
				want = max(want, messages)
			}
		}
		if got := len(a.messages()); got != want {
			t.Fatalf("hung up after %d octets, %q: %d messages are taken, want %d", n, dialogue[:n], got, want)
		}
	}
}

// At any speed, octet by octet, the answers are the same.
func TestPacing(t *testing.T) {
	for _, baud := range []int{1200, 9600, 115200} {
		synctest.Test(t, func(t *testing.T) {
			a := newFakeAgent()
			c := dialPort(t, a, nil)
			for _, o := range []byte(sayText + sayPDU) {
				<-time.After(10 * time.Second / time.Duration(baud))
				c.say(string(o))
			}
			synctest.Wait()
			_ = c.end()
			for c.more() {
			}
			want := "ATE1;+CMGF=1\r\r\nOK\r\nAT+CMGS=\"+447700900456\"\r\r\n> Water in the cellar\r\n+CMGS: 1\r\n\r\nOK\r\n" +
				"AT+CMGF=0\r\r\nOK\r\nAT+CMGS=27\r\r\n> 0011000C914477000940650000B00EC8329BFD06CDDBF308FDFD6603\r\n+CMGS: 2\r\n\r\nOK\r\n"
			// ATE1 takes effect behind its own line.
			want = strings.TrimPrefix(want, "ATE1;+CMGF=1\r")
			if string(c.got) != want {
				t.Errorf("%d bit/s: got %q, want %q", baud, c.got, want)
			}
		})
	}
}

// A megabyte of anything changes nothing: what follows is answered, and no message came of it.
func TestGarbage(t *testing.T) {
	for name, next := range map[string]func(*rand.Rand) byte{
		"any octet":        func(r *rand.Rand) byte { return byte(r.Uint32()) },
		"0xFF":             func(*rand.Rand) byte { return 0xFF },
		"NUL":              func(*rand.Rand) byte { return 0 },
		"letters, no CR":   func(r *rand.Rand) byte { return 'a' + byte(r.Uint32())%26 },
		"the end of lines": func(r *rand.Rand) byte { return "\r\n"[r.Uint32()%2] },
	} {
		t.Run(name, func(t *testing.T) {
			a := newFakeAgent()
			c := dialPort(t, a, nil)
			r := rand.New(rand.NewPCG(1, 2))
			b := make([]byte, 4096)
			for range 256 {
				for i := range b {
					b[i] = next(r)
				}
				c.say(string(b))
			}
			c.say("\x1b\x1a\r")
			for {
				c.say("\x1bATE0V1Q0+CMEE=1\r")
				deadline := time.Now().Add(time.Second)
				for !strings.HasSuffix(string(c.got), okAfterIt) && time.Now().Before(deadline) {
					c.moreWithin(50 * time.Millisecond)
				}
				if strings.HasSuffix(string(c.got), okAfterIt) {
					break
				}
			}
			for c.moreWithin(300 * time.Millisecond) {
			}
			c.got = nil
			c.check("AT+CMEE?", "\r\n+CMEE: 1\r\n\r\nOK\r\n")
			if n := len(a.messages()); n != 0 {
				t.Errorf("%d messages came of it", n)
			}
		})
	}
}

// Somebody who types half a message and goes away does not leave a prompt behind.
func TestPromptTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := dialPort(t, newFakeAgent(), nil)
		c.check("AT+CMGF=1", "\r\nOK\r\n")
		c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
		c.say("half a te")
		<-time.After(promptTimer - time.Second)
		c.say("xt")
		began := time.Now()
		for !strings.Contains(string(c.got), "ERROR") && c.moreWithin(2*promptTimer) {
		}
		if d := time.Since(began); d != promptTimer || string(c.got) != "\r\n+CMS ERROR: 500\r\n" {
			t.Errorf("got %q after %v, want +CMS ERROR: 500 after %v", c.got, d, promptTimer)
		}
		c.got = nil
		c.check("AT", "\r\nOK\r\n")
	})
}

// What is said while a message is on its way to flash waits its turn, and the answer comes in one write.
func TestTypeAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFakeAgent()
		a.slow = 3 * time.Second
		c := dialPort(t, a, nil)
		c.check("AT+CMGF=1", "\r\nOK\r\n")
		c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
		c.say("text\x1a")
		c.say("AT+CSQ\r")
		if !c.moreWithin(time.Minute) || string(c.got) != "\r\n+CMGS: 1\r\n\r\nOK\r\n" {
			t.Errorf("the first write is %q", c.got)
		}
		c.got = nil
		c.expect("\r\n+CSQ: 31,0\r\n\r\nOK\r\n")
	})
}

// What keeps a message from being taken gives the result code that makes clients do what is right.
func TestRefusals(t *testing.T) {
	for _, x := range []struct {
		name   string
		refuse error
		change func(*Config)
		want   string
	}{
		{"full", errors.Join(ErrFull, errors.New("queue: full")), nil, "332"},
		{"storage", errors.New("queue: storage failed"), nil, "332"},
		{"invalid", errors.Join(ErrInvalid, errors.New("too long")), nil, "304"},
		{"destination", nil, func(c *Config) { c.Destinations = []string{"+359*"} }, "8"},
	} {
		a := newFakeAgent()
		a.refuse = x.refuse
		c := dialPort(t, a, x.change)
		c.check("AT+CMGF=1", "\r\nOK\r\n")
		c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
		c.say("text\x1a")
		c.expect("\r\n+CMS ERROR: " + x.want + "\r\n")
		if s := c.port.stats.snapshot(); s.Refused != 1 || s.Taken != 0 {
			t.Errorf("%s: status %+v", x.name, s)
		}
	}
}

// With ack = "submitted" the answer waits for the SMSC, for 8 s at most.
func TestAckSubmitted(t *testing.T) {
	for name, x := range map[string]struct {
		fate  Fate
		after time.Duration
		want  string
	}{
		"taken":       {Fate{ID: 1, Taken: true}, 2 * time.Second, "\r\n+CMGS: 1\r\n\r\nOK\r\n"},
		"refused":     {Fate{ID: 1, Failed: true, Status: "ESME_RINVDSTADR"}, time.Second, "\r\n+CMS ERROR: 1\r\n"},
		"another":     {Fate{ID: 7, Failed: true}, submittedTimer, "\r\n+CMGS: 1\r\n\r\nOK\r\n"},
		"no response": {Fate{}, submittedTimer, "\r\n+CMGS: 1\r\n\r\nOK\r\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := newFakeAgent()
			a.fates = make(chan Fate, 1)
			c := dialPort(t, a, func(cfg *Config) { cfg.Ack = AckSubmitted })
			c.check("AT+CMGF=1", "\r\nOK\r\n")
			c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
			began := time.Now()
			c.say("text\x1a")
			if x.after < submittedTimer {
				<-time.After(x.after)
			}
			a.fates <- x.fate
			c.expect(x.want)
			if d := time.Since(began); d != x.after {
				t.Errorf("%s: answered after %v, want %v", name, d, x.after)
			}
		})
	}
}

// The least time to an answer is kept.
func TestAnswerDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := dialPort(t, newFakeAgent(), func(cfg *Config) { cfg.AnswerDelay = 10 * time.Millisecond })
		began := time.Now()
		c.check("AT", "\r\nOK\r\n")
		if d := time.Since(began); d != 10*time.Millisecond {
			t.Errorf("answered after %v", d)
		}
	})
}

// A panel with a loose contact: the first go out, the others become one that counts them.
func TestStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFakeAgent()
		c := dialPort(t, a, func(cfg *Config) { cfg.Burst, cfg.PerHour, cfg.Identical = 6, 60, 2 })
		send := func(text string) string {
			c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
			c.say(text + "\x1a")
			return c.answer()
		}
		c.check("AT+CMGF=1", "\r\nOK\r\n")
		began := time.Now()
		for n := range 6 {
			if got := send("Zone 1"); !strings.Contains(got, "OK") {
				t.Errorf("message %d: %q", n, got)
			}
		}
		if got := send("Zone 2"); got != "\r\n+CMS ERROR: 42\r\n" {
			t.Errorf("one too many: %q", got)
		}
		var texts []string
		for _, m := range a.messages() {
			texts = append(texts, m.Text)
		}
		if want := "[Zone 1 Zone 1 Zone 1 Zone 1 (x2 in 10 min) Zone 1 (x3 in 10 min) Zone 1 (x4 in 10 min)]"; fmt.Sprint(texts) != want {
			t.Errorf("got %v, want %s", texts, want)
		}
		if got := fmt.Sprint(a.dropped); got != "[3 4 5]" {
			t.Errorf("dropped %s: the last is to stand for the third and those after it", got)
		}
		if n := c.port.refs.count(); n != 3 {
			t.Errorf("%d references are open, want those of the two that went out and of the one that counts the others", n)
		}
		if at := a.messages()[5].NotBefore; !at.Equal(began.Add(10 * time.Minute)) {
			t.Errorf("it goes out at %v, want %v", at, began.Add(10*time.Minute))
		}
		<-time.After(10 * time.Minute)
		if got := send("Zone 1"); !strings.Contains(got, "OK") || a.messages()[6].Text != "Zone 1" || !a.messages()[6].NotBefore.IsZero() {
			t.Errorf("after the storm: %q, %+v", got, a.messages()[6])
		}
	})
}

// In quiet hours messages wait, by the clock of the site; an emergency does not, nor does anything while the clock
// is not set.
func TestQuietPort(t *testing.T) {
	now := time.Now().UTC()
	hours := now.Add(-time.Hour).Format("15:04") + "-" + now.Add(time.Hour).Format("15:04")
	for name, x := range map[string]struct {
		class sms.Class
		clock bool
		waits bool
	}{"alarm": {sms.Alarm, true, true}, "emergency": {sms.Emergency, true, false}, "no clock": {sms.Alarm, false, false}} {
		a := newFakeAgent()
		a.clock = x.clock
		c := dialPort(t, a, func(cfg *Config) { cfg.QuietHours, cfg.Class = hours, x.class })
		c.check("AT+CMGF=1", "\r\nOK\r\n")
		c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
		c.say("text\x1a")
		c.expect("\r\n+CMGS: 1\r\n\r\nOK\r\n")
		if at := a.messages()[0].NotBefore; at.IsZero() == x.waits {
			t.Errorf("%s: goes out at %v", name, at)
		}
	}
}

// The segments of a long text are no storm, however alike they are.
func TestSegmentsAreNoStorm(t *testing.T) {
	a := newFakeAgent()
	p := newTestPort(t, a, nil)
	for n := range byte(6) {
		m := sms.Message{To: sms.Address{TON: 1, NPI: 1, Addr: "447700900456"}, Text: "xxxx", UDH: []byte{5, 0, 3, 7, 6, n + 1}}
		if _, err := p.submit(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for n, m := range a.messages() {
		if m.Text != "xxxx" || !m.NotBefore.IsZero() {
			t.Errorf("segment %d is %+v", n, m)
		}
	}
	if len(a.dropped) != 0 {
		t.Errorf("dropped %v", a.dropped)
	}
}

func TestQuietHours(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.Parse(time.DateTime, s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, x := range []struct{ hours, now, want string }{
		{"22:00-06:30", "2026-11-23 21:59:59", ""},
		{"22:00-06:30", "2026-11-23 22:00:00", "2026-11-24 06:30:00"},
		{"22:00-06:30", "2026-12-31 23:59:59", "2027-01-01 06:30:00"},
		{"22:00-06:30", "2026-11-23 06:29:59", "2026-11-23 06:30:00"},
		{"22:00-06:30", "2026-11-23 06:30:00", ""},
		{"12:00-13:00", "2026-11-23 12:30:00", "2026-11-23 13:00:00"},
		{"12:00-13:00", "2026-11-23 13:00:00", ""},
		{"", "2026-11-23 13:00:00", ""},
	} {
		want := time.Time{}
		if x.want != "" {
			want = at(x.want)
		}
		cfg := Config{QuietHours: x.hours}
		if got := cfg.quietUntil(at(x.now)); !got.Equal(want) {
			t.Errorf("%s at %s: got %v, want %v", x.hours, x.now, got, want)
		}
	}
}

// Whatever is said, the port answers the next command, and a message that is taken can be sent.
func FuzzSession(f *testing.F) {
	for _, s := range []string{sayText, sayPDU, "AT+CMGL=4\rAT+CMGR=1\rAT+CMGD=1,4\r", "ATS3=65\rATS4?A", "AT+CSCS=\"UCS2\"\rAT+CUSD=1,\"002A\"\r",
		"AT+CMGW=1,2\r00\x1aAT+CMSS=1\r", "AT+CSMP=17,\"x\",0,0\r", "AT+CPMS=\"ME\",\"SM\"\r", "A/A/A/", "ATD*100#\r", "AT+CLCK=\"SC\",2\r", "AT+COPS=1,2,\"\"\r"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a := newFakeAgent()
		p := newTestPort(t, a, nil)
		s := &session{port: p, set: new(settings), urcs: newURCQueue()}
		*s.set = defaultSettings(&p.cfg)
		s.feed(t.Context(), b)
		if len(s.command) > maxCommand || s.prompt != nil && len(s.prompt.body) > maxBody {
			t.Fatal("it keeps more than it may")
		}
		for _, m := range a.messages() {
			if err := m.Check(); err != nil {
				t.Errorf("taken: %v", err)
			}
		}
		s.restart()
		s.prompt, s.out = nil, nil
		s.feed(t.Context(), []byte("\x1bATE0\rAT\r"))
		if !strings.HasSuffix(string(s.out), "\r\nOK\r\n") {
			t.Errorf("then AT is answered with %q", s.out)
		}
	})
}

// The time from the CR of a command to its answer, over a pipe.
func BenchmarkAnswer(b *testing.B) {
	c := dialPort(b, newFakeAgent(), nil)
	for b.Loop() {
		c.say("AT+CSQ;+CREG?\r")
		c.expect("\r\n+CSQ: 31,0\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n")
	}
}
