package smpp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"smppagent/internal/pdu"
)

// receive takes what one read brought.
func (s *Session) receive(b batch) {
	s.count.octetsReceived.Add(uint64(b.octets))
	for i := range b.pdus {
		s.heard, s.spoken = s.now, true
		s.take(&b.pdus[i])
		if s.phase == phaseEnded {
			return
		}
	}
	if b.err != nil {
		s.lost(b.err)
	}
}

// take judges one PDU. One that cannot be read costs itself only, never the session.
func (s *Session) take(a *arrival) {
	h := a.frame.Header
	if s.debug {
		s.logPDU("pdu received", h.Command, h.Status, h.Sequence)
	}
	if a.err != nil {
		s.count.oddities.Add(1)
		s.broke(fmt.Sprintf("%v cannot be decoded: %v", h.Command, a.err))
		s.once(slog.LevelWarn, "pdu cannot be decoded", "command_id", h.Command.String(), "sequence_number", h.Sequence, "error", a.err)
	} else if len(a.frame.Oddities) > 0 {
		s.count.oddities.Add(1)
		s.once(slog.LevelInfo, "pdu is not by the book", "command_id", h.Command.String(), "sequence_number", h.Sequence,
			"oddity", a.frame.Oddities[0].String())
	}
	if h.Command.IsResponse() {
		s.response(a)
	} else {
		s.request(a)
	}
}

// lost is the end of what the peer sends.
func (s *Session) lost(err error) {
	s.deaf = true
	var framing *FramingError
	bad := errors.As(err, &framing)
	if bad && !s.spoken {
		if e := foreign(s.reader.first[:s.reader.seen], err); e != nil {
			s.end(e)
			return
		}
	}
	switch {
	case bad: // §4.3: nack what cannot be cut, with sequence_number 0, for there is none to give back
		s.nack(pdu.StatusRINVCMDLEN, 0)
		s.fail(err)
	case s.phase == phaseOpen && errors.Is(err, ErrPeerClosed):
		s.end(mute(&s.cfg, s.spoken, true, nil))
	case s.phase == phaseUnbinding: // many close instead of answering unbind
		s.end(nil)
	case s.phase == phaseParting:
		s.end(ErrUnbound)
	default:
		s.end(err)
	}
}

// response finds what a is the answer to. The key is the direction, being a response, and the
// sequence_number: both sides number their requests independently.
func (s *Session) response(a *arrival) {
	h := a.frame.Header
	nack := h.Command == pdu.CmdGenericNack
	switch {
	case s.phase == phaseOpen:
		s.bindResponse(a)
		return
	case h.Sequence == s.enquire.sequence && s.enquire.sequence != 0 && (nack || h.Command == pdu.CmdEnquireLinkResp):
		s.enquire.sequence = 0
		s.count.rtt.Store(int64(s.now.Sub(s.enquire.sent)))
		return
	case s.phase == phaseUnbinding && h.Sequence == s.unbindSeq && (nack || h.Command == pdu.CmdUnbindResp):
		s.end(nil)
		return
	}
	r := s.window.find(h.Sequence)
	if r == nil || !nack && h.Command != r.command.Response() {
		s.unmatched(h)
		return
	}
	if r.call == nil {
		late := &Call{Request: r.request, Tag: r.tag, Late: true}
		fill(late, a)
		s.window.remove(r)
		s.count.late.Add(1)
		s.deliverLate(late)
		return
	}
	c := r.call
	s.window.remove(r)
	fill(c, a)
	s.count.responses.Add(1)
	if c.Err != nil {
		s.count.refusals.Add(1)
	}
	if nack {
		s.broke(fmt.Sprintf("%v was answered by generic_nack, %v", c.Request.Command(), h.Status))
	}
	s.count.inFlight.Store(int64(s.window.open.n))
	s.complete(c)
	if h.Status == pdu.StatusRINVBNDSTS && s.phase == phaseBound {
		// It would go on for ever: such an SMSC may still answer enquire_link.
		s.err = fmt.Errorf("smpp: the SMSC takes this session for one that may not %v (%v)", c.Request.Command(), h.Status)
		s.leave()
	}
}

