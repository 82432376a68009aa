package pdu

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
)

// Field is one parameter of a PDU for people to read.
type Field struct {
	// Name is the parameter's in the standard; "(surplus)" for octets that belong to none.
	Name string
	// Offset is where it starts, in octets from the start of command_length.
	Offset int
	// Octets is what was on the wire; nil for a password.
	Octets []byte
	// Value says what it means; a password is "***".
	Value string
	// Note says what is wrong with it; empty when nothing is.
	Note string
	// Section is where SMPP 3.4 describes it, "§5.2.12", or "5.0 §…"; empty for what no standard has.
	Section string
	// Section50 is where SMPP 5.0 describes it, "5.0 §4.7.12"; empty where it does not.
	Section50 string
}

// Fields takes a PDU apart for people to read, in wire order, by the walk that decodes it. With an error
// it returns the fields up to there and, as the last, the octets that could not be read, however few b
// has. Octets after the PDU are not looked at.
func Fields(b []byte) ([]Field, error) {
	var fields []Field
	h, err := DecodeHeader(b)
	if len(b) >= HeaderLen && uint64(h.Length) <= uint64(len(b)) && h.Length >= HeaderLen {
		b = b[:h.Length]
	} else if err == nil {
		err = lengthError(h, len(b))
	}
	c := codec{careful: &careful{list: &fields}, prints: true, b: b, command: h.Command, status: h.Status}
	h.fields(&c)
	if !c.failed {
		walk(&c, alloc(&c, h.Command))
		c.surplus()
	}
	if c.failed {
		c.rubble(&fields)
		if len(b) >= HeaderLen {
			err = c.err
		}
	}
	return fields, err
}

// rubble prints what is left of a PDU at the field that could not be read, or after it when it was read and
// nothing can be made of it.
func (c *codec) rubble(fields *[]Field) {
	problem := ""
	if e, ok := errors.AsType[*FieldError](c.err); ok {
		problem = e.Problem
	}
	if n := len(*fields); n > 0 && c.at < c.off-c.start && (*fields)[n-1].Offset == c.at {
		(*fields)[n-1].Note = problem
		problem = ""
		c.name, c.at = "(surplus)", c.off-c.start
	}
	c.off = len(c.b)
	if c.at < c.off-c.start || problem != "" {
		c.pending = problem
		c.print("(cannot be read)")
	}
}

// print adds the field at hand, whose octets have been read, to the list.
func (c *codec) print(value string) {
	f := Field{
		Name: c.name, Offset: c.at, Octets: c.field(), Value: value, Note: c.pending,
		Section: section(c.name), Section50: section50(c.name),
	}
	c.pending = ""
	if c.name == "password" {
		f.Octets, f.Value = nil, "***"
	}
	*c.list = append(*c.list, f)
}

// explain adds what the value just printed means.
func (c *codec) explain(meaning string) {
	f := &(*c.list)[len(*c.list)-1]
	f.Value += ": " + meaning
}

// note adds a remark to the field at hand, or to the next one when it has not been printed yet.
func (c *codec) note(problem string) {
	if !c.prints {
		return
	}
	note := &c.pending
	for i := len(*c.list) - 1; i >= 0; i-- {
		if f := &(*c.list)[i]; f.Name == c.name {
			note = &f.Note
			break
		}
	}
	if *note != "" {
		*note += "; "
	}
	*note += problem
}

// show is an integer and, for a type that has names, what it is called.
func show[T ~uint8 | ~uint32](v T) string {
	n := uint32(v)
	switch v := any(v).(type) {
	case Command:
		return fmt.Sprintf("0x%08X %v", n, v)
	case Status:
		s := fmt.Sprintf("0x%08X %v", n, v)
		if v.Meaning() != "" {
			s += ": " + v.Meaning()
		}
		return s
	case fmt.Stringer:
		return fmt.Sprintf("0x%02X %v", n, v)
	}
	return strconv.FormatUint(uint64(n), 10)
}

// looks is what decides how the text of a message reads.
type looks struct {
	coding DataCoding
	udhi   bool
}

// look notes how the text that follows reads.
func (c *codec) look(l looks) {
	if c.careful != nil {
		c.looks = l
	}
}

// message is the text of a message: its user data header in hex, then the text when its alphabet is
// plain, else hex.
func (l looks) message(b []byte) string {
	if len(b) == 0 {
		return "(empty)"
	}
	header := ""
	if l.udhi {
		n := 1 + int(b[0])
		if n > len(b) {
			return fmt.Sprintf("%s (user data header of %d octets in %d)", hexText(b), n, len(b))
		}
		header, b = "user data header "+hexText(b[:n])+", ", b[n:]
	}
	switch l.coding {
	case CodingDefault, CodingIA5, 0xF0, 0xF1, 0xF2, 0xF3:
		return header + quote(string(b))
	case CodingLatin1:
		runes := make([]rune, len(b))
		for i, o := range b {
			runes[i] = rune(o)
		}
		return header + strconv.Quote(string(runes))
	case CodingUCS2:
		if len(b)%2 == 0 {
			return header + strconv.Quote(ucs2(b))
		}
	}
	return header + hexText(b)
}

// ucs2 reads big-endian UTF-16; half a surrogate pair becomes U+FFFD.
func ucs2(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	return string(utf16.Decode(units))
}

// quote quotes octets that are text, most of them ASCII; others are escaped.
func quote(s string) string { return strconv.QuoteToASCII(s) }

// hexText is octets in hex.
func hexText(b []byte) string {
	if len(b) == 0 {
		return "(empty)"
	}
	return hex.EncodeToString(b)
}
