package main

import (
	"slices"
	"strings"
	"testing"
)

// Whatever stands in config.toml, reading it ends with problems on lines of the text, in their order.
func FuzzReadConfig(f *testing.F) {
	text := reference(f)
	f.Add(text)
	for _, s := range strings.Split(text, "\n\n") {
		f.Add(s)
	}
	f.Add("[smsc.a]\nwindow = \"x\"\n[smsc.a]\n[[alert]]\n[alert.\"b.c\"]\nrepeat = [5, \"5 min\", {}]\nwhen = \"\"\"x\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, wrong := readConfig(text, "/etc/smppagent", false)
		last := strings.Count(text, "\n") + 1
		for _, p := range wrong {
			if p.Line < 0 || p.Line > last || p.Problem == "" || strings.Contains(p.String(), "\n") {
				t.Errorf("%+v in a text of %d lines", p, last)
			}
		}
		if !slices.IsSortedFunc(wrong, func(a, b problem) int { return a.Line - b.Line }) {
			t.Errorf("not in order: %v", wrong)
		}
	})
}
