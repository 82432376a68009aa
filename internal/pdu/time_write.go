package pdu

import (
	"fmt"
	"time"
)

const (
	// maxQuarters is how many quarters of an hour a time can be off UTC: SMPP 3.4 §7.1.1.
	maxQuarters = 48
	// firstYear and lastYear are what two digits can tell: Appendix C.
	firstYear, lastYear = 1938, 2037
)

// Wire is the time as the standard writes it. An error says what of it cannot be written: a year that two
// digits cannot tell, or a part of the span beyond its range.
func (t Time) Wire() (string, error) {
	if t.Relative {
		if name, most := t.Span.beyond(); name != "" {
			return "", fmt.Errorf("pdu: a relative time has at most %d %s", most, name)
		}
		p := t.Span.parts()
		return fmt.Sprintf("%02d%02d%02d%02d%02d%02d000R", p[0], p[1], p[2], p[3], p[4], p[5]), nil
	}
	if t.At.IsZero() {
		return "", nil
	}
	const quarter = 15 * 60
	at := t.At
	_, east := at.Zone()
	if east%quarter != 0 || east > maxQuarters*quarter || east < -maxQuarters*quarter {
		at, east = at.UTC(), 0
	}
	if y := at.Year(); y < firstYear || y > lastYear {
		return "", fmt.Errorf("pdu: a time has the years %d to %d, not %d (Appendix C)", firstYear, lastYear, y)
	}
	sign := byte('+')
	if east < 0 {
		sign, east = '-', -east
	}
	return fmt.Sprintf("%s%d%02d%c", at.Format("060102150405"), at.Nanosecond()/1e8, east/quarter, sign), nil
}

// AbsoluteTime writes t in SMPP's absolute form with its offset from UTC, "261123084931004+" for one hour
// east: SMPP 3.4 §7.1.1.1. It is exact to a tenth of a second. An offset that the form cannot hold, not
// in quarters of an hour or over twelve hours, is turned into UTC. The zero time is "". A year before 1938
// or from 2038 on comes with all its digits, which Append refuses: two digits would mean another century.
func AbsoluteTime(t time.Time) string {
	s, err := Time{At: t}.Wire()
	if err != nil {
		return t.UTC().Format("20060102150405")
	}
	return s
}

// RelativeTime writes a span from now in SMPP's relative form, "000000013000000R" for an hour and a
// half: SMPP 3.4 §7.1.1.2. Parts of a second count as one; the most is 99 years. Nothing and less than
// nothing is "", the SMSC's own value.
//
// The form has months and years, which an SMSC may count by the calendar, so over 30 days the end can
// come some days off. Months are written as 30 days, years as 12 such months. Where the time of day is
// known, RelativeUntil is exact.
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

// RelativeUntil writes the span from now until the end by the calendar: an SMSC that has the PDU now and
// counts months and years by the calendar ends then, to the second and never before. Otherwise it is as
// RelativeTime.
func RelativeUntil(now, end time.Time) string {
	if !end.After(now) {
		return ""
	}
	s, err := Time{Span: SpanBetween(now, end), Relative: true}.Wire()
	if err != nil {
		return RelativeTime(end.Sub(now)) // which has a most
	}
	return s
}

// After is when the span from now ends, by the calendar of UTC, in now's zone. Years and months come
// first; where they end on a day that its month does not have, they end on the last it has: a month from
// 31 January is 28 February. Days are of 24 hours, so that no change of clocks matters.
func (s Span) After(now time.Time) time.Time {
	end := addMonths(now.UTC(), 12*int(s.Years)+int(s.Months))
	end = end.Add(time.Duration(s.Days)*24*time.Hour + time.Duration(s.Hours)*time.Hour +
		time.Duration(s.Minutes)*time.Minute + time.Duration(s.Seconds)*time.Second)
	return end.In(now.Location())
}

// SpanBetween is the span that After takes from now to the end, with as many years and months as there are.
// Parts of a second count as one. It is 0 when the end is not after now, and 99 years at most.
func SpanBetween(now, end time.Time) Span {
	now, end = now.UTC(), end.UTC()
	if !end.After(now) {
		return Span{}
	}
	if !end.Before(addMonths(now, 12*99)) {
		return Span{Years: 99}
	}
	months := 12*(end.Year()-now.Year()) + int(end.Month()) - int(now.Month())
	if addMonths(now, months).After(end) {
		months--
	}
	rest := int64((end.Sub(addMonths(now, months)) + time.Second - 1) / time.Second)
	return Span{
		Years: uint8(months / 12), Months: uint8(months % 12), Days: uint8(rest / 86400),
		Hours: uint8(rest / 3600 % 24), Minutes: uint8(rest / 60 % 60), Seconds: uint8(rest % 60),
	}
}

// addMonths is t some months later, on the last day of the month if that has no such day.
func addMonths(t time.Time, months int) time.Time {
	m := int(t.Month()) - 1 + months
	year, month := t.Year()+m/12, m%12+1
	return time.Date(year, time.Month(month), min(t.Day(), daysIn(year, month)),
		t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}
