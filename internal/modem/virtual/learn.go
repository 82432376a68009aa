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
	unknown []string
	written int
	full    bool
}

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
	l.heard, l.unknown = nil, nil
}

// hear notes what the client says.
func (l *learner) hear(b []byte) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.heard) < maxBody {
		l.heard = append(l.heard, b...)
	}
}

// say notes what it is answered.
func (l *learner) say(b []byte) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	l.line("< ", b)
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

// flush writes down what the client has said so far.
func (l *learner) flush() {
	if len(l.heard) > 0 {
		l.line("> ", l.heard)
		l.heard = l.heard[:0]
	}
}

func (l *learner) line(kind string, b []byte) {
	if len(l.lines) > maxLearned {
		return
	}
	quoted := strconv.Quote(string(masked(b)))
	quoted = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	l.lines = append(append(append(l.lines, kind...), quoted...), '\n')
}

// masked hides what is nobody's business: digits of numbers and PINs become 0 but for the first three, those
// of TPDUs all but the beginning, and of a text the letters become x.
func masked(b []byte) []byte {
	out := bytes.Clone(b)
	switch {
	case bytes.HasSuffix(b, []byte{ctrlZ}) && !allHex(b[:len(b)-1]):
		for i, c := range out {
			if isLetter(c) || c >= 0x80 {
				out[i] = 'x'
			} else if isDigit(c) {
				out[i] = '0'
			}
		}
		return out
	case bytes.Contains(bytes.ToUpper(b), []byte("+CPIN=")) || bytes.Contains(bytes.ToUpper(b), []byte("+CPWD=")) || bytes.Contains(bytes.ToUpper(b), []byte("+CLCK=")):
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
		case n >= 20: // a TPDU: its first octets say what it is
			zero(out[i+8 : i+n])
		case n >= 5 && digits == n:
			zero(out[i+3 : i+n])
		}
		i += max(n, 1)
	}
	return out
}

func zero(b []byte) {
	for i := range b {
		b[i] = '0'
	}
}

func allHex(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return !isHex(c) && c != '\r' && c != '\n' })
}
