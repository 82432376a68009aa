package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// invoke runs the program with args and returns what it printed and its exit code.
func invoke(t *testing.T, in string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	a := &app{in: strings.NewReader(in), out: &o, err: &e}
	code = a.execute(t.Context(), args)
	return o.String(), e.String(), code
}

// verbs calls f for every command of our own below c.
func verbs(c *cobra.Command, f func(*cobra.Command)) {
	for _, sub := range c.Commands() {
		f(sub)
		verbs(sub, f)
	}
}

func TestEveryVerbIsDocumented(t *testing.T) {
	root := newRootCommand(&app{})
	n := 0
	verbs(root, func(c *cobra.Command) {
		if c.IsAdditionalHelpTopicCommand() {
			return
		}
		n++
		path := c.CommandPath()
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: Short is %q, want a few words without a full stop", path, c.Short)
		}
		if len(c.Long) < len(c.Short)+20 {
			t.Errorf("%s: Long says no more than Short: %q", path, c.Long)
		}
		if !c.HasSubCommands() && !strings.Contains(c.Example, path) {
			t.Errorf("%s: Example does not show %q: %q", path, path, c.Example)
		}
		for _, line := range strings.Split(c.Long+"\n"+c.Example, "\n") {
			if len(line) > 110 {
				t.Errorf("%s: a line of the help has %d characters: %q", path, len(line), line)
			}
		}
	})
	if n < 3 {
		t.Errorf("found %d verbs", n)
	}
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args, want string
	}{
		{"chekc", `unknown verb "chekc", did you mean "check"?; see 'smppagent --help'`},
		{"frobnicate", `unknown verb "frobnicate"; see 'smppagent --help'`},
		{"check --jsn", "unknown flag: --jsn; see 'smppagent check --help'"},
		{"check config.toml", `check takes no arguments, but there is "config.toml"; see 'smppagent check --help'`},
		{"check --config", "flag needs an argument: --config; see 'smppagent check --help'"},
	} {
		out, errs, code := invoke(t, "", strings.Fields(c.args)...)
		if want := "smppagent: " + c.want + "\n"; errs != want || out != "" || code != exitUsage {
			t.Errorf("%s: got code %d, stdout %q, stderr %q; want code 2, stderr %q", c.args, code, out, errs, want)
		}
	}
}

func TestInterrupted(t *testing.T) {
	var b bytes.Buffer
	err := fmt.Errorf("demo: %w", context.Canceled)
	if report(&b, err, ""); b.String() != "smppagent: interrupted\n" || exitCode(err) != exitInterrupted {
		t.Errorf("got %q and code %d", b.String(), exitCode(err))
	}
}

func TestHelp(t *testing.T) {
	out, errs, code := invoke(t, "")
	if !strings.Contains(out, "version") || strings.Contains(out, "completion") || errs != "" || code != exitOK {
		t.Errorf("no verb: got code %d, stderr %q, stdout %q; want the verbs, without completion", code, errs, out)
	}
	out, _, code = invoke(t, "", "help", "exit-codes")
	for _, c := range exitCodes {
		if want := fmt.Sprintf("%5d  %s\n", c.Code, c.Meaning); !strings.Contains(out, want) || code != exitOK {
			t.Errorf("help exit-codes: %q is missing in %q", want, out)
		}
	}
	if out, _, code := invoke(t, "", "completion", "bash"); code != exitOK || !strings.Contains(out, "smppagent") {
		t.Errorf("completion bash: got code %d, %d octets", code, len(out))
	}
}

func TestVersion(t *testing.T) {
	out, _, code := invoke(t, "", "version", "--json")
	var b build
	if err := json.Unmarshal([]byte(out), &b); err != nil || code != exitOK {
		t.Fatalf("version --json: code %d, %v: %q", code, err, out)
	}
	if !strings.HasPrefix(b.Go, "go1.") || !strings.HasPrefix(b.Target, "linux/") || b.Version == "" {
		t.Errorf("version --json: got %+v", b)
	}
	out, _, _ = invoke(t, "", "version")
	if !strings.HasPrefix(out, "smppagent "+b.Version+"\n") || !strings.Contains(out, b.Target) {
		t.Errorf("version: got %q", out)
	}
}
