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
		octets := newTally(Octets, c)
		octets.addOnes(len(m.Data))
		return octets.size(Octets), nil
	}
	if err := m.checkText(); err != nil {
		return Size{}, err
	}
	gsm, ucs2 := newTally(GSM7, c), newTally(UCS2, c)
	fits := m.Alphabet != UCS2
	for _, r := range m.Text {
		if fits {
			var code byte
			code, fits = septetOf(r)
			gsm.add(cost(code))
		}
		ucs2.add(units(r))
	}
	if fits {
		return gsm.size(GSM7), nil
	}
	return ucs2.size(UCS2), nil
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

func newTally(a Alphabet, c Concat) tally {
	single, multi := limits(a, c)
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
	if t.used > t.multi {
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
