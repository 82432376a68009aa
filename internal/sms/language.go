package sms

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Language is a national language identifier: TS 23.038 §6.2.1.2.4. It names a locking shift table, which
// stands for the GSM 7-bit default alphabet, or a single shift table, which stands for its extension table.
type Language uint8

// The languages. The numbers are those on the wire and on flash. Spanish has no locking shift table.
const (
	LanguageNone Language = 0 // the GSM 7-bit default alphabet or its extension table
	Turkish      Language = 1
	Spanish      Language = 2
	Portuguese   Language = 3
	Bengali      Language = 4
	Gujarati     Language = 5
	Hindi        Language = 6
	Kannada      Language = 7
	Malayalam    Language = 8
	Oriya        Language = 9
	Punjabi      Language = 10
	Tamil        Language = 11
	Telugu       Language = 12
	Urdu         Language = 13
)

// String gives the language's name, or its number when it has none.
func (l Language) String() string {
	names := [...]string{
		"none", "Turkish", "Spanish", "Portuguese", "Bengali", "Gujarati", "Hindi", "Kannada", "Malayalam",
		"Oriya", "Punjabi", "Tamil", "Telugu", "Urdu",
	}
	if int(l) < len(names) {
		return names[l]
	}
	return fmt.Sprintf("Language(%d)", uint8(l))
}

// Tables is the choice of tables that septets are read with. The zero Tables is the GSM 7-bit default
// alphabet with its extension table.
type Tables struct {
	Locking, Single Language
}

// check is for tables that encode: there is one by that name.
func (t Tables) check() error {
	if t.Locking > Urdu || t.Locking == Spanish {
		return fmt.Errorf("locking shift table of %v: there is none", t.Locking)
	}
	if t.Single > Urdu {
		return fmt.Errorf("single shift table of %v: there is none", t.Single)
	}
	return nil
}

// septetOf gives the code of r, with the escaped bit when it is in the single shift table.
func (t Tables) septetOf(r rune) (code byte, ok bool) {
	if t == (Tables{}) {
		return septetOf(r)
	}
	if t.Locking == LanguageNone {
		if code, ok := septetOf(r); ok && code&escaped == 0 {
			return code, true
		}
	} else if code, ok := find(t.Locking.locking(), r); ok {
		return code, true
	}
	if t.Single == LanguageNone {
		code, ok := septetOf(r)
		return code, ok && code&escaped != 0
	}
	if code, ok := find(t.Single.single(), r); ok {
		return code | escaped, true
	}
	return 0, false
}

// find is the place of r in a table. What a table has twice is found at the first place.
func find(table string, r rune) (byte, bool) {
	if r == noCharacter || r == esc {
		return 0, false
	}
	code := byte(0)
	for _, c := range table {
		if c == r {
			return code, true
		}
		code++
	}
	return 0, false
}

// at is the character of a table at code, noCharacter when it has none there.
func at(table string, code byte) rune {
	for _, c := range table {
		if code == 0 {
			return c
		}
		code--
	}
	return noCharacter
}

// Encode writes s in t, one septet per octet, as EncodeGSM7 does in the default alphabet.
func (t Tables) Encode(s string) (septets []byte, bad rune, ok bool) {
	dst := make([]byte, 0, len(s))
	for _, r := range s {
		code, ok := t.septetOf(r)
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

// Decode reads septets in t, one per octet. It never fails: what DecodeGSM7 says of codes that a table
// does not have holds here too, and so it does for a language that this program does not know, whose
// table is that of the default alphabet (TS 23.038 §6.2.1.2.4).
func (t Tables) Decode(septets []byte) string {
	if t.check() != nil {
		if t.Locking > Urdu || t.Locking == Spanish {
			t.Locking = LanguageNone
		}
		if t.Single > Urdu {
			t.Single = LanguageNone
		}
	}
	if t == (Tables{}) {
		return DecodeGSM7(septets)
	}
	var b strings.Builder
	b.Grow(len(septets))
	for i := 0; i < len(septets); i++ {
		c := septets[i]
		if c == esc && i+1 < len(septets) {
			i++
			c = septets[i]
			if r, ok := t.extensionOf(c); ok {
				b.WriteRune(r)
				continue
			}
		}
		switch {
		case c >= utf8.RuneSelf:
			b.WriteRune(utf8.RuneError)
		case c == esc:
			b.WriteByte(' ')
		case t.Locking == LanguageNone:
			b.WriteRune(defaultTable[c])
		default:
			b.WriteRune(shown(at(t.Locking.locking(), c)))
		}
	}
	return b.String()
}

// extensionOf gives the character after an escape.
func (t Tables) extensionOf(c byte) (rune, bool) {
	if t.Single == LanguageNone {
		return extensionOf(c)
	}
	r := at(t.Single.single(), c)
	return r, r != noCharacter && r != esc
}

// shown is a space for a code that a locking shift table leaves free.
func shown(r rune) rune {
	if r == noCharacter {
		return ' '
	}
	return r
}
