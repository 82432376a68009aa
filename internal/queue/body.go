package queue

import (
	"encoding/binary"
	"time"
)

// whole is all that is known of a record apart from its place; PUT and COPY carry it. Times are in
// milliseconds since 1970, 0 for none.
//
//	0 state u8, and bitReplace
//	1 bits u8
//	2 lane, class: 4 bits each
//	3 length of the key u8
//	4 appended u64
//	  not before u64, when bitNotBefore
//	  expires u64, when bitExpires
//	  hash of Replace u64, id that is replaced u64, hash of its key u64, when bitReplace
//	  tries u16, length of the reason u8, more bits u8, length of the note u16, when bitCarried
//	  key, reason, note, body
type whole struct {
	state               State
	lane                Lane
	class               uint8
	trusted             bool // the clock was believed when it was appended
	attempted           bool
	hasNote             bool
	kicked              bool
	tries               uint16
	appended            int64
	notBefore, expires  int64
	key, reason         string
	note                []byte
	body                []byte
	retryAt, retryStamp int64 // only in COPY: see bitRetry
	retryTrusted        bool
	replace             replacement
}

// delay is when the record is ready, and by which clock that was said.
func (w *whole) delay() (at, stamp int64, trusted bool) {
	if w.retryAt != 0 {
		return w.retryAt, w.retryStamp, w.retryTrusted
	}
	return w.notBefore, w.appended, w.trusted
}

// replacement is what a PUT says of the record it takes the place of.
type replacement struct {
	hash uint64 // of Entry.Replace, 0 when there is none
	old  ID     // dropped by this PUT, 0 when there is none
	key  uint64 // hash of the key of old, 0 when it has none
}

// Bits of a PUT or COPY.
const (
	bitTrusted      = 1 << 0 // the wall clock was believed
	bitAttempted    = 1 << 1 // may have been sent
	bitNotBefore    = 1 << 2
	bitExpires      = 1 << 3
	bitCarried      = 1 << 4 // COPY: tries, reason and note follow
	bitNote         = 1 << 5 // there is a note, if an empty one
	bitRetry        = 1 << 6 // the time of a RETRY follows: at u64, stamp u64
	bitRetryTrusted = 1 << 7
)

// bitReplace is set in the octet of the state.
const bitReplace = 1 << 7

// More bits of a COPY.
const bitKicked = 1 << 0 // by Kick, and waits for kickedGrace when it is submitted

// appendWhole appends the payload of a PUT or, with more than a PUT's knowledge, a COPY.
func appendWhole(dst []byte, w *whole) []byte {
	var bits byte
	set := func(on bool, bit byte) {
		if on {
			bits |= bit
		}
	}
	carried := w.tries != 0 || w.reason != "" || w.hasNote || w.kicked
	set(w.trusted, bitTrusted)
	set(w.attempted, bitAttempted)
	set(w.notBefore != 0, bitNotBefore)
	set(w.expires != 0, bitExpires)
	set(carried, bitCarried)
	set(w.hasNote, bitNote)
	set(w.retryAt != 0, bitRetry)
	set(w.retryTrusted, bitRetryTrusted)
	state := byte(w.state)
	if w.replace.hash != 0 {
		state |= bitReplace
	}
	dst = append(dst, state, bits, byte(w.lane)<<4|w.class, byte(len(w.key)))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(w.appended))
	if w.notBefore != 0 {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(w.notBefore))
	}
	if w.expires != 0 {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(w.expires))
	}
	if w.retryAt != 0 {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(w.retryAt))
		dst = binary.LittleEndian.AppendUint64(dst, uint64(w.retryStamp))
	}
	if w.replace.hash != 0 {
		dst = binary.LittleEndian.AppendUint64(dst, w.replace.hash)
		dst = binary.LittleEndian.AppendUint64(dst, uint64(w.replace.old))
		dst = binary.LittleEndian.AppendUint64(dst, w.replace.key)
	}
	if carried {
		dst = binary.LittleEndian.AppendUint16(dst, w.tries)
		var more byte
		if w.kicked {
			more |= bitKicked
		}
		dst = append(dst, byte(len(w.reason)), more)
		dst = binary.LittleEndian.AppendUint16(dst, uint16(len(w.note)))
	}
	dst = append(dst, w.key...)
	if carried {
		dst = append(dst, w.reason...)
		dst = append(dst, w.note...)
	}
	return append(dst, w.body...)
}

