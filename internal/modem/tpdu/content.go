package tpdu

import (
	"bytes"

	"smppagent/internal/sms"
)

// Content gives m what data coding scheme, header and user data say; ud has septets one in an octet. A text in
// septets gets AlphabetAuto, so that a way that lacks the default alphabet may send it in another. Where a text
// would not come out octet by octet as it came in, Data holds it as it is. Nothing of it is in the memory of udh
// and ud.
func Content(m *sms.Message, dcs DCS, udh, ud []byte) {
	m.MessageClass, m.Compressed = dcs.Class(), dcs.Compressed()
	m.Waiting, m.UDH = dcs.Waiting(), bytes.Clone(udh)
	if w, ok := sms.WaitingOfUDH(udh); ok {
		w.Store = w.Store || m.Waiting.Store // when either says so: TS 23.040 §9.2.3.24.2
		m.Waiting = w
	}
	a := dcs.Alphabet()
	switch {
	case a == sms.Octets || m.Compressed:
		m.Alphabet, m.Data = sms.Octets, append([]byte{}, ud...)
	case a == sms.UCS2:
		m.Alphabet, m.Text = sms.UCS2, sms.DecodeUCS2(ud)
		if !bytes.Equal(sms.EncodeUCS2(m.Text), ud) {
			m.Text, m.Data = "", append([]byte{}, ud...)
		}
	default:
		septets(m, ud)
	}
}

// septets gives m a text of septets. The elements that name its tables go out of the header, since the message
// names them.
func septets(m *sms.Message, ud []byte) {
	tables := sms.TablesOf(m.UDH)
	m.Text = tables.Decode(ud)
	again, _, ok := tables.Encode(m.Text)
	if !ok || !bytes.Equal(again, ud) {
		m.Alphabet, m.Text, m.Data = sms.GSM7, "", append([]byte{}, ud...)
		return
	}
	if tables == (sms.Tables{}) {
		return
	}
	elements, whole := sms.Elements(m.UDH)
	if !whole {
		m.Alphabet, m.Text, m.Data = sms.GSM7, "", append([]byte{}, ud...)
		return
	}
	var others []sms.Element
	for _, e := range elements {
		if e.ID != sms.IESingleShift && e.ID != sms.IELockingShift {
			others = append(others, e)
		}
	}
	if rest, err := sms.UDH(others...); err == nil {
		m.Tables, m.UDH = tables, rest
	}
}

// Text is user data for people to read; octets give none.
func Text(dcs DCS, udh, ud []byte) string {
	switch {
	case dcs.Compressed() || dcs.Alphabet() == sms.Octets:
		return ""
	case dcs.Alphabet() == sms.UCS2:
		return sms.DecodeUCS2(ud)
	}
	return sms.TablesOf(udh).Decode(ud)
}
