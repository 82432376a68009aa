package bridge

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// A progress is what is known of one message on its way: which SMSC has which of its segments, under which
// message_id, and what became of each. It is the note that the queue keeps with the message. A message that
// was in doubt at one SMSC and went by another has a way for each: what the first says later still counts.
//
// On flash: version u8, number of ways u8, then per way: link (length u8, octets), number of segments u8,
// then per segment: state u8 with the bits below, command_status u32 with hasStatus, message_id (length
// uvarint, octets) with hasID. Integers are big-endian.
type progress struct {
	Ways []way // in the order in which they were first taken; the last is the latest tried
}

// A way is what is known of a message at one SMSC.
type way struct {
	Link     string // the message_ids are that SMSC's
	Segments []segment
}

const (
	progressVersion = 2
	maxWays         = 4 // of one message that are remembered
	hasStatus       = 1 << 7
	hasID           = 1 << 6
)

// A segment is one short message of the message. MessageID is the SMSC's; Status is that of the
// last response that refused it.
type segment struct {
	State     segmentState
	Status    pdu.Status
	MessageID string
}

// segmentState says how far a segment has come. The order matters: a later state is never left
// for an earlier one, except that what was unsent, attempted or refused may be sent again.
type segmentState uint8

const (
	unsent      segmentState = iota
	attempted                // may have been written, no response known: in doubt
	refused                  // by a response that a person must look at
	accepted                 // response with command_status 0
	undelivered              // final receipts from here
	expired
	delivered
)

// fate reports whether the state is that of a final receipt.
func (s segmentState) fate() bool { return s >= undelivered }

var errProgress = errors.New("bridge: note of the message cannot be read")

// appendBinary appends the form on flash. Where the queue has not room for all of it, the message_ids at
// earlier SMSCs go first.
func (p *progress) appendBinary(b []byte) []byte {
	full := p.appendWays(b, 0)
	for drop := 1; len(full)-len(b) > queue.MaxNote && drop < len(p.Ways); drop++ {
		full = p.appendWays(b, drop)
	}
	return full
}

// appendWays appends the form on flash without the message_ids of the first bare ways.
func (p *progress) appendWays(b []byte, bare int) []byte {
	b = append(b, progressVersion, byte(len(p.Ways)))
	for i, w := range p.Ways {
		b = append(b, byte(len(w.Link)))
		b = append(b, w.Link...)
		b = append(b, byte(len(w.Segments)))
		for _, s := range w.Segments {
			state := byte(s.State)
			if s.Status != 0 {
				state |= hasStatus
			}
			if s.MessageID != "" && i >= bare {
				state |= hasID
			}
			b = append(b, state)
			if state&hasStatus != 0 {
				b = binary.BigEndian.AppendUint32(b, uint32(s.Status))
			}
			if state&hasID != 0 {
				b = appendText(b, s.MessageID)
			}
		}
	}
	return b
}

// unmarshal reads what appendBinary wrote; an empty note is a message that nobody tried yet.
func (p *progress) unmarshal(b []byte) error {
	*p = progress{}
	if len(b) == 0 {
		return nil
	}
	if b[0] != progressVersion {
		return fmt.Errorf("%w: version %d; this program writes %d", errProgress, b[0], progressVersion)
	}
	if len(b) < 2 || b[1] > maxWays {
		return errProgress
	}
	ways := int(b[1])
	b = b[2:]
	for range ways {
		var w way
		if len(b) < 1 || len(b) < 2+int(b[0]) {
			return errProgress
		}
		w.Link, b = string(b[1:1+int(b[0])]), b[1+int(b[0]):]
		n := int(b[0])
		b = b[1:]
		for range n {
			var s segment
			var ok bool
			if s, b, ok = cutSegment(b); !ok {
				return errProgress
			}
			w.Segments = append(w.Segments, s)
		}
		p.Ways = append(p.Ways, w)
	}
	if len(b) > 0 {
		return errProgress
	}
	return nil
}

func cutSegment(b []byte) (s segment, rest []byte, ok bool) {
	if len(b) < 1 {
		return s, b, false
	}
	bits := b[0]
	b = b[1:]
	if s.State = segmentState(bits &^ (hasStatus | hasID)); s.State > delivered {
		return s, b, false
	}
	if bits&hasStatus != 0 {
		if len(b) < 4 {
			return s, b, false
		}
		s.Status, b = pdu.Status(binary.BigEndian.Uint32(b)), b[4:]
		if s.Status == 0 {
			return s, b, false
		}
	}
	if bits&hasID != 0 {
		if s.MessageID, b, ok = cutText(b); !ok || s.MessageID == "" {
			return s, b, false
		}
	}
	return s, b, true
}

