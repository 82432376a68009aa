package sim

import (
	"context"

	"smppagent/internal/pdu"
)

// query answers query_sm with the state of one submit_sm: §4.8.
func (s *session) query(ctx context.Context, h pdu.Header, m *pdu.QuerySM) {
	if s.smsc.faults.happens("no-query") {
		s.fault("no-query")
		s.respond(ctx, pdu.StatusRINVCMDID, h.Sequence, &pdu.GenericNack{})
		return
	}
	if s.smsc.faults.happens("mute-query") {
		s.fault("mute-query")
		return
	}
	state, ok := s.smsc.book.state(m.MessageID)
	if !ok || !s.kind.transmits() {
		s.respond(ctx, pdu.StatusRQUERYFAIL, h.Sequence, &pdu.QuerySMResp{})
		return
	}
	s.respond(ctx, pdu.StatusROK, h.Sequence, &pdu.QuerySMResp{MessageID: m.MessageID, State: state})
}

// state is that of the submit_sm with this message_id.
func (b *book) state(messageID string) (pdu.MessageState, bool) {
	_, submits := b.all()
	for _, s := range submits {
		if s.MessageID != messageID {
			continue
		}
		for state := pdu.StateEnroute; state <= pdu.StateRejected; state++ {
			if state.String() == s.State {
				return state, true
			}
		}
	}
	return 0, false
}
