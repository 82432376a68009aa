package sim

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

const consoleHelp = `What can be typed:
  +359888123456: OK K7        a text from this phone to the ESME that wrote to it, or wrote last
  +359888123456>1234: STATUS  the same, to a number of your choice
  fail|expire|reject NUMBER   messages to numbers that end so have this fate; deliver NUMBER ends it
  no-receipt NUMBER           messages to numbers that end so arrive, and no receipt tells of it
  back NUMBER                 a phone that was not reached is back: who asked by set_dpf is told
  drop                        break all connections
  unbind                      ask all ESMEs to go, in order
  close, accept               break all connections and take none until accept
  stats, messages, faults     what has happened, what has arrived, what is wrong on purpose
  off                         all faults off
  help                        this
Faults, switched on as NAME, NAME VALUE or NAME=VALUE,NAME=VALUE, and off as NAME off:
`

// Console reads what a person types from in, one command a line, acts on it and answers on out, until
// in ends. After ctx has ended it returns with the next line, or at once where in can be given a read
// deadline. It returns the error of in or out, nil at the end of in.
func (s *SMSC) Console(ctx context.Context, in io.Reader, out io.Writer) error {
	if file, ok := in.(interface{ SetReadDeadline(time.Time) error }); ok {
		stop := context.AfterFunc(ctx, func() { _ = file.SetReadDeadline(time.Unix(1, 0)) })
		defer stop()
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() && ctx.Err() == nil {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if _, err := fmt.Fprintln(out, s.command(line)); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return lines.Err()
}

// command does what line says and returns what to answer.
func (s *SMSC) command(line string) string {
	if from, text, ok := strings.Cut(line, ":"); ok && startsLikeNumber(from) {
		from, to, _ := strings.Cut(from, ">")
		if err := s.SendMO(from, strings.TrimSpace(to), strings.TrimSpace(text)); err != nil {
			return err.Error()
		}
		return "queued for the ESME"
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if startsLikeNumber(rest) && (rest[0] == '+' || len(rest) > 5) {
		if answer, ok := s.fateCommand(word, rest); ok {
			return answer
		}
	}
	switch {
	case rest != "":
	case word == "help", word == "?":
		return consoleHelp + FaultHelp()
	case word == "stats":
		return s.Stats().String()
	case word == "messages":
		return s.listMessages()
	case word == "faults":
		return "on: " + strings.Join(s.faults.Active(), ", ")
	case word == "drop":
		s.Drop()
		return "dropped"
	case word == "unbind":
		s.Unbind()
		return "unbind sent"
	case word == "close":
		s.Refuse()
		return "closed; accept opens again"
	case word == "accept":
		s.Accept()
		return "accepting"
	}
	if rest != "" && !strings.Contains(line, "=") {
		line = word + "=" + rest
	}
	first, _, _ := strings.Cut(line, ",")
	first, _, _ = strings.Cut(first, "=")
	if _, known := findFault(strings.TrimSpace(first)); !known && line != "off" {
		return fmt.Sprintf("%q is not understood; help lists what is", line)
	}
	if err := s.faults.Set(line); err != nil {
		return err.Error()
	}
	return "on: " + strings.Join(s.faults.Active(), ", ")
}

// fateCommand settles what becomes of messages to a number.
func (s *SMSC) fateCommand(word, number string) (string, bool) {
	fates := map[string]rule{
		"deliver":    {state: Delivered},
		"fail":       {state: Undeliverable},
		"expire":     {state: Expired},
		"reject":     {state: Rejected},
		"no-receipt": {state: Delivered, silent: true},
	}
	if word == "back" {
		if s.Reachable(number) == 0 {
			return "nobody asked to be told", true
		}
		return "alert_notification is on its way", true
	}
	r, ok := fates[word]
	if !ok {
		return "", false
	}
	if err := s.SetOutcome(number, r.state, r.silent); err != nil {
		return err.Error(), true
	}
	return fmt.Sprintf("messages to …%s end %v", strings.TrimPrefix(number, "+"), r.state), true
}

func (s *SMSC) listMessages() string {
	var b strings.Builder
	for _, m := range s.Messages() {
		fmt.Fprintf(&b, "%s %s → %s %s %q", m.At.Format("15:04:05"), printable(m.From), printable(m.To), m.State, m.Text)
		if m.Missing > 0 {
			fmt.Fprintf(&b, " %d of %d parts missing", m.Missing, m.Parts)
		}
		if m.Copies > 1 {
			fmt.Fprintf(&b, " %d times", m.Copies)
		}
		b.WriteByte('\n')
	}
	if b.Len() == 0 {
		return "no messages"
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func startsLikeNumber(s string) bool {
	return s != "" && (s[0] == '+' || s[0] >= '0' && s[0] <= '9')
}
