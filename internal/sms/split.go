package sms

import "fmt"

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
// units or octets.
func limits(a Alphabet, c Concat) (single, multi int) {
	switch a {
	case GSM7:
		return userData * 8 / 7, (userData - c.udhLen()) * 8 / 7 // 160, 153 or 152
	case UCS2:
		return userData / 2, (userData - c.udhLen()) / 2 // 70, 67 or 66
	}
	return userData, userData - c.udhLen() // 140, 134 or 133
}

// Split encodes m and cuts it into segments with m.Ref as their reference, of which an 8-bit header
// carries the lower octet. It never cuts inside an escape sequence or a surrogate pair. The Alphabet
// is the one used, never AlphabetAuto. It is an error when m's alphabet cannot hold its text, or when
// more than 255 segments would be needed. For Data the segments share m's memory.
func (m *Message) Split(c Concat) (Alphabet, []Segment, error) {
	a, b, err := m.encode()
	if err != nil {
		return 0, nil, fmt.Errorf("sms: %w", err)
	}
	single, multi := limits(a, c)
	if a == UCS2 {
		single, multi = 2*single, 2*multi
	}
	if len(b) <= single {
		return a, []Segment{{Data: b}}, nil
	}
	n := 0
	for rest := b; len(rest) > 0; n++ {
		rest = rest[cut(a, rest, multi):]
	}
	if err := checkSegments(n); err != nil {
		return 0, nil, fmt.Errorf("sms: %w", err)
	}
	segments := make([]Segment, n)
	headers := make([]byte, 0, n*c.udhLen())
	for i := range segments {
		start := len(headers)
		headers = c.appendUDH(headers, m.Ref, n, i+1)
		end := cut(a, b, multi)
		segments[i] = Segment{UDH: headers[start:len(headers):len(headers)], Data: b[:end:end]}
		b = b[end:]
	}
	return a, segments, nil
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
		return Octets, m.Data, nil
	}
	if err := m.checkText(); err != nil {
		return 0, nil, err
	}
	if m.Alphabet != UCS2 {
		if septets, _, ok := EncodeGSM7(m.Text); ok {
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
