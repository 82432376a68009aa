package pdu

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ReceiptTime reads the submit date or done date of a receipt. Appendix B has YYMMDDhhmm; SMSCs also send
// seconds, a year of four digits, seconds or milliseconds since 1970, the form of §7.1.1, and signs between
// the parts.
//
// Some of these look alike. Of what the digits can mean, the reading nearest to near is taken; when near is
// the zero time, as on a board that does not know it, the one nearest to Appendix B. A text without an
// offset from UTC is in near's zone, for the SMSC gives its local time and does not say which.
func ReceiptTime(s string, near time.Time) (time.Time, error) {
	s = strings.TrimSpace(s)
	if len(s) == timeLen && strings.ContainsAny(s[timeLen-1:], "+-") {
		if t, err := ReadTime(s); err == nil {
			return t.At, nil
		}
	}
	text := strings.NewReplacer("-", "", ":", "", "/", "", ".", "", " ", "", "T", "").Replace(s)
	number, err := strconv.ParseUint(text, 10, 63)
	if err != nil || text[0] == '+' {
		return time.Time{}, fmt.Errorf("pdu: date %q of a receipt: not in digits: %w", s, errReceiptTime)
	}
	var readings []time.Time
	var why error
	try := func(year int, rest string) {
		at, err := date(year, rest, near.Location())
		if err == nil {
			readings = append(readings, at)
		} else if why == nil {
			why = err
		}
	}
	switch n := len(text); n {
	case 10, 12:
		year := 2000 + twoDigits(text, 0)
		if year > lastYear {
			year -= 100
		}
		try(year, text[2:])
	}
	switch n := len(text); n {
	case 12, 14:
		try(100*twoDigits(text, 0)+twoDigits(text, 2), text[4:])
	}
	switch len(text) {
	case 9, 10:
		readings = append(readings, time.Unix(int64(number), 0).In(near.Location()))
	case 12, 13:
		readings = append(readings, time.UnixMilli(int64(number)).In(near.Location()))
	}
	if len(readings) == 0 {
		if why == nil {
			why = fmt.Errorf("%d digits", len(text))
		}
		return time.Time{}, fmt.Errorf("pdu: date %q of a receipt: %w: %w", s, why, errReceiptTime)
	}
	return nearest(readings, near), nil
}

// errReceiptTime says what a date of a receipt looks like.
var errReceiptTime = errors.New("YYMMDDhhmm is what it should be (Appendix B)")

// nearest is the reading nearest to near, or the first when near is zero.
func nearest(readings []time.Time, near time.Time) time.Time {
	best := readings[0]
	if near.IsZero() {
		return best
	}
	for _, at := range readings[1:] {
		if at.Sub(near).Abs() < best.Sub(near).Abs() {
			best = at
		}
	}
	return best
}
