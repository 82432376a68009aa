package alerts

import (
	"strings"
	"time"
)

// verdict is what a sentence amounts to now, in rising order: "and" takes the least, "or" the most.
type verdict uint8

const (
	no      verdict = iota // false
	unknown                // a sensor it needs cannot be trusted
	rising                 // true, but not for long enough
	held                   // true for long enough
)

// termState is the memory of one term.
type termState struct {
	since time.Time // true since then; zero: not true
	lost  time.Time // the sensor cannot be trusted since then; zero: it can
}

// truth is what the latest reading says of a term: no, unknown or held.
func (t term) truth(s *sensorState, event bool) verdict {
	if s == nil {
		if t.verb == verbNew {
			return no
		}
		return unknown
	}
	switch t.verb {
	case verbNew:
		return held.when(event)
	case verbBad:
		return held.when(s.count > 0 && s.quality == Bad)
	case verbGood:
		return held.when(s.count > 0 && s.quality == Good)
	}
	if s.quality == Bad || s.quality == Stale || s.value.Kind == KindNone {
		return unknown
	}
	switch t.verb {
	case verbOn, verbOff:
		on, ok := s.value.on()
		if !ok {
			return unknown
		}
		return held.when(on == (t.verb == verbOn))
	case verbIs, verbIsNot:
		return held.when(strings.EqualFold(strings.TrimSpace(s.value.String()), t.word) == (t.verb == verbIs))
	case verbHas, verbHasNo:
		return held.when(hasWord(s.value.String(), t.word) == (t.verb == verbHas))
	}
	n, ok := s.value.number()
	if !ok {
		return unknown
	}
	switch t.verb {
	case verbAbove:
		return held.when(n > t.a)
	case verbBelow:
		return held.when(n < t.a)
	case verbOutside:
		return held.when(n < t.a || n > t.b)
	case verbInside:
		return held.when(n >= t.a && n <= t.b)
	}
	return unknown
}

// when is v if the condition is true, else no.
func (v verdict) when(condition bool) verdict {
	if condition {
		return v
	}
	return no
}

// on reads a value as on or off: a number is on when it is not 0.
func (v Value) on() (on, ok bool) {
	switch v.Kind {
	case KindState:
		return v.On, true
	case KindNumber:
		return v.Number != 0, true
	case KindText:
		switch strings.ToLower(strings.TrimSpace(v.Text)) {
		case "on", "true", "yes", "1", "online":
			return true, true
		case "off", "false", "no", "0", "offline":
			return false, true
		}
	}
	return false, false
}

// number reads a value as a number; words are one when they are written as one.
func (v Value) number() (float64, bool) {
	switch v.Kind {
	case KindNumber:
		return v.Number, true
	case KindText:
		n, err := parseNumber(strings.TrimSpace(v.Text))
		return n, err == nil
	}
	return 0, false
}

func hasWord(s, word string) bool {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return isBlank(r) || r == ',' || r == ';' }) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// judge brings the term's memory up to now and gives the verdict, with the time at which it changes by
// itself; zero: not before the next reading. A sensor that is lost does not end what was true, but
// nothing is held while it is lost, and when it was lost for longer than the term must hold, the time
// counts from anew.
func (t term) judge(m *termState, s *sensorState, event bool, started, now time.Time) (verdict, time.Time) {
	if t.verb == verbSilent || t.verb == verbHeard {
		return t.judgeSilence(s, started, now)
	}
	switch t.truth(s, event) {
	case no:
		*m = termState{}
		return no, time.Time{}
	case unknown:
		if m.lost.IsZero() {
			m.lost = now
		}
		return unknown, time.Time{}
	}
	if m.since.IsZero() || !m.lost.IsZero() && now.Sub(m.lost) > t.hold {
		m.since = now
	}
	m.lost = time.Time{}
	if now.Sub(m.since) >= t.hold {
		return held, time.Time{}
	}
	return rising, m.since.Add(t.hold)
}

// judgeSilence counts from the latest good reading, or from the start when there was none.
func (t term) judgeSilence(s *sensorState, started, now time.Time) (verdict, time.Time) {
	last, ever := started, false
	if s != nil && !s.heard.IsZero() {
		last, ever = s.heard, true
	}
	silent := now.Sub(last) >= t.hold
	var change time.Time
	if !silent {
		change = last.Add(t.hold)
	}
	if t.verb == verbSilent {
		return held.when(silent), change
	}
	return held.when(ever && !silent), change
}

// judge gives the verdict of the sentence and when it changes by itself. memory has one entry a term;
// event is the sensor of which something is new just now, "" for none.
func (s Sentence) judge(memory []termState, sensors map[string]*sensorState, event string, started, now time.Time) (verdict, time.Time) {
	best, change := no, time.Time{}
	n := 0
	for _, all := range s.any {
		least := held
		for _, t := range all {
			v, c := t.judge(&memory[n], sensors[t.sensor], event == t.sensor, started, now)
			n++
			least = min(least, v)
			if !c.IsZero() && (change.IsZero() || c.Before(change)) {
				change = c
			}
		}
		best = max(best, least)
	}
	return best, change
}
