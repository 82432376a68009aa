package alerts

import (
	"fmt"
	"slices"
	"strings"
)

// nameRule is what checkName asks for, in words.
const nameRule = `a name has 1 to 32 letters, digits, "-" and "_", and begins with a letter or digit`

// checkName judges the name of a sensor, person, group or alert.
func checkName(s string) error {
	if s == "" || len(s) > 32 || strings.IndexFunc(s, notNameChar) >= 0 || s[0] == '-' || s[0] == '_' {
		return fmt.Errorf("%q is no name: %s", s, nameRule)
	}
	return nil
}

func notNameChar(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// didYouMean is "; did you mean "x"?" for the candidate nearest to word, or "" when none is near.
func didYouMean(word string, candidates []string) string {
	best, least := "", 3
	if len(word) <= 4 {
		least = 2
	}
	sorted := slices.Clone(candidates)
	slices.Sort(sorted)
	for _, c := range sorted {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance counts the letters to add, drop, change or swap with the next to get from a to b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
