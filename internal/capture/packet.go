package capture

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// The link types that are understood: tcpdump.org/linktypes.html.
const (
	linkNull     = 0
	linkEthernet = 1
	linkRawBSD   = 12
	linkRawOther = 14
	linkRaw      = 101
	linkLoop     = 108
	linkCooked   = 113
	linkIPv4     = 228
	linkIPv6     = 229
	linkCooked2  = 276
)

// The EtherTypes that matter.
const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86DD
)

// What a packet can be beside a segment.
var (
	errOther     = errors.New("no TCP over IP")
	errFragment  = errors.New("a fragment")
	errMalformed = errors.New("contradicts itself")
)

// segment is what there is of TCP in a packet.
type segment struct {
	from, to netip.AddrPort
	sequence uint32
	syn, fin bool
	data     []byte // as far as it was captured
	length   int    // of the data on the wire

	packet mark
}

// network steps over the link layer: to what is IP, if it is.
func network(link uint32, b []byte) ([]byte, error) {
	kind := -1
	switch link {
	case linkRaw, linkRawBSD, linkRawOther, linkIPv4, linkIPv6:
		return b, nil
	case linkNull, linkLoop:
		if len(b) < 4 {
			return nil, errMalformed
		}
		return b[4:], nil // the address family's number differs between systems; IP has its own version
	case linkEthernet:
		if len(b) < 14 {
			return nil, errMalformed
		}
		kind, b = int(binary.BigEndian.Uint16(b[12:])), b[14:]
	case linkCooked:
		if len(b) < 16 {
			return nil, errMalformed
		}
		kind, b = int(binary.BigEndian.Uint16(b[14:])), b[16:]
	case linkCooked2:
		if len(b) < 20 {
			return nil, errMalformed
		}
		kind, b = int(binary.BigEndian.Uint16(b)), b[20:]
	}
	for kind == 0x8100 || kind == 0x88A8 || kind == 0x9100 { // VLAN, IEEE 802.1Q
		if len(b) < 4 {
			return nil, errMalformed
		}
		kind, b = int(binary.BigEndian.Uint16(b[2:])), b[4:]
	}
	if kind != etherIPv4 && kind != etherIPv6 {
		return nil, errOther
	}
	return b, nil
}

// parse finds the segment in a packet.
func parse(link uint32, b []byte) (segment, error) {
	b, err := network(link, b)
	if err != nil {
		return segment{}, err
	}
	if len(b) == 0 {
		return segment{}, errMalformed
	}
	switch b[0] >> 4 {
	case 4:
		return parseIPv4(b)
	case 6:
		return parseIPv6(b)
	}
	return segment{}, errOther
}

// protocolTCP is TCP in IP.
const protocolTCP = 6

// parseIPv4 reads RFC 791.
func parseIPv4(b []byte) (segment, error) {
	if len(b) < 20 {
		return segment{}, errMalformed
	}
	header, total := int(b[0]&0x0F)*4, int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 { // left to the network card
		total = len(b)
	}
	if header < 20 || total < header || len(b) < header {
		return segment{}, errMalformed
	}
	if b[9] != protocolTCP {
		return segment{}, errOther
	}
	if binary.BigEndian.Uint16(b[6:])&0x3FFF != 0 {
		return segment{}, errFragment
	}
	from, to := netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
	return parseTCP(from, to, b[header:min(total, len(b))], total-header)
}

// parseIPv6 reads RFC 8200.
func parseIPv6(b []byte) (segment, error) {
	if len(b) < 40 {
		return segment{}, errMalformed
	}
	from, to := netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
	next, length := b[6], int(binary.BigEndian.Uint16(b[4:]))
	if b = b[40:]; length == 0 {
		length = len(b)
	}
	b = b[:min(length, len(b))]
	for {
		switch next {
		case protocolTCP:
			return parseTCP(from, to, b, length)
		case 44:
			return segment{}, errFragment
		case 0, 43, 60: // hop-by-hop, routing, destination options
			if len(b) < 8 {
				return segment{}, errMalformed
			}
			n := 8 + int(b[1])*8
			if n > len(b) {
				return segment{}, errMalformed
			}
			next, b, length = b[0], b[n:], length-n
		default:
			return segment{}, errOther
		}
	}
}

// parseTCP reads RFC 9293; length is how many octets there were on the wire.
func parseTCP(from, to netip.Addr, b []byte, length int) (segment, error) {
	if len(b) < 20 {
		return segment{}, errMalformed
	}
	header := int(b[12]>>4) * 4
	if header < 20 || header > length || header > len(b) {
		return segment{}, errMalformed
	}
	return segment{
		from:     netip.AddrPortFrom(from, binary.BigEndian.Uint16(b)),
		to:       netip.AddrPortFrom(to, binary.BigEndian.Uint16(b[2:])),
		sequence: binary.BigEndian.Uint32(b[4:]),
		fin:      b[13]&0x01 != 0,
		syn:      b[13]&0x02 != 0,
		data:     b[header:],
		length:   length - header,
	}, nil
}
