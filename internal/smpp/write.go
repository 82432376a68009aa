package smpp

import (
	"fmt"
	"net"
	"time"
)

// outbox gathers what is to be sent while the writer is busy, so that all of it goes out in one
// write. It knows of each octet whether the connection has taken it. Run's alone, but for the two
// channels.
type outbox struct {
	pending []byte // encoded, not given to the writer
	spare   []byte // the other of the two buffers
	handed  uint64 // octets given to the writer so far
	written uint64 // octets the connection has taken
	busy    bool
	err     error // of the first write that failed; nothing is written after it

	todo   chan []byte
	result chan written
}

// written is what became of one write.
type written struct {
	n   int
	err error
}

// maxPending is the backlog in octets above which the session takes no more calls and reads no more
// PDUs, until the peer takes what it is owed.
const maxPending = 64 << 10

func newOutbox() outbox {
	return outbox{todo: make(chan []byte, 1), result: make(chan written, 1)}
}

// position is where in the stream the next octet will be.
func (o *outbox) position() uint64 { return o.handed + uint64(len(o.pending)) }

// full reports a peer that does not take what we send.
func (o *outbox) full() bool { return len(o.pending) >= maxPending }

// flush gives the backlog to the writer if that is idle.
func (o *outbox) flush() {
	if o.busy || len(o.pending) == 0 || o.err != nil {
		return
	}
	o.busy = true
	o.handed += uint64(len(o.pending))
	o.todo <- o.pending
	o.pending, o.spare = o.spare[:0], o.pending
}

// idle reports that the connection has taken everything.
func (o *outbox) idle() bool { return !o.busy && len(o.pending) == 0 }

// took notes the result of a write.
func (o *outbox) took(w written) {
	o.busy = false
	o.written += uint64(w.n)
	if w.err != nil && o.err == nil {
		o.err = w.err
	}
	if cap(o.spare) > maxPending/2 {
		o.spare = nil // a burst is no reason to keep its memory
	}
}

// write writes what comes by todo until that is closed, and records it on the tape.
func (o *outbox) write(conn net.Conn, timer time.Duration, tape *tape) {
	for b := range o.todo {
		tape.wrote(b) // before the answer can come
		err := conn.SetWriteDeadline(time.Now().Add(timer))
		n := 0
		if err == nil {
			n, err = conn.Write(b)
		}
		if err != nil {
			err = fmt.Errorf("smpp: write: %w", plain(err))
		}
		o.result <- written{n, err}
	}
}
