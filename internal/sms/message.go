package sms

import (
	"bytes"
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
	// Data is 8-bit user data or, when Alphabet is GSM7 or UCS2, a text coded in it already that Text cannot
	// hold unaltered: septets, one per octet, or 16-bit units. nil: the message is text.
	Data []byte
	// UDH is a user data header, with its UDHL, that the message came with; it is sent as it is. When it counts
	// segments the message is one of them, and has to fit one; else Split counts them behind it.
	UDH []byte
	// Tables are the national language tables of septets. The zero Tables is the GSM 7-bit default alphabet.
	// They are not to be named in UDH as well.
	Tables Tables
	// Alphabet is how Text is written. AlphabetAuto: GSM7 when every character fits, else UCS2.
	Alphabet Alphabet
	// Class is how urgent it is.
	Class Class
	// MessageClass is where the phone is to put it. Zero: the phone decides.
	MessageClass MessageClass
	// ProtocolID is TP-PID, protocol_id in SMPP: TS 23.040 §9.2.3.9. Zero: a short message like any other.
	ProtocolID uint8
	// Waiting is the lamp that the message lights or darkens.
	Waiting Waiting
	// Receipt asks for a delivery receipt.
	Receipt bool
	// NotBefore is the earliest time to send it. Zero: now.
	NotBefore time.Time
	// Validity is how long it is worth delivering, from acceptance, up to 63 weeks. Zero: that of Class.
	Validity time.Duration
	// Ref is the reference of its segments, and user_message_reference in SMPP. Zero: none yet.
	Ref uint16
	// ReplyPath is TP-RP: an answer may take the same way back, TS 23.040 §9.2.3.17.
	ReplyPath bool
	// More says that more messages to the same recipient follow at once: TP-MMS, TS 23.040 §9.2.3.2.
	More bool
	// Compressed says that Data is compressed as TS 23.042 has it, which nothing here undoes.
	Compressed bool
	// Submit is what its sender asks of the SMSC beyond the text. nil: nothing. It is not to be changed.
	Submit *Submission
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
	if m.Submit != nil {
		if err := m.Submit.check(); err != nil {
			return err
		}
	}
	if n := m.Recipients(); n > MaxRecipients {
		return fmt.Errorf("%d recipients: must be at most %d", n, MaxRecipients)
	}
	if m.To.IsZero() && m.Many() {
		return m.checkRest()
	}
	if err := m.To.check(); err != nil {
		return fmt.Errorf("to %w", err)
	}
	if m.To.TON == TONAlphanumeric {
		return fmt.Errorf("to %q is alphanumeric: a text goes to a number, as in +359888123456", m.To.Addr)
	}
	return m.checkRest()
}

// checkRest is what check looks at beside the recipients.
func (m *Message) checkRest() error {
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
	case m.Data != nil && m.Alphabet == GSM7 && bytes.ContainsFunc(m.Data, notSeptet):
		return errors.New("data has an octet above 0x7F: must be septets, since the alphabet is gsm7")
	case m.Compressed && m.wire() != Octets:
		return errors.New("compressed text: must be data in alphabet octets")
	case m.Tables != (Tables{}) && (m.Data != nil || m.Alphabet == UCS2):
		return errors.New("national language tables: must go with a text in alphabet gsm7 or auto")
	case m.Tables != (Tables{}) && TablesOf(m.UDH) != (Tables{}):
		return errors.New("national language tables: user data header names some already")
	case len(m.UDH) > maxHeader || len(m.UDH) > 0 && int(m.UDH[0]) != len(m.UDH)-1 || len(m.UDH) == 1:
		return fmt.Errorf("user data header of %d octets: must be at most %d, and begin with their number but one", len(m.UDH), maxHeader)
	}
	if err := m.Tables.check(); err != nil {
		return err
	}
	if m.Submit != nil {
		if err := m.Submit.check(); err != nil {
			return err
		}
	}
	return m.Waiting.check()
}

// wire is the alphabet of Data.
func (m *Message) wire() Alphabet {
	if m.Data != nil && m.Alphabet == AlphabetAuto {
		return Octets
	}
	return m.Alphabet
}

func notSeptet(r rune) bool { return r > 0x7F }

// checkText is what encoding would silently change.
func (m *Message) checkText() error {
	if !utf8.ValidString(m.Text) {
		return errors.New("text is not UTF-8")
	}
	if m.Alphabet != GSM7 {
		return nil
	}
	for i, r := range m.Text {
		if _, ok := m.Tables.septetOf(r); ok {
			continue
		}
		if m.Tables == (Tables{}) {
			return fmt.Errorf("text has %q at octet %d, which the GSM 7-bit default alphabet does not have: use alphabet auto or ucs2", r, i)
		}
		return fmt.Errorf("text has %q at octet %d, which the tables of %v (locking) and %v (single) do not have: use alphabet auto or ucs2",
			r, i, m.Tables.Locking, m.Tables.Single)
	}
	return nil
}
