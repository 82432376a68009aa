package sms

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/warthog618/sms/encoding/gsm7"
)

func TestPackGSM7Golden(t *testing.T) {
	tests := []struct {
		text string
		fill int
		want string
	}{
		{"", 0, ""},
		{"", 1, "00"},
		{"A", 0, "41"},
		{"hellohello", 0, "e8329bfd4697d9ec37"},
		{"1234567", 0, "31d98c56b3dd1a"},     // seven spare bits are CR, not "@"
		{"12345678", 0, "31d98c56b3dd70"},    // none to spare
		{"1234567\r", 0, "31d98c56b3dd1a0d"}, // a CR that is meant, doubled
		{"123456\r", 0, "31d98c56b3351a"},    // a CR elsewhere, then padding
		{"A", 1, "82"},                       // after a UDH of six octets, ending on the border
		{"ABCDEFG", 1, "82c221b1683c02"},
	}
	for _, tt := range tests {
		septets, _, _ := EncodeGSM7(tt.text)
		got := PackGSM7(septets, tt.fill)
		if hex.EncodeToString(got) != tt.want {
			t.Errorf("%q after %d bits: got %x, want %s", tt.text, tt.fill, got, tt.want)
		}
	}
}

// Against another implementation, without the CR rule, for every fill and many lengths.
func TestPackGSM7Oracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for fill := range 7 {
		for n := range 200 {
			septets := make([]byte, n)
			for i := range septets {
				septets[i] = byte(rng.IntN(0x80))
			}
			got := PackGSM7(septets, fill)
			if back := UnpackGSM7(got, fill, n); !bytes.Equal(back, septets) {
				t.Fatalf("fill %d, %x: back % X, want % X", fill, got, back, septets)
			}
			if n == 0 {
				continue
			}
			want := gsm7.Pack7Bit(septets, fill)
			if got := PackUserData(septets, fill); !bytes.Equal(got, want) {
				t.Fatalf("fill %d, % X: got %x, want %x without padding", fill, septets, got, want)
			}
			if spare := 8*len(want) - fill - 7*n; spare == 7 {
				want[len(want)-1] |= 0x0D << 1
			} else if spare == 0 && septets[n-1] == 0x0D {
				want = append(want, 0x0D)
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("fill %d, % X: got %x, want %x", fill, septets, got, want)
			}
		}
	}
}

// Where the length counts octets: all comes back, padding does not, and a CR at the border comes twice.
func TestUnpackGSM7Padding(t *testing.T) {
	tests := []struct{ in, want string }{
		{"1234567", "1234567"},
		{"1234567@", "1234567@"},
		{"1234567\r", "1234567\r\r"},
		{"123456\r", "123456\r"},
		{"\r", "\r"},
		{"@@@@@@@", "@@@@@@@"},
	}
	for _, tt := range tests {
		septets, _, _ := EncodeGSM7(tt.in)
		if got := DecodeGSM7(UnpackGSM7(PackGSM7(septets, 0), 0, -1)); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := UnpackGSM7(nil, 3, 5); len(got) != 0 {
		t.Errorf("nothing: got % X", got)
	}
	if got := UnpackGSM7([]byte{0x41}, 0, 9); string(got) != "A" {
		t.Errorf("9 of 1: got % X", got)
	}
}

func TestFillBits(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 6, 3: 4, 5: 2, 6: 1, 7: 0, 8: 6, 12: 2, 14: 0} {
		if got := FillBits(make([]byte, n)); got != want {
			t.Errorf("%d octets: got %d, want %d", n, got, want)
		}
	}
}
