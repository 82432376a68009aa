package bridge

import (
	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// A message that came as a TPDU has a header, tables or septets of its own, which not every SMSC can pass on:
// TS 23.040 §9.2.3.24.

// gsm7 reports whether data_coding 0 holds septets, which is what national language tables and half an escape
// sequence need.
func (p *Profile) gsm7() bool { return p.Alphabet == AlphabetGSM7 || p.Alphabet == AlphabetGSM7Packed }

// adapt gives m as the SMSC can pass it on. Text in a national language table goes as UCS2 unless the SMSC is
// known to pass the tables; as a segment of a longer text, which cannot grow, it keeps them where septets
// are sent at all. Septets that are not goes as text.
func (p *Profile) adapt(m *sms.Message) *sms.Message {
	_, counted := sms.PartOf(m.UDH)
	switch {
	case m.Data != nil && m.Alphabet == sms.GSM7 && !p.gsm7():
		return standalone(m)
	case m.Tables == (sms.Tables{}), p.gsm7() && (p.LanguageTables || counted):
		return m
	case counted:
		return standalone(m)
	}
	wide := *m
	wide.Tables, wide.Alphabet = sms.Tables{}, sms.UCS2
	return &wide
}

// standalone makes of a segment of a longer text a message that can be cut anew: it loses its place in that
// text, and no letter.
func standalone(m *sms.Message) *sms.Message {
	alone := *m
	if m.Data != nil && m.Alphabet == sms.GSM7 {
		alone.Text, alone.Data = sms.TablesOf(m.UDH).Decode(m.Data), nil
	}
	alone.Tables, alone.Alphabet = sms.Tables{}, sms.AlphabetAuto
	elements, _ := sms.Elements(m.UDH)
	var others []sms.Element
	for _, e := range elements {
		switch e.ID {
		case sms.IEConcat8, sms.IEConcat16, sms.IESingleShift, sms.IELockingShift:
		default:
			others = append(others, e)
		}
	}
	var err error
	if alone.UDH, err = sms.UDH(others...); err != nil {
		alone.UDH = nil
	}
	return &alone
}

// ports are source_port and destination_port: SMPP 3.4 §5.3.2.20, §5.3.2.21.
type ports struct{ source, dest uint16 }

// parameters takes a user data header apart into optional parameters. ok is false when they cannot say all of
// it: the header then has to stay, and excludes sar_ parameters (SMPP 3.4 §5.2.12).
func parameters(udh []byte) (sar *pdu.SAR, at *ports, ok bool) {
	elements, ok := sms.Elements(udh)
	for _, e := range elements {
		switch e.ID {
		case sms.IEConcat8, sms.IEConcat16:
			p, counted := sms.PartOf(udh)
			if !counted {
				return nil, nil, false
			}
			sar = &pdu.SAR{Ref: p.Ref, Total: p.Total, Segment: p.Seq}
		case sms.IEPorts8, sms.IEPorts16:
			dest, source, there := sms.PortsOf(udh)
			if !there {
				return nil, nil, false
			}
			at = &ports{source: source, dest: dest}
		case sms.IEWaiting: // compose says it
		default:
			return nil, nil, false
		}
	}
	return sar, at, ok
}

// waiting are the optional parameters that light a lamp: SMPP 3.4 §5.3.2.13, §5.3.2.18.
func waiting(tlvs *pdu.TLVs, w sms.Waiting) {
	if w.Kind == sms.WaitingNone {
		return
	}
	facilities := uint8(min(w.Kind, sms.WaitingOther) - sms.Voicemail)
	if w.Active {
		facilities |= 0x80
	}
	tlvs.AddUint8(pdu.TagMsMsgWaitFacilities, facilities)
	if w.Count > 0 || !w.Active {
		tlvs.AddUint8(pdu.TagNumberOfMessages, min(w.Count, 99))
	}
}
