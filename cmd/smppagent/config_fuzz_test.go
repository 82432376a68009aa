package main

import (
	"bytes"
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

// Whatever octets come, decode shows all of them, in PDUs that follow one another.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		var out bytes.Buffer
		a := &app{out: &out}
		_ = a.decode(octets) // whether they are PDUs is not the question
		end := 0
		for at := 0; at < len(octets); at = end {
			p := showPDU(octets[at:])
			if end = at + p.Length; p.Length < 1 || end > len(octets) {
				t.Fatalf("the PDU at %d has %d octets of %d", at, p.Length, len(octets)-at)
			}
			p.print(&out)
		}
	})
}
