package sms

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Message is one short message for one recipient, however many segments it takes.
type Message struct {
	// From is the sender shown to the recipient. Zero: the sender of the route it takes.
	From Address
	// To is who it is for: always a number, never alphanumeric.
	To Address
	// Text is the text in UTF-8. It may be empty, and must be when there is Data.
	Text string
	// Data is 8-bit user data. nil: the message is text.
	Data []byte
	// Alphabet is how Text is written. AlphabetAuto: GSM7 when every character fits, else UCS2.
	Alphabet Alphabet
	// Class is how urgent it is.
	Class Class
	// MessageClass is where the phone is to put it. Zero: the phone decides.
	MessageClass MessageClass
	// Receipt asks for a delivery receipt.
	Receipt bool
	// NotBefore is the earliest time to send it. Zero: now.
	NotBefore time.Time
	// Validity is how long it is worth delivering, from acceptance, up to 63 weeks. Zero: that of Class.
	Validity time.Duration
	// Ref is the reference of its segments, and user_message_reference in SMPP. Zero: none yet.
	Ref uint16
}

// maxValidity is the longest TP-Validity-Period: TS 23.040 §9.2.3.12.1.
const maxValidity = 63 * 7 * 24 * time.Hour

// Check reports the first field of m that cannot be sent, and why.
func (m *Message) Check() error {
	if err := m.check(); err != nil {
		return fmt.Errorf("sms: %w", err)
	}
	return nil
}

func (m *Message) check() error {
	if err := m.To.check(); err != nil {
		return fmt.Errorf("to %w", err)
	}
	if m.To.TON == TONAlphanumeric {
		return fmt.Errorf("to %q is alphanumeric: a text goes to a number, as in +359888123456", m.To.Addr)
	}
	if !m.From.IsZero() {
		if err := m.From.check(); err != nil {
			return fmt.Errorf("from %w", err)
		}
	}
	if m.Validity < 0 || m.Validity > maxValidity {
		return fmt.Errorf("validity %v: must be 0 to 63 weeks", m.Validity)
	}
	size, err := m.size(Concat16) // the form that holds less
	if err != nil {
		return err
	}
	return checkSegments(size.Segments)
}

// checkValues is what must hold for m to mean anything at all, on flash as well as on the wire. Its
// errors have no prefix yet.
func (m *Message) checkValues() error {
	switch {
	case m.Class > Telemetry:
		return fmt.Errorf("class %d: must be %s", byte(m.Class), classes)
	case m.MessageClass > ClassTE:
		return fmt.Errorf("message class %d: must be %s", uint8(m.MessageClass), messageClasses)
	case m.Alphabet > Octets:
		return fmt.Errorf("alphabet %d: must be %s", uint8(m.Alphabet), alphabets)
	case m.Data == nil && m.Alphabet == Octets:
		return errors.New("alphabet octets: must go with data, and the message has a text")
	case m.Data != nil && m.Text != "":
		return errors.New("message has both a text and data: must have one of them")
	case m.Data != nil && m.Alphabet != Octets && m.Alphabet != AlphabetAuto:
		return fmt.Errorf("alphabet %v: must be octets or auto, since the message has data", m.Alphabet)
	}
	return nil
}

// checkText is what encoding would silently change.
func (m *Message) checkText() error {
	if !utf8.ValidString(m.Text) {
		return errors.New("text is not UTF-8")
	}
	if m.Alphabet != GSM7 {
		return nil
	}
	for i, r := range m.Text {
		if _, ok := septetOf(r); !ok {
			return fmt.Errorf("text has %q at octet %d, which the GSM 7-bit default alphabet does not have: use alphabet auto or ucs2", r, i)
		}
	}
	return nil
}
