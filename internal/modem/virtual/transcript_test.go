package virtual

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"smppagent/internal/sms"
)

// The dialogues in testdata are those of programs and panels, in our words: "> " is what the client says, "< "
// what it is to be answered, in Go's notation without the quotation marks, and "= " a message that must have
// been taken: number, text. A line "# set key=value" changes the port's config.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			for _, pieces := range []int{0, 1, 3} {
				replay(t, string(text), pieces)
			}
		})
	}
}

// replay plays a dialogue; the client says pieces octets at a time, 0: all of a line at once.
func replay(t *testing.T, text string, pieces int) {
	t.Helper()
	a := newFakeAgent()
	c := dialPort(t, a, func(cfg *Config) { configure(t, cfg, text) })
	var taken []string
	for i, line := range strings.Split(text, "\n") {
		kind, rest, _ := strings.Cut(line, " ")
		what, err := strconv.Unquote(`"` + strings.ReplaceAll(rest, `"`, `\"`) + `"`)
		if kind != "#" && err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		switch kind {
		case ">":
			for len(what) > 0 {
				n := len(what)
				if pieces > 0 {
					n = min(n, pieces)
				}
				c.say(what[:n])
				what = what[n:]
			}
		case "<":
			c.expect(what)
		case "=":
			taken = append(taken, what)
		case "#", "":
		default:
			t.Fatalf("line %d: %q", i+1, line)
		}
	}
	if err := c.end(); err == nil {
		t.Error("the session did not end with the connection")
	}
	var got []string
	for _, m := range a.messages() {
		got = append(got, sayMessage(m))
	}
	if strings.Join(got, "\n") != strings.Join(taken, "\n") {
		t.Errorf("taken:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(taken, "\n"))
	}
}

func sayMessage(m sms.Message) string {
	s := m.To.String() + " "
	if m.Receipt {
		s += "(report) "
	}
	if m.MessageClass == sms.Flash {
		s += "(flash) "
	}
	return s + m.Text
}

func configure(t *testing.T, cfg *Config, text string) {
	for line := range strings.Lines(text) {
		set, ok := strings.CutPrefix(strings.TrimSpace(line), "# set ")
		if !ok {
			continue
		}
		switch key, value, _ := strings.Cut(set, "="); key {
		case "echo":
			cfg.Echo = value == "true"
		case "pin":
			cfg.PIN = value
		case "country":
			cfg.Country = value
		case "lf_ends":
			cfg.LFEnds = value == "true"
		default:
			t.Fatalf("key %q", key)
		}
	}
}
