package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// maxPacket is the most octets of a packet or of a block of pcapng: libpcap's own limit.
const maxPacket = 262144

// record is one captured packet.
type record struct {
	link   uint32 // the link type
	at     time.Time
	data   []byte // good until the next
	length int    // that it had on the wire
}

// pcapMagic says how the file that starts with b is written: the byte order, and the parts of a second.
func pcapMagic(b []byte) (order binary.ByteOrder, tick time.Duration, ok bool) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(b) {
		case 0xA1B2C3D4:
			return order, time.Microsecond, true
		case 0xA1B23C4D:
			return order, time.Nanosecond, true
		}
	}
	return nil, 0, false
}

// readPcap calls each with every packet of a pcap file.
func readPcap(r io.Reader, each func(record) error) error {
	var head [24]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return errors.New("capture: the file ends within its header")
	}
	order, tick, ok := pcapMagic(head[:])
	if !ok {
		return fmt.Errorf("capture: a file that begins with %x is no pcap and no pcapng", head[:4])
	}
	link := order.Uint32(head[20:]) & 0x0FFFFFFF // above are the options of the frame check sequence
	var data []byte
	for {
		var h [16]byte
		if _, err := io.ReadFull(r, h[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return errors.New("capture: the file ends within a packet")
		}
		kept, length := order.Uint32(h[8:]), order.Uint32(h[12:])
		if kept > maxPacket {
			return fmt.Errorf("capture: a packet of %d octets, at most %d are taken", kept, maxPacket)
		}
		var err error
		if data, err = readN(r, data, int(kept)); err != nil {
			return err
		}
		at := time.Unix(int64(order.Uint32(h[0:])), int64(order.Uint32(h[4:]))*int64(tick)).UTC()
		if err := each(record{link, at, data, int(min(length, 1<<30))}); err != nil {
			return err
		}
	}
}

// readN reads n octets, at most maxPacket, into b, which grows.
func readN(r io.Reader, b []byte, n int) ([]byte, error) {
	if cap(b) < n {
		b = make([]byte, n)
	}
	b = b[:n]
	if _, err := io.ReadFull(r, b); err != nil {
		return b, errors.New("capture: the file ends within a packet")
	}
	return b, nil
}
