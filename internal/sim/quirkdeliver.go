package sim

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// dress returns what d goes out as: as it is, or as quirks want it while it is still a PDU by the book.
func (r *requester) dress(d *delivery) pdu.PDU {
	m := *d.pdu
	m.TLVs = slices.Clone(m.TLVs)
	if m.DataCoding == 0 && len(m.ShortMessage) > 0 {
		r.recode(&m)
	}
	if d.receipt {
		switch {
		case r.punishes("ucs2-receipt", len(m.ShortMessage) > 0 && len(m.ShortMessage) <= 127):
			m.DataCoding, m.ShortMessage = 8, sms.EncodeUCS2(sms.DecodeGSM7(m.ShortMessage))
		case r.punishes("payload-receipt", len(m.ShortMessage) > 0):
			m.TLVs.Add(pdu.TagMessagePayload, m.ShortMessage)
			m.ShortMessage = nil
		}
		if r.punishes("data-sm", true) {
			p := &pdu.DataSM{Source: m.Source, Dest: m.Dest, ESMClass: m.ESMClass, DataCoding: m.DataCoding, TLVs: m.TLVs}
			if len(m.ShortMessage) > 0 {
				p.TLVs.Add(pdu.TagMessagePayload, m.ShortMessage)
			}
			return p
		}
		return &m
	}
	udh := uint8(m.ESMClass)&udhi != 0
	switch {
	case !udh && m.DataCoding == 0 && r.punishes("mo-ucs2-as-0", len(m.ShortMessage) <= 70):
		m.ShortMessage = sms.EncodeUCS2(sms.DecodeGSM7(m.ShortMessage))
	case !udh && m.DataCoding == 8 && r.punishes("mo-ucs2-as-0", true):
		m.DataCoding = 0
	case !udh && r.punishes("mo-little-endian", len(m.ShortMessage) <= 69):
		m.ShortMessage = littleEndian(&m)
		m.DataCoding = 8
	}
	return &m
}

// recode writes the text in what data_coding 0 is to this SMSC.
func (r *requester) recode(m *pdu.DeliverSM) {
	header := 0
	if uint8(m.ESMClass)&udhi != 0 {
		header = 1 + int(m.ShortMessage[0])
	}
	udh, septets := m.ShortMessage[:header:header], m.ShortMessage[header:]
	switch {
	case r.punishes("default-latin1", true):
		for _, c := range sms.DecodeGSM7(septets) {
			udh = append(udh, byte(min(c, 0xFF)))
		}
		m.ShortMessage = udh
	case r.punishes("default-packed", true):
		m.ShortMessage = append(udh, sms.PackUserData(septets, sms.FillBits(udh))...)
	}
}

// littleEndian is the text of m in UCS2 the wrong way round, behind its mark.
func littleEndian(m *pdu.DeliverSM) []byte {
	text := m.ShortMessage
	if m.DataCoding == 0 {
		text = sms.EncodeUCS2(sms.DecodeGSM7(text))
	}
	b := []byte{0xFF, 0xFE}
	for i := 0; i+1 < len(text); i += 2 {
		b = append(b, text[i+1], text[i])
	}
	return b
}

// Where the fields of a deliver_sm are, in octets from its beginning.
type deliverFields struct{ dest, esmClass, length, tlvs int }

// fieldsOf finds the fields in b, a deliver_sm by the book.
func fieldsOf(b []byte) (f deliverFields) {
	at := headerLen
	skip := func() { at += bytes.IndexByte(b[at:], 0) + 1 }
	skip() // service_type
	at += 2
	skip() // source_addr
	at += 2
	f.dest = at
	skip()
	f.esmClass = at
	at += 3 // esm_class, protocol_id, priority_flag
	skip()  // schedule_delivery_time
	skip()  // validity_period
	at += 4
	f.length = at
	f.tlvs = at + 1 + int(b[at])
	return f
}

// disguise returns the octets b of d as quirks want them that no PDU by the book has.
func (r *requester) disguise(b []byte, d *delivery) []byte {
	if pdu.Command(binary.BigEndian.Uint32(b[4:])) != pdu.CmdDeliverSM {
		return b
	}
	f := fieldsOf(b)
	if !d.receipt && r.punishes("mo-empty-udh", b[f.esmClass]&udhi == 0) {
		b = slices.Insert(b, f.length+1, 0)
		b[f.esmClass] |= udhi
		b[f.length]++
		f.tlvs++
	}
	if !d.receipt && r.punishes("mo-no-udhi", b[f.esmClass]&udhi != 0) {
		b[f.esmClass] &^= udhi
	}
	if d.receipt && r.punishes("receipt-class", b[f.esmClass] == receiptESMClass) {
		classes := [...]byte{0x08, 0x20, 0x44}
		b[f.esmClass] = classes[d.number%uint64(len(classes))]
	}
	if d.receipt && r.punishes("bare-tlvs", f.tlvs < len(b)) {
		b = bareTLVs(b, f.tlvs)
	}
	switch {
	case r.punishes("off-by-one", b[f.length] > 0):
		b = append(b[:f.tlvs], 0)
	case r.punishes("cut-tlv", true):
		b = append(b, "\x14\x01\x00\x04ab"...)
	}
	if r.punishes("garbage-address", true) {
		rest := slices.Clone(b[f.esmClass-1:])
		b = b[:f.dest]
		for i := range 30 {
			b = append(b, byte(0x80+5*i)|1)
		}
		b = append(b, rest...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// bareTLVs rewrites the optional parameters of b, which begin at the given place: receipted_message_id
// without its NUL, no message_state, network_error_code in digits.
func bareTLVs(b []byte, at int) []byte {
	tlvs := slices.Clone(b[at:])
	b = b[:at]
	for len(tlvs) >= 4 {
		tag, n := pdu.Tag(binary.BigEndian.Uint16(tlvs)), int(binary.BigEndian.Uint16(tlvs[2:]))
		value := tlvs[4 : 4+n]
		tlvs = tlvs[4+n:]
		switch tag {
		case pdu.TagMessageState, pdu.TagNetworkErrorCode:
			continue
		case pdu.TagReceiptedMessageID:
			value = bytes.TrimRight(value, "\x00")
		}
		b = binary.BigEndian.AppendUint16(b, uint16(tag))
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(value))), value...)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(pdu.TagNetworkErrorCode))
	return append(b, "\x00\x03000"...)
}

// receiptID is the message_id as the receipt about f gives it.
func (s *SMSC) receiptID(f fate) string {
	tell := func(name string) bool {
		if !s.faults.happens(name) {
			return false
		}
		s.event(Event{Kind: KindFault, Fault: name, SystemID: f.submit.SystemID})
		return true
	}
	id := f.submit.MessageID
	if f.id != 0 && tell("wrong-id-base") {
		id = s.cfg.IDBase.other().format(f.id)
	}
	if f.id != 0 && tell("padded-id") {
		id = "000" + strings.ToLower(id)
	}
	return id
}

// longestID is how much of a message_id fits into receipted_message_id, §5.3.2.12.
const longestID = 64
