package main

import (
	"strings"
	"testing"
)

// Flags take durations as config.toml does, and say what would be right.
func TestSpanFlags(t *testing.T) {
	t.Setenv(configEnv, "none.toml")
	for _, c := range []struct{ args, want string }{
		{"send --to +359888123456 --text x --validity 2d", "none.toml"}, // the flags are right, the config is missing
		{"raise x --ttl 7d", "none.toml"},
		{"send --to +359888123456 --text x --validity 5", `"5" has no unit: write "5s", "5m" or "5h"`},
		{"send --to +359888123456 --text x --timeout soon", `"soon" is no duration`},
		{"raise x --ttl 5", `"5" has no unit`},
	} {
		if out, errs, code := invoke(t, "", strings.Fields(c.args)...); code != exitUsage || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%s: got code %d, stdout %q, stderr %q, want %q", c.args, code, out, errs, c.want)
		}
	}
	if out, _, _ := invoke(t, "", "send", "--help"); !strings.Contains(out, "--validity duration   how long it is worth delivering, such as 30m (default: by class, info 1h)\n") {
		t.Errorf("help: %s", out)
	}
}
