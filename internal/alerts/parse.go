package alerts

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SentenceError says what in a sentence cannot be understood, and where.
type SentenceError struct {
	Column  int // in characters, from 1; one past the end when something is missing there
	Problem string
}

// Error gives the column and the problem.
func (e *SentenceError) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Problem) }

// The limits of a sentence.
const (
	maxSentence = 500 // octets
	maxTerms    = 16
	maxHold     = 31 * 24 * time.Hour
)

const verbList = "on, off, is, has, above, below, outside, inside, silent, heard, bad, good or new"

// ParseSentence reads a sentence. Its terms are
//
//	S on|off            S is [not] TEXT     S has [no] WORD
//	S above|below N     S outside|inside A..B
//	S silent for D      S heard within D    S bad|good        S new
//
// where S is a sensor; every term but heard and new takes "for D" at its end. Terms are joined by
// "and", those by "or". TEXT of several words, and the words and, or, for, not, no themselves, stand in
// '…' or "…". Case does not matter but in names. The error is a *SentenceError.
func ParseSentence(s string) (Sentence, error) {
	p := parser{}
	if len(s) > maxSentence {
		return Sentence{}, &SentenceError{1, fmt.Sprintf("%d octets are more than the %d a sentence may have", len(s), maxSentence)}
	}
	if err := p.split(s); err != nil {
		return Sentence{}, err
	}
	var out Sentence
	var all []term
	for n := 1; ; n++ {
		t, err := p.term()
		if err != nil {
			return Sentence{}, err
		}
		all = append(all, t)
		if p.next().is("") {
			return Sentence{any: append(out.any, all)}, nil
		}
		joint := p.take()
		switch {
		case joint.is("or"):
			out.any, all = append(out.any, all), nil
		case !joint.is("and"):
			return Sentence{}, joint.errorf(`"and", "or", "for" or the end must follow here, not %q`, joint.text)
		}
		if n == maxTerms {
			return Sentence{}, joint.errorf("a sentence has at most %d terms: write two alerts", maxTerms)
		}
	}
}

// token is one word of a sentence; the one past the end has no text.
type token struct {
	text   string
	column int
	quoted bool
}

// is tells whether the token is this word of the language; "" asks for the end.
func (t token) is(word string) bool { return !t.quoted && strings.EqualFold(t.text, word) }

func (t token) errorf(format string, args ...any) error {
	return &SentenceError{t.column, fmt.Sprintf(format, args...)}
}

type parser struct {
	tokens []token
	pos    int
	end    token
}

func (p *parser) next() token {
	if p.pos < len(p.tokens) {
		return p.tokens[p.pos]
	}
	return p.end
}

func (p *parser) take() token {
	t := p.next()
	if p.pos < len(p.tokens) {
		p.pos++
	}
	return t
}

func isBlank(r rune) bool { return unicode.IsSpace(r) }

// split cuts the sentence into words; a word that begins with a quotation mark ends with it.
func (p *parser) split(s string) error {
	if !utf8.ValidString(s) {
		return &SentenceError{1, "the sentence is not UTF-8"}
	}
	rs := []rune(s)
	for i := 0; i < len(rs); {
		if isBlank(rs[i]) {
			i++
			continue
		}
		t := token{column: i + 1}
		start := i
		if q := rs[i]; q == '\'' || q == '"' {
			for i++; i < len(rs) && rs[i] != q; i++ {
			}
			if i == len(rs) {
				return t.errorf("the quotation mark %c is never closed", q)
			}
			t.text, t.quoted = string(rs[start+1:i]), true
			i++
			if i < len(rs) && !isBlank(rs[i]) {
				return &SentenceError{i + 1, "a blank must follow the closing quotation mark"}
			}
		} else {
			for ; i < len(rs) && !isBlank(rs[i]); i++ {
			}
			t.text = string(rs[start:i])
		}
		p.tokens = append(p.tokens, t)
	}
	p.end = token{column: utf8.RuneCountInString(strings.TrimRightFunc(s, isBlank)) + 1}
	return nil
}

