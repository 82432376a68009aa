package alerts

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseSpan reads a length of time with its unit, as sentences have it: 90s, 20m, 1h30m, 2d.
func parseSpan(s string) (time.Duration, error) {
	whole := s
	var days time.Duration
	if i := strings.IndexByte(s, 'd'); i > 0 {
		n, err := strconv.ParseUint(s[:i], 10, 15)
		if err != nil {
			return 0, fmt.Errorf("%q is no length of time: write a number and a unit, for example 20m", whole)
		}
		days, s = time.Duration(n)*24*time.Hour, s[i+1:]
		if s == "" {
			return days, nil
		}
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return 0, fmt.Errorf("%q has no unit: write for example %ss or %sm", whole, s, s)
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no length of time: write a number and a unit, for example 20m", whole)
	}
	return days + d, nil
}

// formatSpan is exact, and what parseSpan reads: 20m, 1h30m, 2d, 1d12h.
func formatSpan(d time.Duration) string {
	if d <= 0 {
		return "0s"
	}
	var b strings.Builder
	if days := d / (24 * time.Hour); days > 0 {
		fmt.Fprintf(&b, "%dd", days)
		d -= days * 24 * time.Hour
	}
	if h := d / time.Hour; h > 0 {
		fmt.Fprintf(&b, "%dh", h)
		d -= h * time.Hour
	}
	if m := d / time.Minute; m > 0 {
		fmt.Fprintf(&b, "%dm", m)
		d -= m * time.Minute
	}
	if d > 0 {
		b.WriteString(d.String())
	}
	return b.String()
}

// roughSpan is for people: the two largest units, cut down: 45s, 12m, 3h12m, 2d4h.
func roughSpan(d time.Duration) string {
	switch {
	case d < 0:
		return "?"
	case d < time.Second:
		return "0s"
	case d < 10*time.Minute:
		d = d.Truncate(time.Second)
		if d >= time.Minute && d%time.Minute < 10*time.Second {
			d = d.Truncate(time.Minute)
		}
	case d < 24*time.Hour:
		d = d.Truncate(time.Minute)
	default:
		d = d.Truncate(time.Hour)
	}
	return formatSpan(d)
}
