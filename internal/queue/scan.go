package queue

import "encoding/binary"

// hole is a stretch of a segment, before its end, where no whole record is.
type hole struct {
	start, end int
	// before and after are the batches of the records around it; first says there is none before.
	before, after uint16
	first         bool
	// proven: what was in it had been made durable, so it was lost after that. Otherwise a power cut
	// while it was being written explains it.
	proven bool
}

// scan is what scanSegment found.
type scan struct {
	offsets []int // of the whole records of the life, rising; PAD left out
	holes   []hole
	end     int // behind the last whole record
	torn    int // octets behind end that look like the start of a record of this life
}

// scanSegment finds the records of one life in a segment, from offset start on, reusing what sc holds.
// After damage it goes on at the next aligned place that holds a whole record. Whatever b says, the work
// is bounded: at most maxPayload octets for each page and pageSize octets for each aligned place.
func (sc *scan) scanSegment(b []byte, p poolID, life uint32, start int) {
	*sc = scan{offsets: sc.offsets[:0], holes: sc.holes[:0], end: start}
	var last uint16
	first := true
	for at := start; at < len(b); {
		if pageLeft(at) < recordHeader {
			at += pageLeft(at)
			continue
		}
		r, ok := recordAt(b, at, p, life)
		if !ok {
			next := resync(b, at, p, life)
			if next < 0 {
				sc.torn = tornLength(b, at, p, life)
				break
			}
			if r, ok = recordAt(b, next, p, life); !ok {
				break
			}
			sc.holes = append(sc.holes, hole{start: at, end: next, before: last, after: r.batch, first: first})
			at = next
		}
		if r.kind != kindPad {
			sc.offsets = append(sc.offsets, at)
		}
		at += recordSize(len(r.payload))
		last, first = r.batch, false
		sc.end = at
	}
	sc.judge(last)
}

// judge marks the holes that a later batch proves: a batch is begun only when the one before it is
// durable. A hole at the beginning held the first CHECK, which is durable before any record follows. last is
// the batch of the last whole record.
func (sc *scan) judge(last uint16) {
	for i := range sc.holes {
		h := &sc.holes[i]
		h.proven = h.first || h.after != last || h.after-h.before >= 2
	}
}

// recordAt decodes the record of the life at offset at, if a whole one may be there: one that fits a
// page does not cross into the next, a longer one starts a page.
func recordAt(b []byte, at int, p poolID, life uint32) (record, bool) {
	if at+recordHeader > len(b) || binary.LittleEndian.Uint16(b[at:]) != recordMagic ||
		binary.LittleEndian.Uint32(b[at+12:]) != life {
		return record{}, false
	}
	if size := recordSize(int(binary.LittleEndian.Uint16(b[at+4:]))); size > pageLeft(at) && at%pageSize != 0 {
		return record{}, false
	}
	return parseRecord(b[at:], p, at)
}

// resync finds the next whole record of the life behind at, or -1.
func resync(b []byte, at int, p poolID, life uint32) int {
	for next := at&^(recordAlign-1) + recordAlign; next+recordHeader <= len(b); next += recordAlign {
		if _, ok := recordAt(b, next, p, life); ok {
			return next
		}
	}
	return -1
}

// tornLength is how many octets at offset at look like a record of the life that is not whole, 0 when
// there are none: zeros and a former life's records are no remains of a cut.
func tornLength(b []byte, at int, p poolID, life uint32) int {
	if at+recordHeader > len(b) {
		return 0
	}
	size := recordSize(int(binary.LittleEndian.Uint16(b[at+4:])))
	size = min(size, len(b)-at)
	if binary.LittleEndian.Uint32(b[at+12:]) == life && life != 0 {
		return size
	}
	if binary.LittleEndian.Uint16(b[at:]) != recordMagic {
		return 0
	}
	if _, stale := parseRecord(b[at:], p, at); stale {
		return 0
	}
	return size
}

// livesIn lists the lives of the pool's whole records in b, for a segment whose header is harmed.
func livesIn(b []byte, p poolID) map[uint32]int {
	lives := map[uint32]int{}
	for at := segmentHeader; at+recordHeader <= len(b); at += recordAlign {
		if binary.LittleEndian.Uint16(b[at:]) != recordMagic {
			continue
		}
		life := binary.LittleEndian.Uint32(b[at+12:])
		if _, ok := recordAt(b, at, p, life); ok {
			lives[life]++
		}
	}
	return lives
}
