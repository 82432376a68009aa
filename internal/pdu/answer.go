package pdu

import (
	"bytes"
	"fmt"
)

// shape is what follows the string that the body of a response starts with.
type shape uint8

const (
	bodyPlain shape = iota // TLVs
	bodyQuery              // final_date, message_state, error_code, TLVs
	bodyMulti              // no_unsuccess, as many addresses with a status, TLVs
)

// answer is the body of a response: a C-Octet String, then TLVs. Where the book has no body with an
// error status, bodyless is true.
func (c *codec) answer(name string, id *string, max int, tlvs *TLVs, in carriers, bodyless bool) {
	if c.encode && c.status != StatusROK && bodyless && *id == "" && len(*tlvs) == 0 {
		return
	}
	if !c.body(name, bodyPlain, bodyless, tlvs, in) {
		return
	}
	if c.encode || bytes.IndexByte(c.b[c.off:], 0) >= 0 {
		c.cstring(name, id, max)
		c.tlvs(tlvs, in)
		return
	}
	n := c.left()
	*id = c.string(n)
	c.off += n
	if c.prints {
		c.print(quote(*id))
	}
	c.object("no NUL ends it; the PDU does")
}

// body judges the body of a response before it is read, and reports whether there is one of the shape, to
// be read field by field.
//
// Peers disagree about this body more than about any other, and it must not cost the answer: with an
// error status the body may be missing, be the TLVs alone, or be anything; with ESME_ROK it may be
// missing, or its string may lack the NUL.
func (c *codec) body(name string, s shape, bodyless bool, tlvs *TLVs, in carriers) bool {
	if !c.begin(name) {
		return false
	}
	if c.encode {
		return true
	}
	failed := c.status != StatusROK
	if c.left() == 0 {
		if !failed || !bodyless {
			c.missing(name)
			c.object("the response has no body")
		}
		return false
	}
	if !failed {
		return true
	}
	if bodyless {
		c.object("a body where an error response has none (§4.1.2, §4.4.2)")
	}
	b := c.b[c.off:]
	if s.whole(b) {
		return true
	}
	if tlvsFit(b) {
		c.object("missing before the TLVs")
		c.tlvs(tlvs, in)
		return false
	}
	if s == bodyPlain { // a string that makes sense is kept, whatever follows it
		if nul := bytes.IndexByte(b, 0); nul >= 0 && printable(b[:nul]) {
			return true
		}
	}
	c.off = len(c.b)
	if c.prints {
		c.print(hexText(b))
	}
	c.object(fmt.Sprintf("the body of an error response makes no sense: %.64s", hexText(b)))
	return false
}

// whole reports whether b is a body of the shape from its first octet to its last.
func (s shape) whole(b []byte) bool {
	b, ok := afterString(b)
	switch s {
	case bodyQuery:
		if b, ok = afterString(b); !ok || len(b) < 2 {
			return false
		}
		b = b[2:]
	case bodyMulti:
		if !ok || len(b) < 1 {
			return false
		}
		n := b[0]
		b = b[1:]
		for ; n > 0; n-- {
			if len(b) < 2 {
				return false
			}
			if b, ok = afterString(b[2:]); !ok || len(b) < 4 {
				return false
			}
			b = b[4:]
		}
	}
	return ok && tlvsFit(b)
}

// afterString is what follows the C-Octet String that b starts with, when it is printable.
func afterString(b []byte) ([]byte, bool) {
	nul := bytes.IndexByte(b, 0)
	if nul < 0 || !printable(b[:nul]) {
		return nil, false
	}
	return b[nul+1:], true
}

// ends reports whether a response that was read stops before the field, which some SMSCs leave out; it is
// noted.
func (c *codec) ends(name string) bool {
	if c.encode || c.failed || c.left() > 0 {
		return false
	}
	c.missing(name)
	c.object("the response ends before it")
	return true
}

// printable reports whether b is printable ASCII throughout.
func printable(b []byte) bool {
	for _, o := range b {
		if o < ' ' || o > '~' {
			return false
		}
	}
	return true
}
