package pdu

import (
	"bytes"
	"fmt"
)

// answer is the body of a response: a C-Octet String, then TLVs. Where the book has no body with an
// error status, bodyless is true.
//
// Peers disagree about this body more than about any other, and it must not cost the answer: with an
// error status the body may be missing, be the TLVs alone, or be anything; with ESME_ROK it may be
// missing, or its string may lack the NUL.
func (c *codec) answer(name string, id *string, max int, tlvs *TLVs, bodyless bool) {
	if !c.begin(name) {
		return
	}
	failed := c.status != StatusROK
	if c.encode {
		if failed && bodyless && *id == "" && len(*tlvs) == 0 {
			return
		}
		c.cstring(name, id, max)
		c.tlvs(tlvs)
		return
	}
	if c.left() == 0 {
		if !failed || !bodyless {
			if c.list != nil {
				c.print("(missing)")
			}
			c.object("the response has no body")
		}
		return
	}
	nul := bytes.IndexByte(c.b[c.off:], 0)
	if failed {
		if bodyless {
			c.object("a body where an error response has none (§4.1.2, §4.4.2)")
		}
		whole := nul >= 0 && printable(c.b[c.off:][:nul]) && tlvsFit(c.b[c.off+nul+1:])
		if !whole && tlvsFit(c.b[c.off:]) {
			c.object("missing before the TLVs")
			c.tlvs(tlvs)
			return
		}
		if !whole && (nul < 0 || !printable(c.b[c.off:][:nul])) {
			body := c.b[c.off:]
			c.off = len(c.b)
			if c.list != nil {
				c.print(hexText(body))
			}
			c.object(fmt.Sprintf("the body of an error response makes no sense: %.64s", hexText(body)))
			return
		}
	}
	if nul < 0 {
		n := c.left()
		*id = c.string(n)
		c.off += n
		if c.list != nil {
			c.print(quote(*id))
		}
		c.object("no NUL ends it; the PDU does")
		return
	}
	c.cstring(name, id, max)
	c.tlvs(tlvs)
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
