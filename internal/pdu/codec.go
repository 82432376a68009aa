package pdu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unsafe"
)

// codec carries one walk over the fields of one PDU. Depending on encode the primitives append to b or
// read from it; while reading they also print when list is set. The first failure stays in err and
// makes the rest of the walk do nothing.
//
// A PDU is walked in haste first, and hardly any needs more. Only when something is not by the book is it
// walked once more with care, which means to know at every field its name and where it starts. That the
// first walk has no names to keep makes it about a third faster.
type codec struct {
	command Command
	status  Status

	encode bool
	care   bool
	writes bool   // encode without care
	reads  bool   // decode without care
	b      []byte // encoding: what is appended to; decoding: the PDU and nothing else
	start  int    // encoding: where the PDU starts in b
	off    int    // decoding: the next octet

	name string // the field at hand
	at   int    // where it starts in the PDU
	err  error

	messageAt int // where short_message starts
	tlvsAt    int // where the TLVs start

	oddities []Oddity
	list     *[]Field // printing: the fields so far
	pending  string   // printing: a remark on a field not printed yet
	looks    looks    // printing: how to read the message text

	kept []byte // a copy of what follows the header, for strings and octet strings; nil to copy each
	room []TLV  // room for TLVs
}

// errHaste ends a walk in haste: a walk with care finds the words.
var errHaste = errors.New("not by the book")

// begin starts a field, and reports whether the walk still goes.
func (c *codec) begin(name string) bool {
	if c.care {
		c.place(name)
	}
	return c.err == nil
}

// place notes the name of the field at hand and where it starts.
func (c *codec) place(name string) {
	if c.err != nil {
		return
	}
	c.name, c.at = name, c.off
	if c.encode {
		c.at = len(c.b) - c.start
	}
}

// left is how many octets have not been read.
func (c *codec) left() int { return len(c.b) - c.off }

// fail ends the walk at the field at hand.
func (c *codec) fail(short bool, problem string) {
	switch {
	case c.err != nil:
	case !c.care:
		c.err = errHaste
	default:
		c.err = &FieldError{
			PDU: c.command.String(), Field: c.name, Offset: c.at, Problem: problem, short: short,
		}
	}
}

// short ends the walk at a field that should have n octets.
func (c *codec) short(n int) {
	c.fail(true, fmt.Sprintf("%d octets are left of %d", c.left(), n))
}

// object reports a value against the book at the field at hand: an error when we send it, an Oddity
// when a peer did.
func (c *codec) object(problem string) {
	if c.err != nil {
		return
	}
	if c.encode || !c.care {
		c.fail(false, problem)
		return
	}
	c.oddities = append(c.oddities, Oddity{Field: c.name, Offset: c.at, Problem: problem})
	c.note(problem)
}

// limit objects unless ok. The rule says which values there are, and where that is written.
func (c *codec) limit(ok bool, got uint32, rule string) {
	if !ok {
		c.beyond(got, rule)
	}
}

// beyond objects to a value that is not among those the rule has.
func (c *codec) beyond(got uint32, rule string) {
	if c.care {
		c.object(fmt.Sprintf("%d is not among %s", got, rule))
		return
	}
	c.err = errHaste
}

// integer is an Integer of four octets: §3.1.
func integer[T ~uint32](c *codec, name string, v *T) {
	if !c.begin(name) {
		return
	}
	if c.encode {
		c.b = binary.BigEndian.AppendUint32(c.b, uint32(*v))
		return
	}
	if c.left() < 4 {
		c.short(4)
		return
	}
	*v = T(binary.BigEndian.Uint32(c.b[c.off:]))
	c.off += 4
	if c.list != nil {
		c.print(show(*v))
	}
}

// octet is an Integer of one octet: §3.1. It is small enough to be compiled into the walk.
func octet[T ~uint8](c *codec, name string, v *T) {
	if c.writes {
		c.b = append(c.b, byte(*v))
		return
	}
	carefulOctet(c, name, v)
}

func carefulOctet[T ~uint8](c *codec, name string, v *T) {
	if c.reads && c.off < len(c.b) {
		*v = T(c.b[c.off])
		c.off++
		return
	}
	if !c.begin(name) {
		return
	}
	if c.encode {
		c.b = append(c.b, byte(*v))
		return
	}
	if c.left() < 1 {
		c.fail(true, "the PDU ends before it")
		return
	}
	*v = T(c.b[c.off])
	c.off++
	if c.list != nil {
		c.print(show(*v))
	}
}

// cstring is a C-Octet String of at most max octets, the NUL among them: §3.1. Only its length is
// limited; which characters an address or an account may hold is for the SMSC to say.
func (c *codec) cstring(name string, v *string, max int) {
	if c.writes && *v == "" {
		c.b = append(c.b, 0)
	} else {
		c.text(name, v, max)
	}
}

// text is a cstring that may not be empty.
func (c *codec) text(name string, v *string, max int) {
	if c.writes {
		if len(*v) >= max || hasNUL(*v) {
			c.err = errHaste
			return
		}
		c.b = append(append(c.b, *v...), 0)
		return
	}
	if c.isEmpty() || !c.begin(name) {
		return
	}
	if c.encode {
		switch s := *v; {
		case len(s) >= max:
			c.fail(false, fmt.Sprintf("%d octets, at most %d and a NUL fit", len(s), max-1))
		case strings.IndexByte(s, 0) >= 0:
			c.fail(false, "holds a NUL, which would end it there")
		default:
			c.b = append(c.b, s...)
		}
		c.b = append(c.b, 0)
		return
	}
	n := bytes.IndexByte(c.b[c.off:], 0)
	if n < 0 {
		c.fail(true, fmt.Sprintf("no NUL among the %d octets left", c.left()))
		return
	}
	*v = c.string(n)
	c.off += n + 1
	if c.list != nil {
		c.print(quote(*v))
	}
	if n >= max {
		c.object(fmt.Sprintf("%d octets, at most %d and a NUL fit", n, max-1))
	}
}

