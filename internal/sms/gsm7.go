package sms

import (
	"strings"
	"unicode/utf8"
)

// esc leads to the extension table: TS 23.038 §6.2.1, note 1.
const esc = 0x1B

// defaultTable is the GSM 7-bit default alphabet: TS 23.038 §6.2.1. The escape stands for the space
// that a receiver without the extension table shows.
var defaultTable = [128]rune{
	'@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
	'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', ' ', 'Æ', 'æ', 'ß', 'É',
	' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
	'¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
	'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
	'¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
}

// escaped marks a code of the extension table, to be written after esc.
const escaped = 0x80

// septetOf gives the code of r in the GSM 7-bit default alphabet, with the escaped bit when it is in
// the extension table (TS 23.038 §6.2.1.1).
func septetOf(r rune) (code byte, ok bool) {
	if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '%' <= r && r <= '?' || ' ' <= r && r <= '#' {
		return byte(r), true // where the table is ASCII
	}
	switch r {
	case '@':
		return 0x00, true
	case '£':
		return 0x01, true
	case '$':
		return 0x02, true
	case '¥':
		return 0x03, true
	case 'è':
		return 0x04, true
	case 'é':
		return 0x05, true
	case 'ù':
		return 0x06, true
	case 'ì':
		return 0x07, true
	case 'ò':
		return 0x08, true
	case 'Ç':
		return 0x09, true
	case '\n':
		return 0x0A, true
	case 'Ø':
		return 0x0B, true
	case 'ø':
		return 0x0C, true
	case '\r':
		return 0x0D, true
	case 'Å':
		return 0x0E, true
	case 'å':
		return 0x0F, true
	case 'Δ':
		return 0x10, true
	case '_':
		return 0x11, true
	case 'Φ':
		return 0x12, true
	case 'Γ':
		return 0x13, true
	case 'Λ':
		return 0x14, true
	case 'Ω':
		return 0x15, true
	case 'Π':
		return 0x16, true
	case 'Ψ':
		return 0x17, true
	case 'Σ':
		return 0x18, true
	case 'Θ':
		return 0x19, true
	case 'Ξ':
		return 0x1A, true
	case 'Æ':
		return 0x1C, true
	case 'æ':
		return 0x1D, true
	case 'ß':
		return 0x1E, true
	case 'É':
		return 0x1F, true
	case '¤':
		return 0x24, true
	case '¡':
		return 0x40, true
	case 'Ä':
		return 0x5B, true
	case 'Ö':
		return 0x5C, true
	case 'Ñ':
		return 0x5D, true
	case 'Ü':
		return 0x5E, true
	case '§':
		return 0x5F, true
	case '¿':
		return 0x60, true
	case 'ä':
		return 0x7B, true
	case 'ö':
		return 0x7C, true
	case 'ñ':
		return 0x7D, true
	case 'ü':
		return 0x7E, true
	case 'à':
		return 0x7F, true

	case '\f':
		return escaped | 0x0A, true
	case '^':
		return escaped | 0x14, true
	case '{':
		return escaped | 0x28, true
	case '}':
		return escaped | 0x29, true
	case '\\':
		return escaped | 0x2F, true
	case '[':
		return escaped | 0x3C, true
	case '~':
		return escaped | 0x3D, true
	case ']':
		return escaped | 0x3E, true
	case '|':
		return escaped | 0x40, true
	case '€':
		return escaped | 0x65, true
	}
	return 0, false
}

// extensionOf gives the character of the extension table at c.
func extensionOf(c byte) (rune, bool) {
	switch c {
	case 0x0A:
		return '\f', true
	case 0x14:
		return '^', true
	case 0x28:
		return '{', true
	case 0x29:
		return '}', true
	case 0x2F:
		return '\\', true
	case 0x3C:
		return '[', true
	case 0x3D:
		return '~', true
	case 0x3E:
		return ']', true
	case 0x40:
		return '|', true
	case 0x65:
		return '€', true
	}
	return 0, false
}

// cost is the number of septets that a code of septetOf takes.
func cost(code byte) int {
	if code&escaped != 0 {
		return 2
	}
	return 1
}

// EncodeGSM7 writes s in the GSM 7-bit default alphabet and its extension table (TS 23.038 §6.2.1),
// one septet per octet. When a character is in neither, ok is false and bad is the first such
// character, utf8.RuneError for an octet that is not UTF-8.
func EncodeGSM7(s string) (septets []byte, bad rune, ok bool) {
	return appendGSM7(make([]byte, 0, len(s)), s)
}

func appendGSM7(dst []byte, s string) (septets []byte, bad rune, ok bool) {
	for _, r := range s {
		code, ok := septetOf(r)
		switch {
		case !ok:
			return nil, r, false
		case code&escaped != 0:
			dst = append(dst, esc, code&^escaped)
		default:
			dst = append(dst, code)
		}
	}
	return dst, 0, true
}

// DecodeGSM7 reads septets, one per octet. It never fails: an escape before a code that the extension
// table does not have gives that code's character of the default alphabet, and an escape before
// another escape or at the end gives a space, as TS 23.038 §6.2.1 asks of a receiver. An octet above
// 0x7F is no septet and gives U+FFFD.
func DecodeGSM7(septets []byte) string {
	var b strings.Builder
	b.Grow(len(septets))
	for i := 0; i < len(septets); i++ {
		c := septets[i]
		if c == esc && i+1 < len(septets) {
			i++
			c = septets[i]
			if r, ok := extensionOf(c); ok {
				b.WriteRune(r)
				continue
			}
		}
		if c >= utf8.RuneSelf {
			b.WriteRune(utf8.RuneError)
			continue
		}
		b.WriteRune(defaultTable[c])
	}
	return b.String()
}
