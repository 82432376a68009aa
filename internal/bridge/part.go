package bridge

import (
	"fmt"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// maxShortMessage is the most octets that short_message holds: SMPP 3.4 §5.2.21.
const maxShortMessage = 254

// A part is one segment of a message as its SMSC wants it.
type part struct {
	udh, data []byte
	coding    pdu.DataCoding
	class     sms.MessageClass // where it belongs, which coding does not say
	sar       *pdu.SAR         // instead of a UDH
	ports     *ports           // instead of a UDH
	payload   bool             // data goes into message_payload
}

// parts cuts m as the SMSC wants it; tlvs says whether optional parameters may be sent. It is an error when
// m's alphabet cannot hold its text.
func (p *Profile) parts(m *sms.Message, tlvs bool) ([]part, error) {
	form := p.Concatenation
	if !tlvs && (form == SAR || form == Payload) {
		form = UDH16
	}
	m = p.adapt(m)
	a, segs, err := m.Split(p.header())
	if err != nil {
		return nil, err
	}
	var recode func([]byte, int) ([]byte, bool)
	if a == sms.GSM7 {
		recode = p.recode
		if !p.holds(segs, form) {
			if m.Alphabet == sms.GSM7 {
				return nil, fmt.Errorf("bridge: the text has characters that alphabet = %q does not have: use alphabet auto or ucs2", p.Alphabet)
			}
			if _, counted := sms.PartOf(m.UDH); counted {
				m = standalone(m)
			}
			wide := *m
			wide.Alphabet = sms.UCS2
			if a, segs, err = wide.Split(p.header()); err != nil {
				return nil, err
			}
			recode = nil
		}
	}
	coding, unsaid := p.codingOf(m, a)
	class := sms.ClassNone
	if unsaid {
		class = m.MessageClass
	}
	parts := make([]part, len(segs))
	for i, s := range segs {
		x := part{udh: s.UDH, data: s.Data, coding: coding, class: class}
		if form == SAR && len(s.UDH) > 0 {
			if sar, ports, ok := parameters(s.UDH); ok {
				x.udh, x.sar, x.ports = nil, sar, ports
				if len(segs) > 1 {
					x.sar.Ref = m.Ref // of which an 8-bit header has the lower half
				}
			}
		}
		if recode != nil {
			x.data, _ = recode(s.Data, sms.FillBits(x.udh))
		}
		parts[i] = x
	}
	if form == Payload && len(parts) > 1 && len(m.UDH) == 0 && m.Tables == (sms.Tables{}) {
		return []part{p.join(segs, a, recode, coding, class)}, nil
	}
	return parts, nil
}

// Size is what m takes at the SMSC that comes first. Elsewhere it may be cut otherwise. It is an error when
// m's alphabet cannot hold its text.
func (b *Bridge) Size(m *sms.Message) (sms.Size, error) {
	p := &b.links[0].Profile
	parts, err := p.parts(m, true)
	if err != nil {
		return sms.Size{}, err
	}
	size, err := m.Size(p.header())
	if parts[0].coding == pdu.CodingUCS2 {
		size.Alphabet = sms.UCS2
	}
	size.Segments = len(parts)
	return size, err
}

// join makes one part of all segments.
func (p *Profile) join(segs []sms.Segment, a sms.Alphabet, recode func([]byte, int) ([]byte, bool), coding pdu.DataCoding, class sms.MessageClass) part {
	var all []byte
	for _, s := range segs {
		all = append(all, s.Data...)
	}
	if recode != nil {
		all, _ = recode(all, 0)
	}
	return part{data: all, coding: coding, class: class, payload: true}
}

// holds reports whether the alphabet of data_coding 0 has every character, and short_message the room.
func (p *Profile) holds(segs []sms.Segment, form Concatenation) bool {
	for _, s := range segs {
		b, ok := p.recode(s.Data, 0)
		if !ok || form != Payload && len(s.UDH)+len(b) > maxShortMessage {
			return false
		}
	}
	return true
}

// recode writes septets, one per octet, in the alphabet of data_coding 0; ok is false when that lacks a
// character. fill is the number of bits between a user data header and packed septets.
func (p *Profile) recode(septets []byte, fill int) (b []byte, ok bool) {
	switch p.Alphabet {
	case AlphabetGSM7:
		return septets, true
	case AlphabetGSM7Packed:
		return sms.PackGSM7(septets, fill), true
	case AlphabetUTF8:
		return []byte(sms.DecodeGSM7(septets)), true
	}
	for _, r := range sms.DecodeGSM7(septets) {
		o, ok := p.octetOf(r)
		if !ok {
			return nil, false
		}
		b = append(b, o)
	}
	return b, true
}

// octetOf is r in an alphabet of single octets.
func (p *Profile) octetOf(r rune) (byte, bool) {
	switch {
	case r < 0x80:
		return byte(r), true
	case p.Alphabet == AlphabetASCII:
		return 0, false
	case r >= 0xA0 && r <= 0xFF:
		return byte(r), true
	case p.Alphabet == AlphabetWindows1252 && r == '€': // the one of 0x80 to 0x9F that GSM 7-bit has
		return 0x80, true
	}
	return 0, false
}

// codingOf is dataCoding for a message, which may light a lamp: that has a group of its own on GSM, SMPP 3.4
// §5.2.19, but not for UCS2. TLVs say it besides.
func (p *Profile) codingOf(m *sms.Message, a sms.Alphabet) (coding pdu.DataCoding, unsaid bool) {
	gsm := p.Network == NetworkGSM || p.Network == ""
	if dcs, ok := m.Waiting.DCS(a); ok && a == sms.GSM7 && gsm && p.gsm7() && m.MessageClass == sms.ClassNone {
		return pdu.DataCoding(dcs), false
	}
	return p.dataCoding(a, m.MessageClass)
}

// dataCoding returns data_coding for the alphabet and message class: SMPP 3.4 §5.2.19. The classes are
// GSM's; UCS2 has no value with one, nor has any on other networks: the class is then unsaid, and a parameter
// must say it.
func (p *Profile) dataCoding(a sms.Alphabet, c sms.MessageClass) (coding pdu.DataCoding, unsaid bool) {
	gsm := p.Network == NetworkGSM || p.Network == ""
	if gsm {
		if control, ok := c.DCSControl(a); ok && (a == sms.Octets || p.gsm7()) {
			return pdu.DataCoding(control), false
		}
	}
	unsaid = c != sms.ClassNone
	switch a {
	case sms.UCS2:
		return pdu.CodingUCS2, unsaid
	case sms.Octets:
		if p.Network == NetworkIS95 || p.Network == NetworkANSI136 {
			return pdu.CodingOctets1, unsaid
		}
		return pdu.CodingOctets, unsaid
	}
	if !gsm && p.Alphabet == AlphabetASCII {
		return pdu.CodingIA5, unsaid
	}
	if !gsm && p.Alphabet == AlphabetLatin1 {
		return pdu.CodingLatin1, unsaid
	}
	return pdu.CodingDefault, unsaid
}

// networkType is dest_network_type, SMPP 3.4 §5.3.2.3; 0 where it goes without saying.
func (n Network) networkType() uint8 {
	switch n {
	case NetworkANSI136:
		return 2
	case NetworkIS95:
		return 3
	case NetworkIDEN:
		return 6
	}
	return 0
}

// ForNetwork is the profile of an SMSC in front of that kind of network. IS-95 and ANSI-136 have IA5 and no
// user data header, which is GSM's (SMPP 3.4 §5.2.12), so that segments are joined by sar_ parameters;
// service_type is CMT, cellular messaging (§5.2.11).
func ForNetwork(n Network) Profile {
	p := DefaultProfile()
	p.Network = n
	switch n {
	case NetworkIS95, NetworkANSI136, NetworkIDEN:
		p.Alphabet, p.Concatenation, p.ServiceType = AlphabetASCII, SAR, pdu.ServiceTypeCMT
	}
	return p
}
