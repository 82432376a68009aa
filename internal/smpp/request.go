package smpp

import (
	"context"
	"errors"
	"log/slog"

	"smppagent/internal/pdu"
)

// request answers what the SMSC asks for. A command we do not know gets generic_nack (SMPP 3.4
// §3.3), one that has no business here its own response with ESME_RINVBNDSTS; the session lives.
func (s *Session) request(a *arrival) {
	h := a.frame.Header
	if p, ok := a.frame.PDU.(*pdu.AlertNotification); ok && a.err == nil && s.phase == phaseBound {
		select {
		case s.alerts <- p:
		default:
			s.once(slog.LevelWarn, "alert_notification dropped: nobody takes them", "waiting", len(s.alerts))
		}
		return
	}
	if h.Command == pdu.CmdAlertNotification || h.Command == pdu.CmdOutbind {
		// These two have no response (§4.12, §4.1.7), not even when they cannot be read. An outbind asks for
		// a bind, and belongs on a connection that the SMSC made.
		s.once(slog.LevelInfo, "pdu without response ignored", "command_id", h.Command.String())
		return
	}
	if a.err != nil {
		status := pdu.StatusRINVOPTPARSTREAM
		if errors.Is(a.err, pdu.ErrShort) {
			status = pdu.StatusRINVCMDLEN
		}
		s.refuse(h, status)
		return
	}
	switch p := a.frame.PDU.(type) {
	case *pdu.EnquireLink: // in any state: some SMSCs ask before they have answered the bind
		s.count.enquiresAnswered.Add(1)
		_ = s.send(pdu.StatusROK, h.Sequence, &pdu.EnquireLinkResp{})
	case *pdu.Unbind:
		s.unbound(h)
	case *pdu.DeliverSM:
		s.delivered(a.frame, p)
	case *pdu.DataSM:
		s.delivered(a.frame, asDeliver(p))
	case *pdu.Unknown:
		s.once(slog.LevelInfo, "command not supported", "command_id", h.Command.String(), "sequence_number", h.Sequence)
		s.nack(pdu.StatusRINVCMDID, h.Sequence)
	default:
		s.refuse(h, pdu.StatusRINVBNDSTS)
	}
}

// delivered offers a deliver_sm, or a data_sm in its form, to the receiver. When nobody takes it the SMSC is told to come back;
// not reading instead would leave its enquire_links unanswered and cost the session.
func (s *Session) delivered(f pdu.Frame, p *pdu.DeliverSM) {
	switch {
	case s.phase == phaseOpen || s.cfg.Bind == BindTransmitter:
		s.refuse(f.Header, pdu.StatusRINVBNDSTS)
		return
	case s.phase != phaseBound:
		s.refuse(f.Header, pdu.StatusRXTAPPN)
		return
	}
	select {
	case s.inbound <- &Delivery{PDU: p, Frame: f, session: s}:
		s.handed++
		s.count.deliveries.Add(1)
	default:
		s.count.turned.Add(1)
		s.once(slog.LevelWarn, "deliver_sm refused: nobody takes them", "waiting", len(s.inbound))
		s.refuse(f.Header, pdu.StatusRXTAPPN)
	}
}

// unbound is the peer's unbind: §4.2. What is in flight may finish in half of unbind_timer before
// we answer and close.
func (s *Session) unbound(h pdu.Header) {
	switch s.phase {
	case phaseOpen:
		_ = s.send(pdu.StatusROK, h.Sequence, &pdu.UnbindResp{})
		s.fail(ErrUnbound)
	case phaseBound, phaseDraining:
		s.unbindSeq = h.Sequence
		s.phase, s.deadline = phaseParting, s.now.Add(s.cfg.UnbindTimer/2)
	default: // it crossed ours, or is a second one
		_ = s.send(pdu.StatusROK, h.Sequence, &pdu.UnbindResp{})
	}
}

// refuse answers a request with its own response and status, or with generic_nack when it has none
// that we know.
func (s *Session) refuse(h pdu.Header, status pdu.Status) {
	if p := responseTo(h.Command); p != nil {
		_ = s.send(status, h.Sequence, p)
		return
	}
	s.nack(status, h.Sequence)
}

// nack sends generic_nack: §4.3.
func (s *Session) nack(status pdu.Status, sequence uint32) {
	s.count.nacks.Add(1)
	_ = s.send(status, sequence, &pdu.GenericNack{})
}

// send queues a PDU of the session's own.
func (s *Session) send(status pdu.Status, sequence uint32, p pdu.PDU) error {
	b, err := pdu.Append(s.out.pending, status, sequence, p)
	if err != nil {
		return err
	}
	s.out.pending = b
	if s.debug {
		s.logPDU("pdu sent", p.Command(), status, sequence)
	}
	return nil
}

// responseTo is an empty response to a request, nil for a command we have none for.
func responseTo(c pdu.Command) pdu.PDU {
	switch c {
	case pdu.CmdBindTransmitter:
		return &pdu.BindTransmitterResp{}
	case pdu.CmdBindReceiver:
		return &pdu.BindReceiverResp{}
	case pdu.CmdBindTransceiver:
		return &pdu.BindTransceiverResp{}
	case pdu.CmdSubmitSM:
		return &pdu.SubmitSMResp{}
	case pdu.CmdDeliverSM:
		return &pdu.DeliverSMResp{}
	case pdu.CmdUnbind:
		return &pdu.UnbindResp{}
	case pdu.CmdEnquireLink:
		return &pdu.EnquireLinkResp{}
	case pdu.CmdSubmitMulti:
		return &pdu.SubmitMultiResp{}
	case pdu.CmdDataSM:
		return &pdu.DataSMResp{}
	case pdu.CmdQuerySM:
		return &pdu.QuerySMResp{}
	case pdu.CmdCancelSM:
		return &pdu.CancelSMResp{}
	case pdu.CmdReplaceSM:
		return &pdu.ReplaceSMResp{}
	case pdu.CmdBroadcastSM:
		return &pdu.BroadcastSMResp{}
	case pdu.CmdQueryBroadcastSM:
		return &pdu.QueryBroadcastSMResp{}
	case pdu.CmdCancelBroadcastSM:
		return &pdu.CancelBroadcastSMResp{}
	}
	return nil
}

// once logs each kind of event once per session at its level, and its repeats for debugging only: a
// peer can produce them by the thousand.
func (s *Session) once(level slog.Level, msg string, args ...any) {
	if s.told[msg] {
		level = slog.LevelDebug
	}
	s.told[msg] = true
	s.log.Log(context.Background(), level, msg, args...)
}

func (s *Session) logPDU(msg string, c pdu.Command, status pdu.Status, sequence uint32) {
	s.log.Debug(msg, "command_id", c.String(), "command_status", status.String(), "sequence_number", sequence)
}
