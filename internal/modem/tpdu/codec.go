package tpdu

import (
	"fmt"
	"time"

	"smppagent/internal/sms"
)

// codec carries one walk over the fields of one TPDU. Depending on encode the primitives append to b or
// read from it. The first failure stays in err and makes the rest of the walk do nothing.
type codec struct {
	tpdu   string
	encode bool
	b      []byte // encoding: what is appended to; decoding: the TPDU and nothing else
	start  int    // encoding: where the TPDU starts in b
	off    int    // decoding: the next octet
	name   string // the field at hand
	at     int    // where it starts in the TPDU
	err    error
}

// begin starts a field, and reports whether the walk still goes.
func (c *codec) begin(name string) bool {
	if c.err != nil {
		return false
	}
	c.name, c.at = name, c.off
	if c.encode {
		c.at = len(c.b) - c.start
	}
	return true
}

func (c *codec) left() int { return len(c.b) - c.off }

// fail ends the walk at the field at hand.
func (c *codec) fail(format string, args ...any) {
	if c.err == nil {
		c.err = &Error{CMS: CMSInvalidPDU, TPDU: c.tpdu, Field: c.name, Offset: c.at, Problem: fmt.Sprintf(format, args...)}
	}
}

// octet is a field of one octet.
func octet[T ~uint8](c *codec, name string, v *T) {
	if !c.begin(name) {
		return
	}
	if c.encode {
		c.b = append(c.b, byte(*v))
		return
	}
	if c.left() < 1 {
		c.fail("the TPDU ends before it")
		return
	}
	*v = T(c.b[c.off])
	c.off++
}

// octets is n octets of the TPDU, which share its memory; nil when it ends before.
func (c *codec) octets(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n > c.left() {
		c.fail("%d octets are left of %d", c.left(), n)
		return nil
	}
	c.off += n
	return c.b[c.off-n : c.off : c.off]
}

// bit is a flag of the first octet.
type bit struct {
	mask byte
	v    *bool
	zero bool // the flag is true when the bit is 0
}

// first is the first octet: TP-MTI, the flags, and what else is in it.
func (c *codec) first(mti, rest byte, restMask byte, flags ...bit) (other byte) {
	v := mti | rest
	for _, f := range flags {
		if *f.v != f.zero {
			v |= f.mask
		}
	}
	octet(c, "TP-MTI", &v)
	if c.err != nil || c.encode {
		return rest
	}
	if v&3 != mti {
		c.fail("%d: must be %d", v&3, mti)
	}
	for _, f := range flags {
		*f.v = (v&f.mask != 0) != f.zero
	}
	return v & restMask
}

// timestamp is TP-SCTS or TP-DT: TS 23.040 §9.2.3.11. Digits that are none make it the zero time: some
// service centres leave it out so.
func (c *codec) timestamp(name string, t *time.Time) {
	if !c.begin(name) {
		return
	}
	if c.encode {
		c.appendTime(*t)
		return
	}
	if b := c.octets(7); b != nil {
		*t, _ = parseTime(b)
	}
}

// appendTime writes seven octets, all 0 for the zero time.
func (c *codec) appendTime(t time.Time) {
	if t.IsZero() {
		c.b = append(c.b, 0, 0, 0, 0, 0, 0, 0)
		return
	}
	_, offset := t.Zone()
	if offset%900 != 0 || offset < -79*900 || offset > 79*900 {
		t = t.UTC() // local mean time and its like
		offset = 0
	}
	if y := t.Year(); y < 1970 || y > 2069 {
		c.fail("year %d: must be 1970 to 2069", y)
		return
	}
	for _, v := range [...]int{t.Year() % 100, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second()} {
		c.b = append(c.b, swapped(v))
	}
	quarters := offset / 900
	zone := swapped(max(quarters, -quarters))
	if quarters < 0 {
		zone |= 0x08
	}
	c.b = append(c.b, zone)
}

// parseTime reads seven octets. ok is false when they are no time.
func parseTime(b []byte) (t time.Time, ok bool) {
	var v [6]int
	for i := range v {
		if v[i], ok = unswapped(b[i]); !ok {
			return time.Time{}, false
		}
	}
	quarters, ok := unswapped(b[6] &^ 0x08)
	if !ok || v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31 || v[3] > 23 || v[4] > 59 || v[5] > 59 {
		return time.Time{}, false
	}
	offset := quarters * 900
	if b[6]&0x08 != 0 {
		offset = -offset
	}
	year := 2000 + v[0]
	if v[0] >= 70 {
		year = 1900 + v[0]
	}
	zone := time.UTC
	if offset != 0 {
		zone = time.FixedZone("", offset)
	}
	t = time.Date(year, time.Month(v[1]), v[2], v[3], v[4], v[5], 0, zone)
	return t, t.Day() == v[2]
}

// swapped is a number of two digits in semi-octets, the first digit in the lower half.
func swapped(v int) byte { return byte(v%10<<4 | v/10%10) }

func unswapped(b byte) (v int, ok bool) {
	return int(b&0x0F)*10 + int(b>>4), b&0x0F <= 9 && b>>4 <= 9
}

// maxUserData is how many octets TP-UD has at most: TS 23.040 §9.2.3.16.
const maxUserData = 140

// userData is TP-UDL and TP-UD: TS 23.040 §9.2.3.16 and §9.2.3.24. The header is there when udhi says so; septets
// stand one in an octet of ud. A TPDU from the service centre that ends early gives what there is.
func (c *codec) userData(dcs DCS, udhi bool, udh, ud *[]byte) {
	septets := dcs.Alphabet() == sms.GSM7 && !dcs.Compressed()
	if c.encode {
		c.appendUserData(septets, *udh, *ud)
		return
	}
	var n uint8
	octet(c, "TP-UDL", &n)
	if !c.begin("TP-UD") {
		return
	}
	length := int(n)
	if septets {
		length = (int(n)*7 + 7) / 8
	}
	strict := c.tpdu == submit
	if strict && length > maxUserData {
		c.fail("%d octets: at most 140 fit", length)
	}
	if !strict {
		length = min(length, c.left())
	}
	b := c.octets(length)
	if c.err != nil {
		return
	}
	header := 0
	if udhi && len(b) > 0 {
		header = 1 + int(b[0])
	}
	if header > len(b) {
		if strict {
			c.fail("the user data header has %d octets, and %d are there", header, len(b))
			return
		}
		header = 0 // nobody can tell where the text begins
	}
	if header > 1 { // an empty header is none
		*udh = b[:header:header]
	}
	*ud = b[header:]
	if septets {
		fill := sms.FillBits(b[:header])
		*ud = sms.UnpackGSM7(b[header:], fill, max(0, int(n)-(8*header+fill)/7))
	}
}

func (c *codec) appendUserData(septets bool, udh, ud []byte) {
	if !c.begin("TP-UD") {
		return
	}
	n, body := len(udh)+len(ud), ud
	if septets {
		fill := sms.FillBits(udh)
		n = (8*len(udh)+fill)/7 + len(ud)
		body = sms.PackUserData(ud, fill)
	}
	if len(udh)+len(body) > maxUserData {
		c.fail("%d octets: at most 140 fit", len(udh)+len(body))
		return
	}
	c.b = append(append(append(c.b, byte(n)), udh...), body...)
}
