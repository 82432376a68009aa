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
	if !c.begin("") {
		return
	}
	c.tlvsAt = c.at
	if c.encode {
		b := c.b
		for i := range *v {
			t := &(*v)[i]
			if !t.Tag.spec().surely(len(t.Value), in) {
				c.b = b
				c.begin("")
				c.tlvLimits(t, in)
			}
			n := len(t.Value)
			b = append(append(b, byte(t.Tag>>8), byte(t.Tag), byte(n>>8), byte(n)), t.Value...)
		}
		c.b = b
		return
	}
	list := c.room
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
		tag := Tag(binary.BigEndian.Uint16(c.b[c.off:]))
		n := int(binary.BigEndian.Uint16(c.b[c.off+2:]))
		if n > c.left()-4 {
			c.name = tag.String()
			c.drop(fmt.Sprintf("its length says %d octets, and %d are left", n, c.left()-4))
			break
		}
		list = append(list, TLV{Tag: tag, Value: c.copy(c.off+4, n)})
		t := &list[len(list)-1]
		c.off += 4 + n
		if c.list != nil {
			c.name = tag.String()
			c.print(c.looks.tlv(*t))
			f := &(*c.list)[len(*c.list)-1]
			f.Section, f.Section50 = t.Tag.spec().section(), t.Tag.spec().section50()
		}
		if !t.Tag.spec().surely(len(t.Value), in) {
			c.tlvLimits(t, in)
		}
	}
	if len(list) > 0 {
		*v = list
	}
}

// surely reports whether any value of n octets will do in a PDU of the kind in, which is all there is to know
// of many tags.
func (s *tagSpec) surely(n int, in carriers) bool {
	return n >= int(s.least) && n <= int(s.most) && s.as <= kindPayload && s.in&in != 0
}

// tlvLimits objects to a value that is not as its tag has it, and to a tag that the PDU does not have.
func (c *codec) tlvLimits(t *TLV, in carriers) {
	spec := t.Tag.spec()
	problem := spec.wrong(t.Value)
	if problem == "" && spec.in&in != 0 {
		return
	}
	c.name = t.Tag.String()
	if problem != "" {
		c.object(problem)
	}
	if spec.in&in == 0 {
		c.object("the standards do not have it in this PDU")
	}
}

// placeOf is the name and the offset of the first TLV with the tag, which must be among those just walked.
func (c *codec) placeOf(list TLVs, tag Tag) (name string, at int) {
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
	if _, ok := list.Get(tag); ok || c.err != nil {
		return
	}
	c.missing(tag.String())
	c.object("the PDU must have it, and has none")
}

// missing starts a field that has no octets, to object to that.
func (c *codec) missing(name string) {
	c.begin(name)
	if c.list != nil {
		c.print("(missing)")
	}
}

// drop gives up the rest of the PDU.
func (c *codec) drop(problem string) {
	c.off = len(c.b)
	if c.list != nil {
		c.print(hexText(c.b[c.at:]))
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
