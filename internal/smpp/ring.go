//go:build !tiny

package smpp

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"smppagent/internal/pdu"
)

// ring holds the last PDUs of one link, both ways, in a bounded number of octets; the oldest go first.
// Passwords are masked as they come in. It is taken from in the order of time, whatever session they were of.
type ring struct {
	mu    sync.Mutex
	size  int
	buf   []byte // of size octets, made with the first PDU
	from  int    // where in buf the oldest record begins
	used  int
	lines []*tape // the connections that records are of, the oldest first
	last  uint32  // number of the latest connection
}

// tape is the part of the ring that is one connection. It may be nil.
type tape struct {
	ring           *ring
	number         uint32
	local, remote  netip.AddrPort
	sent, received uint32 // octets so far, modulo 2³² as TCP counts
	records        int    // in the ring
	closed         bool
}

// recordHeader is how many octets stand before each PDU in the ring: when, connection, place in the stream,
// length on the wire, length here, what.
const recordHeader = 8 + 4 + 4 + 4 + 4 + 1

func newRing(size int) *ring { return &ring{size: size} }

// open begins the record of a connection; it is nil when nothing is to be recorded.
func (r *ring) open(conn net.Conn) *tape {
	if r == nil || r.size == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	t := &tape{ring: r, number: r.last, local: endOf(conn.LocalAddr()), remote: endOf(conn.RemoteAddr())}
	r.lines = append(r.lines, t)
	t.put(TakenOpened, 0, nil)
	return t
}

// endOf is one end of a connection; not valid for what has none, a pipe say.
func endOf(a net.Addr) netip.AddrPort {
	if tcp, ok := a.(*net.TCPAddr); ok {
		ap := tcp.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port())
	}
	return netip.AddrPort{}
}

// wrote records PDUs that go out: b holds them whole, one behind the other.
func (t *tape) wrote(b []byte) {
	if t == nil {
		return
	}
	t.ring.mu.Lock()
	defer t.ring.mu.Unlock()
	for len(b) > 0 {
		n := len(b)
		if n >= 4 {
			n = min(n, max(4, int(binary.BigEndian.Uint32(b)&0x7FFFFFFF)))
		}
		t.put(TakenSent, t.sent, b[:n])
		t.sent += uint32(n)
		b = b[n:]
	}
}

// read records octets that came in: one PDU, or what cannot be cut into PDUs.
func (t *tape) read(b []byte) {
	if t == nil || len(b) == 0 {
		return
	}
	t.ring.mu.Lock()
	defer t.ring.mu.Unlock()
	t.put(TakenReceived, t.received, b)
	t.received += uint32(len(b))
}

// close ends the record of the connection.
func (t *tape) close() {
	if t == nil {
		return
	}
	t.ring.mu.Lock()
	defer t.ring.mu.Unlock()
	t.put(TakenClosed, 0, nil)
	t.closed = true
	t.ring.tidy()
}

// put adds a record and drops as many of the oldest as that takes. The caller has the ring.
func (t *tape) put(what TakenKind, offset uint32, b []byte) {
	r := t.ring
	if r.buf == nil {
		r.buf = make([]byte, r.size)
	}
	kept := min(len(b), len(r.buf)-recordHeader)
	for r.used+recordHeader+kept > len(r.buf) {
		r.drop()
	}
	var h [recordHeader]byte
	binary.BigEndian.PutUint64(h[0:], uint64(time.Now().UnixNano()))
	binary.BigEndian.PutUint32(h[8:], t.number)
	binary.BigEndian.PutUint32(h[12:], offset)
	binary.BigEndian.PutUint32(h[16:], uint32(len(b)))
	binary.BigEndian.PutUint32(h[20:], uint32(kept))
	h[24] = byte(what)
	r.write(r.used, h[:])
	r.write(r.used+recordHeader, b[:kept])
	from, to := secretIn(b)
	for i := from; i < min(to, kept); i++ {
		r.buf[(r.from+r.used+recordHeader+i)%len(r.buf)] = '*'
	}
	r.used += recordHeader + kept
	t.records++
}

// drop forgets the oldest record.
func (r *ring) drop() {
	var h [recordHeader]byte
	r.readAt(0, h[:])
	n := recordHeader + int(binary.BigEndian.Uint32(h[20:]))
	r.from, r.used = (r.from+n)%len(r.buf), r.used-n
	if t := r.line(binary.BigEndian.Uint32(h[8:])); t != nil {
		t.records--
	}
	r.tidy()
}

// tidy forgets connections that have ended and are in no record.
func (r *ring) tidy() {
	for len(r.lines) > 0 && r.lines[0].closed && r.lines[0].records == 0 {
		r.lines = slices.Delete(r.lines, 0, 1)
	}
}

func (r *ring) line(number uint32) *tape {
	for _, t := range r.lines {
		if t.number == number {
			return t
		}
	}
	return nil
}

// write and readAt copy to and from the ring, at octets behind the start of what is in it.
func (r *ring) write(at int, b []byte) {
	at = (r.from + at) % len(r.buf)
	n := copy(r.buf[at:], b)
	copy(r.buf, b[n:])
}

func (r *ring) readAt(at int, b []byte) {
	at = (r.from + at) % len(r.buf)
	n := copy(b, r.buf[at:])
	copy(b[n:], r.buf)
}

// taken returns what is in the ring, the oldest first.
func (r *ring) taken() (all []Taken) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for at := 0; at < r.used; {
		var h [recordHeader]byte
		r.readAt(at, h[:])
		b := make([]byte, binary.BigEndian.Uint32(h[20:]))
		r.readAt(at+recordHeader, b)
		at += recordHeader + len(b)
		x := Taken{
			At: time.Unix(0, int64(binary.BigEndian.Uint64(h[0:]))), Connection: binary.BigEndian.Uint32(h[8:]),
			Kind: TakenKind(h[24]), Offset: binary.BigEndian.Uint32(h[12:]), Length: int(binary.BigEndian.Uint32(h[16:])), Octets: b,
		}
		if t := r.line(x.Connection); t != nil {
			x.Local, x.Remote = t.local, t.remote
		}
		all = append(all, x)
	}
	return all
}

// secretIn is where in the octets of a PDU its password is: that of bind_* and outbind, behind system_id.
// What cannot be told apart from it counts as it.
func secretIn(b []byte) (from, to int) {
	if len(b) < pdu.HeaderLen {
		return 0, 0
	}
	switch pdu.Command(binary.BigEndian.Uint32(b[4:])) {
	case pdu.CmdBindReceiver, pdu.CmdBindTransmitter, pdu.CmdBindTransceiver, pdu.CmdOutbind:
	default:
		return 0, 0
	}
	n := bytes.IndexByte(b[pdu.HeaderLen:], 0)
	if n < 0 {
		return pdu.HeaderLen, len(b)
	}
	from = pdu.HeaderLen + n + 1
	if n = bytes.IndexByte(b[from:], 0); n < 0 {
		return from, len(b)
	}
	return from, from + n
}
