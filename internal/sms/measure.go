package sms

import "fmt"

// Size is what a message takes on the wire.
type Size struct {
	// Alphabet is the one it is written in: GSM7, UCS2 or Octets.
	Alphabet Alphabet
	// Segments is how many short messages it takes, 1 or more. Above 255 it cannot be sent.
	Segments int
	// Units is how many septets, 16-bit units or octets the text takes, headers not counted.
	Units int
	// Left is how many more units fit before another segment is needed.
	Left int
}

// Measure gives what text takes, in GSM7 when every character fits and else in UCS2, with 8-bit
// references when it takes several segments. It allocates nothing.
func Measure(text string) Size {
	m := Message{Text: text}
	size, _ := m.size(Concat8)
	return size
}

// Size gives what m takes with references of form c. It is an error when m's alphabet cannot hold its
// text. It allocates nothing.
func (m *Message) Size(c Concat) (Size, error) {
	size, err := m.size(c)
	if err != nil {
		return Size{}, fmt.Errorf("sms: %w", err)
	}
	return size, nil
}

func (m *Message) size(c Concat) (Size, error) {
	if err := m.checkValues(); err != nil {
		return Size{}, err
	}
	if m.Data != nil {
		return m.dataSize(c)
	}
	if err := m.checkText(); err != nil {
		return Size{}, err
	}
	gsm, ucs2 := newTally(GSM7, c, m.elementsLen(GSM7)), newTally(UCS2, c, m.elementsLen(UCS2))
	fits := m.Alphabet != UCS2
	for _, r := range m.Text {
		if fits {
			var code byte
			code, fits = m.Tables.septetOf(r)
			gsm.add(cost(code))
		}
		ucs2.add(units(r))
	}
	if fits {
		return m.sizeOf(gsm, GSM7)
	}
	return m.sizeOf(ucs2, UCS2)
}

// sizeOf is t's size, when it can be sent.
func (m *Message) sizeOf(t tally, a Alphabet) (Size, error) {
	if t.needs() > 1 {
		if err := m.checkRoom(t.multi); err != nil {
			return Size{}, err
		}
	}
	return t.size(a), nil
}

// dataSize is the size of Data, cut just as Split cuts it.
func (m *Message) dataSize(c Concat) (Size, error) {
	a, unit := m.wire(), 1
	if a == UCS2 {
		unit = 2
	}
	single, multi := limits(a, c, m.elementsLen(a))
	s := Size{Alphabet: a, Segments: 1, Units: (len(m.Data) + unit - 1) / unit}
	if s.Units <= single {
		s.Left = single - s.Units
		return s, nil
	}
	if err := m.checkRoom(multi); err != nil {
		return Size{}, err
	}
	rest := m.Data
	for end := cut(a, rest, multi*unit); end < len(rest); end = cut(a, rest, multi*unit) {
		rest = rest[end:]
		s.Segments++
	}
	s.Left = multi - (len(rest)+unit-1)/unit
	return s, nil
}

// units is how many 16-bit units r takes.
func units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// tally counts units into segments just as Split cuts them.
type tally struct {
	single, multi int // units that fit one segment alone, and one of several
	total         int // units so far
	segments      int // segments of multi units so far
	used          int // units in the last of them
}

func newTally(a Alphabet, c Concat, elements int) tally {
	single, multi := limits(a, c, elements)
	return tally{single: single, multi: multi, segments: 1}
}

// add counts n units that stay together.
func (t *tally) add(n int) {
	t.total += n
	if t.used+n > t.multi {
		t.segments++
		t.used = 0
	}
	t.used += n
}

// addOnes counts n units of which each may begin a segment.
func (t *tally) addOnes(n int) {
	t.total += n
	t.used += n
	if t.used > t.multi && t.multi > 0 {
		more := (t.used - 1) / t.multi
		t.segments += more
		t.used -= more * t.multi
	}
}

// needs is how many segments the units take.
func (t *tally) needs() int {
	if t.total <= t.single {
		return 1
	}
	return t.segments
}

func (t *tally) size(a Alphabet) Size {
	s := Size{Alphabet: a, Segments: t.needs(), Units: t.total, Left: t.multi - t.used}
	if s.Segments == 1 {
		s.Left = t.single - t.total
	}
	return s
}
