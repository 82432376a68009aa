package virtual

import (
	"strings"

	"smppagent/internal/sms"
)

// A destination is a number, or the beginning of many, that a port may send to.
type destination struct {
	addr   string // with its + when it is international
	prefix bool
}

// destination reads one entry of Config.Destinations.
func (p *Port) destination(s string) destination {
	addr, prefix := strings.CutSuffix(s, "*")
	return destination{addr, prefix}
}

// allowed reports whether the port may send to a.
func (p *Port) allowed(a sms.Address) bool {
	if len(p.allow) == 0 {
		return true
	}
	for _, d := range p.allow {
		if a.String() == d.addr || d.prefix && strings.HasPrefix(a.String(), d.addr) {
			return true
		}
	}
	return false
}

// number reads a destination as a client writes it, with its type of address: TS 27.005 §3.1. 145 is
// international even without a +.
func (p *Port) number(text string, kind int) (sms.Address, error) {
	if kind&0x70 == 0x10 && !strings.HasPrefix(text, "+") && !strings.HasPrefix(text, "00") {
		text = "+" + text
	}
	return sms.ParseAddress(p.withCountry(text))
}

// withCountry makes a national number of the port's country an international one.
func (p *Port) withCountry(text string) string {
	if p.cfg.Country == "" {
		return text
	}
	rest, ok := strings.CutPrefix(text, p.cfg.TrunkPrefix)
	if !ok || strings.HasPrefix(text, "00") || len(rest) < 5 {
		return text
	}
	return "+" + p.cfg.Country + rest
}

// complete does the same with the address of a TPDU.
func (p *Port) complete(a sms.Address) sms.Address {
	if a.TON == sms.TONInternational {
		return a
	}
	full := p.withCountry(a.Addr)
	if full == a.Addr {
		return a
	}
	if b, err := sms.ParseAddress(full); err == nil {
		return b
	}
	return a
}
