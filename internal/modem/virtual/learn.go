package virtual

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxLearned bounds what one port writes down, in octets.
const maxLearned = 1 << 20

// A learner writes down what an unknown client says and what it is answered, in the form in which our tests
// play dialogues: "> " is what the client says, "< " the answer. Numbers, PINs and texts are masked. Its
// methods may be called from any goroutine.
type learner struct {
	path string
	log  *slog.Logger

	mu      sync.Mutex
	lines   []byte // of this visit
	heard   []byte // said by the client, no line of it written yet
	bodyAt  int    // where in heard the body of a message begins; -1: nowhere
	body    heardKind
	ended   bool   // heard is whole
	said    []byte // echoes of heard while it is not
	unknown []string
	written int
	full    bool
}

// heardKind is what an octet of the client belongs to.
type heardKind uint8

const (
	heardCommand heardKind = iota
	heardPDU
	heardText
	heardHex // a text in hexadecimal digits
)

// newLearner gives the learner that writes to path; nil, which learns nothing, for "".
func newLearner(path string, log *slog.Logger) *learner {
	if path == "" {
		return nil
	}
	return &learner{path: path, log: log}
}

// begin notes that a client has come.
func (l *learner) begin(port string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = fmt.Appendf(nil, "# Port %s, %s. Numbers, PINs and texts are masked.\n", port, time.Now().Format(time.DateTime))
	l.heard, l.said, l.unknown = nil, nil, nil
	l.bodyAt, l.ended = -1, false
}

// hear notes an octet that the client says. A line is written when it is whole: what comes octet by octet could
// not be masked.
func (l *learner) hear(c byte, kind heardKind) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		l.flush()
	}
	if kind != heardCommand && l.bodyAt < 0 {
		l.bodyAt, l.body = len(l.heard), kind
	}
	if len(l.heard) < maxBody {
		l.heard = append(l.heard, c)
	}
	l.ended = c == ctrlZ || c == esc && kind != heardCommand || c == '\r' && kind == heardCommand
}

// say notes what it is answered.
func (l *learner) say(b []byte) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.heard) > 0 && !l.ended {
		if len(l.said) < maxBody {
			l.said = append(l.said, b...)
		}
		return
	}
	l.flush()
	l.answer(b)
}

// strange notes a command that was answered with ERROR.
func (l *learner) strange(command string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.unknown) < 100 && !slices.Contains(l.unknown, command) {
		l.unknown = append(l.unknown, command)
	}
}

// end writes the visit to the file.
func (l *learner) end() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	if bytes.Count(l.lines, []byte("\n")) < 2 || l.full {
		return
	}
	for _, u := range l.unknown {
		l.lines = fmt.Appendf(l.lines, "# answered with ERROR: %s\n", masked([]byte(u)))
	}
	l.lines = append(l.lines, '\n')
	if l.full = l.written+len(l.lines) > maxLearned; l.full {
		l.log.Warn("enough is learnt: nothing more is written", "file", l.path, "octets", l.written)
		return
	}
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(l.lines)
		if e := f.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		l.log.Warn("dialogue not written", "err", err)
		return
	}
	l.written += len(l.lines)
}

// flush writes down what the client has said so far, and the echoes of it.
func (l *learner) flush() {
	if len(l.heard) > 0 {
		cut := len(l.heard)
		if l.bodyAt >= 0 {
			cut = l.bodyAt
		}
		l.line("> ", append(masked(l.heard[:cut]), maskedBody(l.heard[cut:], l.body)...))
		echoed := l.said
		l.heard, l.said, l.bodyAt, l.ended = l.heard[:0], nil, -1, false
		if len(echoed) > 0 {
			l.answer(echoed)
		}
	}
}

// answer writes down an answer. The texts of messages in it are masked, as are echoes of them.
func (l *learner) answer(b []byte) {
	lines := bytes.SplitAfter(masked(b), []byte("\n"))
	text := false
	for i, line := range lines {
		bare := bytes.TrimSpace(line)
		switch head := bytes.HasPrefix(bare, []byte("+CMGL:")) || bytes.HasPrefix(bare, []byte("+CMGR:")) || bytes.HasPrefix(bare, []byte("+CMT:")); {
		case head:
			text = true
		case len(bare) == 0 || isFinalLine(string(bare)):
		case text && !allHex(bare):
			lines[i] = maskedBody(line, heardText)
		}
	}
	l.line("< ", bytes.Join(lines, nil))
}

// line writes down b, which is masked.
func (l *learner) line(kind string, b []byte) {
	if len(l.lines) > maxLearned {
		return
	}
	quoted := strconv.Quote(string(b))
	quoted = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	l.lines = append(append(append(l.lines, kind...), quoted...), '\n')
}

// maskedBody hides the body of a message: of a text the letters become x and the digits 0.
func maskedBody(b []byte, kind heardKind) []byte {
	out := bytes.Clone(b)
	switch kind {
	case heardCommand, heardPDU:
		return masked(b)
	case heardHex:
		for i, n := 0, 0; i < len(out); i++ {
			if isHex(out[i]) {
				out[i] = "0078"[n%4]
				n++
			}
		}
		return out
	}
	for i, c := range out {
		if isLetter(c) || c >= 0x80 {
			out[i] = 'x'
		} else if isDigit(c) {
			out[i] = '0'
		}
	}
	return out
}

// masked hides what is nobody's business: digits of numbers and PINs become 0 but for the first three of long
// ones, those of TPDUs all but the beginning.
func masked(b []byte) []byte {
	out := bytes.Clone(b)
	capitals := bytes.ToUpper(b)
	if bytes.Contains(capitals, []byte("+CPIN=")) || bytes.Contains(capitals, []byte("+CPWD=")) || bytes.Contains(capitals, []byte("+CLCK=")) {
		for i, c := range out {
			if isDigit(c) {
				out[i] = '0'
			}
		}
		return out
	}
	for i := 0; i < len(out); {
		n := 0
		for i+n < len(out) && isHex(out[i+n]) {
			n++
		}
		digits := n - len(bytes.Trim(out[i:i+n], "0123456789"))
		switch {
		case n >= 16 && inUnits(out[i:i+n]): // a number under +CSCS="UCS2"
			for j := i + 16; j < i+n; j += 4 {
				copy(out[j:], "0030")
			}
		case n >= 20: // a TPDU: its first octets say what it is
			zero(out[i+8 : i+n])
		case n >= 5 && digits == n:
			zero(out[i+3 : i+n])
		}
		i += max(n, 1)
	}
	return out
}

// inUnits reports whether b is hexadecimal digits of 16-bit units below 0x100.
func inUnits(b []byte) bool {
	for i := 0; i < len(b); i += 4 {
		if len(b)-i < 4 || b[i] != '0' || b[i+1] != '0' {
			return false
		}
	}
	return true
}

func zero(b []byte) {
	for i := range b {
		b[i] = '0'
	}
}

func allHex(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return !isHex(c) && c != '\r' && c != '\n' })
}
