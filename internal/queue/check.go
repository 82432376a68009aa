package queue

import "encoding/binary"

// Totals are the counters that survive restarts.
type Totals struct {
	Appended uint64 `json:"appended"` // records stored
	Done     uint64 `json:"done"`     // settled with an outcome
	Dropped  uint64 `json:"dropped"`  // settled by Drop
	Expired  uint64 `json:"expired"`  // settled because their time ran out
	Lost     uint64 `json:"lost"`     // records known to be lost to damage
}

// check is the payload of a CHECK record. The first record of every segment is one, and repeats the
// segment's header, so that a harmed header costs nothing; the last record of a full segment is one.
//
//	 0 header of the segment, with the head as it is now
//	64 next id u64
//	72 wall clock in milliseconds u64, 0 when it was not believed
//	80 holes in the segment before, in octets u32: those that a recovery saw and reported
//	84 0 u32
//	88 appended, done, dropped, expired, lost: u64 each
type check struct {
	header header
	next   ID
	stamp  int64
	holes  uint32
	totals Totals
}

const checkPayload = segmentHeader + 64

func (c *check) append(dst []byte) []byte {
	dst = c.header.append(dst)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(c.next))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(c.stamp))
	dst = binary.LittleEndian.AppendUint32(dst, c.holes)
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	for _, n := range []uint64{c.totals.Appended, c.totals.Done, c.totals.Dropped, c.totals.Expired, c.totals.Lost} {
		dst = binary.LittleEndian.AppendUint64(dst, n)
	}
	return dst
}

func parseCheck(b []byte) (c check, ok bool) {
	if len(b) < checkPayload {
		return check{}, false
	}
	h, ok, err := parseHeader(b)
	if !ok || err != nil {
		return check{}, false
	}
	r := reader{b: b[segmentHeader:]}
	c = check{header: h, next: ID(r.u64()), stamp: int64(r.u64()), holes: r.u32()}
	r.u32()
	for _, n := range []*uint64{&c.totals.Appended, &c.totals.Done, &c.totals.Dropped, &c.totals.Expired, &c.totals.Lost} {
		*n = r.u64()
	}
	return c, true
}
