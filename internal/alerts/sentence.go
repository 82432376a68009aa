package alerts

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// verb is what a term says about its sensor. The zero verb is none.
type verb uint8

const (
	verbOn      verb = iota + 1 // S on
	verbOff                     // S off
	verbIs                      // S is TEXT
	verbIsNot                   // S is not TEXT
	verbHas                     // S has WORD
	verbHasNo                   // S has no WORD
	verbAbove                   // S above N
	verbBelow                   // S below N
	verbOutside                 // S outside A..B
	verbInside                  // S inside A..B
	verbSilent                  // S silent for D
	verbHeard                   // S heard within D
	verbBad                     // S bad [for D]
	verbGood                    // S good [for D]
	verbNew                     // S new
)

var verbWords = [...]string{
	verbOn: "on", verbOff: "off", verbIs: "is", verbIsNot: "is not", verbHas: "has", verbHasNo: "has no",
	verbAbove: "above", verbBelow: "below", verbOutside: "outside", verbInside: "inside",
	verbSilent: "silent", verbHeard: "heard", verbBad: "bad", verbGood: "good", verbNew: "new",
}

// term is one statement about one sensor, and for how long it must hold.
type term struct {
	sensor string
	verb   verb
	a, b   float64       // above and below: a; outside and inside: a..b
	word   string        // is and has
	hold   time.Duration // for D; of heard: within D
	column int           // of the sensor's name in the sentence, from 1
}

// Sentence is a condition in words: terms joined by "and", those joined by "or". "and" binds tighter.
// The zero Sentence says nothing and is never true.
type Sentence struct {
	any [][]term
}

// IsZero tells whether the sentence says nothing.
func (s Sentence) IsZero() bool { return len(s.any) == 0 }

// String gives the sentence in the words that ParseSentence reads.
func (s Sentence) String() string {
	var b strings.Builder
	for i, all := range s.any {
		if i > 0 {
			b.WriteString(" or ")
		}
		for j, t := range all {
			if j > 0 {
				b.WriteString(" and ")
			}
			b.WriteString(t.String())
		}
	}
	return b.String()
}

func (t term) String() string {
	s := t.sensor + " " + verbWords[t.verb]
	switch t.verb {
	case verbIs, verbIsNot, verbHas, verbHasNo:
		s += " " + quoteWord(t.word)
	case verbAbove, verbBelow:
		s += " " + exactNumber(t.a)
	case verbOutside, verbInside:
		s += " " + exactNumber(t.a) + ".." + exactNumber(t.b)
	}
	switch {
	case t.verb == verbHeard:
		s += " within " + formatSpan(t.hold)
	case t.hold > 0:
		s += " for " + formatSpan(t.hold)
	}
	return s
}

func exactNumber(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// quoteWord writes a word so that it is read back as it is.
func quoteWord(w string) string {
	plain := w != "" && !strings.ContainsFunc(w, isBlank) && w[0] != '\'' && w[0] != '"' && !reserved(w)
	switch {
	case plain:
		return w
	case strings.Contains(w, "'"):
		return `"` + w + `"`
	}
	return "'" + w + "'"
}

// reserved words end a term or turn it round: as a TEXT they stand in quotation marks.
func reserved(w string) bool {
	return slices.Contains([]string{"and", "or", "for", "not", "no"}, strings.ToLower(w))
}

// terms gives every term, in the order in which it is written.
func (s Sentence) terms() []term { return slices.Concat(s.any...) }

// events tells whether the sentence waits for something that happens and does not last.
func (s Sentence) events() bool {
	return slices.ContainsFunc(s.terms(), func(t term) bool { return t.verb == verbNew })
}

// maxAlternatives bounds what Opposite may grow to.
const maxAlternatives = 64

// Opposite is the sentence that is true when s is over: every number with hysteresis that leaves an end
// which a count or a percentage can reach, every term held as long as in s. It is the zero Sentence for events, which have no opposite, and when the opposite of
// a long sentence has more than 64 alternatives.
func (s Sentence) Opposite() Sentence {
	if s.IsZero() || s.events() {
		return Sentence{}
	}
	// not (a and b or c) = (not a or not b) and (not c), multiplied out.
	out := [][]term{nil}
	for _, all := range s.any {
		var next [][]term
		for _, have := range out {
			for _, t := range all {
				for _, o := range t.opposites() {
					next = append(next, append(slices.Clone(have), o))
				}
			}
		}
		if len(next) > maxAlternatives {
			return Sentence{}
		}
		out = next
	}
	return Sentence{any: out}
}

// opposites are the terms of which any one ends t: its opposite, and of "above 0", which a count would
// never get a unit below, that it is 0 as well.
func (t term) opposites() []term {
	o := t.opposite()
	if t.verb != verbAbove || t.a != 0 {
		return []term{o}
	}
	none := t
	none.verb = verbOff
	return []term{none, o}
}

func (t term) opposite() term {
	o := t
	switch t.verb {
	case verbOn:
		o.verb = verbOff
	case verbOff:
		o.verb = verbOn
	case verbIs:
		o.verb = verbIsNot
	case verbIsNot:
		o.verb = verbIs
	case verbHas:
		o.verb = verbHasNo
	case verbHasNo:
		o.verb = verbHas
	case verbAbove:
		o.verb, o.a = verbBelow, t.a-hysteresis(t.a)
	case verbBelow:
		o.verb, o.a = verbAbove, t.a+upward(t.a)
	case verbOutside:
		o.verb = verbInside
		o.a, o.b = narrowed(t.a, t.b)
	case verbInside:
		o.verb, o.a, o.b = verbOutside, t.a-hysteresis(t.a), t.b+upward(t.b)
	case verbSilent:
		o.verb = verbHeard
	case verbHeard:
		o.verb = verbSilent
	case verbBad:
		o.verb = verbGood
	case verbGood:
		o.verb = verbBad
	}
	return o
}

// hysteresis is 1 unit or 2 % of the limit, whichever is more, but at most half of a limit that is not 0:
// what counts, or is a fraction, never gets below 0.
func hysteresis(limit float64) float64 {
	l := math.Abs(limit)
	if l > 0 && l < 2 {
		return l / 2
	}
	return max(1, l*2/100)
}

// upward is the hysteresis of what ends above the limit: at most half of what a percentage has left to 100.
func upward(limit float64) float64 {
	if h := hysteresis(limit); limit >= 100 || limit+h < 100 {
		return h
	}
	return (100 - limit) / 2
}

// narrowed is the band a..b with hysteresis inside it, at most a quarter of the band at each end.
func narrowed(a, b float64) (float64, float64) {
	quarter := (b - a) / 4
	return a + min(hysteresis(a), quarter), b - min(hysteresis(b), quarter)
}
