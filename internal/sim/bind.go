package sim

import (
	"context"
	"crypto/subtle"
	"time"

	"smppagent/internal/pdu"
)

// interfaceVersion is what the SMSC speaks, §5.2.4.
const interfaceVersion = 0x34

// bind acts on a bind of any kind, and says whether the session is over.
func (s *session) bind(ctx context.Context, h pdu.Header, m *pdu.Bind) (stop bool) {
	f := s.smsc.faults
	kind := bindKindOf(h.Command)
	switch {
	case f.happens("close-on-bind"):
		s.fault("close-on-bind")
		s.end(errFault)
		return true
	case f.happens("http"):
		s.fault("http")
		s.send(ctx, outgoing{octets: []byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), then: closeAfter})
		return true
	case f.happens("tls-alert"):
		s.fault("tls-alert")
		s.send(ctx, outgoing{octets: []byte("\x15\x03\x01\x00\x02\x02\x46"), then: closeAfter}) // protocol_version
		return true
	case f.happens("mute-bind"):
		s.fault("mute-bind")
		return false
	}
	status := s.admit(h.Command, kind, m)
	e := Event{Kind: KindBound, SystemID: m.SystemID, Note: kind.String()}
	if status != pdu.StatusROK {
		e.Kind, e.Status = KindBindRefused, status.String()
	}
	s.event(e)

	command := h.Command
	if f.happens("wrong-bind-resp") {
		s.fault("wrong-bind-resp")
		command = pdu.CmdBindTransmitter
	}
	b := s.encode(status, h.Sequence, s.bindResp(command, status, m.InterfaceVersion))
	b = s.shape(b, status)
	if status == pdu.StatusROK {
		s.kind, s.systemID, s.version = kind, m.SystemID, m.InterfaceVersion
		if kind.receives() && f.happens("one-segment") {
			s.fault("one-segment")
			s.joined.Store(time.Now().Add(joinedAfter).UnixNano())
		}
	}
	s.send(ctx, outgoing{octets: b})
	return false
}

// admit decides whether a bind succeeds, and if so registers the session.
func (s *session) admit(command pdu.Command, kind bindKind, m *pdu.Bind) pdu.Status {
	if s.kind != open {
		return pdu.StatusRALYBND
	}
	if status := s.smsc.faults.status("refuse-bind"); status != pdu.StatusROK {
		s.fault("refuse-bind")
		return status
	}
	if status := s.strictBind(command, m); status != pdu.StatusROK {
		return status
	}
	if accounts := s.smsc.cfg.Accounts; len(accounts) > 0 {
		password, ok := accounts[m.SystemID]
		if !ok {
			return pdu.StatusRINVSYSID
		}
		if subtle.ConstantTimeCompare([]byte(password), []byte(m.Password)) == 0 {
			return pdu.StatusRINVPASWD
		}
	}
	if !s.smsc.hall.bind(s, m.SystemID, kind, s.smsc.cfg.SingleSession) {
		return pdu.StatusRALYBND
	}
	return pdu.StatusROK
}

// bindResp returns the response to a bind: its body only with ESME_ROK, sc_interface_version only for
// those who know TLVs (§3.4).
func (s *session) bindResp(command pdu.Command, status pdu.Status, version uint8) pdu.PDU {
	var body pdu.BindResp
	if status == pdu.StatusROK {
		body.SystemID = s.smsc.cfg.SystemID
		if version >= interfaceVersion {
			if s.smsc.faults.happens("no-version") {
				s.fault("no-version")
			} else {
				body.TLVs = pdu.TLVs{{Tag: pdu.TagSCInterfaceVersion, Value: []byte{speaks(version)}}}
			}
		}
	}
	switch command {
	case pdu.CmdBindTransmitter:
		return &pdu.BindTransmitterResp{BindResp: body}
	case pdu.CmdBindReceiver:
		return &pdu.BindReceiverResp{BindResp: body}
	}
	return &pdu.BindTransceiverResp{BindResp: body}
}
