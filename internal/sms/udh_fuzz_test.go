package sms

import (
	"bytes"
	"testing"
)

// FuzzUDH reads anything as a user data header: what its elements fill is written back the same, and nothing
// that handsets can put into one costs more than the element.
func FuzzUDH(f *testing.F) {
	for _, seed := range []string{
		"", "\x00", "\x05\x00\x03\x4a\x02\x01", "\x06\x08\x04\x4a\x4b\x02\x01", "\x05\x00\x03\x01\x01\x00", "\x05\x00\x03\x01\x00\x00",
		"\x06\x05\x04\x0b\x84\x23\xf0", "\x04\x04\x02\xf0\xf1", "\x04\x01\x02\x80\x05", "\x03\x24\x01\x01\x00", "\x03\x25\x01\x02",
		"\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x01\x02\x01", "\x05\x00\x04\x01\x02\x01", "\xff\x00", "\x02\x00\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, udh []byte) {
		elements, ok := Elements(udh)
		rest := 1
		for _, e := range elements {
			rest += 2 + len(e.Data)
		}
		if rest > max(len(udh), 1) {
			t.Fatalf("%x has %d octets of elements", udh, rest)
		}
		if ok && len(elements) > 0 && len(udh) <= maxHeader {
			if again, err := UDH(elements...); err != nil || !bytes.Equal(again, udh) {
				t.Fatalf("%x is written as %x, %v", udh, again, err)
			}
		}
		if p, ok := PartOf(udh); ok && (p.Seq < 1 || p.Seq > p.Total) {
			t.Fatalf("%x is part %d of %d", udh, p.Seq, p.Total)
		}
		PortsOf(udh)
		TablesOf(udh)
		WaitingOfUDH(udh)
	})
}
