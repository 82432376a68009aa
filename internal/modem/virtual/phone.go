package virtual

import (
	"context"
	"strings"
	"time"

	"smppagent/internal/modem/textmode"
)

// Commands of the phone: TS 27.007.

// errorMode is +CMEE: TS 27.007 §9.1.
func errorMode(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info("+CMEE: (0-2)")
	case opRead:
		s.info("+CMEE: %d", s.set.cmee)
	case opSet:
		n := 0
		if !c.numbers(&n) || n > 2 {
			return cmeBadParameters
		}
		s.set.cmee = n
	default:
		s.set.cmee = 0
	}
	return nil
}

// functionality is +CFUN: TS 27.007 §8.2. What switches the radio off lasts until the client hangs up.
func functionality(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info("+CFUN: (0,1,4),(0,1)")
	case opRead:
		switch {
		case !s.set.off:
			s.info("+CFUN: 1")
		default:
			s.info("+CFUN: 4")
		}
	case opSet:
		level, restart := 1, 0
		if !c.numbers(&level, &restart) || restart > 1 {
			return cmeBadParameters
		}
		if restart == 1 {
			s.restart()
		}
		switch level {
		case 0, 4:
			s.set.off = true
		case 1:
			s.set.off = false
		default:
			return cmeNotSupported
		}
	}
	return nil
}

// battery is +CBC: it runs from the mains. TS 27.007 §8.4.
func battery(_ context.Context, s *session, c *command) error {
	if c.op == opTest {
		s.info("+CBC: (0-3),(0-100)")
	} else {
		s.info("+CBC: 0,100")
	}
	return nil
}

// activity is +CPAS: TS 27.007 §8.1.
func activity(_ context.Context, s *session, c *command) error {
	if c.op == opTest {
		s.info("+CPAS: (0,3,4)")
	} else {
		s.info("+CPAS: 0")
	}
	return nil
}

// indicators is +CIND: TS 27.007 §8.9.
func indicators(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info(`+CIND: ("battchg",(0-5)),("signal",(0-5)),("service",(0,1)),("message",(0,1)),("call",(0,1)),("roam",(0,1)),("smsfull",(0,1))`)
	case opRead:
		r := s.radio()
		service, roaming := 0, 0
		if r.service() {
			service = 1
		}
		if r.registration == registeredRoaming {
			roaming = 1
		}
		unread, full := s.memories()
		s.info("+CIND: 5,%d,%d,%d,0,%d,%d", s.bars(r), service, unread, roaming, full)
	}
	return nil
}

// bars is the signal as +CIND shows it, 0 to 5.
func (s *session) bars(r radio) int {
	if !r.service() {
		return 0
	}
	return 1 + r.signal*4/maxRSSI
}

// eventMode is +CMER: TS 27.007 §8.10.
func eventMode(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info("+CMER: (0-3),(0),(0),(0,1),(0,1)")
	case opRead:
		s.info("+CMER: 3,0,0,%d,0", s.set.events)
	case opSet:
		var mode, keypad, display, indicator, buffer int
		if !c.numbers(&mode, &keypad, &display, &indicator, &buffer) || mode > 3 || indicator > 2 {
			return cmeBadParameters
		}
		s.set.events = min(indicator, mode)
	}
	return nil
}

// clock is +CCLK: TS 27.007 §8.15. The clock is the machine's, and not for clients to set. While it is not
// set itself it shows the beginning of GPS time, as modems do that have not heard of a network.
func clock(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
	case opRead:
		s.info("+CCLK: %q", clockText(time.Now().In(s.port.agent.Zone), s.port.agent.ClockSet()))
	default:
		return cmeNotAllowed
	}
	return nil
}

func clockText(now time.Time, set bool) string {
	if !set {
		return "80/01/06,00:00:00+00"
	}
	_, offset := now.Zone()
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	quarters := offset / 900
	return now.Format("06/01/02,15:04:05") + string(sign) + string(rune('0'+quarters/10)) + string(rune('0'+quarters%10))
}

