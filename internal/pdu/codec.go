package pdu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unsafe"
)

// codec carries one walk over the fields of one PDU. Depending on encode the primitives write to b or
// read from it; while reading they also print when prints is set. The first failure sets failed and makes
// the rest of the walk do nothing that counts.
//
// A PDU is walked in haste first, and hardly any needs more. Only when something is not by the book is it
// walked once more with care, which means to know at every field its name and where it starts. That the
// first walk has no names to keep, and no place for them to clear, makes it about a third faster.
type codec struct {
	b     []byte // encoding: the buffer with all it has room for; decoding: the PDU, or what follows its header
	off   int    // the next octet in b
	start int    // where the PDU starts in b; less than 0 when b lacks the header

	command Command
	status  Status

	encode bool
	writes bool // encode without care
	reads  bool // decode without care
	prints bool
	failed bool
	kept   bool // decoding: nobody else has b, so that strings and octet strings may be parts of it

	payload bool // there is a message_payload among the TLVs

	room     *[usualTLVs]TLV // decoding: room for TLVs, or nil
	*careful                 // nil in haste
}

// careful is what a walk with care knows besides.
type careful struct {
	name string // the field at hand
	at   int    // where it starts in the PDU
	err  error  // why the walk failed

	messageAt int // where short_message starts
	tlvsAt    int // where the TLVs start

	oddities []Oddity
	list     *[]Field // printing: the fields so far
	pending  string   // printing: a remark on a field not printed yet
	looks    looks    // printing: how to read the message text
}

// begin starts a field, and reports whether the walk still goes.
func (c *codec) begin(name string) bool {
	if c.careful != nil {
		c.place(name)
	}
	return !c.failed
}

// place notes the name of the field at hand and where it starts.
func (c *codec) place(name string) {
	if !c.failed {
		c.name, c.at = name, c.off-c.start
	}
}

// blame makes a field that the walk has passed the one at hand.
func (c *codec) blame(name string, at int) {
	if c.careful != nil {
		c.name, c.at = name, at
	}
}

// call gives the field at hand another name.
func (c *codec) call(name string) {
	if c.careful != nil {
		c.name = name
	}
}

// field is the octets of the field at hand that have been read.
func (c *codec) field() []byte { return c.b[c.at+c.start : c.off : c.off] }

// left is how many octets have not been read.
func (c *codec) left() int { return len(c.b) - c.off }

