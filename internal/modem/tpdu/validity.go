package tpdu

import (
	"fmt"
	"time"
)

// ValidityFormat is TP-VPF: TS 23.040 §9.2.3.3.
type ValidityFormat uint8

// The formats.
const (
	ValidityNone     ValidityFormat = 0
	ValidityEnhanced ValidityFormat = 1
	ValidityRelative ValidityFormat = 2
	ValidityAbsolute ValidityFormat = 3
)

// Validity is TP-Validity-Period: TS 23.040 §9.2.3.12. The zero Validity leaves it to the service centre.
type Validity struct {
	Format ValidityFormat
	// Period counts from when the service centre has the message; for ValidityRelative and ValidityEnhanced,
	// where 0 means that it is not said.
	Period time.Duration
	// Until is for ValidityAbsolute; zero when the octets were no time.
	Until time.Time
	// SingleShot asks for one attempt only; for ValidityEnhanced.
	SingleShot bool
}

const (
	day     = 24 * time.Hour
	week    = 7 * day
	maxHour = 100 * time.Hour // above what two digits of hours hold
)

// Left is how long the message is worth delivering, seen at now. ok is false when the client did not say:
// also for a point in time that is over, since it is by the clock of a client that was sending just now,
// and such clocks are often wrong.
func (v Validity) Left(now time.Time) (d time.Duration, ok bool) {
	switch v.Format {
	case ValidityRelative, ValidityEnhanced:
		return v.Period, v.Period > 0
	case ValidityAbsolute:
		d = v.Until.Sub(now)
		return d, !v.Until.IsZero() && d > 0
	}
	return 0, false
}

// RelativePeriod is what the octet of the relative format means: TS 23.040 §9.2.3.12.1.
func RelativePeriod(octet byte) time.Duration {
	n := time.Duration(octet)
	switch {
	case n <= 143:
		return (n + 1) * 5 * time.Minute
	case n <= 167:
		return 12*time.Hour + (n-143)*30*time.Minute
	case n <= 196:
		return (n - 166) * day
	}
	return (n - 192) * week
}

// RelativeOctet is the octet of the relative format for the shortest period that is not shorter than d. ok is
// false for less than nothing and for more than 63 weeks.
func RelativeOctet(d time.Duration) (octet byte, ok bool) {
	if d < 0 || d > 63*week {
		return 0, false
	}
	for RelativePeriod(octet) < d {
		octet++
	}
	return octet, true
}

// validity is TP-VP in the format that v names.
func (c *codec) validity(v *Validity) {
	if v.Format == ValidityNone || !c.begin("TP-VP") {
		return
	}
	if c.encode {
		c.appendValidity(v)
		return
	}
	if v.Format == ValidityRelative {
		if b := c.octets(1); b != nil {
			v.Period = RelativePeriod(b[0])
		}
		return
	}
	b := c.octets(7)
	switch {
	case b == nil:
	case v.Format == ValidityAbsolute:
		v.Until, _ = parseTime(b)
	default:
		v.enhanced(b)
	}
}

// enhanced reads the seven octets of the enhanced format: TS 23.040 §9.2.3.12.3. Formats that the standard
// reserves leave the period open.
func (v *Validity) enhanced(b []byte) {
	v.SingleShot = b[0]&0x40 != 0
	at := 1
	for ext := b[0]; ext&0x80 != 0 && at < 4; at++ { // further functionality indicators
		ext = b[at]
	}
	switch b[0] & 7 {
	case 1:
		v.Period = RelativePeriod(b[at])
	case 2:
		v.Period = time.Duration(b[at]) * time.Second
	case 3:
		h, ok1 := unswapped(b[at])
		m, ok2 := unswapped(b[at+1])
		s, ok3 := unswapped(b[at+2])
		if ok1 && ok2 && ok3 {
			v.Period = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
		}
	}
}

func (c *codec) appendValidity(v *Validity) {
	switch v.Format {
	case ValidityRelative:
		octet, ok := RelativeOctet(v.Period)
		if !ok {
			c.fail("%v: must be 0 to 63 weeks", v.Period)
		}
		c.b = append(c.b, octet)
	case ValidityAbsolute:
		c.appendTime(v.Until)
	case ValidityEnhanced:
		b, problem := v.appendEnhanced()
		if problem != "" {
			c.fail("%s", problem)
		}
		c.b = append(c.b, b[:]...)
	default:
		c.fail("format %d: must be 0 to 3", v.Format)
	}
}

func (v *Validity) appendEnhanced() (b [7]byte, problem string) {
	if v.SingleShot {
		b[0] = 0x40
	}
	switch p := v.Period; {
	case p == 0:
	case p > 0 && p < maxHour:
		p = (p + time.Second - 1).Truncate(time.Second)
		b[0] |= 3
		b[1], b[2], b[3] = swapped(int(p/time.Hour)), swapped(int(p/time.Minute%60)), swapped(int(p/time.Second%60))
	default:
		octet, ok := RelativeOctet(p)
		if !ok {
			return b, fmt.Sprintf("%v: must be 0 to 63 weeks", p)
		}
		b[0] |= 1
		b[1] = octet
	}
	return b, ""
}

// ParseEnhanced reads the seven octets of the enhanced format: TS 23.040 §9.2.3.12.3.
func ParseEnhanced(b [7]byte) Validity {
	v := Validity{Format: ValidityEnhanced}
	v.enhanced(b[:])
	return v
}