// parseWhole decodes the payload of a PUT or COPY. note and body point into b.
func parseWhole(b []byte) (w whole, ok bool) {
	r := reader{b: b}
	state := r.u8()
	w.state = State(state &^ bitReplace)
	bits := r.u8()
	lanes := r.u8()
	w.lane, w.class = Lane(lanes>>4), lanes&15
	keyLen := int(r.u8())
	w.trusted, w.attempted, w.hasNote = bits&bitTrusted != 0, bits&bitAttempted != 0, bits&bitNote != 0
	w.appended = int64(r.u64())
	if bits&bitNotBefore != 0 {
		w.notBefore = int64(r.u64())
	}
	if bits&bitExpires != 0 {
		w.expires = int64(r.u64())
	}
	if bits&bitRetry != 0 {
		w.retryAt, w.retryStamp = int64(r.u64()), int64(r.u64())
		w.retryTrusted = bits&bitRetryTrusted != 0
	}
	if state&bitReplace != 0 {
		w.replace = replacement{r.u64(), ID(r.u64()), r.u64()}
	}
	reasonLen, noteLen := 0, 0
	if bits&bitCarried != 0 {
		w.tries = r.u16()
		reasonLen = int(r.u8())
		w.kicked = r.u8()&bitKicked != 0
		noteLen = int(r.u16())
	}
	w.key = string(r.take(keyLen))
	w.reason = string(r.take(reasonLen))
	w.note = r.take(noteLen)
	w.body = r.b
	if r.short || w.state > Buried || w.state == Leased || w.lane >= Lanes || w.class >= Classes {
		return whole{}, false
	}
	return w, true
}

// change is the payload of the kinds that change a record's state.
//
//	ATTEMPT, SUBMITTED, NOTE: bits u8, note
//	RETRY: bits u8, tries u16, at u64, stamp u64, note
//	BURY: bits u8, length of the note u16, note, reason
//	DONE, DROP, EXPIRED: bits u8, outcome u8, hash of the key u64 and stamp u64 when bitKey, reason
//	KICK: nothing
type change struct {
	hasNote, trusted bool
	attempted        bool // RETRY: it may have been sent all the same
	tries            uint16
	note             []byte
	at, stamp        int64
	reason           string
	outcome          uint8
	keyHash          uint64 // 0: no key
}

// Bits of a change.
const (
	changeNote    = 1 << 0 // the note replaces the one before
	changeTrusted = 1 << 1 // the wall clock was believed
	changeKey     = 1 << 2
	changeAttempt = 1 << 3 // RETRY: the record stays attempted
)

func (c *change) append(dst []byte, k kind) []byte {
	var bits byte
	if c.hasNote {
		bits |= changeNote
	}
	if c.trusted {
		bits |= changeTrusted
	}
	if c.keyHash != 0 {
		bits |= changeKey
	}
	if c.attempted {
		bits |= changeAttempt
	}
	switch k {
	case kindAttempt, kindSubmitted, kindNote:
		dst = append(append(dst, bits), c.note...)
	case kindRetry:
		dst = append(dst, bits)
		dst = binary.LittleEndian.AppendUint16(dst, c.tries)
		dst = binary.LittleEndian.AppendUint64(dst, uint64(c.at))
		dst = binary.LittleEndian.AppendUint64(dst, uint64(c.stamp))
		dst = append(dst, c.note...)
	case kindBury:
		dst = append(dst, bits)
		dst = binary.LittleEndian.AppendUint16(dst, uint16(len(c.note)))
		dst = append(append(dst, c.note...), c.reason...)
	case kindDone, kindDrop, kindExpired:
		dst = append(dst, bits, c.outcome)
		if c.keyHash != 0 {
			dst = binary.LittleEndian.AppendUint64(dst, c.keyHash)
			dst = binary.LittleEndian.AppendUint64(dst, uint64(c.stamp))
		}
		dst = append(dst, c.reason...)
	}
	return dst
}

func parseChange(b []byte, k kind) (c change, ok bool) {
	r := reader{b: b}
	if k == kindKick {
		return c, true
	}
	bits := r.u8()
	c.hasNote, c.trusted, c.attempted = bits&changeNote != 0, bits&changeTrusted != 0, bits&changeAttempt != 0
	switch k {
	case kindAttempt, kindSubmitted, kindNote:
		c.note = r.b
	case kindRetry:
		c.tries = r.u16()
		c.at, c.stamp, c.note = int64(r.u64()), int64(r.u64()), r.b
	case kindBury:
		c.note = r.take(int(r.u16()))
		c.reason = string(r.b)
	case kindDone, kindDrop, kindExpired:
		c.outcome = r.u8()
		if bits&changeKey != 0 {
			c.keyHash, c.stamp = r.u64(), int64(r.u64())
		}
		c.reason = string(r.b)
	}
	return c, !r.short
}

// reader takes little-endian values off the front of b; short says that b did not suffice.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.short = true
		n = len(r.b)
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) u8() uint8 {
	if b := r.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if b := r.take(2); len(b) == 2 {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); len(b) == 4 {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.take(8); len(b) == 8 {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// millis is t on flash: milliseconds since 1970, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	if ms := t.UnixMilli(); ms != 0 {
		return ms
	}
	return 1
}

// wall is the inverse of millis.
func wall(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