// fail ends the walk at the field at hand.
func (c *codec) fail(short bool, problem string) {
	switch {
	case c.failed:
	case c.careful == nil:
		c.failed = true
	default:
		c.failed = true
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
	if c.failed {
		return
	}
	if c.encode || c.careful == nil {
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
	if c.careful != nil {
		c.object(fmt.Sprintf("%d is not among %s", got, rule))
		return
	}
	c.failed = true
}

// integer is an Integer of four octets: §3.1.
func integer[T ~uint32](c *codec, name string, v *T) {
	if !c.begin(name) {
		return
	}
	if c.encode {
		binary.BigEndian.PutUint32(c.next(4), uint32(*v))
		return
	}
	if c.left() < 4 {
		c.short(4)
		return
	}
	*v = T(binary.BigEndian.Uint32(c.b[c.off:]))
	c.off += 4
	if c.prints {
		c.print(show(*v))
	}
}

// octet is an Integer of one octet: §3.1.
func octet[T ~uint8](c *codec, name string, v *T) {
	if !c.begin(name) {
		return
	}
	if c.encode {
		c.next(1)[0] = byte(*v)
		return
	}
	if c.left() < 1 {
		c.fail(true, "the PDU ends before it")
		return
	}
	*v = T(c.b[c.off])
	c.off++
	if c.prints {
		c.print(show(*v))
	}
}

// cstring is a C-Octet String of at most max octets, the NUL among them: §3.1. Only its length is
// limited; which characters an address or an account may hold is for the SMSC to say.
func (c *codec) cstring(name string, v *string, max int) {
	switch {
	case c.reads:
		*v = c.take(max)
	case c.writes:
		c.wrote(appendText(c.b[:c.off], *v, max))
	default:
		c.text(name, v, max)
	}
}

// text is cstring with care.
func (c *codec) text(name string, v *string, max int) {
	if !c.begin(name) {
		return
	}
	if c.encode {
		switch s := *v; {
		case len(s) >= max:
			c.fail(false, fmt.Sprintf("%d octets, at most %d and a NUL fit", len(s), max-1))
		case strings.IndexByte(s, 0) >= 0:
			c.fail(false, "holds a NUL, which would end it there")
		default:
			to := c.next(len(s) + 1)
			to[copy(to, s)] = 0
		}
		return
	}
	n := bytes.IndexByte(c.b[c.off:], 0)
	if n < 0 {
		c.fail(true, fmt.Sprintf("no NUL among the %d octets left", c.left()))
		return
	}
	*v = c.string(n)
	c.off += n + 1
	if c.prints {
		c.print(quote(*v))
	}
	if n >= max {
		c.object(fmt.Sprintf("%d octets, at most %d and a NUL fit", n, max-1))
	}
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
		c.wrote(appendAddress(c.b[:c.off], a, max))
		return
	}
	if c.reads && c.left() >= 2 {
		a.TON, a.NPI = c.b[c.off], c.b[c.off+1]
		if ton(a.TON).known() && npi(a.NPI).known() {
			c.off += 2
			a.Addr = c.take(max)
			return
		}
	}
	octet(c, names[0], (*ton)(&a.TON))
	c.limit(ton(a.TON).known(), uint32(a.TON), "0 to 6 (§5.2.5)")
	octet(c, names[1], (*npi)(&a.NPI))
	c.limit(npi(a.NPI).known(), uint32(a.NPI), "0, 1, 3, 4, 6, 8, 9, 10, 14, 18 (§5.2.6)")
	c.cstring(names[2], &a.Addr, max)
}

// parties is service_type and both addresses, which lie side by side and go quicker together.
func (c *codec) parties(service *string, source, dest *Address, max int) {
	if c.writes {
		b, ok := appendText(c.b[:c.off], *service, 6)
		b, sourceOK := appendAddress(b, source, max)
		b, destOK := appendAddress(b, dest, max)
		c.wrote(b, ok && sourceOK && destOK)
		return
	}
	c.cstring("service_type", service, 6)
	c.address(sourceAddr, source, max)
	c.address(destinationAddr, dest, max)
}

// message is sm_length and short_message: §5.2.21, §5.2.22. An octet that counts is where texts get
// lost silently, so 255 and more is refused and never cut.
func (c *codec) message(v *[]byte) {
	if n := len(*v); c.writes && n <= maxShortMessage {
		c.wrote(append(append(c.b[:c.off], byte(n)), *v...), true)
	} else if !c.reads || !c.takeMessage(v) {
		c.carefulMessage(v)
	}
}

// carefulMessage is message where it is not simple.
func (c *codec) carefulMessage(v *[]byte) {
	n := uint8(min(len(*v), 255))
	octet(c, "sm_length", &n)
	if n > maxShortMessage {
		c.limit(false, uint32(max(len(*v), int(n))), "0 to 254 (§5.2.21)")
	}
	if !c.begin("short_message") {
		return
	}
	if c.careful != nil {
		c.messageAt = c.at
	}
	if c.encode {
		copy(c.next(len(*v)), *v)
		return
	}
	if int(n) > c.left() {
		c.short(int(n))
		return
	}
	*v = c.copy(c.off, int(n))
	c.off += int(n)
	if c.prints {
		c.print(c.looks.message(*v))
	}
	// A NUL that the peer appended and did not count.
	if c.left() > 0 && c.b[c.off] == 0 && !tlvsFit(c.b[c.off:]) && tlvsFit(c.b[c.off+1:]) {
		c.begin("(surplus)")
		c.off++
		if c.prints {
			c.print("00")
		}
		c.call("short_message")
		c.object("a NUL follows that sm_length does not count")
	}
}

// rest is all that is left of the PDU.
func (c *codec) rest(name string, v *[]byte) {
	if !c.begin(name) {
		return
	}
	if c.encode {
		copy(c.next(len(*v)), *v)
		return
	}
	*v = c.copy(c.off, c.left())
	c.off = len(c.b)
	if c.prints && len(*v) > 0 {
		c.print(hexText(*v))
	}
}

// string makes a string of the next n octets.
func (c *codec) string(n int) string {
	if n == 0 {
		return ""
	}
	of := c.b[c.off : c.off+n]
	if !c.kept {
		return string(of)
	}
	return unsafe.String(&of[0], n) // nobody writes there: copy gives out other octets
}

// copy copies n octets from off, which must be there. None is nil.
func (c *codec) copy(off, n int) []byte {
	if n == 0 {
		return nil
	}
	of := c.b[off : off+n : off+n]
	if !c.kept {
		return bytes.Clone(of)
	}
	return of
}

// finish writes command_length, now that it is known.
func (c *codec) finish() {
	binary.BigEndian.PutUint32(c.b[c.start:], uint32(c.off-c.start))
}

// surplus reports octets that belong to no field.
func (c *codec) surplus() {
	if c.failed || c.left() == 0 {
		return
	}
	c.begin("command_length")
	n := c.left()
	c.off = len(c.b)
	if c.prints {
		c.name = "(surplus)"
		c.print(hexText(c.field()))
	}
	c.object(fmt.Sprintf("%d octets follow the last field", n))
}
