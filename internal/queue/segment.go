package queue

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Every segment file starts with a header of segmentHeader octets, little endian. All of them stay
// where they are in every later version up to the major number, and the CRC keeps its place.
//
//	 0 segmentMagic
//	 8 major u16, 10 minor u16
//	12 size of the segment in pages u16
//	14 flags u16
//	16 life u64: rises with each use of any segment of the pool; 0: never used
//	24 head u64: segments of lives below it hold nothing that counts any more
//	32 id of the pool
//	48 previous u32: life minus the life before it in the log; 0: none
//	52 previous end u32: where the log ends in the segment before it
//	56 salt u32, 0 (kept for encryption)
//	60 CRC-32C u32 over the 60 octets before it
const (
	segmentMagic  = "SMPPAGTQ"
	segmentHeader = 64
	versionMajor  = 1
	versionMinor  = 0
)

// flagRecovered in a segment header: the segment before was ended by a recovery, so holes in it are
// what a power cut left. Without it everything up to the previous end was durable when this life began.
const flagRecovered = 1 << 0

// header is the header of a segment.
type header struct {
	pages       uint16
	flags       uint16
	life, head  uint64
	pool        poolID
	previous    uint64 // life before this one in the log, 0 none
	previousEnd uint32
}

// append appends the header's segmentHeader octets.
func (h header) append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, segmentMagic...)
	dst = binary.LittleEndian.AppendUint16(dst, versionMajor)
	dst = binary.LittleEndian.AppendUint16(dst, versionMinor)
	dst = binary.LittleEndian.AppendUint16(dst, h.pages)
	dst = binary.LittleEndian.AppendUint16(dst, h.flags)
	dst = binary.LittleEndian.AppendUint64(dst, h.life)
	dst = binary.LittleEndian.AppendUint64(dst, h.head)
	dst = append(dst, h.pool[:]...)
	var back uint32
	if h.previous != 0 {
		back = uint32(h.life - h.previous)
	}
	dst = binary.LittleEndian.AppendUint32(dst, back)
	dst = binary.LittleEndian.AppendUint32(dst, h.previousEnd)
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

// A versionError says that a segment was written by a later version of the program.
type versionError struct{ major, minor uint16 }

func (e *versionError) Error() string {
	return fmt.Sprintf("written in format %d.%d, this program reads %d", e.major, e.minor, versionMajor)
}

// parseHeader decodes a segment header. ok is false when b is none or harmed; err is a *versionError
// when it is whole and of a later major version.
func parseHeader(b []byte) (h header, ok bool, err error) {
	if len(b) < segmentHeader || string(b[:8]) != segmentMagic ||
		binary.LittleEndian.Uint32(b[60:]) != crc32.Checksum(b[:60], castagnoli) {
		return header{}, false, nil
	}
	if major := binary.LittleEndian.Uint16(b[8:]); major != versionMajor {
		return header{}, false, &versionError{major, binary.LittleEndian.Uint16(b[10:])}
	}
	h.pages = binary.LittleEndian.Uint16(b[12:])
	h.flags = binary.LittleEndian.Uint16(b[14:])
	h.life = binary.LittleEndian.Uint64(b[16:])
	h.head = binary.LittleEndian.Uint64(b[24:])
	copy(h.pool[:], b[32:48])
	if back := uint64(binary.LittleEndian.Uint32(b[48:])); back != 0 && back < h.life {
		h.previous = h.life - back
	}
	h.previousEnd = binary.LittleEndian.Uint32(b[52:])
	return h, true, nil
}

// segmentName is the file name of segment i.
func segmentName(i int) string { return fmt.Sprintf("seg-%04d", i) }

// segmentIndex is the inverse of segmentName.
func segmentIndex(name string) (i int, ok bool) {
	if _, err := fmt.Sscanf(name, "seg-%04d", &i); err != nil || i < 0 || i >= maxSegments || segmentName(i) != name {
		return 0, false
	}
	return i, true
}
