package virtual

import (
	"os"
	"path/filepath"
	"testing"
)

// What is learnt of a client is a dialogue as our tests play them, with nothing in it that is somebody's own.
func TestLearn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "panel.txt")
	p := newTestPort(t, newFakeAgent(), func(cfg *Config) { cfg.Learn, cfg.PIN, cfg.IMSI = file, "4711", "234100000000017" })
	c := open(t, p)
	c.check("AT+CPIN=4711", "\r\nOK\r\n")
	c.check("AT+CIMI", "\r\n234100000000017\r\n\r\nOK\r\n")
	c.check("AT$PANEL=1,\"+447700900456\"", "\r\nERROR\r\n")
	c.check("AT+CMGF=1", "\r\nOK\r\n")
	c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
	c.say("Alarm in zone 12\x1a")
	c.expect("\r\n+CMGS: 1\r\n\r\nOK\r\n")
	c.check("AT+CMGF=0", "\r\nOK\r\n")
	c.check("AT+CMGS=27", "\r\n> ")
	c.say("0011000C914477000940650000B00EC8329BFD06CDDBF308FDFD6603\x1a")
	c.expect("\r\n+CMGS: 2\r\n\r\nOK\r\n")
	_ = c.end()
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(got)
	for i, r := range text { // the date is that of today
		if r == '\n' {
			text = text[i+1:]
			break
		}
	}
	want := `> AT+CPIN=0000\r
< \r\nOK\r\n
> AT+CIMI\r
< \r\n234000000000000\r\n\r\nOK\r\n
> AT$PANEL=1,"+447000000000"\r
< \r\nERROR\r\n
> AT+CMGF=1\r
< \r\nOK\r\n
> AT+CMGS="+447000000000"\r
< \r\n> ` + `
> xxxxx xx xxxx 00\x1a
< \r\n+CMGS: 1\r\n\r\nOK\r\n
> AT+CMGF=0\r
< \r\nOK\r\n
> AT+CMGS=27\r
< \r\n> ` + `
> 0011000C000000000000000000000000000000000000000000000000\x1a
< \r\n+CMGS: 2\r\n\r\nOK\r\n
# answered with ERROR: $PANEL=…

`
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if s := p.stats.snapshot(); s.Unknown != 1 || s.Strange != "$PANEL=…" {
		t.Errorf("status %+v", s)
	}
}
