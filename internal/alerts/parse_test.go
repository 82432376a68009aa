package alerts

import (
	"errors"
	"strings"
	"testing"
)

func mustParse(t *testing.T, s string) Sentence {
	t.Helper()
	out, err := ParseSentence(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return out
}

func TestParseSentence(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"water on", "water on"},
		{"  water   OFF  FOR 3s ", "water off for 3s"},
		{"mains is OB", "mains is OB"},
		{"mains is not 'on line'", "mains is not 'on line'"},
		{`mains is "it's off"`, `mains is "it's off"`},
		{"mains is 'and'", "mains is 'and'"},
		{"mains is ''", "mains is ''"},
		{"mains has OB for 30s", "mains has OB for 30s"},
		{"mains has no OL", "mains has no OL"},
		{"freezer above -12 for 20m", "freezer above -12 for 20m"},
		{"freezer above -12.50", "freezer above -12.5"},
		{"cellar below +3", "cellar below 3"},
		{"cellar outside 2..8", "cellar outside 2..8"},
		{"cellar inside -5.5..-1", "cellar inside -5.5..-1"},
		{"freezer silent for 3h", "freezer silent for 3h"},
		{"freezer silent for 1d12h", "freezer silent for 1d12h"},
		{"freezer heard within 90s", "freezer heard within 1m30s"},
		{"freezer bad", "freezer bad"},
		{"freezer good for 10m", "freezer good for 10m"},
		{"voicemail new", "voicemail new"},
		{"a on and b off or c above 1 for 1m", "a on and b off or c above 1 for 1m"},
		{"on on", "on on"},
	} {
		s, err := ParseSentence(tt.in)
		if err != nil || s.String() != tt.want {
			t.Errorf("%q: %q, %v; want %q", tt.in, s, err, tt.want)
		}
	}
}

func TestParseSentenceErrors(t *testing.T) {
	for _, tt := range []struct {
		in     string
		column int
		words  string
	}{
		{"", 1, "there is no sentence"},
		{"   ", 1, "there is no sentence"},
		{"freezer", 8, "say what about freezer"},
		{"freezer  ", 8, "say what about freezer"},
		{"freezer abvoe 3", 9, `did you mean "above"?`},
		{"freezer above", 14, `a number must follow "above"`},
		{"freezer above -12C", 15, `"-12C" is no number`},
		{"freezer above 1e3", 15, "is no number"},
		{"freezer above inf", 15, "is no number"},
		{"freezer above 9999999999999999", 15, "is no number"},
		{"cellar outside 8", 16, "two numbers must follow"},
		{"cellar outside 8..2", 16, "the smaller number comes first"},
		{"cellar outside 2..x", 16, "not two numbers"},
		{"freezer silent", 15, `"silent" needs a time`},
		{"freezer silent 3h", 16, `"silent" needs a time`},
		{"freezer heard for 3h", 15, `"heard" needs a time`},
		{"freezer above 3 for", 20, `a time must follow "for"`},
		{"freezer above 3 for 5", 21, "has no unit"},
		{"freezer above 3 for soon", 21, "is no length of time"},
		{"freezer above 3 for 5ms", 21, "below 1s"},
		{"freezer above 3 for 40d", 21, "above 31d"},
		{"voicemail new for 3s", 15, `leave "for" out`},
		{"mains is", 9, `a word must follow "is"`},
		{"mains is not", 13, `a word must follow "is not"`},
		{"mains is and", 10, "write 'and'"},
		{"mains has 'two words'", 11, "takes one word"},
		{"mains is 'open", 10, "never closed"},
		{"mains is 'open'now", 16, "a blank must follow"},
		{"a on b off", 6, `must follow here, not "b"`},
		{"a on and", 9, "a sensor's name must follow"},
		{"and on", 1, "no sensor's name"},
		{"'a' on", 1, "no sensor's name"},
		{"a.b on", 1, "no sensor's name"},
		{"тест on and b blow 3", 1, "no sensor's name"},
		{"m is 'тест' and b blow 3", 19, `did you mean "below"?`},
		{"a on and a on and a on and a on and a on and a on and a on and a on and a on and a on and a on and a on and a on and a on and a on and a on and a on", 141, "at most 16 terms"},
		{strings.Repeat("x", 501), 1, "501 octets"},
		{"a on\xff", 1, "not UTF-8"},
	} {
		_, err := ParseSentence(tt.in)
		var e *SentenceError
		if !errors.As(err, &e) || e.Column != tt.column || !strings.Contains(e.Problem, tt.words) {
			t.Errorf("%q: %v; want column %d and %q", tt.in, err, tt.column, tt.words)
		}
	}
}

