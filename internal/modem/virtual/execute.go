package virtual

import (
	"context"
	"errors"
)

// A handler carries out one command. It returns nil for OK, errNoFinal when a prompt stands, or what the
// final result code is to say.
type handler func(ctx context.Context, s *session, c *command) error

// execute carries out the commands of one line. The first that fails ends it, and there is one final result
// code for all: V.250 §5.2.1.
func (s *session) execute(ctx context.Context, line string) {
	s.divert = nil
	if s.tee != nil && s.pass(ctx, line) {
		return
	}
	for line != "" {
		c, rest, ok := nextCommand(line)
		if !ok {
			s.port.unknown(line)
			s.final(errCommand)
			return
		}
		if c.name == "" {
			break
		}
		s.port.stats.command(c.name)
		if err := s.run(ctx, &c); errors.Is(err, errNoFinal) {
			return // it is the last on its line: TS 27.005 §3.5.1
		} else if err != nil {
			if _, isCMS := errors.AsType[cmsError](err); !isCMS { // else it was understood
				s.port.learn.strange(c.text())
			}
			s.final(err)
			return
		}
		if s.done {
			return
		}
		line = rest
	}
	s.final(nil)
}

// run carries out one command, if the PIN allows it.
func (s *session) run(ctx context.Context, c *command) error {
	h := find(c.name)
	if h == nil {
		s.port.unknown(c.text())
		if c.name[0] == '+' {
			return cmeNotSupported
		}
		return errCommand
	}
	if s.locked() && !h.open {
		if h.message {
			return cmsPIN
		}
		return cmePIN
	}
	return h.do(ctx, s, c)
}

// text is the command as it was said, for the log of those that are not known.
func (c *command) text() string {
	switch c.op {
	case opRead:
		return c.name + "?"
	case opTest:
		return c.name + "=?"
	case opSet:
		return c.name + "=…"
	}
	return c.name
}
