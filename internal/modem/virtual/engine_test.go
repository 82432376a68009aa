package virtual

import (
	"testing"
	"time"
)

// Each command line with its whole answer.
func TestCommands(t *testing.T) {
	c := dialPort(t, newFakeAgent(), func(cfg *Config) {
		cfg.Manufacturer, cfg.Model, cfg.Revision = "Maker", "M1", "R2"
		cfg.IMEI, cfg.IMSI, cfg.Operator = "490154203237518", "234100000000017", "Cabin"
	})
	for _, x := range []struct{ line, want string }{
		{"AT", "\r\nOK\r\n"},
		{"at", "\r\nOK\r\n"},
		{"+++AT", "\r\nOK\r\n"},
		{"\x1b\x00\xffAT", "\r\nOK\r\n"},
		{"ATE0V1Q0X4&C1&D2S0=0", "\r\nOK\r\n"},
		{"ATE0 V1 +CMEE=1 ; X4 &C1", "\r\nOK\r\n"},
		{"AT+CMEE?", "\r\n+CMEE: 1\r\n\r\nOK\r\n"},
		{"AT+CSQ;+CREG?", "\r\n+CSQ: 31,0\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n"},
		{"AT+NOSUCH;+CSQ", "\r\n+CME ERROR: 4\r\n"},
		{"AT+CSQ;+NOSUCH", "\r\n+CSQ: 31,0\r\n\r\n+CME ERROR: 4\r\n"},
		{"AT$QCSYSMODE?", "\r\nERROR\r\n"},
		{"AT~", "\r\nERROR\r\n"},
		{"AT+CMEE=2", "\r\nOK\r\n"},
		{"AT+NOSUCH", "\r\n+CME ERROR: operation not supported\r\n"},
		{"AT+CMEE=0", "\r\nOK\r\n"},
		{"AT+NOSUCH", "\r\nERROR\r\n"},
		{"AT+CMEE=7", "\r\nERROR\r\n"},
		{"AT+CGMI", "\r\nMaker\r\n\r\nOK\r\n"},
		{"AT+GMM", "\r\nM1\r\n\r\nOK\r\n"},
		{"AT+CGMR", "\r\nR2\r\n\r\nOK\r\n"},
		{"AT+CGSN", "\r\n490154203237518\r\n\r\nOK\r\n"},
		{"AT+CIMI", "\r\n234100000000017\r\n\r\nOK\r\n"},
		{"AT+GCAP", "\r\n+GCAP: +CGSM\r\n\r\nOK\r\n"},
		{"ATI", "\r\nMaker\r\nM1\r\nRevision: R2\r\n\r\nOK\r\n"},
		{"AT+CNUM", "\r\n+CNUM: ,\"+359888000001\",145\r\n\r\nOK\r\n"},
		{"AT+CREG=2;+CREG?", "\r\n+CREG: 2,1,\"00C3\",\"0000A1B2\"\r\n\r\nOK\r\n"},
		{"AT+COPS=3,2;+COPS?", "\r\n+COPS: 0,2,\"00101\",7\r\n\r\nOK\r\n"},
		{"AT+COPS=3,0;+COPS?", "\r\n+COPS: 0,0,\"Cabin\",7\r\n\r\nOK\r\n"},
		{"AT+CIND?", "\r\n+CIND: 5,5,1,0,0,0,0\r\n\r\nOK\r\n"},
		{"AT+CFUN?", "\r\n+CFUN: 1\r\n\r\nOK\r\n"},
		{"AT+CFUN=4;+CREG?;+CSQ", "\r\n+CREG: 2,0\r\n\r\n+CSQ: 99,99\r\n\r\nOK\r\n"},
		{"AT+CFUN=1;+CREG=0", "\r\nOK\r\n"},
		{"ATS3?", "\r\n013\r\n\r\nOK\r\n"},
		{"ATS7=30S7?", "\r\n030\r\n\r\nOK\r\n"},
		{"ATD+359888123456;", "\r\nNO CARRIER\r\n"},
		{"ATH", "\r\nOK\r\n"},
		{"AT+CSMS=1", "\r\n+CSMS: 1,1,1\r\n\r\nOK\r\n"},
		{"AT+CSCS=\"NO\"", "\r\nERROR\r\n"},
		{"AT+CMGC=1", "\r\n+CMS ERROR: 303\r\n"},
		{"ATV0", "0\r"},
		{"AT+CSQ", "+CSQ: 31,0\r\n0\r"},
		{"AT+NOSUCH", "4\r"},
		{"ATV1", "\r\nOK\r\n"},
		{"ATQ1", ""},
		{"AT", ""},
		{"ATQ0", "\r\nOK\r\n"},
		{"ATS4=33", "\r!OK\r!"},
		{"ATZ", "\r\nOK\r\n"},
	} {
		c.say(x.line + "\r")
		c.expect(x.want)
	}
	c.say("A/")
	c.expect("\r\nOK\r\n")
	c.quiet()
}

// What no client may ever see: an answer to what is no command line.
func TestNoAnswer(t *testing.T) {
	c := dialPort(t, newFakeAgent(), nil)
	for _, s := range []string{"\r", "\r\n\r\n", "\x1b\r", "\x1a\r", "0011000C9144\r", "AT+CS\x1b\r"} {
		c.say(s)
	}
	c.say("AT\r")
	c.expect("\r\nOK\r\n")
	c.quiet()
}

// A command line that is longer than any gets ERROR at its end, and no earlier.
func TestLongLine(t *testing.T) {
	c := dialPort(t, newFakeAgent(), nil)
	c.say("AT+CSQ")
	for range 100 {
		c.say("0123456789012345678901234567890123456789")
	}
	c.say("\r")
	c.expect("\r\nERROR\r\n")
	c.say("AT\r")
	c.expect("\r\nOK\r\n")
}

// While the link is down the modem says what its config says.
func TestRadioDown(t *testing.T) {
	for when, want := range map[WhenDown]string{
		DownRoaming:   "\r\n+CREG: 0,5\r\n\r\n+CSQ: 4,0\r\n\r\nOK\r\n",
		DownHome:      "\r\n+CREG: 0,1\r\n\r\n+CSQ: 4,0\r\n\r\nOK\r\n",
		DownSearching: "\r\n+CREG: 0,2\r\n\r\n+CSQ: 99,99\r\n\r\nOK\r\n",
	} {
		a := newFakeAgent()
		a.setLink(Link{Name: "main", Since: time.Now()})
		c := dialPort(t, a, func(cfg *Config) { cfg.WhenDown = when })
		c.say("AT+CREG?;+CSQ\r")
		c.expect(want)
		if when == DownSearching {
			c.check("AT+CMGS=20", "\r\n+CMS ERROR: 331\r\n")
		}
	}
}
