package report

import (
	"strings"
	"testing"
)

// Every text is its own, fits a segment, and with any octet changed is not genuine.
func TestText(t *testing.T) {
	seen := map[string]bool{}
	for boot := range 3 {
		for p := range 3 {
			for n := range 200 {
				s := Text(boot, p, n)
				if seen[s] || len(s) > 160 || !Genuine(s) {
					t.Fatalf("Text(%d, %d, %d) = %q: seen %v, %d octets, genuine %v", boot, p, n, s, seen[s], len(s), Genuine(s))
				}
				seen[s] = true
			}
		}
	}
	s := Text(1, 2, 3)
	for i := range len(s) {
		b := []byte(s)
		b[i] ^= 1
		if Genuine(string(b)) {
			t.Errorf("octet %d changed: %q is genuine", i, b)
		}
	}
	for _, s := range []string{"", "x", " ", "hello world"} {
		if Genuine(s) {
			t.Errorf("%q is genuine", s)
		}
	}
}

func TestLine(t *testing.T) {
	line := Line(Refused, "no room\nat all")
	if strings.Count(line, "\n") != 1 {
		t.Errorf("%q is not one line", line)
	}
	if word, rest := Parse(line); word != Refused || rest != "no room at all" {
		t.Errorf("%q is taken apart as %q and %q", line, word, rest)
	}
}