// fill puts the response into c.
func fill(c *Call, a *arrival) {
	h := a.frame.Header
	c.Response, c.Status = a.frame.PDU, h.Status
	nack := h.Command == pdu.CmdGenericNack
	if h.Status != pdu.StatusROK || nack {
		c.Err = &StatusError{Command: c.Request.Command(), Status: h.Status, Nack: nack}
	}
}

// deliverLate drops the oldest late response when nobody reads them.
func (s *Session) deliverLate(c *Call) {
	for {
		select {
		case s.late <- c:
			return
		default:
		}
		select {
		case <-s.late:
		default:
		}
	}
}

// unmatched counts a response to nothing. It is never nacked, for that could go on for ever.
func (s *Session) unmatched(h pdu.Header) {
	s.count.unmatched.Add(1)
	s.broke(fmt.Sprintf("%v with sequence_number %d matches no request", h.Command, h.Sequence))
	s.once(slog.LevelWarn, "response matches no request", "command_id", h.Command.String(),
		"command_status", h.Status.String(), "sequence_number", h.Sequence)
}

// bindResponse takes the answer to the bind. Some SMSCs answer with the response of another bind, or
// with a sequence_number of their own making: while nothing else is out, both can only mean the bind. A
// session that cannot be written to any more, or whose stream has the nudge in it, is not bound by it.
func (s *Session) bindResponse(a *arrival) {
	h := a.frame.Header
	request := s.cfg.bindPDU("").Command()
	switch h.Command {
	case pdu.CmdGenericNack:
		s.end(&StatusError{Command: request, Status: h.Status, Nack: true})
		return
	case pdu.CmdBindTransceiverResp, pdu.CmdBindTransmitterResp, pdu.CmdBindReceiverResp:
		if h.Sequence != s.bindSeq {
			s.once(slog.LevelWarn, "bind answered with another sequence_number", "sequence_number", h.Sequence, "expected", s.bindSeq)
		}
	default:
		s.unmatched(h)
		return
	}
	if h.Status != pdu.StatusROK {
		s.end(&StatusError{Command: request, Status: h.Status})
		return
	}
	switch {
	case s.out.err != nil:
		s.end(s.out.err)
		return
	case s.probed:
		s.end(&PeerError{
			Problem: fmt.Sprintf("the bind was answered only after %v", s.now.Sub(s.enquire.sent).Round(time.Millisecond)),
			Advice:  "raise session_init_timer if the SMSC is always as slow",
		})
		return
	}
	if h.Command != request.Response() {
		s.once(slog.LevelInfo, "bind answered by another command", "command_id", h.Command.String(), "expected", request.Response().String())
	}
	if resp := bindResp(a.frame.PDU); resp != nil {
		s.smsc = resp.SystemID
		if v, ok := resp.TLVs.Get(pdu.TagSCInterfaceVersion); ok && len(v) == 1 {
			s.version = v[0]
		}
	}
	s.phase, s.boundAt = phaseBound, s.now
	s.count.binds.Add(1)
	s.count.rtt.Store(int64(s.now.Sub(s.enquire.sent)))
	s.tell(StateBound)
	close(s.bound)
}

// bindResp is the body that the three bind responses share.
func bindResp(p pdu.PDU) *pdu.BindResp {
	switch p := p.(type) {
	case *pdu.BindTransceiverResp:
		return &p.BindResp
	case *pdu.BindTransmitterResp:
		return &p.BindResp
	case *pdu.BindReceiverResp:
		return &p.BindResp
	}
	return nil
}

// appendWire appends w's octets with their sequence_number put in.
func appendWire(b []byte, w *wire, sequence uint32) []byte {
	at := len(b)
	b = append(b, w.b...)
	binary.BigEndian.PutUint32(b[at+12:], sequence)
	return b
}

// uptime is how long the session was bound; 0 when it never was.
func (s *Session) uptime(now time.Time) time.Duration {
	if s.boundAt.IsZero() {
		return 0
	}
	return now.Sub(s.boundAt)
}
