package alerts

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The fields of a text that are about no sensor.
const (
	fieldSite     = "site"
	fieldDuration = "duration"
	fieldCount    = "count"
)

// The parts of a sensor that every text may use, as {sensor.part}.
const (
	partUnit = "unit"
	partAt   = "at"
	partMin  = "min"
	partMax  = "max"
)

var (
	ownFields   = []string{fieldSite, fieldDuration, fieldCount}
	sensorParts = []string{partUnit, partAt, partMin, partMax}
)

// template is a text with fields in braces: "Freezer {freezer}, peak {freezer.max}". "{{" and "}}" are
// the braces themselves.
type template []piece

// piece is literal text, or a field when name is not empty.
type piece struct {
	literal string
	name    string // "freezer", "duration"
	part    string // "max"; "" is the value
	column  int    // of the opening brace, in characters from 1
}

// maxText is how long a text may be before its fields are filled in, in octets.
const maxText = 1000

// parseTemplate reads a text. The error is a *SentenceError.
func parseTemplate(s string) (template, error) {
	if !utf8.ValidString(s) {
		return nil, &SentenceError{1, "the text is not UTF-8"}
	}
	if len(s) > maxText {
		return nil, &SentenceError{1, fmt.Sprintf("%d octets are more than the %d a text may have", len(s), maxText)}
	}
	var out template
	var lit strings.Builder
	rs := []rune(s)
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		doubled := i+1 < len(rs) && rs[i+1] == r
		switch {
		case (r == '{' || r == '}') && doubled:
			lit.WriteRune(r)
			i++
		case r == '}':
			return nil, &SentenceError{i + 1, `"}" without "{": for the brace itself write "}}"`}
		case r == '{':
			end := slices.Index(rs[i:], '}')
			if end < 0 {
				return nil, &SentenceError{i + 1, `"{" is never closed: for the brace itself write "{{"`}
			}
			field := string(rs[i+1 : i+end])
			name, part, dotted := strings.Cut(field, ".")
			if checkName(name) != nil || dotted && checkName(part) != nil {
				return nil, &SentenceError{i + 1, fmt.Sprintf("{%s} is no field: write {sensor}, {sensor.max} or {duration}", field)}
			}
			if lit.Len() > 0 {
				out = append(out, piece{literal: lit.String()})
				lit.Reset()
			}
			out = append(out, piece{name: name, part: part, column: i + 1})
			i += end
		default:
			lit.WriteRune(r)
		}
	}
	if lit.Len() > 0 {
		out = append(out, piece{literal: lit.String()})
	}
	return out, nil
}

// sensors gives the names in the text that are sensors.
func (t template) sensors() []string {
	var out []string
	for _, p := range t {
		if p.name != "" && !slices.Contains(ownFields, p.name) && !slices.Contains(out, p.name) {
			out = append(out, p.name)
		}
	}
	return out
}

// begins tells whether the text starts with the field.
func (t template) begins(field string) bool {
	return len(t) > 0 && t[0].name == field && t[0].part == ""
}

// fill puts values in place of the fields.
func (t template) fill(value func(name, part string) string) string {
	var b strings.Builder
	for _, p := range t {
		if p.name == "" {
			b.WriteString(p.literal)
		} else {
			b.WriteString(value(p.name, p.part))
		}
	}
	return b.String()
}

// check reports the fields that nothing can fill in.
func (t template) check(sensors map[string]Sensor) error {
	for _, p := range t {
		switch {
		case p.name == "":
			continue
		case slices.Contains(ownFields, p.name):
			if p.part != "" {
				return &SentenceError{p.column, fmt.Sprintf("{%s.%s} is no field: {%s} has no parts", p.name, p.part, p.name)}
			}
			continue
		}
		s, known := sensors[p.name]
		if !known {
			return &SentenceError{p.column, fmt.Sprintf("{%s} is neither a sensor nor one of {site}, {duration}, {count}%s",
				p.name, didYouMean(p.name, append(sensorNames(sensors), ownFields...)))}
		}
		if p.part != "" && !slices.Contains(sensorParts, p.part) && !slices.Contains(s.Fields, p.part) {
			parts := append(slices.Clone(sensorParts), s.Fields...)
			return &SentenceError{p.column, fmt.Sprintf("{%s.%s}: %s has no %q, but %s%s",
				p.name, p.part, p.name, p.part, strings.Join(parts, ", "), didYouMean(p.part, parts))}
		}
	}
	return nil
}
