package sim

import (
	"context"
	"encoding/binary"
	"time"

	"smppagent/internal/pdu"
)

// reorderGroup is a number of responses that go out last first.
type reorderGroup struct {
	first time.Time
	have  int
}

// reorderHold is how long the responses of a group wait for each other.
const reorderHold = 200 * time.Millisecond

// place returns when the next response of a group of n is due: the later it comes, the sooner.
func (g *reorderGroup) place(n int, now time.Time) time.Time {
	if g.have >= n || now.Sub(g.first) >= reorderHold {
		last := g.first.Add(time.Duration(n) * time.Millisecond)
		*g = reorderGroup{first: now}
		if last.After(now) {
			g.first = last // behind the group before
		}
	}
	g.have++
	return g.first.Add(reorderHold + time.Duration(n-g.have)*time.Millisecond)
}

// answer answers a submit_sm that was accepted, as well or as badly as it is told to, not before due. It
// says whether the session is over.
func (s *session) answer(ctx context.Context, h pdu.Header, messageID string, due time.Time) (stop bool) {
	f := s.smsc.faults
	happens := func(name string) bool {
		if !f.happens(name) {
			return false
		}
		s.fault(name)
		return true
	}
	switch {
	case happens("drop-before"):
		s.end(errFault)
		return true
	case happens("swallow-responses"):
		return false
	}
	sequence := h.Sequence
	if happens("wrong-sequence") {
		sequence ^= 0x40000000
	}
	if happens("no-message-id") {
		messageID = ""
	}
	b := s.encode(pdu.StatusROK, sequence, &pdu.Unknown{ID: h.Command.Response(), Body: append([]byte(messageID), 0)})
	o := outgoing{octets: s.shape(b, pdu.StatusROK), due: due, response: true}
	s.waiting.Add(1)
	s.spoil(&o, happens)

	now := time.Now()
	if by := f.delay("late"); by > 0 {
		s.fault("late")
		o.due = now.Add(by)
	}
	if n := f.group("reorder"); n > 0 {
		s.fault("reorder")
		o.due = s.group.place(n, now)
	}
	s.deaf = o.then != goOn // nothing is accepted behind the last response
	s.send(ctx, o)
	o.response = false
	if o.then == goOn && happens("duplicate-response") {
		s.send(ctx, o)
	}
	if o.then == goOn && happens("unknown-command") {
		b := s.encode(pdu.StatusROK, unknownSequence, &pdu.Unknown{ID: unknownCommand, Body: []byte("what?\x00")})
		s.send(ctx, outgoing{octets: b, due: o.due})
	}
	if o.then == goOn && happens("stray-nack") {
		b := s.encode(pdu.StatusRINVCMDID, h.Length, &pdu.GenericNack{})
		s.send(ctx, outgoing{octets: b, due: o.due})
	}
	return false
}

// What a command that does not exist looks like.
const (
	unknownCommand  = 0x00010F0F
	unknownSequence = 0x7FFFFFF0
)

// spoil does to a response what half-pdu and its like are for.
func (s *session) spoil(o *outgoing, happens func(string) bool) {
	switch {
	case happens("half-pdu"):
		o.octets, o.then = o.octets[:len(o.octets)/2], hangAfter
	case happens("cut-pdu"):
		o.octets, o.then = o.octets[:len(o.octets)/2], dropAfter
	case happens("overlong"):
		binary.BigEndian.PutUint32(o.octets, 0x7FFFFFFF)
	case happens("short-length"):
		binary.BigEndian.PutUint32(o.octets, 7)
	case happens("garbage"):
		o.octets = make([]byte, 64)
		s.smsc.faults.random(o.octets)
	case happens("dribble"):
		o.dribble = true
	}
	if happens("drop-after") {
		o.then = dropAfter
	}
}

// errorTLVs are additional_status_info_text and delivery_failure_reason: §5.3.2.11, §5.3.2.33.
const errorTLVs = "\x00\x1d\x00\x06later\x00" + "\x04\x25\x00\x01\x02"

// shape gives a response of bind or submit_sm the body that faults want it to have.
func (s *session) shape(b []byte, status pdu.Status) []byte {
	switch {
	case s.smsc.faults.happens("no-body"):
		s.fault("no-body")
		b = b[:headerLen]
	case status != pdu.StatusROK && s.smsc.faults.happens("error-body"):
		s.fault("error-body")
		b = append(b[:headerLen], 0)
	case status != pdu.StatusROK && s.smsc.faults.happens("error-tlvs"):
		s.fault("error-tlvs")
		b = append(b[:headerLen], errorTLVs...)
	default:
		return b
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}
