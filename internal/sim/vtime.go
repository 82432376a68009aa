package sim

import (
	"fmt"
	"time"
)

// parseTime reads a schedule_delivery_time or validity_period, SMPP 3.4 §7.1.1: the absolute form
// YYMMDDhhmmsstnnp or the relative form YYMMDDhhmmss000R, counted from now by the calendar. An empty
// string is the zero time.
func parseTime(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if len(s) != 16 {
		return time.Time{}, fmt.Errorf("time %q has %d characters, want 16", s, len(s))
	}
	var n [6]int // YY MM DD hh mm ss
	for i := range n {
		v, ok := twoDigits(s[2*i:])
		if !ok {
			return time.Time{}, fmt.Errorf("time %q: want digits at %d", s, 2*i+1)
		}
		n[i] = v
	}
	if s[15] == 'R' {
		if s[12:15] != "000" {
			return time.Time{}, fmt.Errorf("relative time %q: want 000 before the R", s)
		}
		t := now.AddDate(n[0], n[1], n[2])
		return t.Add(time.Duration(n[3])*time.Hour + time.Duration(n[4])*time.Minute + time.Duration(n[5])*time.Second), nil
	}
	quarters, ok := twoDigits(s[13:])
	if !ok || quarters > 48 || s[12] < '0' || s[12] > '9' {
		return time.Time{}, fmt.Errorf("absolute time %q: want tenths and quarter hours, 000 to 948", s)
	}
	offset := quarters * 15 * 60
	switch s[15] {
	case '+':
	case '-':
		offset = -offset
	default:
		return time.Time{}, fmt.Errorf("time %q: want +, - or R at its end", s)
	}
	year := 2000 + n[0]
	if n[0] >= 38 { // Appendix C
		year -= 100
	}
	t := time.Date(year, time.Month(n[1]), n[2], n[3], n[4], n[5], int(s[12]-'0')*int(100*time.Millisecond),
		time.FixedZone("", offset))
	if t.Month() != time.Month(n[1]) || t.Day() != n[2] || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return time.Time{}, fmt.Errorf("absolute time %q is not in the calendar", s)
	}
	return t, nil
}

func twoDigits(s string) (int, bool) {
	if s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return 0, false
	}
	return int(s[0]-'0')*10 + int(s[1]-'0'), true
}
