package queue

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A record is a header of recordHeader octets, little endian, and a payload; records start at
// multiples of recordAlign.
//
//	 0 recordMagic u16
//	 2 kind u8
//	 3 flags u8
//	 4 length of the payload u16
//	 6 batch u16: rises with every sync; a later batch proves that an earlier one was durable
//	 8 CRC-32C u32 over the pool's id, the record's offset in its segment as u32, and all of the record
//	   but these four octets: a record is none in another pool or in another place
//	12 life u32: low half of the life of the segment, so that a former life's record is not taken for ours
//	16 id u64
const (
	pageSize     = 4096
	recordMagic  = 0xA751
	recordHeader = 24
	recordAlign  = 8
	maxPayload   = 1<<16 - 1
)

// kind is the type of a record.
type kind uint8

// The kinds of records. Numbers are never given to another meaning.
const (
	kindPut       kind = 1  // a new record: body.go
	kindAttempt   kind = 2  // about to be sent: note
	kindSubmitted kind = 3  // taken by the far end: note
	kindNote      kind = 4  // a new note
	kindRetry     kind = 5  // ready again from a time on: note
	kindDone      kind = 6  // settled with an outcome
	kindDrop      kind = 7  // settled by order, with a reason
	kindExpired   kind = 8  // settled because its time ran out
	kindBury      kind = 9  // set aside: note and reason
	kindKick      kind = 10 // ready at once, expiry lifted
	kindCopy      kind = 11 // the whole state of a record in one, moved from an older segment
	kindCheck     kind = 12 // counters and the segment's place in the log: check.go
	kindKeys      kind = 13 // keys of settled records, moved from an older segment
	kindPad       kind = 14 // fills a page
)

// kindNames are the names of the kinds in docs/queue.md and in what Dump prints.
var kindNames = [...]string{
	kindPut: "PUT", kindAttempt: "ATTEMPT", kindSubmitted: "SUBMITTED", kindNote: "NOTE", kindRetry: "RETRY",
	kindDone: "DONE", kindDrop: "DROP", kindExpired: "EXPIRED", kindBury: "BURY", kindKick: "KICK",
	kindCopy: "COPY", kindCheck: "CHECK", kindKeys: "KEYS", kindPad: "PAD",
}

// known reports whether this version knows the kind.
func (k kind) known() bool { return int(k) < len(kindNames) && kindNames[k] != "" }

// String returns the name in docs/queue.md, or "kind 77".
func (k kind) String() string {
	if !k.known() {
		return fmt.Sprintf("kind %d", uint8(k))
	}
	return kindNames[k]
}

// Flags of a record.
const (
	flagMore      = 1 << 0 // the next record belongs to the same Append: all or none
	flagRest      = 1 << 1 // the record before belongs to the same Append
	flagIgnorable = 1 << 2 // a reader that does not know the kind may skip the record
	flagSealed    = 1 << 3 // the payload is sealed: seal.go
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// poolID tells one pool's records from those of every other. It also keys the hashes of Entry.Key.
type poolID [16]byte

// record is one decoded record; payload points into the buffer it was read from.
type record struct {
	kind    kind
	flags   uint8
	batch   uint16
	life    uint32
	id      ID
	payload []byte
}

// recordSize is how many octets of a segment a record with n octets of payload takes.
func recordSize(n int) int { return (recordHeader + n + recordAlign - 1) &^ (recordAlign - 1) }

// checksum is the CRC-32C of a record in the pool that is encoded in b and lies at offset at.
func (p poolID) checksum(b []byte, at int) uint32 {
	var place [len(p) + 4]byte
	copy(place[:], p[:])
	binary.LittleEndian.PutUint32(place[len(p):], uint32(at))
	sum := crc32.Update(0, castagnoli, place[:])
	sum = crc32.Update(sum, castagnoli, b[:8])
	return crc32.Update(sum, castagnoli, b[12:])
}

// appendRecord appends r, which is to lie at offset at, and zeros up to recordSize.
func appendRecord(dst []byte, p poolID, at int, r record) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint16(dst, recordMagic)
	dst = append(dst, byte(r.kind), r.flags)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(r.payload)))
	dst = binary.LittleEndian.AppendUint16(dst, r.batch)
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	dst = binary.LittleEndian.AppendUint32(dst, r.life)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.id))
	dst = append(dst, r.payload...)
	binary.LittleEndian.PutUint32(dst[start+8:], p.checksum(dst[start:], at))
	for len(dst)-start < recordSize(len(r.payload)) {
		dst = append(dst, 0)
	}
	return dst
}

// parseRecord decodes the record at the start of b, which is offset at of its segment. ok is false when
// there is none of this pool and place, whole and unharmed. The life is the caller's to judge.
func parseRecord(b []byte, p poolID, at int) (r record, ok bool) {
	if len(b) < recordHeader || binary.LittleEndian.Uint16(b) != recordMagic {
		return record{}, false
	}
	n := int(binary.LittleEndian.Uint16(b[4:]))
	if recordHeader+n > len(b) || binary.LittleEndian.Uint32(b[8:]) != p.checksum(b[:recordHeader+n], at) {
		return record{}, false
	}
	return record{
		kind:    kind(b[2]),
		flags:   b[3],
		batch:   binary.LittleEndian.Uint16(b[6:]),
		life:    binary.LittleEndian.Uint32(b[12:]),
		id:      ID(binary.LittleEndian.Uint64(b[16:])),
		payload: b[recordHeader : recordHeader+n],
	}, true
}

// pageLeft is how many octets are left in the page of offset.
func pageLeft(offset int) int { return pageSize - offset%pageSize }
