package smpp

import (
	"time"

	"smppagent/internal/pdu"
)

// openWith queues the bind.
func (s *Session) openWith(password Secret) error {
	s.heard, s.enquire.sent = s.now, s.now
	s.deadline = s.now.Add(s.cfg.SessionInitTimer)
	s.bindSeq = s.window.sequence()
	return s.send(pdu.StatusROK, s.bindSeq, s.cfg.bindPDU(password))
}

// arm sets the timer to the next thing that is due. It is only ever moved forward here: when it
// fires too early, tick finds nothing to do, which is cheaper than moving it at each PDU.
func (s *Session) arm() {
	var next time.Time
	earlier := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	if s.phase != phaseBound {
		earlier(s.deadline)
	}
	if s.window.open.first != nil {
		earlier(s.window.open.first.deadline)
	}
	if s.phase == phaseBound {
		switch {
		case s.enquire.sequence != 0:
			earlier(s.enquire.sent.Add(s.cfg.EnquireResponse))
		case s.cfg.EnquireLinkTimer > 0:
			earlier(s.heard.Add(s.cfg.EnquireLinkTimer))
		}
	}
	if next.IsZero() || !s.alarm.IsZero() && !next.Before(s.alarm) {
		return
	}
	s.alarm = next
	s.timer.Reset(time.Until(next))
}

// tick does what is due.
func (s *Session) tick() {
	for c := s.window.expire(s.now); c != nil; c = s.window.expire(s.now) {
		c.Err = ErrResponseTimer
		s.count.timeouts.Add(1)
		s.count.inFlight.Store(int64(s.window.open.n))
		s.complete(c)
	}
	if s.phase == phaseBound {
		s.tickEnquire()
		return
	}
	if s.now.Before(s.deadline) {
		return
	}
	switch s.phase {
	case phaseOpen:
		s.tickBind()
	case phaseDraining:
		s.unbind()
	case phaseParting:
		s.part()
	case phaseUnbinding, phaseClosing:
		s.end(nil)
	}
}

// tickEnquire asks a silent peer whether it is there, and gives up one that does not answer: only an
// answer is a sign of life, for a write into a dead connection succeeds too.
func (s *Session) tickEnquire() {
	switch {
	case s.enquire.sequence != 0:
		if s.now.Sub(s.enquire.sent) >= s.cfg.EnquireResponse {
			s.end(timerError(ErrEnquireTimer, s.cfg.EnquireResponse))
		}
	case s.cfg.EnquireLinkTimer > 0 && s.now.Sub(s.heard) >= s.cfg.EnquireLinkTimer:
		s.enquire.sequence = s.window.sequence()
		s.enquire.sent = s.now
		s.count.enquiresSent.Add(1)
		_ = s.send(pdu.StatusROK, s.enquire.sequence, &pdu.EnquireLink{})
	}
}

// nudge is what servers of text protocols wait for before they say who they are.
const nudge = "\r\n\r\n"

// nudgeTimer is the least time they have for that.
const nudgeTimer = time.Second

// tickBind gives up a bind without response. If not one octet has come, it first sends an empty
// line, upon which a web server gives itself away; the session is lost in any case.
func (s *Session) tickBind() {
	if !s.spoken && !s.probed && !s.cfg.TLS.Enabled && s.out.idle() && s.out.err == nil {
		s.probed = true
		s.deadline = s.now.Add(max(s.cfg.SessionInitTimer/10, nudgeTimer))
		s.out.pending = append(s.out.pending, nudge...)
		return
	}
	s.end(mute(&s.cfg, s.spoken, false, s.out.err))
}

// stop is ctx's end: what is in flight may finish in half of unbind_timer, the other half is for
// unbind itself.
func (s *Session) stop() {
	s.stopping = true
	switch s.phase {
	case phaseOpen:
		s.end(nil)
	case phaseBound:
		s.leave()
	}
}

// leave waits for what is in flight, and then unbinds.
func (s *Session) leave() {
	s.tell(StateUnbinding)
	s.phase, s.deadline = phaseDraining, s.now.Add(s.cfg.UnbindTimer/2)
}

// proceed moves an ending session on once nothing is in flight in either direction.
func (s *Session) proceed() {
	if s.window.open.n > 0 || s.handed > 0 {
		return
	}
	switch s.phase {
	case phaseDraining:
		s.unbind()
	case phaseParting:
		s.part()
	}
}

// unbind sends unbind: §4.2. From here on we send responses only.
func (s *Session) unbind() {
	s.phase, s.deadline = phaseUnbinding, s.now.Add(s.cfg.UnbindTimer/2)
	s.unbindSeq = s.window.sequence(s.enquire.sequence)
	_ = s.send(pdu.StatusROK, s.unbindSeq, &pdu.Unbind{})
}

// part answers the peer's unbind and closes.
func (s *Session) part() {
	_ = s.send(pdu.StatusROK, s.unbindSeq, &pdu.UnbindResp{})
	s.fail(ErrUnbound)
}

func (s *Session) tell(state string) {
	if s.state != nil {
		s.state(state)
	}
}
