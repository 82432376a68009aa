package tpdu

import (
	"fmt"

	"smppagent/internal/sms"
)

// DCS is TP-Data-Coding-Scheme: TS 23.038 §4. Codes that the standard reserves are read as the GSM 7-bit
// default alphabet, as it asks of a receiver.
type DCS uint8

// general is true for the groups 00xx and 01xx, which say alphabet, class and compression.
func (d DCS) general() bool { return d < 0x80 }

// Alphabet is the alphabet of the user data, when it is not compressed.
func (d DCS) Alphabet() sms.Alphabet {
	switch {
	case d.general() && d&0x0C == 0x04, d >= 0xF0 && d&0x04 != 0:
		return sms.Octets
	case d.general() && d&0x0C == 0x08, d >= 0xE0 && d < 0xF0:
		return sms.UCS2
	}
	return sms.GSM7
}

// Compressed is true for a text that is compressed as TS 23.042 has it.
func (d DCS) Compressed() bool { return d.general() && d&0x20 != 0 }

// Delete is true for a message that the phone is to delete when it has been read.
func (d DCS) Delete() bool { return d >= 0x40 && d < 0x80 }

// Class is where the phone is to put the message.
func (d DCS) Class() sms.MessageClass {
	if d.general() && d&0x10 != 0 || d >= 0xF0 {
		return sms.Flash + sms.MessageClass(d&3)
	}
	return sms.ClassNone
}

// Waiting is the lamp that the message waiting group lights or darkens.
func (d DCS) Waiting() sms.Waiting {
	w, _ := sms.WaitingOfDCS(byte(d))
	return w
}

// String says what it means in words.
func (d DCS) String() string {
	s := d.Alphabet().String()
	if d.Compressed() {
		s += ", compressed"
	}
	if c := d.Class(); c != sms.ClassNone {
		s += ", class " + c.String()
	}
	if w := d.Waiting(); w.Kind != sms.WaitingNone {
		s += fmt.Sprintf(", %v waiting %t", w.Kind, w.Active)
	}
	return s
}

// DCSOf is the data coding scheme of a message in alphabet a. A waiting indication that it cannot hold
// stands in the user data header, where sms.Message.Split puts it.
func DCSOf(m *sms.Message, a sms.Alphabet) DCS {
	if dcs, ok := m.Waiting.DCS(a); ok && m.MessageClass == sms.ClassNone {
		return DCS(dcs)
	}
	d := DCS(m.MessageClass.DCSBits() | a.DCSBits())
	if m.Compressed {
		d |= 0x20
	}
	return d
}
