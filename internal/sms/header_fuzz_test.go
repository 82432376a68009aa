package sms

import (
	"bytes"
	"testing"
)

// Whatever a header holds, what is read of it fits together, and a message that has it is one segment or counts
// them behind it.
func FuzzHeader(f *testing.F) {
	for _, udh := range []string{
		"\x05\x00\x03\x2A\x02\x01", "\x06\x08\x04\x12\xAB\x02\x01", "\x03\x24\x01\x01", "\x06\x05\x04\x0B\x84\x23\xF0",
		"\x04\x01\x02\x80\x03", "\x0A\x23\x08\x14\x04\x81\x21\x43\x07\x00\x00", "\x02\x70\x00", "\x00", "\xFF\x00",
	} {
		f.Add([]byte(udh), "text", false)
	}
	f.Fuzz(func(t *testing.T, udh []byte, text string, ucs2 bool) {
		elements, whole := Elements(udh)
		if again, err := UDH(elements...); whole && err == nil && len(elements) > 0 && !bytes.Equal(again, udh) {
			t.Fatalf("%x: again %x", udh, again)
		}
		if p, ok := PartOf(udh); ok && (p.Seq == 0 || p.Seq > p.Total) {
			t.Fatalf("%x: %+v", udh, p)
		}
		if w, ok := WaitingOfUDH(udh); ok && w.check() != nil {
			t.Fatalf("%x: %+v: %v", udh, w, w.check())
		}
		PortsOf(udh)
		m := Message{To: Address{Addr: "1"}, Text: text, UDH: udh}
		if ucs2 {
			m.Alphabet = UCS2
		}
		if m.Check() != nil {
			return
		}
		size, err := m.Size(Concat16)
		_, segments, err2 := m.Split(Concat16)
		if err != nil || err2 != nil || size.Segments != len(segments) {
			t.Fatalf("%x %q: %+v, %v; %d segments, %v", udh, text, size, err, len(segments), err2)
		}
		for _, s := range segments {
			if len(udh) > 1 && !bytes.HasSuffix(s.UDH, udh[1:]) {
				t.Fatalf("%x: segment with %x", udh, s.UDH)
			}
			if n := len(s.UDH) + len(s.Data); size.Alphabet == UCS2 && n > 140 {
				t.Fatalf("%x: segment of %d octets", udh, n)
			}
			if size.Alphabet == GSM7 && len(s.UDH)+len(PackUserData(s.Data, FillBits(s.UDH))) > 140 {
				t.Fatalf("%x: segment of %d septets behind %x", udh, len(s.Data), s.UDH)
			}
		}
	})
}