// isEmpty steps over the C-Octet String that comes next if it has nothing but its NUL, which is so of
// half of them. It does so in haste only.
func (c *codec) isEmpty() bool {
	if !c.reads || c.off >= len(c.b) || c.b[c.off] != 0 {
		return false
	}
	c.off++
	return true
}

// hasNUL reports whether there is a NUL in s. For as few octets as an address has, looking at eight at a
// time, the last eight once more, is quicker than calling strings.IndexByte.
func hasNUL(s string) bool {
	n := len(s)
	for i := 0; i < n-7; i += 8 {
		if nulIn8(s[i : i+8]) {
			return true
		}
	}
	if n >= 8 {
		return nulIn8(s[n-8:])
	}
	for i := range n {
		if s[i] == 0 {
			return true
		}
	}
	return false
}

// nulIn8 reports whether one of the first eight octets of s is a NUL.
func nulIn8(s string) bool {
	const low, high = 0x0101010101010101, 0x8080808080808080
	_ = s[7]
	v := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	return (v-low)&^v&high != 0
}

// secret is a cstring whose length may go over the book's up to max; print masks it.
func (c *codec) secret(name string, v *string, book, max int) {
	c.cstring(name, v, max)
	if n := len(*v); !c.encode && n >= book && n < max {
		c.object(fmt.Sprintf("%d octets, the standard has at most %d and a NUL", n, book-1))
	}
}

// address is a type of number, a numbering plan and digits or text: §5.2.5 to §5.2.10.
func (c *codec) address(names *[3]string, a *Address, max int) {
	if c.writes {
		if !ton(a.TON).known() || !npi(a.NPI).known() || len(a.Addr) >= max || hasNUL(a.Addr) {
			c.err = errHaste
			return
		}
		c.b = append(append(append(c.b, a.TON, a.NPI), a.Addr...), 0)
		return
	}
	if c.reads && c.left() >= 2 {
		a.TON, a.NPI = c.b[c.off], c.b[c.off+1]
		if ton(a.TON).known() && npi(a.NPI).known() {
			c.off += 2
			c.cstring(names[2], &a.Addr, max)
			return
		}
	}
	octet(c, names[0], (*ton)(&a.TON))
	c.limit(ton(a.TON).known(), uint32(a.TON), "0 to 6 (§5.2.5)")
	octet(c, names[1], (*npi)(&a.NPI))
	c.limit(npi(a.NPI).known(), uint32(a.NPI), "0, 1, 3, 4, 6, 8, 9, 10, 14, 18 (§5.2.6)")
	c.cstring(names[2], &a.Addr, max)
}

// message is sm_length and short_message: §5.2.21, §5.2.22. An octet that counts is where texts get
// lost silently, so 255 and more is refused and never cut.
func (c *codec) message(v *[]byte) {
	if n := len(*v); c.writes && n <= maxShortMessage {
		c.b = append(append(c.b, byte(n)), *v...)
		return
	}
	n := uint8(min(len(*v), 255))
	octet(c, "sm_length", &n)
	if n > maxShortMessage {
		c.limit(false, uint32(max(len(*v), int(n))), "0 to 254 (§5.2.21)")
	}
	if !c.begin("short_message") {
		return
	}
	c.messageAt = c.at
	if c.encode {
		c.b = append(c.b, *v...)
		return
	}
	if int(n) > c.left() {
		c.short(int(n))
		return
	}
	*v = c.copy(c.off, int(n))
	c.off += int(n)
	if c.list != nil {
		c.print(c.looks.message(*v))
	}
	// A NUL that the peer appended and did not count.
	if c.left() > 0 && c.b[c.off] == 0 && !tlvsFit(c.b[c.off:]) && tlvsFit(c.b[c.off+1:]) {
		c.begin("(surplus)")
		c.off++
		if c.list != nil {
			c.print("00")
		}
		c.name = "short_message"
		c.object("a NUL follows that sm_length does not count")
	}
}

// rest is all that is left of the PDU.
func (c *codec) rest(name string, v *[]byte) {
	if !c.begin(name) {
		return
	}
	if c.encode {
		c.b = append(c.b, *v...)
		return
	}
	*v = c.copy(c.off, c.left())
	c.off = len(c.b)
	if c.list != nil && len(*v) > 0 {
		c.print(hexText(*v))
	}
}

// string makes a string of the next n octets.
func (c *codec) string(n int) string {
	if n == 0 {
		return ""
	}
	if c.kept == nil {
		return string(c.b[c.off : c.off+n])
	}
	return unsafe.String(&c.kept[c.off-HeaderLen], n) // nobody writes there: copy gives out other octets
}

// copy copies n octets from off, which must be there. None is nil.
func (c *codec) copy(off, n int) []byte {
	if n == 0 {
		return nil
	}
	if c.kept == nil {
		return bytes.Clone(c.b[off : off+n])
	}
	off -= HeaderLen
	return c.kept[off : off+n : off+n]
}

// finish writes command_length, now that it is known.
func (c *codec) finish() {
	binary.BigEndian.PutUint32(c.b[c.start:], uint32(len(c.b)-c.start))
}

// surplus reports octets that belong to no field.
func (c *codec) surplus() {
	if c.err != nil || c.left() == 0 {
		return
	}
	c.begin("command_length")
	n := c.left()
	c.off = len(c.b)
	if c.list != nil {
		c.name = "(surplus)"
		c.print(hexText(c.b[c.at:]))
	}
	c.object(fmt.Sprintf("%d octets follow the last field", n))
}
