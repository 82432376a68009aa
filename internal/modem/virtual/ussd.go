package virtual

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"smppagent/internal/sms"
)

// ussd is +CUSD: TS 27.007 §7.15. The network that answers is the agent.
func ussd(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info("+CUSD: (0-2)")
	case opRead:
		s.info("+CUSD: %d", s.set.ussd)
	case opSet:
		mode := 0
		text := c.arg(1)
		if len(c.args) > 1 {
			c.args[1] = argument{}
		}
		if !c.numbers(&mode, new(int), new(int)) || mode > 2 {
			return cmeBadParameters
		}
		s.set.ussd = mode
		if text.text != "" && mode < 2 {
			s.say(s.code(text.text))
		}
	default:
		s.set.ussd = 0
	}
	return nil
}

// code reads what a client dials: as it is, in the character set, or packed in septets and written in
// hexadecimal as some modems want it.
func (s *session) code(text string) string {
	if isCode(text) {
		return text
	}
	if t := s.decode(text); isCode(t) {
		return t
	}
	if b, err := hex.DecodeString(text); err == nil {
		if t := sms.DecodeGSM7(sms.UnpackGSM7(b, 0, len(b)*8/7)); isCode(strings.TrimRight(t, "@\r")) {
			return strings.TrimRight(t, "@\r")
		}
		if t := sms.DecodeUCS2(b); isCode(t) {
			return t
		}
	}
	return text
}

func isCode(s string) bool {
	return s != "" && strings.Trim(s, "0123456789*#") == ""
}

// say puts the network's answer to a code behind the final result code.
func (s *session) say(code string) {
	s.urcs.add(urc{kind: urcUSSD, text: s.port.menu(code)})
}

// menu is the answer to a code.
func (p *Port) menu(code string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	switch code {
	case "*100#":
		return p.linkText() + " " + p.queueText(ctx) + " *101# link *102# queue *103# last *104# port"
	case "*101#":
		return p.linkText()
	case "*102#":
		return p.queueText(ctx)
	case "*103#":
		return p.lastText()
	case "*104#":
		x := p.stats.snapshot()
		return fmt.Sprintf("Port %s: %d messages taken, %d refused.", p.cfg.Name, x.Taken, x.Refused)
	}
	return "Unknown code. *100# gives the state."
}

func (p *Port) linkText() string {
	l := p.agent.Link()
	switch {
	case !l.Up:
		return fmt.Sprintf("SMSC %s: DOWN for %s, messages wait on flash.", l.Name, briefly(l.Since))
	case l.Held:
		return fmt.Sprintf("SMSC %s: held, messages wait on flash.", l.Name)
	}
	return fmt.Sprintf("SMSC %s: up for %s.", l.Name, briefly(l.Since))
}

func (p *Port) queueText(ctx context.Context) string {
	n, err := p.agent.Waiting(ctx)
	if err != nil {
		return "Queue: not known."
	}
	return fmt.Sprintf("Queue: %d waiting.", n)
}

func (p *Port) lastText() string {
	if x := p.stats.snapshot(); x.Outcome != "" {
		return "Last message: " + x.Outcome + "."
	}
	return "No message has come to an end yet."
}

// briefly is how long ago t was.
func briefly(t time.Time) string {
	switch d := time.Since(t); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	default:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
}
