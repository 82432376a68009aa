package sms

import (
	"errors"
	"fmt"
)

// Concat is the form of the concatenation header of a long message: TS 23.040 §9.2.3.24.
type Concat uint8

// The forms of the header.
const (
	Concat8  Concat = 0 // information element 0x00: 8-bit reference
	Concat16 Concat = 1 // information element 0x08: 16-bit reference, a septet dearer
)

// String gives the form in one word.
func (c Concat) String() string {
	switch c {
	case Concat8:
		return "udh8"
	case Concat16:
		return "udh16"
	}
	return fmt.Sprintf("Concat(%d)", uint8(c))
}

const (
	maxSegments = 255 // the total is one octet
	userData    = 140 // octets of TP-User-Data: TS 23.040 §9.2.3.24
)

// udhLen is the length of the header with its UDHL, in octets.
func (c Concat) udhLen() int {
	if c == Concat16 {
		return 7
	}
	return 6
}

// Segment is one short message on the wire.
type Segment struct {
	// UDH is the user data header with its UDHL. nil: the message is in one segment.
	UDH []byte
	// Data is GSM7 with one septet per octet, UCS2 big-endian, or octets.
	Data []byte
}

// limits gives how much fits one segment alone and one of several, in units of a: septets, 16-bit
// units or octets. elements is how many octets of other elements stand in each header.
func limits(a Alphabet, c Concat, elements int) (single, multi int) {
	header := 0
	if elements > 0 {
		header = 1 + elements
	}
	single, multi = max(0, userData-header), max(0, userData-c.udhLen()-elements)
	switch a {
	case GSM7:
		return single * 8 / 7, multi * 8 / 7 // 160, 153 or 152 without other elements
	case UCS2:
		return single / 2, multi / 2 // 70, 67 or 66
	}
	return single, multi // 140, 134 or 133
}

// Split encodes m and cuts it into segments with m.Ref as their reference, of which an 8-bit header
// carries the lower octet. It never cuts inside an escape sequence or a surrogate pair. A header that m
// has stands in every segment; when it counts segments already there is one, unaltered. The Alphabet
// is the one used, never AlphabetAuto. It is an error when m's alphabet cannot hold its text, or when
// more than 255 segments would be needed. For Data the segments share m's memory.
func (m *Message) Split(c Concat) (Alphabet, []Segment, error) {
	a, b, err := m.encode()
	if err != nil {
		return 0, nil, fmt.Errorf("sms: %w", err)
	}
	elements := m.elements(a)
	single, multi := limits(a, c, len(elements))
	if a == UCS2 {
		single, multi = 2*single, 2*multi
	}
	if len(b) <= single {
		return a, []Segment{{UDH: header(elements), Data: b}}, nil
	}
	if err := m.checkRoom(multi); err != nil {
		return 0, nil, fmt.Errorf("sms: %w", err)
	}
	n := 0
	for rest := b; len(rest) > 0; n++ {
		rest = rest[cut(a, rest, multi):]
	}
	if err := checkSegments(n); err != nil {
		return 0, nil, fmt.Errorf("sms: %w", err)
	}
	segments := make([]Segment, n)
	headers := make([]byte, 0, n*(c.udhLen()+len(elements)))
	for i := range segments {
		start := len(headers)
		headers = append(c.appendUDH(headers, m.Ref, n, i+1), elements...)
		headers[start] += byte(len(elements))
		end := cut(a, b, multi)
		segments[i] = Segment{UDH: headers[start:len(headers):len(headers)], Data: b[:end:end]}
		b = b[end:]
	}
	return a, segments, nil
}

// header puts a UDHL in front of elements.
func header(elements []byte) []byte {
	if len(elements) == 0 {
		return nil
	}
	return append([]byte{byte(len(elements))}, elements...)
}

// checkRoom is for a message that does not fit one segment: it must not be one of several already, and its
// header must leave room in each.
func (m *Message) checkRoom(multi int) error {
	if _, counted := PartOf(m.UDH); counted {
		return errors.New("segment with a user data header that counts segments does not fit 140 octets: shorten it")
	}
	if multi < 2 {
		return fmt.Errorf("user data header of %d octets leaves no room to count segments: shorten it", len(m.UDH))
	}
	return nil
}

// elements is what stands in the header of each segment, besides the count: the elements of UDH, the national
// language tables, and the waiting indication when the data coding scheme cannot say all of it.
func (m *Message) elements(a Alphabet) []byte {
	n := m.elementsLen(a)
	if n == 0 {
		return nil
	}
	b := make([]byte, 0, n)
	if len(m.UDH) > 0 {
		b = append(b, m.UDH[1:]...)
	}
	if a == GSM7 && m.Tables.Locking != LanguageNone {
		b = append(b, byte(IELockingShift), 1, byte(m.Tables.Locking))
	}
	if a == GSM7 && m.Tables.Single != LanguageNone {
		b = append(b, byte(IESingleShift), 1, byte(m.Tables.Single))
	}
	if m.waitingElement(a) {
		e := m.Waiting.Element()
		b = append(append(b, byte(e.ID), byte(len(e.Data))), e.Data...)
	}
	return b
}

func (m *Message) elementsLen(a Alphabet) int {
	n := max(0, len(m.UDH)-1)
	if a == GSM7 && m.Tables.Locking != LanguageNone {
		n += languageOctets
	}
	if a == GSM7 && m.Tables.Single != LanguageNone {
		n += languageOctets
	}
	if m.waitingElement(a) {
		n += waitingOctets
	}
	return n
}

// waitingElement is true when the lamp needs an information element: for a number, a profile or a kind that
// the data coding scheme has no place for. A header that came with the message says it already.
func (m *Message) waitingElement(a Alphabet) bool {
	w := m.Waiting
	if w.Kind == WaitingNone {
		return false
	}
	if _, there := WaitingOfUDH(m.UDH); there {
		return false
	}
	_, coded := w.DCS(a)
	return !coded || w.Count > 0 || w.Profile > 0
}

func checkSegments(n int) error {
	if n > maxSegments {
		return fmt.Errorf("message needs %d segments: at most %d can be counted, send it as several messages", n, maxSegments)
	}
	return nil
}

// encode gives the octets of the whole message and the alphabet they are in.
func (m *Message) encode() (Alphabet, []byte, error) {
	if err := m.checkValues(); err != nil {
		return 0, nil, err
	}
	if m.Data != nil {
		return m.wire(), m.Data, nil
	}
	if err := m.checkText(); err != nil {
		return 0, nil, err
	}
	if m.Alphabet != UCS2 {
		if septets, _, ok := m.Tables.Encode(m.Text); ok {
			return GSM7, septets, nil
		}
	}
	return UCS2, EncodeUCS2(m.Text), nil
}

// cut gives how many of the octets in b go into a segment that holds limit of them.
func cut(a Alphabet, b []byte, limit int) int {
	switch {
	case len(b) <= limit:
		return len(b)
	case a == GSM7 && b[limit-1] == esc:
		return limit - 1
	case a == UCS2 && isHighSurrogate(b[limit-2]):
		return limit - 2
	}
	return limit
}

// appendUDH appends the header of segment i, counted from 1, of n: TS 23.040 §9.2.3.24.1 and §9.2.3.24.8.
func (c Concat) appendUDH(b []byte, ref uint16, n, i int) []byte {
	if c == Concat16 {
		return append(b, 0x06, 0x08, 0x04, byte(ref>>8), byte(ref), byte(n), byte(i))
	}
	return append(b, 0x05, 0x00, 0x03, byte(ref), byte(n), byte(i))
}
