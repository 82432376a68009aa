package sms

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/warthog618/sms/encoding/gsm7"
)

// Every rune there is, against the tables of another implementation.
func TestEncodeGSM7Oracle(t *testing.T) {
	oracle := gsm7.NewEncoder()
	known := 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		s := string(r)
		want, err := oracle.Encode([]byte(s))
		got, bad, ok := EncodeGSM7(s)
		if r == 0x1B { // the oracle sends a raw escape, which would eat the next character
			if ok {
				t.Errorf("U+001B: got % X, want none", got)
			}
			continue
		}
		if ok != (err == nil) || !bytes.Equal(got, want) {
			t.Errorf("%U: got % X, %v; want % X, %v", r, got, ok, want, err)
		}
		if !ok && bad != r {
			t.Errorf("%U: bad is %U", r, bad)
		}
		if ok {
			known++
		}
	}
	if known != 127+10 {
		t.Errorf("got %d characters, want 127 of the default alphabet and 10 of the extension table", known)
	}
}

// Every pair of septets, of which the first may be an escape.
func TestDecodeGSM7Oracle(t *testing.T) {
	oracle := gsm7.NewDecoder()
	for a := range byte(0x80) {
		for b := range byte(0x80) {
			for _, in := range [][]byte{{a}, {a, b}, {'x', a, b, 'y'}} {
				want, err := oracle.Decode(in)
				if err != nil {
					t.Fatal(err)
				}
				if a == 0x1B && b == 0x0D { // a control character of the extension table; the oracle has a line feed
					want = bytes.Replace(want, []byte("\n"), []byte("\r"), 1)
				}
				if got := DecodeGSM7(in); got != string(want) {
					t.Errorf("% X: got %q, want %q", in, got, want)
				}
			}
		}
	}
}

func TestGSM7(t *testing.T) {
	tests := []struct {
		text    string
		septets []byte
	}{
		{"", []byte{}},
		{"@Δ €5", []byte{0x00, 0x10, 0x20, 0x1B, 0x65, 0x35}},
		{"[{^}]~\\|\f", []byte{0x1B, 0x3C, 0x1B, 0x28, 0x1B, 0x14, 0x1B, 0x29, 0x1B, 0x3E, 0x1B, 0x3D, 0x1B, 0x2F, 0x1B, 0x40, 0x1B, 0x0A}},
	}
	for _, tt := range tests {
		got, _, ok := EncodeGSM7(tt.text)
		if !ok || !bytes.Equal(got, tt.septets) {
			t.Errorf("%q: got % X, %v; want % X", tt.text, got, ok, tt.septets)
		}
		if back := DecodeGSM7(tt.septets); back != tt.text {
			t.Errorf("% X: got %q, want %q", tt.septets, back, tt.text)
		}
	}
	if _, bad, ok := EncodeGSM7("a\xffb"); ok || bad != utf8.RuneError {
		t.Errorf("not UTF-8: got %U, %v", bad, ok)
	}
	if got := DecodeGSM7([]byte{'a', 0x80, 0x1B, 0xE5}); got != "a\uFFFD\uFFFD" {
		t.Errorf("octets above 0x7F: got %q", got)
	}
}

func TestUCS2(t *testing.T) {
	tests := []struct {
		text string
		want []byte
	}{
		{"", []byte{}},
		{"Вода", []byte{0x04, 0x12, 0x04, 0x3E, 0x04, 0x34, 0x04, 0x30}},
		{"\uFFFF", []byte{0xFF, 0xFF}},
		{"🌊", []byte{0xD8, 0x3C, 0xDF, 0x0A}},
	}
	for _, tt := range tests {
		if got := EncodeUCS2(tt.text); !bytes.Equal(got, tt.want) {
			t.Errorf("%q: got % X, want % X", tt.text, got, tt.want)
		}
		if got := DecodeUCS2(tt.want); got != tt.text {
			t.Errorf("% X: got %q, want %q", tt.want, got, tt.text)
		}
	}
	tolerant := []struct {
		in   []byte
		want string
	}{
		{[]byte{0x00}, "\uFFFD"},
		{[]byte{0x00, 'a', 0x00}, "a\uFFFD"},
		{[]byte{0xD8, 0x3C}, "\uFFFD"},
		{[]byte{0xD8, 0x3C, 0x00, 'a'}, "\uFFFDa"},
		{[]byte{0xDF, 0x0A, 0x00, 'a'}, "\uFFFDa"},
		{[]byte{0xD8, 0x3C, 0xDF}, "\uFFFD\uFFFD"},
		{[]byte{0xD8, 0x3C, 0xD8, 0x3C, 0xDF, 0x0A}, "\uFFFD🌊"},
		{[]byte{0xFE, 0xFF, 0x00, 'a'}, "\uFEFFa"},
	}
	for _, tt := range tolerant {
		if got := DecodeUCS2(tt.in); got != tt.want {
			t.Errorf("% X: got %q, want %q", tt.in, got, tt.want)
		}
	}
}