func TestOpposite(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"water on for 3s", "water off for 3s"},
		{"water off", "water on"},
		{"freezer above -12 for 20m", "freezer below -13 for 20m"},
		{"disk above 90", "disk below 88.2"},
		{"cellar below 3", "cellar above 4"},
		{"load above 0.5", "load below 0.25"},
		{"errors above 1", "errors below 0.5"}, // a count of 0 ends it
		{"errors above 2 for 5m", "errors below 1 for 5m"},
		{"errors below 1", "errors above 1.5"},
		{"errors above 0 for 1m", "errors off for 1m or errors below -1 for 1m"},
		{"errors above 0 and a on or b above 0", "errors off and b off or errors off and b below -1 or errors below -1 and b off or errors below -1 and b below -1 or a off and b off or a off and b below -1"},
		{"load below 0", "load above 1"},
		{"battery below 98", "battery above 99.96"},
		{"battery below 99 for 1h", "battery above 99.5 for 1h"}, // 100 % ends it
		{"boiler below 100", "boiler above 102"},
		{"cellar outside 2..8 for 1m", "cellar inside 3..7 for 1m"},
		{"cellar outside 2..3", "cellar inside 2.25..2.75"},
		{"cellar inside 2..8", "cellar outside 1..9"},
		{"mains is OB", "mains is not OB"},
		{"mains has OB for 30s", "mains has no OB for 30s"},
		{"freezer silent for 3h", "freezer heard within 3h"},
		{"freezer bad for 10m", "freezer good for 10m"},
		{"a on or b above 100", "a off and b below 98"},
		{"a on and b on or c on", "a off and c off or b off and c off"},
		{"voicemail new", ""},
		{"voicemail new and a on", ""},
	} {
		got := mustParse(t, tt.in).Opposite().String()
		if got != tt.want {
			t.Errorf("opposite of %q is %q, want %q", tt.in, got, tt.want)
		}
	}
	if s := (Sentence{}).Opposite(); !s.IsZero() {
		t.Errorf("opposite of nothing is %q", s)
	}
	if s := mustParse(t, "a above 0"+strings.Repeat(" or a above 0", 6)).Opposite(); !s.IsZero() {
		t.Errorf("the opposite of 2^7 alternatives is %d long", len(s.any))
	}
	long := strings.Repeat("a on and b on or ", 7) + "a on and b on"
	if s := mustParse(t, long).Opposite(); !s.IsZero() {
		t.Errorf("the opposite of 2^8 alternatives is %d long", len(s.any))
	}
}

// FuzzParseSentence: nothing panics; what is understood is written so that it is understood again, the
// same, and so is its opposite; every error points into the sentence or one past its end.
func FuzzParseSentence(f *testing.F) {
	for _, s := range []string{"freezer above -12 for 20m", "a is 'x y' and b silent for 1d or c new", `m is "it's"`,
		"a outside -1.5..2 for 3s", "x heard within 1h", "m has no OB or d bad for 90s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		s, err := ParseSentence(in)
		if err != nil {
			var e *SentenceError
			if !errors.As(err, &e) || e.Column < 1 || e.Column > len([]rune(in))+1 {
				t.Fatalf("%q: %#v", in, err)
			}
			return
		}
		for _, s := range []Sentence{s, s.Opposite()} {
			if s.IsZero() || len(s.String()) > maxSentence || len(s.terms()) > maxTerms {
				continue
			}
			again, err := ParseSentence(s.String())
			if err != nil || again.String() != s.String() {
				t.Fatalf("%q is written as %q, which reads as %q, %v", in, s, again, err)
			}
		}
	})
}

func TestSpans(t *testing.T) {
	for _, s := range []string{"1s", "90s", "20m", "1h30m", "2d", "1d12h", "1.5h"} {
		d, err := parseSpan(s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		if again, err := parseSpan(formatSpan(d)); err != nil || again != d {
			t.Errorf("%q is %v, written %q, read as %v, %v", s, d, formatSpan(d), again, err)
		}
	}
	for s, want := range map[string]string{"45.7s": "45s", "9m59s": "9m59s", "3m4s": "3m", "12m59s": "12m", "3h12m40s": "3h12m", "52h10m": "2d4h", "0s": "0s"} {
		d, err := parseSpan(s)
		if got := roughSpan(d); err != nil || got != want {
			t.Errorf("%s is said as %q, want %q (%v)", s, got, want, err)
		}
	}
}
