//go:build tiny

package main

import (
	"strings"
	"testing"
)

// What this edition does not read it says so of, and does not take it for octets of a PDU.
func TestDecodeRefusesCaptures(t *testing.T) {
	for _, in := range []string{
		string(captureOf(t, "in order")), "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a", "\xa1\xb2\x3c\x4d\x00\x02",
	} {
		out, errs, code := invoke(t, in, "decode")
		if code != exitUsage || out != "" || !strings.Contains(errs, "the tiny edition reads none") {
			t.Errorf("%.4x: code %d, %q, %q", in, code, out, errs)
		}
	}
}
