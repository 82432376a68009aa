//go:build !tiny

package main

import (
	"strings"
	"testing"
)

// The demo holds on this machine, step by step, and says so; the texts that it claims are there.
func TestDemo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	out, errs, code := s.verb("demo", "--dir", s.path("demo"))
	if code != exitOK || errs != "" {
		t.Fatalf("demo ended with %d:\n%s%s", code, out, errs)
	}
	if n := strings.Count(out, "\n  held "); n != 8 || strings.Contains(out, "FAILED") {
		t.Errorf("%d steps held, want 8:\n%s", n, out)
	}
	rest := out
	for _, step := range []string{
		"queued ", readingText, "submitted ", "delivered ", "raise cellar-water", "kill -9 ", "raise freezer", "kept for the agent in ",
		"recovered ", waterText, "bound ", "submitted ", "delivered ", "clear cellar-water", "cleared, incident", clearText, "Every step held",
	} {
		_, after, found := strings.Cut(rest, step)
		if !found {
			t.Fatalf("the timeline has no %q in its place:\n%s", step, out)
		}
		rest = after
	}
}
