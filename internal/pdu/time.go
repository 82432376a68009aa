package pdu

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// errTime says what a time must look like.
var errTime = errors.New("a time is YYMMDDhhmmsstnn and +, - or R (§7.1.1)")

// time is a C-Octet String of 1 or 17 octets that holds a time: SMPP 3.4 §3.1, §7.1.1.
func (c *codec) time(name string, v *string) {
	if c.writes && *v == "" {
		c.b = append(c.b, 0)
		return
	}
	if !c.encode {
		c.cstring(name, v, 17)
	} else if !c.begin(name) {
		return
	}
	if c.err == nil && *v != "" {
		if err := checkTime(*v); err != nil {
			c.object(err.Error())
		} else if c.list != nil {
			c.explain(timeText(*v))
		}
	}
	if c.encode {
		c.cstring(name, v, 17)
	}
}

// timeText says what a time in either form means.
func timeText(s string) string {
	if s[15] != 'R' {
		t, _ := ParseTime(s, time.Time{})
		return t.Format("2006-01-02 15:04:05.0 -07:00")
	}
	var parts []string
	for i, unit := range [...]string{"years", "months", "days", "h", "min", "s"} {
		switch n := twoDigits(s, 2*i); {
		case n == 1 && i < 3:
			parts = append(parts, "1 "+strings.TrimSuffix(unit, "s"))
		case n > 0:
			parts = append(parts, strconv.Itoa(n)+" "+unit)
		}
	}
	return strings.Join(append(parts, "from when the SMSC has it"), " ")
}

// RelativeTime writes a span from now in SMPP's relative form, "000000013000000R" for an hour and a
// half: SMPP 3.4 §7.1.1.2. Parts of a second count as one; the most is 99 years. Nothing and less than
// nothing is "", the SMSC's own value.
//
// The form has months and years, which an SMSC may count by the calendar, so over 30 days the end can
// come some days off. Months are written as 30 days, years as 12 such months.
func RelativeTime(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	const day = 24 * 60 * 60
	s := int64((d-1)/time.Second) + 1
	s = min(s, 99*360*day)
	days := s / day
	return fmt.Sprintf("%02d%02d%02d%02d%02d%02d000R",
		days/360, days/30%12, days%30, s/3600%24, s/60%60, s%60)
}

// AbsoluteTime writes t in SMPP's absolute form with its offset from UTC, "261123084931004+" for one hour
// east: SMPP 3.4 §7.1.1.1. It is exact to a tenth of a second. An offset that the form cannot hold, not
// in quarters of an hour or over twelve hours, is turned into UTC. The zero time is "".
func AbsoluteTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	const quarter = 15 * 60
	_, east := t.Zone()
	if east%quarter != 0 || east > 48*quarter || east < -48*quarter {
		t, east = t.UTC(), 0
	}
	sign := byte('+')
	if east < 0 {
		sign, east = '-', -east
	}
	return fmt.Sprintf("%s%d%02d%c", t.Format("060102150405"), t.Nanosecond()/1e8, east/quarter, sign)
}

// ParseTime reads a time in either form; a relative one counts from now, by the calendar. Years from 38
// on are in the 1900s (Appendix C).
func ParseTime(s string, now time.Time) (time.Time, error) {
	if err := checkTime(s); err != nil {
		return time.Time{}, err
	}
	year, month, day := twoDigits(s, 0), twoDigits(s, 2), twoDigits(s, 4)
	hour, minute, second := twoDigits(s, 6), twoDigits(s, 8), twoDigits(s, 10)
	if s[15] == 'R' {
		span := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
			time.Duration(second)*time.Second
		return now.AddDate(year, month, day).Add(span), nil
	}
	year += 2000
	if year >= 2038 {
		year -= 100
	}
	east := twoDigits(s, 13) * 15 * 60
	if s[15] == '-' {
		east = -east
	}
	tenths := int(s[12]-'0') * 1e8
	return time.Date(year, time.Month(month), day, hour, minute, second, tenths, time.FixedZone("", east)), nil
}

// checkTime says what is wrong with a time in either form.
func checkTime(s string) error {
	if len(s) != 16 {
		return fmt.Errorf("%d characters, not 16: %w", len(s), errTime)
	}
	for i := range 15 {
		if s[i] < '0' || s[i] > '9' {
			return fmt.Errorf("%q: %w", s, errTime)
		}
	}
	switch s[15] {
	case 'R':
		return nil
	case '+', '-':
	default:
		return fmt.Errorf("%q: %w", s, errTime)
	}
	month, day := twoDigits(s, 2), twoDigits(s, 4)
	if month < 1 || month > 12 || day < 1 || day > 31 ||
		twoDigits(s, 6) > 23 || twoDigits(s, 8) > 59 || twoDigits(s, 10) > 59 {
		return fmt.Errorf("%q is no date and time of day (§7.1.1)", s)
	}
	if n := twoDigits(s, 13); n > 48 {
		return fmt.Errorf("%q is %d quarters of an hour off UTC, at most 48 (§7.1.1)", s, n)
	}
	return nil
}

// twoDigits is the number in the two digits of s from i on.
func twoDigits(s string, i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
