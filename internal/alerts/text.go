package alerts

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"smppagent/internal/sms"
)

// parts is how many segments a text of the class may have.
func parts(c sms.Class) int {
	if c == sms.Emergency {
		return 2
	}
	return 1
}

// compose fills t in, puts the site's name in front and fits the whole into the parts of the class.
// lead stands between the two; it may be empty.
func (p *plan) compose(t template, class sms.Class, lead string, value func(name, part string) string) string {
	text := t.fill(value)
	if !t.begins(fieldSite) || lead != "" {
		text = p.site + ": " + lead + text
	}
	return sms.Fit(text, parts(class))
}

// values gives what the fields of a rule's text stand for: what is known now, and of i.
func (p *plan) values(s *state, a *alertState, i *incident, now time.Time) func(name, part string) string {
	return func(name, part string) string {
		switch name {
		case fieldSite:
			return p.site
		case fieldDuration:
			return roughSpan(i.age(now))
		case fieldCount:
			return strconv.Itoa(len(a.fired))
		}
		st := s.sensors[name]
		if st == nil {
			return "?"
		}
		x, ok := i.Extremes[name]
		if n, isNumber := st.value.number(); !ok && isNumber {
			x, ok = extreme{n, n}, true
		}
		switch {
		case part == partMin && ok:
			return formatNumber(x.Min)
		case part == partMax && ok:
			return formatNumber(x.Max)
		}
		return oneLine(p.sensorField(st, part, now))
	}
}

func (p *plan) sensorField(st *sensorState, part string, now time.Time) string {
	switch part {
	case "":
		if st.value.Kind == KindNone {
			return st.event.String()
		}
		return st.value.String()
	case partUnit:
		return st.unit
	case partAt:
		return p.timeOfDay(st.at, now)
	}
	if v, ok := st.fields[part]; ok {
		return v
	}
	return "?"
}

// timeOfDay writes a time for people: 15:04, with the day when it is not today's.
func (p *plan) timeOfDay(t, now time.Time) string {
	if !clockSet(t) {
		return "before the clock was set"
	}
	t, now = t.In(p.zone), now.In(p.zone)
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return t.Format("15:04")
	}
	return t.Format("15:04 on 2 Jan")
}

// oneLine keeps what comes from outside from breaking a text: no control characters, one line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(strings.TrimSpace(s), "?"))
}

// late is how old a push may be before its text says when it was.
const late = 5 * time.Minute

// pushText is the text of a pushed alert: the site, when it happened if that was a while ago, and what.
func (p *plan) pushText(subject string, class sms.Class, at, now time.Time) string {
	site := p.site
	if clockSet(at) && clockSet(now) && now.Sub(at) > late {
		site += " (" + p.timeOfDay(at, now) + ")"
	}
	return sms.Fit(site+": "+oneLine(subject), parts(class))
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
