package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// parseDuration reads a duration as config.toml has it, a text such as "30s", "1h30m" or "2d", or
// says what is wrong with it.
func parseDuration(in any) (d time.Duration, wrong string) {
	text, ok := in.(string)
	if !ok {
		if n, ok := in.(int64); ok {
			return 0, fmt.Sprintf("%d has no unit: write \"%ds\", \"%dm\" or \"%dh\"", n, n, n, n)
		}
		return 0, wrongType(in, `a duration such as "30s" or "5m"`)
	}
	if d, ok := spanOf(text); ok {
		return d, ""
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return 0, fmt.Sprintf("%q has no unit: write \"%vs\", \"%vm\" or \"%vh\"", text, n, n, n)
	}
	if right := plainSpan(text); right != "" {
		return 0, fmt.Sprintf("%q is no duration: write %q", text, right)
	}
	return 0, fmt.Sprintf("%q is no duration: write a number and a unit, such as \"30s\", \"5m\" or \"24h\"", text)
}

// spanOf reads a duration of time.ParseDuration, with days in front if any: 2d, 1d12h.
func spanOf(text string) (time.Duration, bool) {
	var days time.Duration
	if n, rest, found := strings.Cut(text, "d"); found {
		count, err := strconv.ParseUint(n, 10, 15) // 2^15 days are 89 years, and fit
		if err != nil {
			return 0, false
		}
		days, text = time.Duration(count)*24*time.Hour, rest
		if rest == "" {
			return days, true
		}
	}
	d, err := time.ParseDuration(text)
	return days + d, err == nil
}

// plainSpan turns what people write, "5 min" or "2 days", into a duration; "" when it is none.
func plainSpan(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), ""))
	number := strings.TrimRightFunc(text, unicode.IsLetter)
	unit := strings.TrimSuffix(text[len(number):], "s")
	for _, u := range [...]struct{ word, unit string }{
		{"millisecond", "ms"}, {"msec", "ms"}, {"m", "m"}, {"second", "s"}, {"sec", "s"}, {"", "s"},
		{"minute", "m"}, {"min", "m"}, {"hour", "h"}, {"hr", "h"}, {"h", "h"}, {"day", "d"}, {"d", "d"},
	} {
		if _, ok := spanOf(number + u.unit); unit == u.word && ok {
			return number + u.unit
		}
	}
	return ""
}

// wrongType says that a value is of another type than the key takes.
func wrongType(in any, want string) string {
	return fmt.Sprintf("is %s: write %s", describe(in), want)
}

// describe names a TOML value as a person would.
func describe(in any) string {
	switch v := in.(type) {
	case string:
		return fmt.Sprintf("the text %q", v)
	case int64:
		return fmt.Sprintf("the number %d", v)
	case float64:
		return fmt.Sprintf("the number %v", v)
	case bool:
		return fmt.Sprintf("%v", v)
	case time.Time:
		return "a date"
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return fmt.Sprintf("%v", in)
}

// unknownKey says what may have been meant by a key that the table does not have.
func unknownKey(name, table string, known []string) string {
	what := "unknown key"
	if table == "" {
		what = "unknown table or key"
	}
	if best := closest(name, known); best != "" {
		return fmt.Sprintf("%s, did you mean %q?", what, best)
	}
	return what + "; there are: " + strings.Join(known, ", ")
}

// closest returns the known word that name was probably meant to be, or "".
func closest(name string, known []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, k := range known {
		if n := distance(strings.ToLower(name), k); n < least && n < len(k) {
			best, least = k, n
		}
	}
	return best
}

// distance is the number of letters to insert, leave out, change or swap with their neighbour to
// turn a into b.
func distance(a, b string) int {
	var before []int // the row before the last one
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
