package bridge

import (
	"encoding/binary"
	"errors"
	"fmt"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// A progress is what is known of one message on its way: which segments the SMSC has, under which
// message_id, and what became of each. It is the note that the queue keeps with the message.
//
// On flash: version u8, link (length u8, octets), then per segment: state u8, command_status u32,
// message_id (length uvarint, octets). Integers are big-endian.
type progress struct {
	Link     string // which link has it; the message_ids are that SMSC's
	Segments []segment
}

const progressVersion = 1

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

func (p *progress) appendBinary(b []byte) []byte {
	b = append(b, progressVersion, byte(len(p.Link)))
	b = append(b, p.Link...)
	for _, s := range p.Segments {
		b = append(b, byte(s.State))
		b = binary.BigEndian.AppendUint32(b, uint32(s.Status))
		b = appendText(b, s.MessageID)
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
	if len(b) < 2 || len(b) < 2+int(b[1]) {
		return errProgress
	}
	p.Link, b = string(b[2:2+int(b[1])]), b[2+int(b[1]):]
	for len(b) > 0 {
		if len(b) < 5 || segmentState(b[0]) > delivered || len(p.Segments) == 255 {
			return errProgress
		}
		s := segment{State: segmentState(b[0]), Status: pdu.Status(binary.BigEndian.Uint32(b[1:]))}
		var ok bool
		if s.MessageID, b, ok = cutText(b[5:]); !ok {
			return errProgress
		}
		p.Segments = append(p.Segments, s)
	}
	return nil
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

// count counts the segments in one of states.
func (p *progress) count(states ...segmentState) int {
	n := 0
	for _, s := range p.Segments {
		for _, st := range states {
			if s.State == st {
				n++
			}
		}
	}
	return n
}

// outcome says what the message as a whole has come to; final when nothing better can come.
// receipt says whether delivery receipts were asked for. An outcome of sms.Pending with segments
// unsent is a message to be sent again.
func (p *progress) outcome(receipt bool) (o sms.Outcome, final bool) {
	switch {
	case len(p.Segments) == 0:
		return sms.Pending, false
	case p.count(refused) > 0:
		return sms.Rejected, true
	case p.count(attempted) > 0:
		return sms.InDoubt, false
	case p.count(unsent) > 0:
		return sms.Pending, false
	case !receipt:
		return sms.Accepted, true
	case p.count(accepted) > 0:
		return sms.Accepted, false
	case p.count(undelivered) > 0:
		return sms.Failed, true
	case p.count(expired) > 0:
		return sms.Expired, true
	}
	return sms.Delivered, true
}

// refusal returns the status that refused the message, for people.
func (p *progress) refusal() pdu.Status {
	for _, s := range p.Segments {
		if s.State == refused {
			return s.Status
		}
	}
	return 0
}

// messageID returns the SMSC's message_id of a message of one segment, else nothing.
func (p *progress) messageID() string {
	if len(p.Segments) != 1 {
		return ""
	}
	return p.Segments[0].MessageID
}
