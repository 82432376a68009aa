package alerts

import (
	"slices"
	"strings"

	"smppagent/internal/sms"
)

// Preview is a rule said back in words, with its texts at their longest.
type Preview struct {
	Alert string        `json:"alert"`
	Words string        `json:"words"` // the whole rule with its defaults, one sentence
	Texts []PreviewText `json:"texts"`
}

// PreviewText is a text with the longest plausible value in each field.
type PreviewText struct {
	Reason   string       `json:"reason"` // ReasonFirst, ReasonRepeat, ReasonCleared, ReasonEvent
	Text     string       `json:"text"`   // as it would be sent
	Alphabet sms.Alphabet `json:"alphabet"`
	Parts    int          `json:"parts"`           // short messages a person
	Cut      int          `json:"cut"`             // characters that do not fit and are left out
	Costly   string       `json:"costly,omitzero"` // the characters for which the text is sent in UCS2, 70 a part
}

// Preview says every rule back. c must have passed Check with the same sensors.
func (c Config) Preview(sensors map[string]Sensor) []Preview {
	p := c.compile(nil, func(string, string) {})
	var out []Preview
	for _, r := range p.rules {
		v := Preview{Alert: r.name, Words: r.String()}
		add := func(reason string, t template, lead string) {
			if len(t) > 0 {
				v.Texts = append(v.Texts, p.previewText(reason, t, r, lead, sensors))
			}
		}
		if r.event() {
			add(ReasonEvent, r.text, "")
		} else {
			add(ReasonFirst, r.text, "")
		}
		if len(r.repeat) > 0 {
			add(ReasonRepeat, r.text, "still, after "+longestDuration+": ")
		}
		add(ReasonCleared, r.clear, "")
		out = append(out, v)
	}
	return out
}

// String says the rule in words, with its defaults.
func (r *rule) String() string {
	var b strings.Builder
	b.WriteString("when " + r.when.String())
	switch {
	case r.event():
	case r.given:
		b.WriteString(", until " + r.until.String())
	default:
		b.WriteString(", until (by default) " + r.until.String())
	}
	b.WriteString(": " + r.class.String() + " to " + strings.Join(r.to, ", "))
	for i, d := range r.repeat {
		switch {
		case i == 0:
			b.WriteString(", again after " + formatSpan(d))
		default:
			b.WriteString(", " + formatSpan(d))
		}
	}
	if len(r.repeat) > 0 && r.class == sms.Emergency {
		b.WriteString(", then every " + formatSpan(r.repeat[len(r.repeat)-1]) + " until it is over")
	}
	if !r.event() && len(r.clear) == 0 {
		b.WriteString("; its end is not told")
	}
	return b.String()
}

// The longest plausible values.
const (
	longestDuration = "12d23h"
	longestCount    = "99"
	longestNumber   = "-188.8"
	longestPercent  = "100"
	longestText     = "WWWWWWWWWWWWWWWW"
	longestField    = "+359888123456789"
	longestAt       = "23:59 on 30 Nov"
	longestEvent    = "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
)

func (p *plan) previewText(reason string, t template, r *rule, lead string, sensors map[string]Sensor) PreviewText {
	whole := t.fill(func(name, part string) string { return p.longest(name, part, r, sensors) })
	if !t.begins(fieldSite) || lead != "" {
		whole = p.site + ": " + lead + whole
	}
	out := PreviewText{Reason: reason, Text: sms.Fit(whole, parts(r.class))}
	size := sms.Measure(out.Text)
	out.Alphabet, out.Parts = size.Alphabet, size.Segments
	if out.Text != whole {
		kept := strings.TrimSuffix(out.Text, "..")
		out.Cut = len([]rune(whole)) - len([]rune(kept))
	}
	if size.Alphabet != sms.GSM7 {
		out.Costly = costly(out.Text)
	}
	return out
}

// costly gives the characters of s, each once, that the GSM alphabet does not have.
func costly(s string) string {
	var out []rune
	for _, c := range s {
		if !slices.Contains(out, c) && sms.Measure(string(c)).Alphabet != sms.GSM7 {
			out = append(out, c)
		}
	}
	return string(out)
}

func (p *plan) longest(name, part string, r *rule, sensors map[string]Sensor) string {
	switch name {
	case fieldSite:
		return p.site
	case fieldDuration:
		return longestDuration
	case fieldCount:
		return longestCount
	}
	s := sensors[name]
	switch part {
	case partUnit:
		return s.Unit
	case partAt:
		return longestAt
	case partMin, partMax:
		return longestOf(s)
	case "":
	default:
		if part == "text" {
			return longestEvent
		}
		return longestField
	}
	kind := s.Kind
	for _, t := range append(r.when.terms(), r.until.terms()...) {
		if t.sensor == name && kind == KindNone {
			kind = t.kind()
		}
	}
	switch kind {
	case KindNumber:
		return longestOf(s)
	case KindState:
		return "off"
	case KindEvent:
		return longestEvent
	}
	return longestText
}

// longestOf is the longest number that a sensor may plausibly show.
func longestOf(s Sensor) string {
	if s.Unit == "%" {
		return longestPercent
	}
	return longestNumber
}

// kind is what a sensor must show for the term to make sense; KindNone when that is open.
func (t term) kind() Kind {
	switch t.verb {
	case verbAbove, verbBelow, verbOutside, verbInside:
		return KindNumber
	case verbOn, verbOff:
		return KindState
	case verbIs, verbIsNot, verbHas, verbHasNo:
		return KindText
	case verbNew:
		return KindEvent
	}
	return KindNone
}
