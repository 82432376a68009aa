package virtual

import (
	"strconv"
	"strings"
)

// An operation is what a command line wants of a command: V.250 §5.4.
type operation uint8

const (
	opExecute operation = iota // +CSQ, ATE0
	opRead                     // +CREG?
	opTest                     // +CREG=?
	opSet                      // +CREG=2
)

// A command is one command of a command line.
type command struct {
	name string // in capitals: "E", "&C", "S", "D", "+CMGS"
	op   operation
	// number is what follows the letter of a basic command, 0 when nothing does: E1, &D2, S3.
	number int
	// raw is what follows "=", and the dial string of D.
	raw  string
	args []argument
}

// An argument is one of the values behind "=".
type argument struct {
	text   string // without its quotation marks
	quoted bool
}

// number is the argument as a number; ok is false when it is none.
func (a argument) number() (n int, ok bool) {
	n, err := strconv.Atoi(a.text)
	return n, err == nil && n >= 0 && n < 1<<30
}

// arg is argument i; an empty one when there are fewer.
func (c *command) arg(i int) argument {
	if i < len(c.args) {
		return c.args[i]
	}
	return argument{}
}

// numbers reads the arguments as numbers into to, those that are left out excepted. It reports whether all
// are numbers and there are no more than fit.
func (c *command) numbers(to ...*int) bool {
	if len(c.args) > len(to) {
		return false
	}
	for i, a := range c.args {
		if a.text == "" && !a.quoted {
			continue
		}
		n, ok := a.number()
		if !ok {
			return false
		}
		*to[i] = n
	}
	return true
}

// findCommands gives what stands behind the first "AT" of a line; V.250 §5.2.1 has it in capitals or small
// letters. Junk before it comes from noise on the line and from programs that send "+++" or ESC first.
func findCommands(line []byte) (commands string, ok bool) {
	for i := 0; i+1 < len(line); i++ {
		if line[i]|0x20 == 'a' && line[i+1]|0x20 == 't' {
			return string(line[i+2:]), true
		}
	}
	return "", false
}

// withoutSpaces leaves out the spaces that are not within quotation marks: V.250 §5.2.1 ignores them.
func withoutSpaces(s string) string {
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	var b strings.Builder
	quoted := false
	for i := range len(s) {
		if s[i] == '"' {
			quoted = !quoted
		}
		if s[i] != ' ' || quoted {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// nextCommand takes the first command off a command line without spaces. ok is false for what is no command.
func nextCommand(line string) (c command, rest string, ok bool) {
	line = strings.TrimLeft(line, ";")
	if line == "" {
		return command{}, "", true
	}
	switch first := upper(line[0]); {
	case first == 'D':
		return command{name: "D", raw: line[1:]}, "", true
	case first == 'S' && len(line) > 1 && isDigit(line[1]):
		return nextRegister(line)
	case first >= 'A' && first <= 'Z':
		return nextBasic(line[:1], line[1:])
	case first == '&' && len(line) > 1 && isLetter(line[1]):
		return nextBasic(line[:2], line[2:])
	case first == '\\' && len(line) > 1 && isLetter(line[1]):
		return nextBasic(line[:2], line[2:])
	case strings.IndexByte("+#$%*^_!@", first) >= 0:
		return nextExtended(line)
	}
	return command{}, "", false
}

// nextBasic takes the number of a basic command: V.250 §5.3.1.
func nextBasic(name, line string) (c command, rest string, ok bool) {
	c = command{name: strings.ToUpper(name)}
	c.number, line, ok = cutNumber(line)
	switch {
	case strings.HasPrefix(line, "=?"):
		c.op, line = opTest, line[2:]
	case strings.HasPrefix(line, "?"):
		c.op, line = opRead, line[1:]
	}
	return c, line, ok
}

// nextRegister takes S<n>?, S<n>=? and S<n>=<value>: V.250 §5.3.2.
func nextRegister(line string) (c command, rest string, ok bool) {
	c = command{name: "S"}
	if c.number, line, ok = cutNumber(line[1:]); !ok {
		return c, "", false
	}
	switch {
	case strings.HasPrefix(line, "=?"):
		c.op, line = opTest, line[2:]
	case strings.HasPrefix(line, "?"):
		c.op, line = opRead, line[1:]
	case strings.HasPrefix(line, "="):
		c.op = opSet
		digits := len(line[1:]) - len(strings.TrimLeft(line[1:], "0123456789"))
		c.raw, line = line[1:1+digits], line[1+digits:]
		c.args = []argument{{text: c.raw}}
	}
	return c, line, true
}

// nextExtended takes a command that ends at a semicolon: V.250 §5.4.1.
func nextExtended(line string) (c command, rest string, ok bool) {
	end := 1
	for end < len(line) && strings.IndexByte("=?;", line[end]) < 0 {
		end++
	}
	c.name = strings.ToUpper(line[:end])
	line = line[end:]
	end = unquoted(line, ';')
	value := line[:end]
	rest = line[end:]
	switch {
	case value == "":
	case value == "?":
		c.op = opRead
	case value == "=?":
		c.op = opTest
	case value[0] == '=':
		c.op, c.raw = opSet, value[1:]
		c.args = splitArguments(c.raw)
	default:
		return c, "", false
	}
	return c, rest, len(c.name) > 1
}

// splitArguments splits at the commas that are not within quotation marks.
func splitArguments(s string) []argument {
	var args []argument
	for {
		end := unquoted(s, ',')
		args = append(args, readArgument(s[:end]))
		if end == len(s) {
			return args
		}
		s = s[end+1:]
	}
}

// readArgument takes the quotation marks off. Some clients forget the closing one.
func readArgument(s string) argument {
	if !strings.HasPrefix(s, `"`) {
		return argument{text: s}
	}
	return argument{text: strings.TrimSuffix(s[1:], `"`), quoted: true}
}

// unquoted is the index of the first c that is not within quotation marks, or len(s).
func unquoted(s string, c byte) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == c && !quoted:
			return i
		}
	}
	return len(s)
}

// cutNumber takes the digits at the beginning of s, 0 when there are none. ok is false when they are too
// many for any command.
func cutNumber(s string) (n int, rest string, ok bool) {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits == 0 {
		return 0, s, true
	}
	if digits > 5 {
		return 0, "", false
	}
	n, err := strconv.Atoi(s[:digits])
	return n, s[digits:], err == nil
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 0x20
	}
	return c
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return upper(c) >= 'A' && upper(c) <= 'Z' }
