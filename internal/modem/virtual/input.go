package virtual

import (
	"context"
	"errors"
	"slices"
)

const (
	maxCommand = 2048 // octets of a command line
	maxBody    = 20000
	esc        = 0x1B
	ctrlZ      = 0x1A
	del        = 0x7F
)

// commandOctet takes one octet of a command line: V.250 §5.2.
func (s *session) commandOctet(ctx context.Context, c byte) {
	if s.set.echo && c != esc && c != ctrlZ {
		s.out = append(s.out, c)
	}
	switch {
	case c == s.set.cr, c == '\n' && s.port.cfg.LFEnds && len(s.command) > 0:
		s.endLine(ctx)
	case c == s.set.bs || c == del:
		if n := len(s.command); n > 0 {
			s.command = s.command[:n-1]
		}
	case c == esc || c == ctrlZ: // what came before is not meant to be a command
		s.command, s.overflow = s.command[:0], false
	case c < ' ':
	case c == '/' && len(s.command) == 1 && upper(s.command[0]) == 'A':
		s.command = s.command[:0]
		s.execute(ctx, s.last)
	case len(s.command) == maxCommand:
		s.overflow = true
	default:
		s.command = append(s.command, c)
	}
}

// endLine carries out the command line that has ended, if it is one.
func (s *session) endLine(ctx context.Context) {
	commands, ok := findCommands(s.command)
	overflow := s.overflow
	s.command, s.overflow = s.command[:0], false
	switch {
	case !ok:
	case overflow:
		s.final(errCommand)
	default:
		s.last = withoutSpaces(commands)
		s.execute(ctx, s.last)
	}
}

// A prompt takes the body of a message: TS 27.005 §3.5.1.
type prompt struct {
	text bool
	// done gets the body when Ctrl-Z has ended it, and gives the result.
	done    func(ctx context.Context, body []byte) error
	body    []byte
	bad     bool // an octet that is no hexadecimal digit, or too many of them
	first   bool // nothing has come yet: an LF belongs to the command line
	afterCR bool
	raw     bool   // the body goes to a modem as it is
	abort   func() // gives the answer to ESC; nil: it is OK
}

// ask shows the prompt, "\r\n> ", exactly as TS 27.005 has it.
func (s *session) ask(text bool, done func(ctx context.Context, body []byte) error) error {
	s.prompt = &prompt{text: text, done: done, first: true}
	s.out = append(s.out, "\r\n> "...)
	return errNoFinal
}

// promptOctet takes one octet of a body.
func (s *session) promptOctet(ctx context.Context, c byte) {
	p := s.prompt
	first := p.first
	p.first = false
	if first && c == '\n' { // of the CR LF that ended the command line
		return
	}
	if s.set.echo && c != ctrlZ && c != esc {
		s.out = append(s.out, c)
	}
	switch {
	case c == ctrlZ:
		s.prompt = nil
		s.finish(ctx, p)
	case c == esc:
		s.prompt = nil
		s.port.stats.aborted()
		if p.abort != nil {
			p.abort()
		} else {
			s.final(nil)
		}
	case p.raw:
		p.append(c)
	case c == s.set.bs || c == del:
		if n := len(p.body); n > 0 {
			p.body = p.body[:n-1]
		}
	case p.text:
		s.textOctet(p, c)
	case c == '\r' || c == '\n' || c == ' ':
	case isHex(c):
		p.append(c)
	default:
		p.bad = true
	}
}

// textOctet takes one octet of a text. CR begins a new line, with a prompt of its own: TS 27.005 §3.5.1.
func (s *session) textOctet(p *prompt, c byte) {
	switch {
	case c == '\r':
		p.append('\n')
		s.out = append(s.out, "\r\n> "...)
	case c == '\n' && p.afterCR:
	default:
		p.append(c)
	}
	p.afterCR = c == '\r'
}

func (p *prompt) append(c byte) {
	if len(p.body) == maxBody {
		p.bad = true
		return
	}
	p.body = append(p.body, c)
}

// finish hands the body over and gives the final result code.
func (s *session) finish(ctx context.Context, p *prompt) {
	if p.bad {
		err := cmsText
		if !p.text {
			err = cmsPDU
		}
		s.final(err)
		return
	}
	body := slices.Clip(p.body)
	if s.byRadio(ctx, body) {
		return
	}
	if err := p.done(ctx, body); !errors.Is(err, errNoFinal) {
		s.final(err)
	}
}

func isHex(c byte) bool { return isDigit(c) || upper(c) >= 'A' && upper(c) <= 'F' }
