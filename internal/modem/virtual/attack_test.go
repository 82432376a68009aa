package virtual

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/modem/store"
	"smppagent/internal/sms"
)

// The TPDU of a short text, without service centre address: 24 octets of it.
const hello = "11000C914477000940650000AA05C8329BFD06"

// +CMGS=n counts the octets of the TPDU: with the service centre's address in front or without; one more or one less
// is +CMS ERROR: 304 and no message. TS 27.005 §4.3.
func TestLengths(t *testing.T) {
	n := len(hello) / 2
	for _, x := range []struct {
		name, body string
		length     int
		want       string
	}{
		{"address of no octets", "00" + hello, n, "OK"},
		{"address", "0791448720003023" + hello, n, "OK"},
		{"without address", hello, n, "OK"},
		{"one less", "00" + hello, n - 1, "304"},
		{"one more", "00" + hello, n + 1, "304"}, // all octets are the TPDU's then, and it is no SMS-SUBMIT
		{"two more", "00" + hello, n + 2, "304"},
		{"one more with address", "0791448720003023" + hello, n + 1, "304"},
		{"octet missing", "00" + hello[:len(hello)-2], n, "304"},
		{"octet too many", "00" + hello + "00", n, "304"},
		{"half an octet", "00" + hello[:len(hello)-1], n, "304"},
		{"nothing", "", n, "304"},
		{"small letters", strings.ToLower("00" + hello), n, "OK"},
		{"lines and spaces", "00" + hello[:10] + "\r\n" + hello[10:20] + " " + hello[20:], n, "OK"},
		{"no hexadecimal", "00" + hello[:10] + "xy" + hello[12:], n, "304"},
		{"address longer than all", "FF" + hello, n, "304"},
	} {
		a := newFakeAgent()
		c := dialPort(t, a, nil)
		c.check("AT+CMGS="+strconv.Itoa(x.length), "\r\n> ")
		c.say(x.body + "\x1a")
		got := c.answer()
		ok := strings.HasSuffix(got, "OK\r\n")
		if want := "\r\n+CMS ERROR: " + x.want + "\r\n"; x.want == "OK" && !ok || x.want != "OK" && got != want {
			t.Errorf("%s: got %q, want %s", x.name, got, x.want)
		}
		if taken := len(a.messages()); (taken == 1) != ok {
			t.Errorf("%s: %d messages after %q", x.name, taken, got)
		}
		c.check("AT", "\r\nOK\r\n")
	}
	c := dialPort(t, newFakeAgent(), nil)
	for _, bad := range []string{"AT+CMGS=", "AT+CMGS=0", "AT+CMGS=-1", "AT+CMGS=201", "AT+CMGS=99999999999", "AT+CMGS=1,2", "AT+CMGS=\"+447700900456\""} {
		c.check(bad, "\r\n+CMS ERROR: 304\r\n")
	}
}

// What clients do around the prompt: everything at once, Ctrl-Z in a write of its own or before the prompt is read, LF
// after CR, ESC, lines after Ctrl-Z.
func TestPromptHabits(t *testing.T) {
	for name, x := range map[string]struct {
		pieces []string
		texts  string
		want   string
	}{
		"all at once":       {[]string{"AT+CMGS=\"+44770090045\"\rtext\x1a"}, "text", "\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n"},
		"LF after CR":       {[]string{"AT+CMGS=\"+44770090045\"\r\n", "text\x1a\r\n"}, "text", "\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n"},
		"LF later":          {[]string{"AT+CMGS=\"+44770090045\"\r", "\n", "text", "\x1a", "\n"}, "text", "\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n"},
		"ESC":               {[]string{"AT+CMGS=\"+44770090045\"\r", "te", "\x1b"}, "", "\r\n> \r\nOK\r\n"},
		"ESC before prompt": {[]string{"AT+CMGS=\"+44770090045\"\r\x1b"}, "", "\r\n> \r\nOK\r\n"},
		"Ctrl-Z at once":    {[]string{"AT+CMGS=\"+44770090045\"\r\x1a"}, "", "\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n"},
		"backspace":         {[]string{"AT+CMGS=\"+44770090045\"\r", "tezt\b\bxt\x1a"}, "text", "\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n"},
		"lines":             {[]string{"AT+CMGS=\"+44770090045\"\r", "a\rb\r\nc\x1a"}, "a\nb\nc", "\r\n> \r\n> \r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n"},
		"next command":      {[]string{"AT+CMGS=\"+44770090045\"\rtext\x1aAT+CSQ\r"}, "text", "\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n\r\n+CSQ: 31,0\r\n\r\nOK\r\n"},
		"prompt in text":    {[]string{"AT+CMGS=\"+44770090045\"\r", "> OK\r\nOK\x1a"}, "> OK\nOK", "\r\n> \r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n"},
	} {
		a := newFakeAgent()
		c := dialPort(t, a, nil)
		c.check("AT+CMGF=1", "\r\nOK\r\n")
		for _, p := range x.pieces {
			c.say(p)
		}
		c.expect(x.want)
		c.quiet()
		var texts []string
		for _, m := range a.messages() {
			texts = append(texts, m.Text)
		}
		if got := strings.Join(texts, "|"); got != x.texts {
			t.Errorf("%s: taken %q, want %q", name, got, x.texts)
		}
	}
}

