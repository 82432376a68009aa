package sms

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// EncodeUCS2 writes s as 16-bit units, big-endian, a character beyond U+FFFF as a surrogate pair. An
// octet that is not UTF-8 gives U+FFFD.
func EncodeUCS2(s string) []byte {
	return appendUCS2(make([]byte, 0, 2*len(s)), s)
}

func appendUCS2(dst []byte, s string) []byte {
	for _, r := range s {
		if r <= 0xFFFF {
			dst = append(dst, byte(r>>8), byte(r))
			continue
		}
		hi, lo := utf16.EncodeRune(r)
		dst = append(dst, byte(hi>>8), byte(hi), byte(lo>>8), byte(lo))
	}
	return dst
}

// DecodeUCS2 reads 16-bit units, big-endian. It never fails: a surrogate without its other half gives
// U+FFFD, and so does an odd octet at the end. A byte order mark is kept, as U+FEFF.
func DecodeUCS2(b []byte) string {
	var s strings.Builder
	s.Grow(len(b))
	for i := 0; i < len(b); i += 2 {
		if i+1 == len(b) {
			s.WriteRune(utf8.RuneError)
			break
		}
		r := unit(b, i)
		if utf16.IsSurrogate(r) {
			pair := utf8.RuneError
			if i+3 < len(b) {
				pair = utf16.DecodeRune(r, unit(b, i+2))
			}
			if pair != utf8.RuneError {
				i += 2
			}
			r = pair
		}
		s.WriteRune(r)
	}
	return s.String()
}

func unit(b []byte, i int) rune { return rune(b[i])<<8 | rune(b[i+1]) }

// isHighSurrogate is true when the unit that starts with this octet is the first half of a pair.
func isHighSurrogate(first byte) bool { return first&0xFC == 0xD8 }
