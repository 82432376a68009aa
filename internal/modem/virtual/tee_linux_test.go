package virtual

import (
	"context"
	"io"
	"path/filepath"
	"sync"
	"testing"
)

// realModem runs a port that stands for a real modem at the end of a serial line. gone unplugs it.
func realModem(t *testing.T, a *fakeAgent, path string) (p *Port, gone func()) {
	t.Helper()
	far, err := openPTY(&Config{PTY: path, Mode: "0600"})
	if err != nil {
		t.Fatal(err)
	}
	p = newTestPort(t, a, func(cfg *Config) { cfg.Manufacturer, cfg.Echo = "Real", true })
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if ok, err := far.wait(ctx); !ok {
			t.Errorf("nobody opens the modem: %v", err)
			return
		}
		_ = p.talk(ctx, far, &p.set, "agent")
	})
	wg.Go(far.visitors)
	gone = sync.OnceFunc(func() { cancel(); far.close(); wg.Wait() })
	t.Cleanup(gone)
	return p, gone
}

// What a client says goes to the modem and its answers come back; messages go by way of the agent. When the
// modem is gone the agent stands in for it.
func TestTee(t *testing.T) {
	path := filepath.Join(t.TempDir(), "modem")
	radio, agent := newFakeAgent(), newFakeAgent()
	modem, gone := realModem(t, radio, path)
	c := dialPort(t, agent, func(cfg *Config) { cfg.Modem, cfg.Manufacturer = path, "Agent" })
	c.check("AT+CGMI", "\r\nReal\r\n\r\nOK\r\n")
	c.check("ATE1", "\r\nOK\r\n")
	c.check("ATE0", "ATE0\r\r\nOK\r\n")
	c.check("AT+CMGF=1;+CNMI=2,1", "\r\nOK\r\n")
	c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
	c.say("by way of the agent\x1a")
	c.expect("\r\n+CMGS: 1\r\n\r\nOK\r\n")
	c.check(`AT+CMGW="+447700900456"`, "\r\n> ") // the modem's own prompt
	c.say("kept\x1a")
	c.expect("\r\n+CMGW: 1\r\n\r\nOK\r\n")
	if err := arrive(t, modem, 1, "from the air"); err != nil {
		t.Fatal(err)
	}
	c.expect("\r\n+CMTI: \"SM\",2\r\n")
	if a, r := len(agent.messages()), len(radio.messages()); a != 1 || r != 0 {
		t.Errorf("%d messages by way of the agent, %d by radio", a, r)
	}
	gone()
	for range 2 { // the first may still go to the modem, and find it gone
		_ = c.ask("AT")
	}
	c.check("AT+CGMI", "\r\nAgent\r\n\r\nOK\r\n")
}

// With divert = "failed" messages go by radio, and by way of the agent when that fails.
func TestTeeFailed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "modem")
	radio, agent := newFakeAgent(), newFakeAgent()
	realModem(t, radio, path)
	c := dialPort(t, agent, func(cfg *Config) { cfg.Modem, cfg.Divert = path, DivertFailed })
	c.check("AT+CMGF=1", "\r\nOK\r\n")
	for n, refuse := range []error{nil, io.ErrUnexpectedEOF} {
		radio.mu.Lock()
		radio.refuse = refuse
		radio.mu.Unlock()
		c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
		c.say("text\x1a")
		c.expect("\r\n+CMGS: 1\r\n\r\nOK\r\n")
		if a, r := len(agent.messages()), len(radio.messages()); a != n || r != 1 {
			t.Errorf("try %d: %d messages by way of the agent, %d by radio", n, a, r)
		}
	}
}
