package sms

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMeasure(t *testing.T) {
	tests := []struct {
		text string
		want Size
	}{
		{"", Size{GSM7, 1, 0, 160}},
		{"Water in the cellar", Size{GSM7, 1, 19, 141}},
		{rep("a", 160), Size{GSM7, 1, 160, 0}},
		{rep("a", 161), Size{GSM7, 2, 161, 145}},
		{rep("a", 159) + "€", Size{GSM7, 2, 161, 145}},
		{rep("a", 306), Size{GSM7, 2, 306, 0}},
		{rep("a", 307), Size{GSM7, 3, 307, 152}},
		{"{}", Size{GSM7, 1, 4, 156}},
		{"10 °C", Size{UCS2, 1, 5, 65}},
		{"🌊", Size{UCS2, 1, 2, 68}},
		{rep("щ", 71), Size{UCS2, 2, 71, 63}},
		{rep("a", 100) + "🌊", Size{UCS2, 2, 102, 32}},
		{rep("a", 66) + "🌊" + rep("a", 3), Size{UCS2, 2, 71, 62}},
		{rep("a", 300*153), Size{GSM7, 300, 300 * 153, 0}},
	}
	for _, tt := range tests {
		if got := Measure(tt.text); got != tt.want {
			t.Errorf("%.20q…: got %+v, want %+v", tt.text, got, tt.want)
		}
	}
}

// Left is exact: that many more units fit, one more makes another segment.
func TestMeasureLeft(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		text := randomText(rng, rng.IntN(400))
		size := Measure(text)
		letter := "a"
		if got := Measure(text + rep(letter, size.Left)); got.Segments != size.Segments || got.Left != 0 {
			t.Fatalf("%q: %+v, and with %d more %+v", text, size, size.Left, got)
		}
		if got := Measure(text + rep(letter, size.Left+1)); got.Segments != size.Segments+1 {
			t.Fatalf("%q: %+v, and with %d more %+v", text, size, size.Left+1, got)
		}
	}
}

func TestSizeAllocatesNothing(t *testing.T) {
	for _, m := range []Message{{Text: rep("a€", 200)}, {Text: rep("щ🌊", 200)}, {Data: make([]byte, 500)}} {
		if n := testing.AllocsPerRun(100, func() {
			if _, err := m.Size(Concat16); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%.10q: got %v allocations", m.Text, n)
		}
	}
}

// randomText mixes what costs one septet, two, one unit and two; many texts stay within GSM7.
func randomText(rng *rand.Rand, n int) string {
	kinds := []string{"abc é@", "€[]{}", "щю°\u0301", "🌊👍🏽"}
	if rng.IntN(2) == 0 {
		kinds = kinds[:2]
	}
	var b strings.Builder
	for range n {
		k := []rune(kinds[rng.IntN(len(kinds))])
		b.WriteRune(k[rng.IntN(len(k))])
	}
	return b.String()
}

func TestFit(t *testing.T) {
	tests := []struct {
		name     string
		text     string
		segments int
		want     string
	}{
		{"fits", "Cabin: water", 1, "Cabin: water"},
		{"empty", "", 1, ""},
		{"just fits", rep("a", 160), 1, rep("a", 160)},
		{"white space at the end", rep("a", 160) + " \n", 1, rep("a", 160)},
		{"at a word", rep("word ", 31) + "longer words", 1, strings.TrimSpace(rep("word ", 31)) + ".."},
		{"just at a word", rep("a", 158) + " bcd", 1, rep("a", 158) + ".."},
		{"one too many", rep("a", 152) + " 12345678", 1, rep("a", 152) + ".."},
		{"punctuation goes", rep("word ", 30) + "end. - more and more", 1, rep("word ", 30) + "end.."},
		{"one long word", rep("a", 200), 1, rep("a", 158) + ".."},
		{"a long word after a short", "ab " + rep("c", 200), 1, "ab " + rep("c", 155) + ".."},
		{"escape at the end", rep("€", 90), 1, rep("€", 79) + ".."},
		{"two segments", rep("a", 400), 2, rep("a", 304) + ".."},
		{"no segments are one", rep("a", 200), 0, rep("a", 158) + ".."},
		{"Cyrillic", rep("щ", 80), 1, rep("щ", 68) + ".."},
		{"the emoji goes, the alphabet returns", rep("a", 150) + " 🌊 water", 1, rep("a", 150) + ".."},
		{"emoji whole", rep("🌊", 40), 1, rep("🌊", 34) + ".."},
		{"accent stays", rep("щ", 67) + "и\u0306" + rep("щ", 20), 1, rep("щ", 67) + ".."},
		{"skin tone stays", rep("щ", 66) + "👍🏽" + rep("щ", 20), 1, rep("щ", 66) + ".."},
		{"family stays", rep("щ", 62) + "👩\u200D👧" + rep("щ", 20), 1, rep("щ", 62) + "👩\u200D👧щ.."},
		{"family cut", rep("щ", 64) + "👩\u200D👧" + rep("щ", 20), 1, rep("щ", 64) + ".."},
		{"flags whole", rep("щ", 66) + "🇧🇬" + rep("щ", 20), 1, rep("щ", 66) + ".."},
		{"flags whole in a row", rep("🇧🇬", 20), 1, rep("🇧🇬", 17) + ".."},
	}
	for _, tt := range tests {
		if got := Fit(tt.text, tt.segments); got != tt.want {
			t.Errorf("%s: got %q (%+v), want %q", tt.name, got, Measure(got), tt.want)
		}
	}
}

// It always fits, is a beginning of the text, and is not much shorter than it had to be.
func FuzzFit(f *testing.F) {
	f.Add("Cabin: water in the cellar 🌊", 1)
	f.Add(rep("ab€ ", 200), 3)
	f.Add(rep("🇧🇬👍🏽", 60), 2)
	f.Fuzz(func(t *testing.T, s string, segments int) {
		if !utf8.ValidString(s) {
			return
		}
		n := min(max(segments, 1), 255)
		got := Fit(s, segments)
		if size := Measure(got); size.Segments > n {
			t.Fatalf("%q in %d: got %q, %+v", s, n, got, size)
		}
		if strings.HasPrefix(s, got) {
			return
		}
		begin, cut := strings.CutSuffix(got, "..")
		if !cut || !strings.HasPrefix(s, begin) {
			t.Fatalf("%q in %d: got %q", s, n, got)
		}
	})
}
