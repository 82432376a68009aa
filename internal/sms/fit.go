package sms

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ellipsis is the end of a text that was cut: two septets, where "…" would cost the whole text its alphabet.
const ellipsis = ".."

// Fit gives text as it is when it fits segments (1 to 255, with 8-bit references) with or without the
// white space at its end, and otherwise its beginning, cut at a word, with ".." after it. It cuts inside a
// word only when that keeps more than twice as much, and never between a letter and its accent or inside an
// emoji of several characters.
// The alphabet is that of what is left: a text that loses its only emoji is written in GSM7 again.
func Fit(text string, segments int) string {
	segments = min(max(segments, 1), maxSegments)
	if Measure(text).Segments <= segments {
		return text
	}
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	if Measure(text).Segments <= segments {
		return text
	}
	end := longest(text, segments)
	// back to where a word ends
	cut := len(strings.TrimRightFunc(text[:lastBreak(text, end)], isBreak))
	if 2*cut < end {
		cut = wholeCharacter(text, end)
	}
	return text[:cut] + ellipsis
}

// longest is the length of the longest beginning of text that fits segments with the ellipsis behind it.
func longest(text string, segments int) int {
	gsm, ucs2 := newTally(GSM7, Concat8, 0), newTally(UCS2, Concat8, 0)
	fits, end := true, 0
	for i, r := range text {
		if fits {
			var code byte
			code, fits = septetOf(r)
			gsm.add(cost(code))
		}
		ucs2.add(units(r))
		t := ucs2
		if fits {
			t = gsm
		}
		t.addOnes(len(ellipsis))
		if t.needs() > segments {
			break
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		end = i + size
	}
	return end
}

// lastBreak is the last place at or before end where a word ends: before white space.
func lastBreak(text string, end int) int {
	if r, _ := utf8.DecodeRuneInString(text[end:]); end == len(text) || unicode.IsSpace(r) {
		return end
	}
	return max(0, strings.LastIndexFunc(text[:end], unicode.IsSpace))
}

// isBreak is what does not stand before an ellipsis.
func isBreak(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(".,;:-", r) }

const zeroWidthJoiner = '\u200D'

// wholeCharacter is the last place at or before end that is not inside what a reader sees as one
// character.
func wholeCharacter(text string, end int) int {
	for end > 0 {
		before, size := utf8.DecodeLastRuneInString(text[:end])
		after, _ := utf8.DecodeRuneInString(text[end:])
		joined := before == zeroWidthJoiner || joinsBefore(after) || isRegional(before) && isRegional(after) && oddRegionals(text[:end])
		if end == len(text) || !joined {
			break
		}
		end -= size
	}
	return end
}

// joinsBefore is true for what belongs to the character in front of it: accents, variation selectors,
// joiners, skin tones.
func joinsBefore(r rune) bool {
	return r == zeroWidthJoiner || unicode.Is(unicode.M, r) || 0x1F3FB <= r && r <= 0x1F3FF
}

// isRegional is true for the letters of which two make a flag.
func isRegional(r rune) bool { return 0x1F1E6 <= r && r <= 0x1F1FF }

// oddRegionals is true when s ends inside a flag.
func oddRegionals(s string) bool {
	n := 0
	for r, size := utf8.DecodeLastRuneInString(s); isRegional(r); r, size = utf8.DecodeLastRuneInString(s) {
		n++
		s = s[:len(s)-size]
	}
	return n%2 == 1
}