// Numbers in every form that clients write them in, with the character set that they are in.
func TestNumberForms(t *testing.T) {
	for _, x := range []struct{ charset, number, want string }{
		{"GSM", `"+447700900456"`, "+447700900456"},
		{"GSM", `"447700900456",145`, "+447700900456"},
		{"GSM", `"447700900456",129`, "447700900456"},
		{"GSM", `+447700900456`, "+447700900456"},
		{"GSM", `"+44 7700 900-456"`, "+447700900456"},
		{"GSM", `"+44(7700)900456"`, "+447700900456"},
		{"GSM", `"00447700900456"`, "+447700900456"},
		{"GSM", `"12345"`, "12345"},
		{"UCS2", `"002B003400340037003700300030003900300030003400350036"`, "+447700900456"},
		{"UCS2", `"002b003400340037003700300030003900300030003400350036"`, "+447700900456"},
		{"UCS2", `002B003400340037003700300030003900300030003400350036,145`, "+447700900456"},
		{"UCS2", `"+447700900456"`, "+447700900456"}, // kit that forgets what it has set
		{"HEX", `"2B343437373030393030343536"`, "+447700900456"},
		{"UTF-8", `"+447700900456`, "+447700900456"}, // and the closing mark
	} {
		a := newFakeAgent()
		c := dialPort(t, a, nil)
		c.check(`AT+CSCS="`+x.charset+`";+CMGF=1`, "\r\nOK\r\n")
		body, want := "text", "text"
		switch x.charset {
		case "UCS2":
			body = "00740065007800740020041600200426"
			want = "text Ж Ц"
		case "HEX":
			body = "74657874"
		}
		if got := c.ask("AT+CMGS=" + x.number); got != "\r\n> " {
			t.Errorf("%s %s: %q", x.charset, x.number, got)
			continue
		}
		c.say(body + "\x1a")
		if got := c.answer(); got != "\r\n+CMGS: 1\r\n\r\nOK\r\n" {
			t.Errorf("%s %s: %q", x.charset, x.number, got)
			continue
		}
		if m := a.messages()[0]; m.To.String() != x.want || m.Text != want {
			t.Errorf("%s %s: to %s %q, want %s %q", x.charset, x.number, m.To, m.Text, x.want, want)
		}
	}
	c := dialPort(t, newFakeAgent(), nil)
	c.check("AT+CMGF=1", "\r\nOK\r\n")
	for _, bad := range []string{`AT+CMGS=""`, `AT+CMGS="Anna"`, `AT+CMGS="+"`, `AT+CMGS="` + strings.Repeat("1", 30) + `"`, "AT+CMGS="} {
		c.check(bad, "\r\n+CMS ERROR: 305\r\n")
	}
}

// Every mode of +CNMI with what it makes of a message, a flash and a report: TS 27.005 §3.4.1.
func TestCNMIModes(t *testing.T) {
	for _, mode := range []int{0, 1, 2, 3} {
		for _, mt := range []int{0, 1, 2, 3} {
			for _, ds := range []int{0, 1, 2} {
				synctest.Test(t, func(t *testing.T) {
					p := newTestPort(t, newFakeAgent(), nil)
					c := open(t, p)
					defer func() { _ = c.end() }()
					c.check(fmt.Sprintf("AT+CNMI=%d,%d,0,%d,0", mode, mt, ds), "\r\nOK\r\n")
					if err := arrive(t, p, 1, "Hello"); err != nil {
						t.Fatal(err)
					}
					to, _ := sms.ParseAddress("+447700900456")
					p.refs.restore(reference{key: "virtual:test/1r-a", to: to})
					(&Ports{list: []*Port{p}}).Foretell("virtual:test/1r-a", sms.Delivered)
					<-time.After(time.Minute)
					got := c.ask("AT")
					for _, x := range []struct {
						urc  string
						want bool
					}{
						{"+CMTI: ", mode > 0 && (mt == 1 || mt == 3)}, {"+CMT: ", mode > 0 && mt == 2},
						{"+CDSI: ", mode > 0 && ds == 2}, {"+CDS: ", mode > 0 && ds == 1},
					} {
						if n := strings.Count(got, x.urc); n > 1 || (n == 1) != x.want {
							t.Errorf("+CNMI=%d,%d,0,%d: %q comes %d times in %q", mode, mt, ds, x.urc, n, got)
						}
					}
					stored := 2
					if mode > 0 && mt == 2 {
						stored--
					}
					if mode > 0 && ds == 1 {
						stored--
					}
					if n := p.memory[memorySIM].Used(); n != stored {
						t.Errorf("+CNMI=%d,%d,0,%d: %d are stored, want %d", mode, mt, ds, n, stored)
					}
				})
			}
		}
	}
}

