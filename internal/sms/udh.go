package sms

import "fmt"

// IEI is an information element identifier of a user data header: TS 23.040 §9.2.3.24.
type IEI uint8

// The information elements that are read here. Any other is carried as it is.
const (
	IEConcat8      IEI = 0x00 // concatenated short messages, 8-bit reference
	IEWaiting      IEI = 0x01 // special SMS message indication
	IEPorts8       IEI = 0x04 // application port addressing, 8 bits
	IEPorts16      IEI = 0x05 // application port addressing, 16 bits
	IEConcat16     IEI = 0x08 // concatenated short messages, 16-bit reference
	IEVoiceMail    IEI = 0x23 // enhanced voice mail information
	IESingleShift  IEI = 0x24 // national language single shift
	IELockingShift IEI = 0x25 // national language locking shift
	maxHeader          = userData
	waitingOctets      = 4 // of the element 0x01 with its IEI and length
	languageOctets     = 3 // of the elements 0x24 and 0x25
)

// String gives the element's name, or its number when it is not read here.
func (i IEI) String() string {
	switch i {
	case IEConcat8:
		return "concatenation, 8-bit reference"
	case IEWaiting:
		return "special SMS message indication"
	case IEPorts8:
		return "port addressing, 8 bits"
	case IEPorts16:
		return "port addressing, 16 bits"
	case IEConcat16:
		return "concatenation, 16-bit reference"
	case IEVoiceMail:
		return "enhanced voice mail information"
	case IESingleShift:
		return "national language single shift"
	case IELockingShift:
		return "national language locking shift"
	}
	return fmt.Sprintf("information element 0x%02X", uint8(i))
}

// An Element is one information element of a user data header.
type Element struct {
	ID   IEI
	Data []byte // at most 255 octets
}

// Elements gives the elements of a user data header with its UDHL, which share its memory. ok is false when
// they do not fill it: what could be read is returned, and a receiver is to take the rest for a text without
// a header (TS 23.040 §9.2.3.24).
func Elements(udh []byte) (elements []Element, ok bool) {
	if len(udh) == 0 {
		return nil, true
	}
	rest := udh[1:]
	ok = int(udh[0]) == len(rest)
	for len(rest) > 0 {
		if len(rest) < 2 || int(rest[1]) > len(rest)-2 {
			return elements, false
		}
		n := 2 + int(rest[1])
		elements = append(elements, Element{ID: IEI(rest[0]), Data: rest[2:n:n]})
		rest = rest[n:]
	}
	return elements, ok
}

// UDH gives a user data header with its UDHL that holds elements, or nil for none. What does not fit
// 140 octets is an error.
func UDH(elements ...Element) ([]byte, error) {
	if len(elements) == 0 {
		return nil, nil
	}
	udh := []byte{0}
	for _, e := range elements {
		udh = append(append(udh, byte(e.ID), byte(len(e.Data))), e.Data...)
		if len(e.Data) > maxHeader || len(udh) > maxHeader {
			return nil, fmt.Errorf("sms: user data header with %v of %d octets: at most %d octets fit", e.ID, len(e.Data), maxHeader)
		}
	}
	udh[0] = byte(len(udh) - 1)
	return udh, nil
}

// A Part says which segment of a long message one is: TS 23.040 §9.2.3.24.1 and §9.2.3.24.8.
type Part struct {
	Ref   uint16
	Wide  bool  // the reference has 16 bits
	Total uint8 // 1 to 255
	Seq   uint8 // 1 to Total
}

// PartOf reads the concatenation element of a user data header. ok is false when there is none, or when its
// numbers make no sense: the element is then to be ignored.
func PartOf(udh []byte) (p Part, ok bool) {
	elements, _ := Elements(udh)
	for _, e := range elements { // the last one counts: TS 23.040 §9.2.3.24
		d := e.Data
		switch {
		case e.ID == IEConcat8 && len(d) == 3:
			p = Part{Ref: uint16(d[0]), Total: d[1], Seq: d[2]}
		case e.ID == IEConcat16 && len(d) == 4:
			p = Part{Ref: uint16(d[0])<<8 | uint16(d[1]), Wide: true, Total: d[2], Seq: d[3]}
		default:
			continue
		}
		ok = p.Seq >= 1 && p.Seq <= p.Total
	}
	if !ok {
		p = Part{}
	}
	return p, ok
}

// PortsOf reads the port addressing element of a user data header: TS 23.040 §9.2.3.24.3 and §9.2.3.24.4.
func PortsOf(udh []byte) (dest, source uint16, ok bool) {
	elements, _ := Elements(udh)
	for _, e := range elements {
		switch d := e.Data; {
		case e.ID == IEPorts8 && len(d) == 2:
			dest, source, ok = uint16(d[0]), uint16(d[1]), true
		case e.ID == IEPorts16 && len(d) == 4:
			dest, source, ok = uint16(d[0])<<8|uint16(d[1]), uint16(d[2])<<8|uint16(d[3]), true
		}
	}
	return dest, source, ok
}

// TablesOf reads the national language elements of a user data header: TS 23.040 §9.2.3.24.15 and
// §9.2.3.24.16.
func TablesOf(udh []byte) (t Tables) {
	elements, _ := Elements(udh)
	for _, e := range elements {
		switch {
		case len(e.Data) != 1:
		case e.ID == IESingleShift:
			t.Single = Language(e.Data[0])
		case e.ID == IELockingShift:
			t.Locking = Language(e.Data[0])
		}
	}
	return t
}
