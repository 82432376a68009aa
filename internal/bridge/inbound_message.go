package bridge

import (
	"encoding/binary"
	"unicode/utf8"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// telling are the optional parameters that say how a short message is to be taken; the rest is about its way.
func telling(tlvs pdu.TLVs) (kept pdu.TLVs) {
	for _, t := range tlvs {
		switch t.Tag {
		case pdu.TagMsMsgWaitFacilities, pdu.TagNumberOfMessages, pdu.TagCallbackNum, pdu.TagDestAddrSubunit,
			pdu.TagSARMsgRefNum, pdu.TagSARTotalSegments, pdu.TagSARSegmentSeqnum,
			pdu.TagSourcePort, pdu.TagDestinationPort, pdu.TagMoreMessagesToSend:
			kept = append(kept, t)
		}
	}
	return kept
}

// Message is the short message as a phone would have it: with the header that joins it to others, the lamp that
// it lights, and the place where it belongs, whichever way the SMSC said so. data_coding 0 is read as the GSM
// 7-bit default alphabet, a septet in each octet.
func (in *Inbound) Message() sms.Message {
	m := sms.Message{
		From: inboundAddress(in.Source), To: inboundAddress(in.Dest),
		ProtocolID: in.ProtocolID, ReplyPath: in.ESMClass&pdu.ESMReplyPath != 0,
	}
	udh, ud := []byte(nil), in.ShortMessage
	if in.ESMClass.UDHI() && len(ud) > 0 && int(ud[0]) < len(ud) {
		if n := 1 + int(ud[0]); n > 1 {
			udh = ud[:n]
		}
		ud = ud[1+int(ud[0]):]
	}
	if more, _ := in.TLVs.Get(pdu.TagMoreMessagesToSend); len(more) == 1 && more[0] == 1 {
		m.More = true
	}
	udh = in.header(udh)
	switch dcs, text := in.dcs(ud); {
	case text:
		tpdu.Content(&m, dcs, udh, nil)
		m.Text = in.text8(ud)
	default:
		tpdu.Content(&m, dcs, udh, ud)
	}
	in.facilities(&m)
	return m
}

// text8 is a text whose octets are no septets: some SMSCs write UTF-8 or Latin-1 under data_coding 0.
func (in *Inbound) text8(ud []byte) string {
	switch {
	case in.DataCoding == pdu.CodingIA5 || in.DataCoding == pdu.CodingLatin1:
		return in.Text()
	case utf8.Valid(ud):
		return string(ud)
	}
	latin1 := Inbound{DataCoding: pdu.CodingLatin1, ShortMessage: ud}
	return latin1.Text()
}

// dcs is the data coding scheme that stands for data_coding. text is true for one that TPDUs do not have, and
// for octets that are no septets: text8 reads them.
func (in *Inbound) dcs(ud []byte) (dcs tpdu.DCS, text bool) {
	switch c := in.DataCoding; {
	case c >= 0xC0:
		dcs = tpdu.DCS(c)
	case c == pdu.CodingUCS2:
		dcs = 8
	case c == pdu.CodingOctets || c == pdu.CodingOctets1:
		dcs = 4
	case c == pdu.CodingIA5 || c == pdu.CodingLatin1:
		return 0, true
	case c != pdu.CodingDefault:
		dcs = 4
	}
	if dcs.Alphabet() == sms.GSM7 {
		for _, o := range ud {
			if o > 0x7F {
				return dcs, true
			}
		}
	}
	return dcs, false
}

// header adds to a user data header what optional parameters say instead: segments and ports.
func (in *Inbound) header(udh []byte) []byte {
	elements, whole := sms.Elements(udh)
	if !whole {
		return udh
	}
	n := len(elements)
	if sar, ok := in.TLVs.SAR(); ok && sar.Total > 1 {
		if _, there := sms.PartOf(udh); !there {
			ref := binary.BigEndian.AppendUint16(nil, sar.Ref)
			elements = append(elements, sms.Element{ID: sms.IEConcat16, Data: append(ref, sar.Total, sar.Segment)})
		}
	}
	source, _ := in.TLVs.Get(pdu.TagSourcePort)
	dest, ok := in.TLVs.Get(pdu.TagDestinationPort)
	if _, _, there := sms.PortsOf(udh); ok && !there && len(dest) == 2 {
		if len(source) != 2 {
			source = []byte{0, 0}
		}
		elements = append(elements, sms.Element{ID: sms.IEPorts16, Data: append(append([]byte{}, dest...), source...)})
	}
	if len(elements) == n {
		return udh
	}
	if longer, err := sms.UDH(elements...); err == nil {
		return longer
	}
	return udh
}

// facilities adds what optional parameters say of lamp and display: SMPP 3.4 §5.3.2.13, §5.3.2.18, §5.3.2.1.
func (in *Inbound) facilities(m *sms.Message) {
	if f, _ := in.TLVs.Get(pdu.TagMsMsgWaitFacilities); len(f) == 1 {
		if m.Waiting.Kind == sms.WaitingNone {
			m.Waiting.Kind = sms.Voicemail + sms.WaitingKind(f[0]&3)
			m.Waiting.Store = len(m.Text) > 0
		}
		m.Waiting.Active = f[0]&0x80 != 0
	}
	if n, _ := in.TLVs.Get(pdu.TagNumberOfMessages); len(n) == 1 && m.Waiting.Kind != sms.WaitingNone {
		m.Waiting.Count = n[0]
		m.Waiting.Active = n[0] > 0
	}
	if !m.Waiting.Active {
		m.Waiting.Count = 0
	}
	if u, _ := in.TLVs.Get(pdu.TagDestAddrSubunit); len(u) == 1 && u[0] >= 1 && u[0] <= 4 && m.MessageClass == sms.ClassNone && m.Waiting.Kind == sms.WaitingNone {
		m.MessageClass = sms.MessageClass(u[0])
	}
}

// inboundAddress takes off what some SMSCs put before a number.
func inboundAddress(a pdu.Address) sms.Address {
	out := sms.Address{TON: sms.TON(a.TON), NPI: sms.NPI(a.NPI), Addr: a.Addr}
	if len(a.Addr) > 1 && a.Addr[0] == '+' {
		out.TON, out.NPI, out.Addr = sms.TONInternational, sms.NPIISDN, a.Addr[1:]
	}
	return out
}
