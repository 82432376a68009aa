package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	statedStep = regexp.MustCompile(`a multiple of (\d+)`)
	// statedRange is a range in the words of config.toml: 1 to 1000, "1s" to "5m".
	statedRange = regexp.MustCompile(`(?:^| )("?)(\d+(?:ms|s|m|h)?)"? to "?(\d+(?:ms|s|m|h)?)"?`)
	keyLine     = regexp.MustCompile(`^(?:# )?([a-z0-9_.]+) *= *("?)-?[0-9]`)
)

// beside returns the values a step below low and above high, as config.toml writes them.
func beside(t *testing.T, low, high string, step int) (below, above string) {
	t.Helper()
	if n, err := strconv.Atoi(low); err == nil {
		m, err := strconv.Atoi(high)
		if err != nil {
			t.Fatal(err)
		}
		return strconv.Itoa(n - step), strconv.Itoa(m + step)
	}
	var d [2]time.Duration
	for i, s := range []string{low, high} {
		var err error
		if d[i], err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	return (d[0] - time.Millisecond).String(), (d[1] + time.Millisecond).String()
}

// The ranges that config.toml states are those that check holds: both ends are right, what lies beside
// them is not.
func TestReferenceRanges(t *testing.T) {
	text := reference(t)
	lines := strings.Split(text, "\n")
	n := 0
	for from := 0; from < len(lines); from++ {
		// A paragraph: comment, then the keys it is about.
		var comment []string
		at := from
		for ; at < len(lines) && strings.HasPrefix(lines[at], "# ") && !commentedKey.MatchString(lines[at]); at++ {
			comment = append(comment, strings.TrimPrefix(lines[at], "# "))
		}
		var keys []int
		for ; len(comment) > 0 && at < len(lines) && keyLine.MatchString(lines[at]); at++ {
			keys = append(keys, at)
		}
		if len(keys) == 0 {
			continue
		}
		from = at - 1
		words := strings.Join(comment, " ")
		stated := statedRange.FindStringSubmatch(words)
		if stated == nil {
			continue
		}
		step := 1
		if m := statedStep.FindStringSubmatch(words); m != nil {
			step, _ = strconv.Atoi(m[1])
		}
		quote, low, high := stated[1], stated[2], stated[3]
		below, above := beside(t, low, high, step)
		n++
		for value, right := range map[string]bool{low: true, high: true, below: false, above: false} {
			with := slices.Clone(lines)
			for _, k := range keys {
				with[k] = keyLine.FindStringSubmatch(lines[k])[1] + " = " + quote + value + quote
			}
			_, wrong := readConfig(strings.Join(with, "\n"), "/etc/smppagent", false)
			refused := slices.ContainsFunc(wrong, func(p problem) bool { return slices.Contains(keys, p.Line-1) })
			if refused == right {
				t.Errorf("config.toml:%d: %q says %s to %s; with %s: %v", keys[0]+1, lines[keys[0]], low, high, value, wrong)
			}
		}
	}
	if n < 25 {
		t.Errorf("config.toml states %d ranges", n)
	}
}
