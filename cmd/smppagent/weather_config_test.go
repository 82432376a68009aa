package main

import (
	"os"
	"strings"
	"testing"
)

// Every mistake of a config is told at once, each in one line with its place and what would be right;
// by check on stdout, by run on stderr, and the exit code is the same.
func TestWrongConfig(t *testing.T) {
	s := newSite(t)
	tests := []struct {
		name, text string
		want       []string // the lines, behind the file's name
	}{
		{"several mistakes", `[agent]
state_dir = "state"
state_dri = "other"

[site]
name = "Test"

[people.you]
phone = "ask my wife"
[people.me]
phone = "+35988812345678901"

[smsc.test]
address = "127.0.0.1:2775"
system_id = "test"
password = "secret"
response_timer = 5
enquire_link_timer = "5"
window = 0

[queue]
segments = "many"
`, []string{
			`3: agent.state_dri: unknown key, did you mean "state_dir"?`,
			`9: people.you.phone: `,
			`11: people.me.phone: `,
			`17: smsc.test.response_timer: 5 has no unit: write "5s", "5m" or "5h"`,
			`18: smsc.test.enquire_link_timer: "5" has no unit: write "5s", "5m" or "5h"`,
			`19: smsc.test.window: `,
			`22: queue.segments: is the text "many": write a whole number without quotation marks`,
		}},
		{"no TOML", "[agent\nstate_dir = state\n", []string{
			` site.name: `,
			` smsc: there is no SMSC: `,
			`1: not TOML: `,
			`2: not TOML: `,
		}},
		{"no octets", "", []string{
			` site.name: `,
			` smsc: there is no SMSC: `,
		}},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", []string{
			`1: not TOML: invalid UTF-8`,
			`1: not TOML: `,
			`3: not TOML: `,
		}},
		{"a number of another kind", `[site]
name = "Test"
[people.you]
phone = 359888123456
[smsc.test]
address = "127.0.0.1:2775"
system_id = "test"
password = "secret"
[push]
repeat = ["1m", "5"]
`, []string{
			`4: people.you.phone: is the number 359888123456: write text in quotation marks`,
			`10: push.repeat[1]: "5" has no unit: write "5s", "5m" or "5h"`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := s.path(strings.ReplaceAll(tt.name, " ", "-") + ".toml")
			if err := os.WriteFile(name, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			s := &site{t: t, dir: s.dir, exe: s.exe}
			out, _, code := s.verb("check", "--config", name)
			check(t, "check", name, out, code, tt.want)
			out, errs, code := s.verb("run", "--config", name)
			if out != "" {
				t.Errorf("run wrote %q on stdout", out)
			}
			lines := strings.SplitAfter(strings.TrimSuffix(errs, "\n"), "\n")
			last := lines[len(lines)-1]
			if !strings.HasPrefix(last, "smppagent: "+name+" has ") {
				t.Errorf("run ends with %q, want how many errors there are", last)
			}
			check(t, "run", name, strings.Join(lines[:len(lines)-1], ""), code, tt.want)
		})
	}
}

// check fails unless out has the wanted lines and no others.
func check(t *testing.T, verb, file, out string, code int, want []string) {
	t.Helper()
	if code != exitUsage {
		t.Errorf("%s ended with %d, want %d", verb, code, exitUsage)
	}
	got := strings.Split(strings.TrimSpace(out), "\n")
	if len(got) != len(want) {
		t.Errorf("%s said %d lines, want %d:\n%s", verb, len(got), len(want), out)
		return
	}
	for i, line := range got {
		rest, ok := strings.CutPrefix(line, file+":")
		if !ok || !strings.HasPrefix(rest, want[i]) || len(rest) < len(want[i])+5 && rest != want[i] {
			t.Errorf("%s said\n%s\nwant %s", verb, line, want[i])
		}
	}
}

// A config that is not there, or a directory, or not for us to read, is one line.
func TestNoConfig(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{s.path("none.toml"), s.dir} {
		_, errs, code := s.verb("run", "--config", name)
		if code != exitUsage || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, name) {
			t.Errorf("run --config %s ended with %d and said %q", name, code, errs)
		}
	}
}
