package main

import (
	"strings"
	"testing"
)

// What has no problems and yet keeps texts from leaving, or may, is said.
func TestCheckNotesTheLink(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`# bind = "transceiver"`, `bind = "receiver"`, "NO text can leave"},
		{`"127.0.0.1:2775"`, `"smsc.example.com"`, "private addresses only"},
		{`# bind = "transceiver"`, `bind = "transmitter"`, ""},
	} {
		out, errs, code := invoke(t, "", "check", "--config", withReference(t, c.old, c.new))
		if code != exitOK || errs != "" || !strings.Contains(out, c.want) {
			t.Errorf("%s: got code %d, stderr %q, want %q in\n%s", c.new, code, errs, c.want, out)
		}
		if c.want == "" && (strings.Contains(out, "NO text") || strings.Contains(out, "private addresses")) {
			t.Errorf("%s: a note without reason\n%s", c.new, out)
		}
	}
}
