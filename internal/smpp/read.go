package smpp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"smppagent/internal/pdu"
)

// batch is what one read from the connection brought: the PDUs that became complete with it, and
// why there will be no more.
type batch struct {
	pdus   []arrival
	octets int
	err    error
}

// arrival is one PDU, or the header of one that could not be decoded.
type arrival struct {
	frame pdu.Frame
	err   error
}

// reader cuts the connection's octets into PDUs from the first octet on. It holds octets that have
// arrived and nothing else: a command_length alone never makes it allocate.
type reader struct {
	conn  net.Conn
	max   int           // longest PDU accepted
	timer time.Duration // for the rest of a PDU
	buf   []byte        // [from:to] has not been cut yet
	from  int
	to    int
	timed bool // the read deadline is set
	first [16]byte
	seen  int // how many octets have arrived in all, at most len(first)
	tape  *tape
}

// readRoom is the reader's buffer; it grows only for PDUs that are longer, and shrinks again.
const readRoom = 4096

func newReader(conn net.Conn, cfg *Config) *reader {
	return &reader{conn: conn, max: cfg.MaxPDU, timer: cfg.BodyTimer, buf: make([]byte, readRoom)}
}

// run reads batches and hands them over until an error or stop. It fills the slices that come by
// free.
func (r *reader) run(out chan<- batch, free <-chan []arrival, stop <-chan struct{}) {
	for {
		var pdus []arrival
		select {
		case pdus = <-free:
		case <-stop:
			return
		}
		b := r.next(pdus[:0])
		for octets := b.octets; len(b.pdus) == 0 && b.err == nil; octets = b.octets {
			b = r.next(b.pdus)
			b.octets += octets
		}
		select {
		case out <- b:
		case <-stop:
			return
		}
		if b.err != nil {
			return
		}
	}
}

// next reads once and appends to pdus what is complete. It returns after each read, so that no PDU
// waits for the one behind it. An error is final; the PDUs before it are good.
func (r *reader) next(pdus []arrival) batch {
	r.makeRoom()
	if err := r.setDeadline(); err != nil {
		return batch{pdus: pdus, err: err}
	}
	n, err := r.conn.Read(r.buf[r.to:])
	if r.seen < len(r.first) {
		r.seen += copy(r.first[r.seen:], r.buf[r.to:r.to+n])
	}
	r.to += n
	pdus, cutErr := r.cut(pdus)
	if cutErr != nil {
		err = cutErr // what arrived comes before how it ended
	} else if err != nil {
		err = r.ended(err)
	}
	return batch{pdus: pdus, octets: n, err: err}
}

// cut takes the complete PDUs off the front of the buffer.
func (r *reader) cut(pdus []arrival) ([]arrival, error) {
	for r.to-r.from >= 4 {
		length := binary.BigEndian.Uint32(r.buf[r.from:])
		if length < pdu.HeaderLen || uint64(length) > uint64(r.max) {
			r.tape.read(r.buf[r.from:r.to])
			return pdus, &FramingError{Length: length, Max: r.max}
		}
		if int(length) > r.to-r.from {
			break
		}
		r.tape.read(r.buf[r.from : r.from+int(length)])
		f, err := pdu.Decode(r.buf[r.from : r.from+int(length)])
		pdus = append(pdus, arrival{f, err})
		r.from += int(length)
		if r.timed { // the next one has its own time
			r.timed = false
			_ = r.conn.SetReadDeadline(time.Time{})
		}
	}
	return pdus, nil
}

// makeRoom moves what is left to the front, and doubles the buffer when one PDU fills it.
func (r *reader) makeRoom() {
	left := r.to - r.from
	if left == 0 {
		r.from, r.to = 0, 0
		if len(r.buf) > readRoom {
			r.buf = make([]byte, readRoom)
		}
		return
	}
	if r.to < len(r.buf) {
		return
	}
	if r.from > 0 {
		copy(r.buf, r.buf[r.from:r.to])
	} else {
		buf := make([]byte, 2*len(r.buf))
		copy(buf, r.buf)
		r.buf = buf
	}
	r.from, r.to = 0, left
}

// setDeadline starts the clock when a PDU has begun and is not complete. A peer that sends one
// octet now and then does not win time by it.
func (r *reader) setDeadline() error {
	if r.timed || r.to == r.from {
		return nil
	}
	r.timed = true
	return r.conn.SetReadDeadline(time.Now().Add(r.timer))
}

// ended puts the end of the connection in words.
func (r *reader) ended(err error) error {
	half := ""
	if n := r.to - r.from; n > 0 {
		r.tape.read(r.buf[r.from:r.to])
		half = fmt.Sprintf(" after %d octets of a PDU", n)
	}
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("smpp: %w%s", ErrPeerClosed, half)
	case errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("smpp: %w%s (reset)", ErrPeerClosed, half)
	case errors.Is(err, os.ErrDeadlineExceeded) && r.timed:
		return fmt.Errorf("smpp: nothing more within %v%s", r.timer, half)
	}
	return fmt.Errorf("smpp: read%s: %w", half, plain(err))
}