// characterSet is +CSCS: TS 27.007 §5.5.
func characterSet(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		var names []string
		for _, cs := range textmode.Charsets() {
			names = append(names, `"`+cs.String()+`"`)
		}
		s.info("+CSCS: (%s)", strings.Join(names, ","))
	case opRead:
		s.info("+CSCS: %q", s.set.charset.String())
	case opSet:
		cs, ok := textmode.ParseCharset(c.arg(0).text)
		if !ok || len(c.args) > 1 {
			return cmeBadParameters
		}
		s.set.charset = cs
	}
	return nil
}

// kept are the commands that change nothing here: what is set is given back. Each has the answer to "=?" and
// the value at first.
var kept = [...]struct{ name, test, value string }{
	{"+CCWA", "(0,1)", "0"},
	{"+CGDCONT", `(1-16),"IP",,,(0),(0)`, ""},
	{"+CGEREP", "(0-2),(0,1)", "0,0"},
	{"+CHSN", "", ""},
	{"+CLIR", "(0-2)", "0,1"},
	{"+CLVL", "(0-100)", "0"},
	{"+CMUT", "(0,1)", "0"},
	{"+COLP", "(0,1)", "0,0"},
	{"+COLR", "", "0"},
	{"+CMOD", "(0)", "0"},
	{"+CR", "(0,1)", "0"},
	{"+CRLP", "", ""},
	{"+CSCB", "(0,1)", `0,"",""`},
	{"+CSSN", "(0,1),(0,1)", "0,0"},
	{"+CSTA", "(129,145)", "129"},
	{"+CTZR", "(0-2)", "0"},
	{"+CTZU", "(0,1)", "0"},
	{"+CVHU", "(0,1)", "0"},
	{"+DR", "(0,1)", "0"},
	{"+FCLASS", "0", "0"},
	{"+ICF", "(3),(3)", "3,3"},
	{"+IFC", "(0-2),(0-2)", "0,0"},
	{"+ILRR", "(0,1)", "0"},
	{"+IPR", "(),(0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,230400)", "0"},
	{"+WS46", "(12,22,25)", "25"},
}

// keptOf gives the row of a command; nil when there is none.
func keptOf(name string) *struct{ name, test, value string } {
	for i := range kept {
		if kept[i].name == name {
			return &kept[i]
		}
	}
	return nil
}

// keep carries out a command of kept.
func keep(_ context.Context, s *session, c *command) error {
	k := keptOf(c.name)
	switch c.op {
	case opTest:
		if k.test != "" {
			s.info("%s: %s", c.name, k.test)
		}
	case opRead:
		value, ok := s.set.others[c.name]
		if !ok {
			value = k.value
		}
		if value != "" {
			s.info("%s: %s", c.name, value)
		}
	case opSet:
		if len(c.raw) > 64 {
			return cmeBadParameters
		}
		s.set.others[c.name] = c.raw
	}
	return nil
}

// number is +CRC, +CSDH and +CMMS, which take a small number.
func number(_ context.Context, s *session, c *command) error {
	value, most := &s.set.ring, 1
	switch c.name {
	case "+CSDH":
		value = &s.set.header
	case "+CMMS":
		value, most = &s.set.more, 2
	}
	switch c.op {
	case opTest:
		s.info("%s: (0-%d)", c.name, most)
	case opRead:
		s.info("%s: %d", c.name, *value)
	case opSet:
		n := 0
		if !c.numbers(&n) || n > most {
			return cmeBadParameters
		}
		*value = n
	default:
		*value = 0
	}
	return nil
}

// silent is a command that gives nothing but OK.
func silent(context.Context, *session, *command) error { return nil }

// notHere is O, +CMUX and +CMGC, which are known and refused.
func notHere(_ context.Context, _ *session, c *command) error {
	switch c.name {
	case "O":
		return errNoCarrier
	case "+CMGC":
		return cmsNotSupported
	}
	return cmeNotSupported
}
