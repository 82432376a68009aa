package virtual

import (
	"context"
	"strconv"
)

// The basic commands: V.250 §6.

// flag is E, Q and V, which switch something off with 0 and on with 1.
func flag(_ context.Context, s *session, c *command) error {
	if c.op != opExecute || c.number > 1 {
		return errCommand
	}
	switch c.name {
	case "E":
		s.set.echo = c.number == 1
	case "Q":
		s.set.quiet = c.number == 1
	case "V":
		s.set.verbose = c.number == 1
	}
	return nil
}

// accepted is a basic command that is known and changes nothing here.
func accepted(context.Context, *session, *command) error { return nil }

// resultCodes is X: which result codes a call may give.
func resultCodes(_ context.Context, s *session, c *command) error {
	if c.op != opExecute || c.number > 4 {
		return errCommand
	}
	s.set.result = c.number
	return nil
}

// reset is Z and &F: the settings go back to what they were at first. Z gives up a call too, of which
// there is none: V.250 §6.1.1, §6.1.2.
func reset(_ context.Context, s *session, c *command) error {
	if c.op != opExecute {
		return errCommand
	}
	s.restart()
	return nil
}

// restart puts the settings back. The PIN stays given.
func (s *session) restart() {
	unlocked := s.set.unlocked
	*s.set = defaultSettings(&s.port.cfg)
	s.set.unlocked = unlocked
}

// register is S<n>: V.250 §5.3.2.
func register(_ context.Context, s *session, c *command) error {
	var octet *byte
	var number *int
	switch c.number {
	case 0:
		number = &s.set.autoAnswer
	case 3:
		octet = &s.set.cr
	case 4:
		octet = &s.set.lf
	case 5:
		octet = &s.set.bs
	case 7:
		number = &s.set.waitForCarrier
	}
	name := "S" + strconv.Itoa(c.number)
	value := 0
	switch {
	case octet != nil:
		value = int(*octet)
	case number != nil:
		value = *number
	case c.number > 255:
		return errCommand
	default:
		value, _ = strconv.Atoi(s.set.others[name])
	}
	switch c.op {
	case opRead:
		s.info("%03d", value)
		return nil
	case opTest:
		s.info("%s: (%d-%d)", name, 0, registerMax(octet))
		return nil
	case opExecute: // chooses it for a following "=", which nobody uses
		return nil
	}
	n, ok := c.arg(0).number()
	if !ok || n > registerMax(octet) {
		return errCommand
	}
	switch {
	case octet != nil:
		*octet = byte(n)
	case number != nil:
		*number = n
	default:
		s.set.others[name] = strconv.Itoa(n)
	}
	return nil
}

// registerMax is the highest value: those that are characters take 127.
func registerMax(octet *byte) int {
	if octet != nil {
		return 127
	}
	return 255
}

// identify is I: V.250 §6.1.3 leaves to the manufacturer what it says.
func identify(_ context.Context, s *session, c *command) error {
	p := &s.port.persona
	switch {
	case c.op != opExecute || c.number > 9:
		return errCommand
	case c.number == 0:
		s.infoText([]byte(p.manufacturer + "\r\n" + p.model + "\r\nRevision: " + p.revision))
	case c.number == 3:
		s.info("%s", p.revision)
	}
	return nil
}

// profile is &V: what is set.
func profile(_ context.Context, s *session, _ *command) error {
	bit := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	s.info("ACTIVE PROFILE: E%d V%d Q%d X%d S0:%03d S3:%03d S4:%03d S5:%03d S7:%03d", bit(s.set.echo), bit(s.set.verbose),
		bit(s.set.quiet), s.set.result, s.set.autoAnswer, s.set.cr, s.set.lf, s.set.bs, s.set.waitForCarrier)
	return nil
}

// dial is D: a call that nobody takes, or a code that the network answers.
func dial(_ context.Context, s *session, c *command) error {
	number := c.raw
	for len(number) > 0 && number[len(number)-1] == ';' {
		number = number[:len(number)-1]
	}
	if len(number) > 0 && (number[0] == '*' || number[0] == '#') && number[len(number)-1] == '#' {
		s.say(number)
		return nil
	}
	return errNoCarrier
}

// hangUp is H, A and +CHUP: there is no call.
func hangUp(_ context.Context, _ *session, c *command) error {
	if c.op == opRead {
		return errCommand
	}
	return nil
}
