package sim

import (
	"context"
	"time"

	"smppagent/internal/pdu"
)

// punishes says whether the ESME made a mistake that the named quirk punishes, and tells of it.
func (s *session) punishes(name string, mistake bool) bool {
	if !mistake || !s.smsc.faults.happens(name) {
		return false
	}
	s.fault(name)
	return true
}

// strictBind is the command_status by which a quirk refuses a bind, ESME_ROK when none does.
func (s *session) strictBind(command pdu.Command, m *pdu.Bind) pdu.Status {
	v := m.InterfaceVersion
	switch {
	case s.punishes("version-check", v != pdu.Version33 && v != pdu.Version34 && v != pdu.Version50):
		return pdu.StatusRBINDFAIL
	case s.punishes("only-3.4", v != pdu.Version34):
		return pdu.StatusRSYSERR
	case s.punishes("no-transceiver", command == pdu.CmdBindTransceiver),
		s.punishes("only-transceiver", command != pdu.CmdBindTransceiver):
		return pdu.StatusRINVCMDID
	case s.punishes("system-type", m.SystemType != "VMA"):
		return pdu.StatusRINVSYSTYP
	case s.punishes("short-password", len(m.Password) > 8):
		return pdu.StatusRINVPASWD
	case s.smsc.hall.haunted(m.SystemID, time.Now()):
		return pdu.StatusRALYBND
	}
	return pdu.StatusROK
}

// haunt has the SMSC hold the session after its end, when that was not in order.
func (s *session) haunt(now time.Time) {
	if s.kind == open || s.orderly.Load() {
		return
	}
	if by := s.smsc.faults.delay("ghost-session"); by > 0 {
		s.fault("ghost-session")
		s.smsc.hall.haunt(s.systemID, now.Add(by))
	}
}

// enquireEarly asks for a sign of life before the bind, and ends the session without one.
func (s *session) enquireEarly(ctx context.Context) {
	s.fault("early-enquire")
	s.asked.Store(true)
	s.send(ctx, outgoing{octets: s.encode(pdu.StatusROK, 1<<30, &pdu.EnquireLink{})})
	if wait(ctx, s.smsc.cfg.ResponseTimer) && s.asked.Load() {
		s.end(errMuteESME)
	}
}

// joinedAfter is how long the bind response waits for the deliver_sm that goes with it.
const joinedAfter = 50 * time.Millisecond

// passes says whether the network between the two lets octets through now: not any more once it has
// forgotten the connection.
func (s *session) passes(now time.Time) bool {
	if s.dead.Load() {
		return false
	}
	by := s.smsc.faults.by("nat-drop")
	last := s.traffic.Swap(now.UnixNano())
	if by == 0 || last == 0 || now.Sub(time.Unix(0, last)) < by || !s.punishes("nat-drop", true) {
		return true
	}
	s.dead.Store(true)
	s.hung.Store(true) // the SMSC does not know
	return false
}

// wrongLength says whether h is of a response whose length a strict SMSC punishes: §4.6.2, §4.11.2.
func (s *session) wrongLength(h pdu.Header) bool {
	var want uint32
	switch h.Command {
	case pdu.CmdEnquireLink.Response(), pdu.CmdUnbind.Response(), pdu.CmdGenericNack:
		want = headerLen
	case pdu.CmdDeliverSM.Response(), pdu.CmdDataSM.Response():
		want = headerLen + 1 // message_id, a NUL
	default:
		return false
	}
	return s.punishes("exact-lengths", h.Length != want)
}

// habits does what the SMSC does to every session after some time, and returns when it will. The error ends
// the session.
func (r *requester) habits(ctx context.Context, now time.Time) (next time.Time, err error) {
	f := r.smsc.faults
	due := func(name string, since time.Time) bool {
		by := f.by(name)
		if by == 0 {
			return false
		}
		at := since.Add(by)
		if at.After(now) {
			if next.IsZero() || at.Before(next) {
				next = at
			}
			return false
		}
		return r.punishes(name, true)
	}
	switch {
	case due("close-after", r.began):
		return next, errFault
	case due("idle-limit", time.Unix(0, r.heard.Load())):
		return next, errFault
	case due("unbind-after", r.began):
		r.leave(ctx)
	}
	return next, nil
}

// number returns the sequence_number of the next request.
func (r *requester) number(delivers bool) uint32 {
	if last := r.last.Load(); delivers && last != 0 {
		if _, taken := r.open[last]; !taken && r.punishes("echo-sequence", true) {
			return last
		}
	}
	for {
		r.sequence++ // 2^31 requests in one session do not happen here
		if _, taken := r.open[r.sequence]; !taken {
			return r.sequence
		}
	}
}
