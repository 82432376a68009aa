package tpdu

import (
	"strings"

	"smppagent/internal/sms"
)

// The digits of a number in semi-octets: TS 23.040 §9.1.2.3. 0xF is a filler.
const addressDigits = "0123456789*#abc"

// maxAddress is how many octets of digits or text an address holds: TS 23.040 §9.1.2.5.
const maxAddress = 10

// address is TP-OA, TP-DA or TP-RA: its length in semi-octets, the type of address, and the address.
func (c *codec) address(name string, a *sms.Address) {
	if !c.begin(name) {
		return
	}
	if c.encode {
		at := len(c.b)
		c.b = append(c.b, 0)
		c.b[at] = byte(c.appendAddress(a))
		return
	}
	var n, toa uint8
	octet(c, name, &n)
	octet(c, name, &toa)
	c.at = c.off - 2
	if c.err == nil && n > 2*maxAddress {
		c.fail("%d semi-octets: at most 20 fit", n)
	}
	if b := c.octets((int(n) + 1) / 2); b != nil || n == 0 {
		*a = parseAddress(toa, b, int(n))
	}
}

// sca is a service centre address: its length in octets, the type of address among them.
func (c *codec) sca(a *sms.Address) {
	const name = "service centre address"
	if !c.begin(name) {
		return
	}
	if c.encode {
		at := len(c.b)
		c.b = append(c.b, 0)
		if a.Addr != "" {
			c.appendAddress(a)
			c.b[at] = byte(len(c.b) - at - 1)
		}
		return
	}
	var n, toa uint8
	octet(c, name, &n)
	if c.err != nil || n == 0 {
		return
	}
	octet(c, name, &toa)
	if b := c.octets(int(n) - 1); c.err == nil {
		*a = parseAddress(toa, b, 2*len(b))
	}
}

// appendAddress appends type and address, and returns the address's length in semi-octets.
func (c *codec) appendAddress(a *sms.Address) int {
	if a.TON > 7 || a.NPI > 15 {
		c.fail("%v, %v: must be 0 to 7 and 0 to 15", a.TON, a.NPI)
		return 0
	}
	c.b = append(c.b, 0x80|byte(a.TON)<<4|byte(a.NPI))
	if a.TON == sms.TONAlphanumeric {
		septets, bad, ok := sms.EncodeGSM7(a.Addr)
		packed := sms.PackUserData(septets, 0)
		switch {
		case !ok:
			c.fail("%q has %q, which the GSM 7-bit default alphabet does not have", a.Addr, bad)
		case len(packed) > maxAddress:
			c.fail("%q takes %d septets: at most 11 fit", a.Addr, len(septets))
		}
		c.b = append(c.b, packed...)
		return (7*len(septets) + 3) / 4
	}
	n := len(a.Addr)
	if n > 2*maxAddress {
		c.fail("%q has %d digits: at most 20 fit", a.Addr, n)
	}
	for i := 0; i < n && c.err == nil; i += 2 {
		low, high := strings.IndexByte(addressDigits, a.Addr[i]), 0x0F
		if i+1 < n {
			high = strings.IndexByte(addressDigits, a.Addr[i+1])
		}
		if low < 0 || high < 0 {
			c.fail("%q: must be digits, *, # and a to c", a.Addr)
		}
		c.b = append(c.b, byte(high<<4|low&0x0F))
	}
	return n
}

// parseAddress reads n semi-octets. An alphanumeric address loses the padding that its length in
// semi-octets may hold.
func parseAddress(toa byte, b []byte, n int) sms.Address {
	a := sms.Address{TON: sms.TON(toa >> 4 & 7), NPI: sms.NPI(toa & 0x0F)}
	if a.TON == sms.TONAlphanumeric {
		a.Addr = sms.DecodeGSM7(sms.UnpackGSM7(b, 0, n*4/7))
		return a
	}
	var s strings.Builder
	for i := range n {
		digit := b[i/2] >> (i % 2 * 4) & 0x0F
		if digit == 0x0F {
			break
		}
		s.WriteByte(addressDigits[digit])
	}
	a.Addr = s.String()
	return a
}
