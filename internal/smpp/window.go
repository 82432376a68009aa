package smpp

import (
	"time"

	"smppagent/internal/pdu"
)

// maxSequence is the last sequence_number before the count starts at 1 again: SMPP 3.4 §5.1.4.
const maxSequence = 0x7FFFFFFF

// window holds the requests without response, and of those that were given up, the latest: a
// tombstone turns a late response into knowledge. Only the session's Run touches it.
type window struct {
	bySequence map[uint32]*request
	open       list // in flight, in the order of their deadlines
	dead       list // tombstones, oldest first
	maxDead    int
	last       uint32 // the latest sequence_number given out
	spare      *request
}

// request is one request in flight or one tombstone.
type request struct {
	sequence uint32
	command  pdu.Command
	call     *Call     // nil in a tombstone
	request  pdu.PDU   // of a tombstone
	tag      uint64    // of a tombstone
	start    uint64    // where its first octet is in the stream of all we sent
	deadline time.Time // of the response

	prev, next *request
}

func newWindow(places int) window {
	return window{bySequence: make(map[uint32]*request), maxDead: max(64, 4*places)}
}

// sequence returns the next sequence_number that no request holds. taken are those in use outside
// the window.
func (w *window) sequence(taken ...uint32) uint32 {
next:
	for {
		if w.last++; w.last > maxSequence {
			w.last = 1
		}
		if w.bySequence[w.last] != nil {
			continue
		}
		for _, n := range taken {
			if n == w.last {
				continue next
			}
		}
		return w.last
	}
}

// add registers c under sequence. Deadlines must not go back.
func (w *window) add(sequence uint32, c *Call, start uint64, deadline time.Time) {
	r := w.spare
	if r != nil {
		w.spare = r.next
		*r = request{}
	} else {
		r = new(request)
	}
	r.sequence, r.command, r.call, r.start, r.deadline = sequence, c.Request.Command(), c, start, deadline
	w.bySequence[sequence] = r
	w.open.push(r)
}

// find returns the request or tombstone with this sequence_number, or nil.
func (w *window) find(sequence uint32) *request { return w.bySequence[sequence] }

// remove forgets r, which the caller must not use afterwards.
func (w *window) remove(r *request) {
	delete(w.bySequence, r.sequence)
	if r.call != nil {
		w.open.remove(r)
	} else {
		w.dead.remove(r)
	}
	*r = request{next: w.spare}
	w.spare = r
}

// expire makes the oldest request a tombstone if its deadline has come, and returns its call.
func (w *window) expire(now time.Time) *Call {
	r := w.open.first
	if r == nil || now.Before(r.deadline) {
		return nil
	}
	w.open.remove(r)
	c := r.call
	r.call, r.request, r.tag = nil, c.Request, c.Tag
	w.dead.push(r)
	if w.dead.n > w.maxDead {
		w.remove(w.dead.first)
	}
	return c
}

// list is a chain of requests.
type list struct {
	first, last *request
	n           int
}

func (l *list) push(r *request) {
	r.prev, r.next = l.last, nil
	if l.last != nil {
		l.last.next = r
	} else {
		l.first = r
	}
	l.last = r
	l.n++
}

func (l *list) remove(r *request) {
	if r.prev != nil {
		r.prev.next = r.next
	} else {
		l.first = r.next
	}
	if r.next != nil {
		r.next.prev = r.prev
	} else {
		l.last = r.prev
	}
	r.prev, r.next = nil, nil
	l.n--
}
