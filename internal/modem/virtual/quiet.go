package virtual

import (
	"fmt"
	"strings"
	"time"
)

// parseQuiet reads "22:00-06:30": minutes since midnight.
func parseQuiet(s string) (from, to int, err error) {
	a, b, _ := strings.Cut(s, "-")
	start, err1 := time.Parse("15:04", strings.TrimSpace(a))
	end, err2 := time.Parse("15:04", strings.TrimSpace(b))
	if err1 != nil || err2 != nil || start.Equal(end) {
		return 0, 0, fmt.Errorf("%q is no time of day: write it as \"22:00-06:30\"", s)
	}
	return minutes(start), minutes(end), nil
}

func minutes(t time.Time) int { return 60*t.Hour() + t.Minute() }

// quietUntil is the end of the quiet hours that now is in; zero when it is in none.
func (c *Config) quietUntil(now time.Time) time.Time {
	from, to, err := parseQuiet(c.QuietHours)
	if err != nil {
		return time.Time{}
	}
	m := minutes(now)
	quiet, days := m >= from && m < to, 0
	if from > to {
		quiet = m >= from || m < to
		if m >= from {
			days = 1
		}
	}
	if !quiet {
		return time.Time{}
	}
	return time.Date(now.Year(), now.Month(), now.Day()+days, to/60, to%60, 0, 0, now.Location())
}