// A full memory: nothing is overwritten, what comes waits, +CIND says so, and one deletion makes room for one.
func TestFullMemory(t *testing.T) {
	p := newTestPort(t, newFakeAgent(), func(cfg *Config) { cfg.Messages = 3 })
	c := open(t, p)
	for n := range uint64(3) {
		if err := arrive(t, p, n+1, "text"); err != nil {
			t.Fatal(err)
		}
	}
	if err := arrive(t, p, 4, "fourth"); !errors.Is(err, store.ErrFull) {
		t.Errorf("a fourth: %v", err)
	}
	if got := c.ask("AT+CIND?"); !strings.HasSuffix(got, ",1\r\n\r\nOK\r\n") {
		t.Errorf("smsfull is not shown: %q", got)
	}
	c.check("AT+CMGF=1", "\r\nOK\r\n")
	c.check(`AT+CMGW="+447700900456"`, "\r\n> ")
	c.say("kept\x1a")
	c.expect("\r\n+CMS ERROR: 322\r\n")
	c.check(`AT+CPMS="SM","ME"`, "\r\n+CPMS: 3,3,0,3,3,3\r\n\r\nOK\r\n")
	c.check(`AT+CMGW="+447700900456"`, "\r\n> ") // the other memory has room
	c.say("kept\x1a")
	c.expect("\r\n+CMGW: 1\r\n\r\nOK\r\n")
	c.check(`AT+CMGS="+447700900456"`, "\r\n> ") // and sending needs none
	c.say("sent\x1a")
	c.expect("\r\n+CMGS: 1\r\n\r\nOK\r\n")
	c.check("AT+CMGD=2", "\r\nOK\r\n")
	if err := arrive(t, p, 4, "fourth"); err != nil {
		t.Error(err)
	}
	if got := c.ask("AT+CMGR=2"); !strings.Contains(got, "fourth") {
		t.Errorf("the free slot has %q", got)
	}
	for how, left := range []int{3, 2, 2, 2, 0} { // slot 2 was read
		c.check(fmt.Sprintf("AT+CMGD=%d,%d", max(1, 3*(1-how)), how), "\r\nOK\r\n")
		if how == 0 {
			_ = arrive(t, p, 9, "again")
		}
		if n := p.memory[memorySIM].Used(); n != left {
			t.Errorf("after +CMGD=…,%d: %d left, want %d", how, n, left)
		}
	}
	c.check("AT+CMGD=1,5", "\r\n+CMS ERROR: 321\r\n")
}

// Messages come in while a client lists and deletes: it sees each whole, and none twice.
func TestListWhileArriving(t *testing.T) {
	p := newTestPort(t, newFakeAgent(), func(cfg *Config) { cfg.Messages = 20 })
	c := open(t, p)
	c.check("AT+CMGF=1", "\r\nOK\r\n")
	const all = 300
	var wg sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	wg.Go(func() {
		for n := uint64(1); n <= all && ctx.Err() == nil; {
			if arrive(t, p, n, fmt.Sprintf("text %d.", n)) == nil {
				n++
			}
		}
	})
	seen := map[string]int{}
	for len(seen) < all && ctx.Err() == nil {
		got := c.ask(`AT+CMGL="ALL"`)
		var delete []string
		for line := range strings.Lines(got) {
			line = strings.TrimSpace(line)
			if rest, ok := strings.CutPrefix(line, "+CMGL: "); ok {
				index, _, _ := strings.Cut(rest, ",")
				delete = append(delete, index)
			} else if strings.HasPrefix(line, "text ") {
				seen[line]++
			}
		}
		for _, index := range delete {
			c.check("AT+CMGD="+index, "\r\nOK\r\n")
		}
	}
	cancel()
	wg.Wait()
	if len(seen) != all {
		t.Errorf("%d of %d were seen", len(seen), all)
	}
	for text, n := range seen {
		if n != 1 {
			t.Errorf("%q was seen %d times", text, n)
		}
	}
}

// The answer to each command comes in one write, whatever it holds: V.250 §5.7, and kit that reads once.
func TestOneWrite(t *testing.T) {
	p := newTestPort(t, newFakeAgent(), nil)
	c := open(t, p)
	for n := range uint64(20) {
		if err := arrive(t, p, n+1, strings.Repeat("x", 160)); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{"AT+CMGL=4", "AT+CSQ;+CREG?;+COPS?;+CPMS?", "ATI", "AT+COPS=?"} {
		c.say(line + "\r")
		if !c.more() {
			t.Fatal("no answer")
		}
		if !bytes.HasSuffix(c.got, []byte("\r\n\r\nOK\r\n")) {
			t.Errorf("%s: the first write ends %q", line, c.got[max(0, len(c.got)-20):])
		}
		c.got = nil
	}
}