// appendText appends s behind its length.
func appendText[T ~string | ~[]byte](b []byte, s T) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// cutText takes off what appendText wrote.
func cutText(b []byte) (s string, rest []byte, ok bool) {
	n, w := binary.Uvarint(b)
	if w <= 0 || n > uint64(len(b)-w) {
		return "", b, false
	}
	return string(b[w : w+int(n)]), b[w+int(n):], true
}

// clone returns a copy that shares nothing.
func (p *progress) clone() progress {
	c := progress{Ways: slices.Clone(p.Ways)}
	for i := range c.Ways {
		c.Ways[i].Segments = slices.Clone(c.Ways[i].Segments)
	}
	return c
}

// current is the way that was tried last, nil before the first.
func (p *progress) current() *way {
	if len(p.Ways) == 0 {
		return nil
	}
	return &p.Ways[len(p.Ways)-1]
}

// on is the way by that link, nil when the message never went there.
func (p *progress) on(link string) *way {
	for i := range p.Ways {
		if p.Ways[i].Link == link {
			return &p.Ways[i]
		}
	}
	return nil
}

// use makes the way by that link the current one. It begins anew when the message has never gone there, or
// has in other segments.
func (p *progress) use(link string, segments int) *way {
	w := way{Link: link, Segments: make([]segment, segments)}
	if old := p.on(link); old != nil && len(old.Segments) == segments {
		w = *old
	}
	p.Ways = slices.DeleteFunc(p.Ways, func(x way) bool {
		return x.Link == link || x.count(unsent) == len(x.Segments)
	})
	if len(p.Ways) == maxWays {
		p.Ways = slices.Delete(p.Ways, 0, 1)
	}
	p.Ways = append(p.Ways, w)
	return p.current()
}

// count counts the segments in one of states.
func (w *way) count(states ...segmentState) int {
	n := 0
	for _, s := range w.Segments {
		if slices.Contains(states, s.State) {
			n++
		}
	}
	return n
}

// count counts the segments in one of states, by all ways.
func (p *progress) count(states ...segmentState) int {
	n := 0
	for i := range p.Ways {
		n += p.Ways[i].count(states...)
	}
	return n
}

// outcome says what the message as a whole has come to; final when nothing better can come.
// receipt says whether delivery receipts were asked for. An outcome of sms.Pending with segments
// unsent is a message to be sent again. What an earlier way has achieved counts as much as the last one.
func (p *progress) outcome(receipt bool) (o sms.Outcome, final bool) {
	w := p.current()
	if w == nil {
		return sms.Pending, false
	}
	o, final = w.outcome(receipt)
	for i := range p.Ways[:len(p.Ways)-1] {
		if o == sms.Delivered || o == sms.Accepted && final {
			break
		}
		switch earlier, end := p.Ways[i].outcome(receipt); earlier {
		case sms.Delivered:
			o, final = earlier, end
		case sms.Accepted:
			o, final = earlier, end
		}
	}
	return o, final
}

func (w *way) outcome(receipt bool) (o sms.Outcome, final bool) {
	switch {
	case len(w.Segments) == 0:
		return sms.Pending, false
	case w.count(refused) > 0:
		return sms.Rejected, true
	case w.count(attempted) > 0:
		return sms.InDoubt, false
	case w.count(unsent) > 0:
		return sms.Pending, false
	case !receipt:
		return sms.Accepted, true
	case w.count(accepted) > 0:
		return sms.Accepted, false
	case w.count(undelivered) > 0:
		return sms.Failed, true
	case w.count(expired) > 0:
		return sms.Expired, true
	}
	return sms.Delivered, true
}

// refusal returns the status that refused the message, for people.
func (p *progress) refusal() pdu.Status {
	for _, w := range slices.Backward(p.Ways) {
		for _, s := range w.Segments {
			if s.State == refused {
				return s.Status
			}
		}
	}
	return 0
}

// messageID returns the SMSC's message_id of a message of one segment, else nothing.
func (p *progress) messageID() string {
	for _, w := range slices.Backward(p.Ways) {
		if len(w.Segments) == 1 && w.Segments[0].MessageID != "" {
			return w.Segments[0].MessageID
		}
	}
	return ""
}