func (p *parser) term() (term, error) {
	name := p.take()
	switch {
	case name.is("") && p.pos == 0:
		return term{}, name.errorf(`there is no sentence: write for example "freezer above -12 for 20m"`)
	case name.is(""):
		return term{}, name.errorf("a sensor's name must follow here")
	case name.quoted || checkName(name.text) != nil || reserved(name.text):
		return term{}, name.errorf("%q is no sensor's name: %s", name.text, nameRule)
	}
	t := term{sensor: name.text, column: name.column}
	v := p.take()
	var err error
	switch {
	case v.is("on"):
		t.verb = verbOn
	case v.is("off"):
		t.verb = verbOff
	case v.is("heard"):
		t.verb = verbHeard
	case v.is("bad"):
		t.verb = verbBad
	case v.is("good"):
		t.verb = verbGood
	case v.is("new"):
		t.verb = verbNew
	case v.is("silent"):
		t.verb = verbSilent
	case v.is("is"):
		t.verb, t.word, err = p.word(verbIs, verbIsNot, "not")
	case v.is("has"):
		t.verb, t.word, err = p.word(verbHas, verbHasNo, "no")
	case v.is("above"):
		t.verb = verbAbove
		t.a, err = p.number(v.text)
	case v.is("below"):
		t.verb = verbBelow
		t.a, err = p.number(v.text)
	case v.is("outside"):
		t.verb = verbOutside
		t.a, t.b, err = p.band(v.text)
	case v.is("inside"):
		t.verb = verbInside
		t.a, t.b, err = p.band(v.text)
	case v.is(""):
		err = v.errorf("say what about %s: %s", name.text, verbList)
	default:
		err = v.errorf("%q is no verb: %s%s", v.text, verbList, didYouMean(v.text, strings.FieldsFunc(verbList, notLetter)))
	}
	if err != nil {
		return term{}, err
	}
	return t, p.hold(&t)
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// word reads "TEXT" or, behind the word that turns the verb round, "not TEXT".
func (p *parser) word(plain, turned verb, turn string) (verb, string, error) {
	v := plain
	if p.next().is(turn) {
		p.take()
		v = turned
	}
	w := p.take()
	switch {
	case w.is(""):
		return 0, "", w.errorf("a word must follow %q", verbWords[v])
	case !w.quoted && reserved(w.text):
		return 0, "", w.errorf("a word must follow %q; if %s is the word itself, write '%s'", verbWords[v], w.text, w.text)
	case (v == verbHas || v == verbHasNo) && (w.text == "" || strings.ContainsFunc(w.text, isBlank)):
		return 0, "", w.errorf("%q takes one word, not %q", verbWords[v], w.text)
	}
	return v, w.text, nil
}

func (p *parser) number(verb string) (float64, error) {
	t := p.take()
	if t.is("") {
		return 0, t.errorf("a number must follow %q", verb)
	}
	n, err := parseNumber(t.text)
	if err != nil || t.quoted {
		return 0, t.errorf("%q is no number: write digits alone, without a unit, for example %s -12.5", t.text, verb)
	}
	return n, nil
}

func (p *parser) band(verb string) (a, b float64, err error) {
	t := p.take()
	low, high, ok := strings.Cut(t.text, "..")
	if !ok || t.quoted {
		return 0, 0, t.errorf("two numbers must follow %q, for example %s 2..8", verb, verb)
	}
	a, errA := parseNumber(low)
	b, errB := parseNumber(high)
	switch {
	case errors.Join(errA, errB) != nil:
		return 0, 0, t.errorf("%q are not two numbers: write for example 2..8", t.text)
	case a >= b:
		return 0, 0, t.errorf("%s..%s is empty: the smaller number comes first", low, high)
	}
	return a, b, nil
}

// parseNumber reads a plain decimal number, no exponent, no hexadecimal, no infinity.
func parseNumber(s string) (float64, error) {
	if s == "" || strings.Trim(s, "+-.0123456789") != "" {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseFloat(s, 64)
	if math.Abs(n) > 1e15 {
		return 0, strconv.ErrRange
	}
	return n, err
}

// hold reads "for D" or "within D", where it may or must stand.
func (p *parser) hold(t *term) error {
	word := "for"
	if t.verb == verbHeard {
		word = "within"
	}
	f := p.next()
	switch {
	case f.is(word) && t.verb == verbNew:
		return f.errorf(`"new" happens at once and does not last: leave "for" out`)
	case f.is(word):
		p.take()
	case t.verb == verbSilent || t.verb == verbHeard:
		v := verbWords[t.verb]
		return f.errorf("%q needs a time: %s %s %s 3h", v, t.sensor, v, word)
	default:
		return nil
	}
	d := p.take()
	if d.is("") {
		return d.errorf("a time must follow %q, for example 20m", word)
	}
	span, err := parseSpan(d.text)
	switch {
	case err != nil:
		return d.errorf("%v", err)
	case span < time.Second:
		return d.errorf("%s is below 1s", d.text)
	case span > maxHold:
		return d.errorf("%s is above 31d", d.text)
	}
	t.hold = span
	return nil
}
