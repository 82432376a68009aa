package pdu

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unsafe"
)

// What is here is how a walk writes, and the short ways of a walk in haste, which has no names to keep.

// next steps over n octets to write, and returns b from there, which is as long or longer. It is just small
// enough to be compiled into its callers.
func (c *codec) next(n int) (to []byte) {
	to = c.b[c.off:]
	c.off += n
	if len(to) < n {
		return c.grown(n)
	}
	return
}

// grown is next where b had no room.
//
//go:noinline
func (c *codec) grown(n int) []byte {
	c.b = slices.Grow(c.b, c.off-len(c.b))
	c.b = c.b[:cap(c.b)]
	return c.b[c.off-n:]
}

// appendText appends s and a NUL to b, and reports whether they fit in max octets and s has no NUL.
func appendText(b []byte, s string, max int) ([]byte, bool) {
	if s == "" {
		return append(b, 0), true
	}
	return appendSome(b, s, max)
}

// appendSome is appendText for a string that is not empty.
func appendSome(b []byte, s string, max int) ([]byte, bool) {
	if len(s) >= max || strings.IndexByte(s, 0) >= 0 {
		return b, false
	}
	return append(append(b, s...), 0), true
}

// appendAddress appends a to b, and reports whether it is as it must be. Most have 8 to 16 octets: to take
// them as two times eight, which may overlap, is quicker than to call strings.IndexByte and copy.
func appendAddress(b []byte, a *Address, max int) ([]byte, bool) {
	if !ton(a.TON).known() || !npi(a.NPI).known() {
		return b, false
	}
	s, start := a.Addr, len(b)
	end := start + 2 + len(s) + 1
	if len(s) < 8 || len(s) > 16 || len(s) >= max || end > cap(b) {
		return appendText(append(b, a.TON, a.NPI), s, max)
	}
	to := b[start:end]
	first, last := eight(s), eight(s[len(s)-8:])
	to[0], to[1] = a.TON, a.NPI
	binary.LittleEndian.PutUint64(to[2:], first)
	binary.LittleEndian.PutUint64(to[len(to)-9:], last)
	to[len(to)-1] = 0
	return b[:end], nulIn(first)|nulIn(last) == 0
}

// wrote takes what was appended to b[:off].
func (c *codec) wrote(b []byte, ok bool) {
	c.off = len(b)
	if cap(b) != len(c.b) { // it has moved
		c.b = b[:cap(b)]
	}
	if !ok {
		c.failed = true
	}
}

// eight is the first eight octets of s, the first one lowest.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// nulIn is 0 unless one of the eight octets of v is.
func nulIn(v uint64) uint64 { return (v - 0x0101010101010101) &^ v & 0x8080808080808080 }

// take reads the C-Octet String that comes next, in haste.
func (c *codec) take(max int) string {
	from := c.b[c.off:]
	if len(from) > 0 && from[0] == 0 { // which is so of half of them
		c.off++
		return ""
	}
	n := bytes.IndexByte(from, 0)
	if n < 0 || n >= max {
		c.failed = true
		return ""
	}
	c.off += n + 1
	if !c.kept {
		return string(from[:n])
	}
	return unsafe.String(&from[0], n) // nobody writes there: copy gives out other octets
}

// isEmpty steps over the C-Octet String that comes next if it has nothing but its NUL, which is so of
// half of them. It does so in haste only.
func (c *codec) isEmpty() bool {
	if !c.reads || c.off >= len(c.b) || c.b[c.off] != 0 {
		return false
	}
	c.off++
	return true
}

// takeMessage reads a message in haste, and reports whether it could: it does not when what follows may be a NUL
// that does not count.
func (c *codec) takeMessage(v *[]byte) bool {
	if c.left() < 1 {
		return false
	}
	next := c.off + 1 + int(c.b[c.off])
	if next > len(c.b) || next < len(c.b) && c.b[next] == 0 || next-c.off > 1+maxShortMessage {
		return false
	}
	*v = c.copy(c.off+1, next-c.off-1)
	c.off = next
	return true
}
