package capture

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// Packet is one TCP segment to be written into a capture.
type Packet struct {
	At       time.Time
	From, To netip.AddrPort // both of IPv4, or both of IPv6
	// Sequence and Ack are the TCP's; an Ack counts when Flags has ACK.
	Sequence, Ack uint32
	Flags         Flags
	// Data is at most MaxData octets, Length how many there were on the wire; 0: as many as in Data.
	Data   []byte
	Length int
	// Out says that this machine sent it.
	Out bool
	// Comment is shown with the packet. It may be empty.
	Comment string
}

// Flags are the control bits of TCP: RFC 9293 §3.1.
type Flags uint8

// The flags.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// MaxData is the most octets of a Packet.
const MaxData = 32 << 10

// A File is a pcapng file being written: draft-ietf-opsawg-pcapng. The packets of each interface are raw
// IP, for there is no link layer to tell of.
type File struct {
	b          []byte
	interfaces uint32
}

// NewFile returns a file that program writes, with a comment for who reads it.
func NewFile(program, comment string) *File {
	f := new(File)
	f.block(blockSection, func(b []byte) []byte {
		b = binary.LittleEndian.AppendUint32(b, 0x1A2B3C4D)
		b = append(b, 1, 0, 0, 0)
		b = binary.LittleEndian.AppendUint64(b, 1<<64-1) // the section's length is not said
		b = option(b, 1, comment)
		b = option(b, 4, program)
		return option(b, 0, "")
	})
	return f
}

// Octets is the file so far.
func (f *File) Octets() []byte { return f.b }

// Interface begins packets of the interface with that name and returns its number.
func (f *File) Interface(name string) uint32 {
	f.block(blockInterface, func(b []byte) []byte {
		b = binary.LittleEndian.AppendUint16(b, linkRaw)
		b = append(b, 0, 0)
		b = binary.LittleEndian.AppendUint32(b, maxPacket)
		b = option(b, 2, name)
		b = option(b, 9, "\x09") // times are in nanoseconds
		return option(b, 0, "")
	})
	f.interfaces++
	return f.interfaces - 1
}

// Add writes p as a packet of the interface.
func (f *File) Add(on uint32, p Packet) {
	if len(p.Data) > MaxData {
		p.Data, p.Length = p.Data[:MaxData], max(p.Length, len(p.Data))
	}
	frame, length := p.frame()
	f.block(blockEnhanced, func(b []byte) []byte {
		at := uint64(max(0, p.At.UnixNano()))
		b = binary.LittleEndian.AppendUint32(b, on)
		b = binary.LittleEndian.AppendUint32(b, uint32(at>>32))
		b = binary.LittleEndian.AppendUint32(b, uint32(at))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(frame)))
		b = binary.LittleEndian.AppendUint32(b, uint32(length))
		b = pad(append(b, frame...), len(frame))
		if p.Comment != "" {
			b = option(b, 1, p.Comment)
		}
		direction := "\x01\x00\x00\x00"
		if p.Out {
			direction = "\x02\x00\x00\x00"
		}
		b = option(b, 2, direction)
		return option(b, 0, "")
	})
}

// block writes one block of the kind around what body appends.
func (f *File) block(kind uint32, body func([]byte) []byte) {
	at := len(f.b)
	f.b = binary.LittleEndian.AppendUint32(f.b, kind)
	f.b = append(f.b, 0, 0, 0, 0)
	f.b = body(f.b)
	n := uint32(len(f.b) - at + 4)
	f.b = binary.LittleEndian.AppendUint32(f.b, n)
	binary.LittleEndian.PutUint32(f.b[at+4:], n)
}

// option appends an option of a block; code 0 ends them.
func option(b []byte, code uint16, value string) []byte {
	const most = 1 << 12
	value = value[:min(len(value), most)]
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...), len(value))
}

// pad appends what n octets lack to a multiple of four.
func pad(b []byte, n int) []byte {
	return append(b, make([]byte, -n&3)...)
}

// frame is p in TCP and IP, and how long it was on the wire.
func (p *Packet) frame() (b []byte, length int) {
	tcp := 20 + max(p.Length, len(p.Data))
	from, to := p.From.Addr(), p.To.Addr()
	v4 := from.Is4() && to.Is4()
	if v4 {
		b = append(b, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(min(20+tcp, 0xFFFF)))
		b = append(b, 0, 0, 0x40, 0, 64, protocolTCP, 0, 0)
		b = append(append(b, from.AsSlice()...), to.AsSlice()...)
		binary.BigEndian.PutUint16(b[10:], checksum(0, b))
	} else {
		b = append(b, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(min(tcp, 0xFFFF)))
		b = append(b, protocolTCP, 64)
		b16, e16 := from.As16(), to.As16()
		b = append(append(b, b16[:]...), e16[:]...)
	}
	at := len(b)
	b = binary.BigEndian.AppendUint16(b, p.From.Port())
	b = binary.BigEndian.AppendUint16(b, p.To.Port())
	b = binary.BigEndian.AppendUint32(b, p.Sequence)
	b = binary.BigEndian.AppendUint32(b, p.Ack)
	b = append(b, 5<<4, byte(p.Flags), 0xFF, 0xFF, 0, 0, 0, 0)
	b = append(b, p.Data...)
	// The pseudo-header: addresses, protocol and length. RFC 9293 §3.1, RFC 8200 §8.1.
	pseudo := uint32(protocolTCP) + uint32(tcp)
	for _, a := range []netip.Addr{from, to} {
		octets := a.As16()
		part := octets[:]
		if v4 {
			part = part[12:]
		}
		for i := 0; i < len(part); i += 2 {
			pseudo += uint32(binary.BigEndian.Uint16(part[i:]))
		}
	}
	binary.BigEndian.PutUint16(b[at+16:], checksum(pseudo, b[at:]))
	return b, at + tcp
}

// checksum is that of RFC 1071 over b, begun with sum.
func checksum(sum uint32, b []byte) uint16 {
	for len(b) > 1 {
		sum += uint32(binary.BigEndian.Uint16(b))
		b = b[2:]
		sum = sum&0xFFFF + sum>>16
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xFFFF {
		sum = sum&0xFFFF + sum>>16
	}
	return ^uint16(sum)
}
