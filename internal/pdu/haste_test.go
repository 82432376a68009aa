package pdu

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestAddressOctets: an address of any length goes over the wire as it is, whether or not there is room for it
// beforehand, and a NUL at any place of it is refused.
func TestAddressOctets(t *testing.T) {
	const digits = "12345678901234567890"
	for n := range len(digits) + 1 {
		for _, room := range []int{0, HeaderLen + 1 + 2 + n, 512} {
			dst := append(make([]byte, 0, 4+room), "head"...)
			m := &SubmitSM{Source: Address{TON: 1, NPI: 1, Addr: digits[:n]}, Dest: Address{Addr: "1"}}
			b, err := Append(dst, 0, 1, m)
			want := fmt.Sprintf("\x00\x01\x01%s\x00\x00\x001\x00", digits[:n])
			if err != nil || !bytes.HasPrefix(b, []byte("head")) || !strings.HasPrefix(string(b[4+HeaderLen:]), want) {
				t.Errorf("%d octets with room for %d: %q, %v, want %q after the header", n, room, b, err, want)
				continue
			}
			frame, err := Decode(b[4:])
			if got, ok := frame.PDU.(*SubmitSM); err != nil || !ok || got.Source != m.Source || got.Dest != m.Dest {
				t.Errorf("%d octets come back as %+v, %v", n, frame.PDU, err)
			}
		}
		for i := range n {
			m := &SubmitSM{Source: Address{Addr: digits[:i] + "\x00" + digits[i+1:n]}}
			if b, err := Append(make([]byte, 0, 512), 0, 1, m); err == nil || len(b) != 0 {
				t.Errorf("a NUL at %d of %d octets: %q, %v", i, n, b, err)
			}
		}
	}
}
