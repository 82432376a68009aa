package store

import (
	"encoding/binary"
	"hash/crc32"
)

// A memory's file is magic and, one after the other, a record for each change. Integers are big-endian:
//
//	u16      length of what follows the checksum
//	u32      CRC-32C of what follows it
//	octet    op
//	octet    bits 1 and 0: Status; bit 7: Report
//	u16      Index; 0 for opKey
//	u64      Key; for opAdd and opKey
//	octets   TPDU; for opAdd
const magic = "smsstor1"

const (
	opAdd    = 1
	opStatus = 2
	opDelete = 3
	opKey    = 4

	headLen   = 6
	bodyLen   = 4
	keyLen    = 8
	reportBit = 0x80
)

type record struct {
	op   byte
	slot Slot
}

func table() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func (r record) append(b []byte) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0, 0, 0)
	status := byte(r.slot.Status)
	if r.slot.Report {
		status |= reportBit
	}
	b = binary.BigEndian.AppendUint16(append(b, r.op, status), uint16(r.slot.Index))
	if r.op == opAdd || r.op == opKey {
		b = binary.BigEndian.AppendUint64(b, r.slot.Key)
	}
	b = append(b, r.slot.TPDU...)
	body := b[start+headLen:]
	binary.BigEndian.PutUint16(b[start:], uint16(len(body)))
	binary.BigEndian.PutUint32(b[start+2:], crc32.Checksum(body, table()))
	return b
}

// cut takes the first record off b. ok is false when there is none that is whole; slots says how many there
// are.
func cutRecord(b []byte, slots int) (r record, rest []byte, ok bool) {
	if len(b) < headLen {
		return r, b, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < bodyLen || n > len(b)-headLen {
		return r, b, false
	}
	body := b[headLen : headLen+n]
	if crc32.Checksum(body, table()) != binary.BigEndian.Uint32(b[2:]) {
		return r, b, false
	}
	r = record{op: body[0], slot: Slot{
		Status: Status(body[1] &^ reportBit), Report: body[1]&reportBit != 0, Index: int(binary.BigEndian.Uint16(body[2:])),
	}}
	tail := body[bodyLen:]
	if r.op == opAdd || r.op == opKey {
		if len(tail) < keyLen {
			return r, b, false
		}
		r.slot.Key, tail = binary.BigEndian.Uint64(tail), tail[keyLen:]
	}
	if r.op == opAdd {
		r.slot.TPDU, tail = append([]byte(nil), tail...), nil
	}
	valid := r.op >= opAdd && r.op <= opKey && len(tail) == 0 && r.slot.Status <= Sent &&
		(r.op == opKey || r.slot.Index >= 1 && r.slot.Index <= slots) &&
		(r.op == opAdd) == (len(r.slot.TPDU) > 0) && len(r.slot.TPDU) <= maxTPDU
	return r, b[headLen+n:], valid
}
