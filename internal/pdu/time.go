package pdu

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Time is a time as the standard writes it, "261123084931004+" or "000000013000000R": either a moment,
// exact to a tenth of a second and with its offset from UTC, or a span from when the SMSC has the PDU.
// SMPP 3.4 §7.1.1, 5.0 §4.7.23. The zero Time is written "", which leaves the choice to the SMSC.
type Time struct {
	// At is the moment; zero when the time is relative.
	At time.Time
	// Span is how long; zero when the time is absolute.
	Span Span
	// Relative says which of the two it is.
	Relative bool
}

// Span is how long something takes by the calendar, where months and years are not all of one length.
// Years are 0 to 99, Months 0 to 12, Days 0 to 31, Hours 0 to 23, Minutes and Seconds 0 to 59.
type Span struct {
	Years, Months, Days, Hours, Minutes, Seconds uint8
}

// errTime says what a time must look like.
var errTime = errors.New("a time is YYMMDDhhmmsstnn and +, - or R (§7.1.1)")

// ReadTime reads a time in either form. Years from 38 on are in the 1900s (Appendix C). The error says
// which part is wrong. The empty string is the zero Time.
func ReadTime(s string) (Time, error) {
	if s == "" {
		return Time{}, nil
	}
	if len(s) != timeLen {
		return Time{}, fmt.Errorf("%d characters, not %d: %w", len(s), timeLen, errTime)
	}
	for i := range timeLen - 1 {
		if s[i] < '0' || s[i] > '9' {
			return Time{}, fmt.Errorf("%q: character %d is %q, no digit: %w", s, i+1, s[i:i+1], errTime)
		}
	}
	if s[timeLen-1] == 'R' {
		return readRelative(s)
	}
	return readAbsolute(s)
}

// timeLen is how many characters a time has, without its NUL.
const timeLen = 16

// readAbsolute reads 15 digits and a sign: §7.1.1.1.
func readAbsolute(s string) (Time, error) {
	east := 15 * 60 * twoDigits(s, 13)
	switch s[timeLen-1] {
	case '+':
	case '-':
		east = -east
	default:
		return Time{}, fmt.Errorf("%q ends in %q: %w", s, s[timeLen-1:], errTime)
	}
	if n := twoDigits(s, 13); n > maxQuarters {
		return Time{}, fmt.Errorf("%q is %d quarters of an hour off UTC, at most %d (§7.1.1)", s, n, maxQuarters)
	}
	year := 2000 + twoDigits(s, 0)
	if year > lastYear {
		year -= 100
	}
	at, err := date(year, s[2:12], time.FixedZone("", east))
	if err != nil {
		return Time{}, fmt.Errorf("%q: %w (§7.1.1)", s, err)
	}
	return Time{At: at.Add(time.Duration(s[12]-'0') * time.Second / 10)}, nil
}

// readRelative reads 15 digits and an R: §7.1.1.2.
func readRelative(s string) (Time, error) {
	part := func(i int) uint8 { return uint8(twoDigits(s, i)) }
	span := Span{part(0), part(2), part(4), part(6), part(8), part(10)}
	if name, most := span.beyond(); name != "" {
		return Time{}, fmt.Errorf("%q has more than %d %s (§7.1.1)", s, most, name)
	}
	if s[12:15] != "000" {
		return Time{}, fmt.Errorf("%q has %q before the R, where 000 must be (§7.1.1.2)", s, s[12:15])
	}
	return Time{Span: span, Relative: true}, nil
}

// date is the moment of MMDDhhmm or MMDDhhmmss in the year, or says which part cannot be. All must be digits.
func date(year int, s string, loc *time.Location) (time.Time, error) {
	month, day, hour, minute, second := twoDigits(s, 0), twoDigits(s, 2), twoDigits(s, 4), twoDigits(s, 6), 0
	if len(s) > 8 {
		second = twoDigits(s, 8)
	}
	switch {
	case month < 1 || month > 12:
		return time.Time{}, fmt.Errorf("there is no month %d", month)
	case day < 1 || day > daysIn(year, month):
		return time.Time{}, fmt.Errorf("there is no day %d in %04d-%02d", day, year, month)
	case hour > 23:
		return time.Time{}, fmt.Errorf("there is no hour %d", hour)
	case minute > 59:
		return time.Time{}, fmt.Errorf("there is no minute %d", minute)
	case second > 59:
		return time.Time{}, fmt.Errorf("there is no second %d", second)
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, loc), nil
}

// daysIn is how many days the month has.
func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// twoDigits is the number in the two digits of s from i on.
func twoDigits(s string, i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }

// ParseTime reads a time in either form and says when that is; a relative one counts from now, by the
// calendar: Span.After. An empty string is an error.
func ParseTime(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, fmt.Errorf("0 characters, not %d: %w", timeLen, errTime)
	}
	t, err := ReadTime(s)
	switch {
	case err != nil:
		return time.Time{}, err
	case t.Relative:
		return t.Span.After(now), nil
	}
	return t.At, nil
}

// String says the time in words: "2026-11-23 08:49:31.0 +01:00" or "1 h 30 min from when the SMSC has it".
func (t Time) String() string {
	switch {
	case t.Relative:
		return t.Span.String() + " from when the SMSC has it"
	case t.At.IsZero():
		return "as the SMSC likes"
	}
	return t.At.Format("2006-01-02 15:04:05.0 -07:00")
}

// String says the span in words, "1 year 2 days 30 min".
func (s Span) String() string {
	var parts []string
	for i, n := range s.parts() {
		switch unit := [...]string{"years", "months", "days", "h", "min", "s"}[i]; {
		case n == 1 && i < 3:
			parts = append(parts, "1 "+strings.TrimSuffix(unit, "s"))
		case n > 0:
			parts = append(parts, strconv.Itoa(int(n))+" "+unit)
		}
	}
	if parts == nil {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

func (s Span) parts() [6]uint8 {
	return [6]uint8{s.Years, s.Months, s.Days, s.Hours, s.Minutes, s.Seconds}
}

// beyond names the first part that is over its most; none is "".
func (s Span) beyond() (name string, most uint8) {
	for i, n := range s.parts() {
		if most := [...]uint8{99, 12, 31, 23, 59, 59}[i]; n > most {
			return [...]string{"years", "months", "days", "hours", "minutes", "seconds"}[i], most
		}
	}
	return "", 0
}

// times is schedule_delivery_time and validity_period, which lie side by side and are mostly empty: §5.2.15, §5.2.16.
func (c *codec) times(schedule, validity *string) {
	if c.writes && *schedule == "" && *validity == "" {
		to := c.next(2)
		to[0], to[1] = 0, 0
		return
	}
	c.time("schedule_delivery_time", schedule)
	c.time("validity_period", validity)
}

// time is a C-Octet String of 1 or 17 octets that holds a time: SMPP 3.4 §3.1, §7.1.1.
func (c *codec) time(name string, v *string) {
	if c.writes && *v == "" {
		c.next(1)[0] = 0
		return
	}
	if c.isEmpty() {
		return
	}
	if !c.encode {
		c.cstring(name, v, timeLen+1)
	} else if !c.begin(name) {
		return
	}
	if !c.failed && *v != "" {
		if t, err := ReadTime(*v); err != nil {
			c.object(err.Error())
		} else if c.prints {
			c.explain(t.String())
		}
	}
	if c.encode {
		c.cstring(name, v, timeLen+1)
	}
}
