package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"time"
)

// The types of blocks that matter; others are stepped over. draft-ietf-opsawg-pcapng.
const (
	blockSection   = 0x0A0D0D0A
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockEnhanced  = 6
)

// ngMagic is how pcapng begins in either byte order.
var ngMagic = [4]byte{0x0A, 0x0D, 0x0D, 0x0A}

// errBlock is a block too short for what it is.
var errBlock = errors.New("capture: a block of pcapng is too short for what it is")

// ngInterface is what an interface description block says.
type ngInterface struct {
	link  uint32
	ticks uint64 // in a second; 0 where it is more than can be counted
}

// ngReader reads one pcapng file.
type ngReader struct {
	order      binary.ByteOrder
	interfaces []ngInterface // of the section
	each       func(record) error
}

// readNG calls each with every packet of a pcapng file.
func readNG(r io.Reader, each func(record) error) error {
	ng := ngReader{each: each}
	var body []byte
	for {
		var h [8]byte
		if _, err := io.ReadFull(r, h[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return errors.New("capture: the file ends within a block")
		}
		var err error
		if body, err = ng.block(r, h, body); err != nil {
			return err
		}
	}
}

// block reads the block with the header h, into body, and does what it says.
func (ng *ngReader) block(r io.Reader, h [8]byte, body []byte) ([]byte, error) {
	have := 8
	if [4]byte(h[:4]) == ngMagic {
		var magic [4]byte
		if _, err := io.ReadFull(r, magic[:]); err != nil {
			return body, errors.New("capture: the file ends within a block")
		}
		have += 4
		switch uint32(0x1A2B3C4D) {
		case binary.LittleEndian.Uint32(magic[:]):
			ng.order = binary.LittleEndian
		case binary.BigEndian.Uint32(magic[:]):
			ng.order = binary.BigEndian
		default:
			return body, fmt.Errorf("capture: a section of pcapng has the byte-order magic %x", magic)
		}
		ng.interfaces = nil
	} else if ng.order == nil {
		return body, errors.New("capture: no section header at the start")
	}
	kind, length := ng.order.Uint32(h[:4]), ng.order.Uint32(h[4:])
	if length < 12 || length%4 != 0 || length > maxPacket+4096 || int(length)-have < 4 {
		return body, fmt.Errorf("capture: a block of pcapng of %d octets", length)
	}
	body, err := readN(r, body, int(length)-have)
	if err != nil {
		return body, err
	}
	if again := ng.order.Uint32(body[len(body)-4:]); again != length {
		return body, fmt.Errorf("capture: a block of pcapng begins with length %d and ends with %d", length, again)
	}
	return body, ng.content(kind, body[:len(body)-4])
}

// content does what the block says, without its type and its lengths.
func (ng *ngReader) content(kind uint32, b []byte) error {
	switch kind {
	case blockInterface:
		return ng.describe(b)
	case blockEnhanced, blockPacket:
		if len(b) < 20 {
			return errBlock
		}
		n := ng.order.Uint32(b)
		if kind == blockPacket {
			n = uint32(ng.order.Uint16(b))
		}
		ticks := uint64(ng.order.Uint32(b[4:]))<<32 | uint64(ng.order.Uint32(b[8:]))
		return ng.packet(n, ticks, ng.order.Uint32(b[12:]), ng.order.Uint32(b[16:]), b[20:])
	case blockSimple:
		if len(b) < 4 {
			return errBlock
		}
		length := ng.order.Uint32(b)
		return ng.packet(0, 0, min(length, uint32(len(b)-4)), length, b[4:])
	}
	return nil
}

// describe takes an interface description block.
func (ng *ngReader) describe(b []byte) error {
	if len(b) < 8 {
		return errBlock
	}
	i := ngInterface{link: uint32(ng.order.Uint16(b)), ticks: 1e6}
	const resolution = 9 // if_tsresol
	for b = b[8:]; len(b) >= 4; {
		code, n := ng.order.Uint16(b), int(ng.order.Uint16(b[2:]))
		padded := 4 + (n+3)/4*4
		if code == 0 || padded > len(b) {
			break
		}
		if code == resolution && n == 1 {
			base := uint64(10)
			if b[4]&0x80 != 0 {
				base = 2
			}
			i.ticks = 1
			for range b[4] & 0x7F {
				over, product := bits.Mul64(i.ticks, base)
				if i.ticks = product; over != 0 {
					i.ticks = 0
					break
				}
			}
		}
		b = b[padded:]
	}
	const most = 4096
	if len(ng.interfaces) == most {
		return fmt.Errorf("capture: more than %d interfaces", most)
	}
	ng.interfaces = append(ng.interfaces, i)
	return nil
}

// packet hands out a packet of which kept octets are in b.
func (ng *ngReader) packet(iface uint32, ticks uint64, kept, length uint32, b []byte) error {
	if uint64(iface) >= uint64(len(ng.interfaces)) {
		return fmt.Errorf("capture: a packet of interface %d, and %d were described", iface, len(ng.interfaces))
	}
	if uint64(kept) > uint64(len(b)) {
		return errBlock
	}
	i := ng.interfaces[iface]
	var at time.Time
	if i.ticks > 0 && ticks > 0 && ticks/i.ticks < 1<<33 {
		high, low := bits.Mul64(ticks%i.ticks, 1e9)
		nanoseconds, _ := bits.Div64(high, low, i.ticks)
		at = time.Unix(int64(ticks/i.ticks), int64(nanoseconds)).UTC()
	}
	return ng.each(record{i.link, at, b[:kept], int(min(length, 1<<30))})
}
