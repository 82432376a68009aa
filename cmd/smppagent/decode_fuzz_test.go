package main

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// Whatever octets come, decode shows all of them, in PDUs that follow one another; and as a capture, or as
// hex, they do no harm.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02"))
	f.Add(captureOf(f, "in order"))
	f.Add([]byte("00000000  00 00 00 10 00 00 00 15  00 00 00 00 00 00 00 01  |................|\n*\n00000020\n"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		var out bytes.Buffer
		a := &app{out: &out, err: &out}
		if places, about, err := decodePDUs(bytes.NewReader(octets)); err == nil {
			_ = a.decode(places, about, false) // whether they are PDUs is not the question
		}
		end := 0
		for at := 0; at < len(octets); at = end {
			p := showPDU(octets[at:], true)
			if end = at + p.Length; p.Length < 1 || end > len(octets) {
				t.Fatalf("the PDU at %d has %d octets of %d", at, p.Length, len(octets)-at)
			}
			p.print(&out)
		}
	})
}

// A dump of anything, as hexdump -C writes it, reads back.
func FuzzDump(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01"))
	f.Add(make([]byte, 100))
	f.Fuzz(func(t *testing.T, octets []byte) {
		if len(octets) == 0 {
			return
		}
		got, err := parseHex(hex.Dump(octets))
		if err != nil || !bytes.Equal(got, octets) {
			t.Fatalf("%x, %v from\n%s", got, err, hex.Dump(octets))
		}
	})
}
