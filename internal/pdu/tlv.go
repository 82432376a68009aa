package pdu

import (
	"encoding/binary"
	"fmt"
)

const (
	// maxTLVValue is the most octets a TLV holds: its length has 16 bits and no sign.
	maxTLVValue = 65535
	// maxTLVs is how many TLVs of one PDU are decoded, so that a PDU of nothing but empty ones does not
	// cost many times its size.
	maxTLVs = 64
)

// TLV is an optional parameter: SMPP 3.4 §3.2.4. Value may be empty and holds at most 65535 octets.
type TLV struct {
	Tag   Tag
	Value []byte
}

// TLVs are the optional parameters of a PDU in the order they have on the wire. A tag may come more than
// once, and tags the standard does not know are kept.
type TLVs []TLV

// Get returns the value of the first TLV with the tag. The value is not a copy.
func (t TLVs) Get(tag Tag) (value []byte, ok bool) {
	for i := range t {
		if t[i].Tag == tag {
			return t[i].Value, true
		}
	}
	return nil, false
}

// All returns the values of all TLVs with the tag, in order.
func (t TLVs) All(tag Tag) [][]byte {
	var values [][]byte
	for i := range t {
		if t[i].Tag == tag {
			values = append(values, t[i].Value)
		}
	}
	return values
}

// Add appends a TLV; value is kept, not copied.
func (t *TLVs) Add(tag Tag, value []byte) { *t = append(*t, TLV{tag, value}) }

// AddUint8 appends a TLV of one octet.
func (t *TLVs) AddUint8(tag Tag, v uint8) { t.Add(tag, []byte{v}) }

// AddUint16 appends a TLV of two octets.
func (t *TLVs) AddUint16(tag Tag, v uint16) { t.Add(tag, []byte{byte(v >> 8), byte(v)}) }

// AddUint32 appends a TLV of four octets.
func (t *TLVs) AddUint32(tag Tag, v uint32) {
	t.Add(tag, []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

// AddCString appends a TLV that holds a C-Octet String, and gives it its NUL.
func (t *TLVs) AddCString(tag Tag, s string) { t.Add(tag, append([]byte(s), 0)) }

// tlvs is the optional part of a PDU of the kind in. What is left of a TLV cut short is dropped, and the PDU
// kept.
func (c *codec) tlvs(v *TLVs, in carriers) {
	if c.careful != nil {
		c.begin("")
		c.tlvsAt = c.at
	}
	switch {
	case c.failed:
	case !c.encode:
		c.getTLVs(v, in)
	case c.careful == nil:
		c.judge(*v, in)
		c.putTLVs(*v)
	default:
		for i := range *v {
			c.begin("")
			c.judge((*v)[i:i+1], in)
			c.putTLVs((*v)[i : i+1])
		}
	}
}

// putTLVs encodes TLVs.
func (c *codec) putTLVs(list TLVs) {
	b := c.b[:c.off]
	for i := range list {
		tag, v := list[i].Tag, list[i].Value
		switch n := len(v); n {
		case 1:
			b = append(b, byte(tag>>8), byte(tag), 0, 1, v[0])
		case 2:
			b = append(b, byte(tag>>8), byte(tag), 0, 2, v[0], v[1])
		default:
			b = append(append(b, byte(tag>>8), byte(tag), byte(n>>8), byte(n)), v...)
		}
	}
	c.wrote(b, true)
}

// getTLVs decodes all that is left of the PDU as TLVs.
func (c *codec) getTLVs(v *TLVs, in carriers) {
	var list []TLV
	if c.room != nil {
		list = c.room[:0]
	}
	for c.left() > 0 {
		c.begin("(tlv)")
		if len(list) >= maxTLVs {
			c.drop(fmt.Sprintf("more than %d TLVs: the last %d octets are left out", maxTLVs, c.left()))
			break
		}
		if c.left() < 4 {
			c.drop(fmt.Sprintf("%d octets are left where a TLV has at least 4", c.left()))
			break
		}
		from := c.b[c.off:]
		tag := Tag(binary.BigEndian.Uint16(from))
		n := int(binary.BigEndian.Uint16(from[2:]))
		if n > len(from)-4 {
			c.call(tag.String())
			c.drop(fmt.Sprintf("its length says %d octets, and %d are left", n, len(from)-4))
			break
		}
		list = append(list, TLV{Tag: tag, Value: c.copy(c.off+4, n)})
		c.off += 4 + n
		if c.careful != nil {
			if c.prints {
				c.printTLV(list[len(list)-1])
			}
			c.judge(list[len(list)-1:], in)
		}
	}
	if len(list) > 0 {
		*v = list
	}
	if c.careful == nil {
		c.judge(list, in)
	}
}

// printTLV adds a TLV to the list of fields.
func (c *codec) printTLV(t TLV) {
	c.name = t.Tag.String()
	c.print(c.looks.tlv(t))
	f := &(*c.list)[len(*c.list)-1]
	f.Section, f.Section50 = t.Tag.spec().section(), t.Tag.spec().section50()
}

// judge objects to values that are not as their tags have them, and to tags that a PDU of the kind in does not
// have.
func (c *codec) judge(list TLVs, in carriers) {
	for i := range list {
		t := &list[i]
		if t.Tag == TagMessagePayload {
			c.payload = true
		}
		if !t.Tag.spec().surely(len(t.Value), in) {
			c.tlvLimits(t, in)
		}
	}
}

// surely reports whether any value of n octets will do in a PDU of the kind in, which is all there is to know
// of many tags.
func (s *tagSpec) surely(n int, in carriers) bool {
	return uint(n)-uint(s.least) <= uint(s.most)-uint(s.least) && s.as <= kindPayload && s.in&in != 0
}

// tlvLimits objects to a value that is not as its tag has it, and to a tag that the PDU does not have.
func (c *codec) tlvLimits(t *TLV, in carriers) {
	spec := t.Tag.spec()
	problem := spec.wrong(t.Value)
	if problem == "" && spec.in&in != 0 {
		return
	}
	c.call(t.Tag.String())
	if problem != "" {
		c.object(problem)
	}
	if spec.in&in == 0 {
		c.object("the standards do not have it in this PDU")
	}
}

// placeOf is the name and the offset of the first TLV with the tag, which must be among those just walked.
func (c *codec) placeOf(list TLVs, tag Tag) (name string, at int) {
	if c.careful == nil {
		return "", 0
	}
	at = c.tlvsAt
	for i := range list {
		if list[i].Tag == tag {
			break
		}
		at += 4 + len(list[i].Value)
	}
	return tag.String(), at
}

// must objects when there is no TLV with the tag, which the PDU cannot be without.
func (c *codec) must(list TLVs, tag Tag) {
	if _, ok := list.Get(tag); ok || c.failed {
		return
	}
	c.missing(tag.String())
	c.object("the PDU must have it, and has none")
}

// missing starts a field that has no octets, to object to that.
func (c *codec) missing(name string) {
	c.begin(name)
	if c.prints {
		c.print("(missing)")
	}
}

// drop gives up the rest of the PDU.
func (c *codec) drop(problem string) {
	c.off = len(c.b)
	if c.prints {
		c.print(hexText(c.field()))
	}
	c.object(problem)
}

// tlvsFit reports whether b is nothing or whole TLVs up to its end.
func tlvsFit(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 4 {
			return false
		}
		n := 4 + int(binary.BigEndian.Uint16(b[2:]))
		if n > len(b) {
			return false
		}
		b = b[n:]
	}
	return true
}
