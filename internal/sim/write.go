package sim

import (
	"context"
	"fmt"
	"time"

	"smppagent/internal/pdu"
)

// after is what happens once octets have been written.
type after uint8

const (
	goOn       after = iota
	dropAfter        // the connection is dropped
	closeAfter       // the connection is closed in order
	hangAfter        // nothing is written any more
)

// outgoing are octets on their way to the ESME.
type outgoing struct {
	due      time.Time // zero: at once
	order    uint64    // given by write
	octets   []byte
	dribble  bool // octet by octet
	response bool // to a submit_sm: opens the window again
	then     after
}

// maxDelayed is how many PDUs wait for their time before no more are taken.
const maxDelayed = 1 << 14

// send hands o to write, or gives up when the session ends.
func (s *session) send(ctx context.Context, o outgoing) {
	if o.due.IsZero() && s.smsc.cfg.Latency > 0 {
		o.due = time.Now().Add(s.smsc.cfg.Latency)
	}
	if joined := s.joined.Load(); joined != 0 && time.Unix(0, joined).After(o.due) {
		o.due = time.Unix(0, joined)
	}
	select {
	case s.out <- o:
	case <-ctx.Done():
	}
}

// encode returns the octets of one PDU. What does not encode is a mistake of this package.
func (s *session) encode(status pdu.Status, sequence uint32, p pdu.PDU) []byte {
	b, err := pdu.Append(nil, status, sequence, p)
	if err != nil {
		s.end(fmt.Errorf("sim: %w", err))
	}
	return b
}

// respond answers a request. By §4.1.2 and §4.4.2 an error response is a bare header.
func (s *session) respond(ctx context.Context, status pdu.Status, sequence uint32, p pdu.PDU) {
	s.send(ctx, outgoing{octets: s.encode(status, sequence, p)})
}

func (s *session) nack(ctx context.Context, status pdu.Status, sequence uint32, then after) {
	s.event(Event{Kind: KindNacked, Status: status.String(), Note: fmt.Sprintf("sequence_number %d", sequence)})
	s.send(ctx, outgoing{octets: s.encode(status, sequence, &pdu.GenericNack{}), then: then})
}

// write writes what send brings when it is due, many PDUs at a time when there are many.
func (s *session) write(ctx context.Context) {
	waiting := orderedBy[outgoing]{before: func(a, b outgoing) bool {
		if a.due.Equal(b.due) {
			return a.order < b.order
		}
		return a.due.Before(b.due)
	}}
	var order uint64
	var batch []byte
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	take := func(o outgoing) {
		order++
		o.order = order
		waiting.add(o)
	}
	for {
		in := s.out
		if waiting.Len() >= maxDelayed {
			in = nil
		}
		pause := time.Hour
		if waiting.Len() > 0 {
			pause = time.Until(waiting.first().due)
		}
		timer.Reset(pause)
		select {
		case o := <-in:
			take(o)
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		for more := true; more && waiting.Len() < maxDelayed; {
			select {
			case o := <-s.out:
				take(o)
			default:
				more = false
			}
		}
		batch = batch[:0]
		now := time.Now()
		for waiting.Len() > 0 && !waiting.first().due.After(now) {
			o := waiting.take()
			if o.response {
				s.waiting.Add(-1)
			}
			batch = append(batch, o.octets...)
			if o.then == goOn && !o.dribble {
				continue
			}
			if !s.flush(batch[:len(batch)-len(o.octets)]) || !s.finish(o) {
				return
			}
			batch = batch[:0]
		}
		if !s.flush(batch) {
			return
		}
	}
}

// finish writes an o that asks for more than its octets, and says whether the session goes on.
func (s *session) finish(o outgoing) bool {
	if o.dribble {
		for i := range o.octets {
			if !s.flush(o.octets[i : i+1]) {
				return false
			}
		}
	} else if !s.flush(o.octets) {
		return false
	}
	switch o.then {
	case dropAfter:
		s.end(errFault)
		return false
	case closeAfter:
		if half, ok := s.conn.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite() // the reader sees what comes of it
		} else {
			s.end(errUnbound)
		}
		return false
	case hangAfter:
		s.hung.Store(true)
	}
	return true
}

// flush writes b unless the SMSC is to be silent, and says whether the session goes on.
func (s *session) flush(b []byte) bool {
	if len(b) == 0 || s.hung.Load() || !s.passes(time.Now()) {
		return true
	}
	if _, muted := s.smsc.faults.muted(); muted {
		s.fault("mute")
		return true
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.smsc.cfg.ResponseTimer)); err != nil {
		s.end(err)
		return false
	}
	if _, err := s.conn.Write(b); err != nil {
		s.end(err)
		return false
	}
	return true
}
