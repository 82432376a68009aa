package sms

import (
	"math/rand/v2"
	"testing"

	"github.com/warthog618/sms"
	"github.com/warthog618/sms/encoding/tpdu"
)

// What a phone makes of the segments: each one as the SMS-SUBMIT TPDU (TS 23.040 §9.2.2.2) that a modem
// would send, packed, then read and joined by another implementation.
func TestSegmentsAsTPDUs(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		m := Message{Text: randomText(rng, rng.IntN(500)), Ref: uint16(rng.Uint32())}
		for _, c := range []Concat{Concat8, Concat16} {
			a, segments, err := m.Split(c)
			if err != nil {
				t.Fatal(err)
			}
			var phone []*tpdu.TPDU
			for _, s := range segments {
				p, err := sms.Unmarshal(submitTPDU(a, s), sms.AsMO)
				if err != nil {
					t.Fatalf("%q: %v", m.Text, err)
				}
				phone = append(phone, p)
			}
			if len(phone) > 1 && !sms.IsCompleteMessage(phone) {
				t.Fatalf("%q: %d segments are not a message", m.Text, len(phone))
			}
			got, err := sms.Decode(phone)
			if err != nil || string(got) != m.Text {
				t.Fatalf("%v: got %q, %v; want %q", c, got, err, m.Text)
			}
		}
	}
}

func submitTPDU(a Alphabet, s Segment) []byte {
	first, data, length := byte(0x01), s.Data, len(s.UDH)+len(s.Data)
	if s.UDH != nil {
		first |= 0x40
	}
	if a == GSM7 {
		fill := FillBits(s.UDH)
		data, length = PackUserData(s.Data, fill), (8*len(s.UDH)+fill)/7+len(s.Data)
	}
	p := []byte{first, 0x00, 0x04, 0x91, 0x53, 0x89, 0x00, a.DCSBits(), byte(length)}
	return append(append(p, s.UDH...), data...)
}
