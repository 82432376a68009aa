package sms

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/warthog618/sms/encoding/gsm7/charset"
)

// Where another implementation's table is known to be wrong: TS 23.038 §A.2.3 and §A.3.4.
func erratum(l Language, single bool, code byte) bool {
	return single && l == Portuguese && code == 0x1F || // Ê is missing
		single && code == 0x0D || // a control character for later use
		!single && l == Hindi && code <= 0x02 // characters of Bengali
}

// The tables against those that somebody else wrote down.
func TestTablesOracle(t *testing.T) {
	for l := Turkish; l <= Urdu; l++ {
		for _, single := range []bool{false, true} {
			table, want := l.locking(), charset.NewDecoder(int(l))
			if single {
				table, want = l.single(), charset.NewExtDecoder(int(l))
			}
			if !single && l == Spanish {
				if table != "" {
					t.Error("Spanish has a locking shift table")
				}
				continue
			}
			if n := utf8.RuneCountInString(table); n > 128 || !single && n != 128 {
				t.Errorf("%v, single %t: %d characters", l, single, n)
			}
			for code := range byte(128) {
				got := at(table, code)
				r, ok := want[code]
				if !ok || code == esc {
					r = noCharacter
				}
				if got == esc {
					got = noCharacter
				}
				if got != r && !erratum(l, single, code) {
					t.Errorf("%v, single %t: %#02x is %q, elsewhere %q", l, single, code, got, r)
				}
			}
		}
	}
}

func TestTables(t *testing.T) {
	tests := []struct {
		tables Tables
		text   string
		want   string
	}{
		{Tables{Single: Turkish}, "Şu ığ", "\x1bSu \x1bi\x1bg"},
		{Tables{Locking: Turkish}, "Şu ığ", "\x1cu \x07\x0c"},
		{Tables{Locking: Turkish}, "{€}", "\x1b(\x04\x1b)"},
		{Tables{Single: Spanish}, "Málaga ñ ¿", "M\x1balaga } `"},
		{Tables{Locking: Portuguese, Single: Portuguese}, "São ∞ Φ", "S{o \x15 \x1b\x12"},
		{Tables{Locking: Hindi, Single: Hindi}, "ँA१", "\x00\x1bA\x1b\x1d"},
	}
	for _, tt := range tests {
		got, _, ok := tt.tables.Encode(tt.text)
		if !ok || string(got) != tt.want {
			t.Errorf("%v %q: got %q, %t; want %q", tt.tables, tt.text, got, ok, tt.want)
		}
		if back := tt.tables.Decode(got); back != tt.text {
			t.Errorf("%v %q: back %q", tt.tables, tt.text, back)
		}
	}
}

// Every code decodes to something, and what it decodes to can be written again.
func TestTablesWhole(t *testing.T) {
	for locking := LanguageNone; locking <= Urdu+1; locking++ {
		for single := LanguageNone; single <= Urdu+1; single++ {
			tables := Tables{locking, single}
			for c := range byte(128) {
				for _, septets := range [][]byte{{c}, {esc, c}} {
					text := tables.Decode(septets)
					if text == "" || strings.ContainsRune(text, utf8.RuneError) || strings.ContainsRune(text, 0) {
						t.Fatalf("%v %x: %q", tables, septets, text)
					}
					if tables.check() != nil {
						continue
					}
					again, _, ok := tables.Encode(text)
					if (!ok || tables.Decode(again) != text) && text != " " { // of a space that Urdu's tables lack
						t.Fatalf("%v %x: %q, again %x", tables, septets, text, again)
					}
				}
			}
		}
	}
}

func TestTablesUnknown(t *testing.T) {
	if got := (Tables{Locking: 99, Single: 99}).Decode([]byte("a\x1be\x1bS")); got != "a€S" {
		t.Errorf("got %q", got)
	}
	if _, bad, ok := (Tables{Single: Turkish}).Encode("aщ"); ok || bad != 'щ' {
		t.Errorf("got %q, %t", bad, ok)
	}
	if _, _, ok := (Tables{Locking: Turkish}).Encode("\x00"); ok {
		t.Error("NUL has a code")
	}
}
