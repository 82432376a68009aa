package sim

import (
	"context"
	"sync"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// broadcasts are those that go on or have ended.
type broadcasts struct {
	mu  sync.Mutex
	all map[string]*broadcast
}

// broadcast is one broadcast_sm that was accepted.
type broadcast struct {
	pdu   *pdu.BroadcastSM
	state State
}

// maxBroadcasts is how many are remembered.
const maxBroadcasts = 1000

// Broadcasts are the broadcasts that were accepted and not cancelled, by message_id.
func (s *SMSC) Broadcasts() map[string]*pdu.BroadcastSM {
	s.broadcasts.mu.Lock()
	defer s.broadcasts.mu.Unlock()
	all := map[string]*pdu.BroadcastSM{}
	for id, b := range s.broadcasts.all {
		if b.state == Enroute {
			all[id] = b.pdu
		}
	}
	return all
}

// broadcast acts on the requests about broadcasts: SMPP 5.0 §4.4, §4.6.
func (s *session) broadcast(ctx context.Context, h pdu.Header, p pdu.PDU) {
	all := &s.smsc.broadcasts
	all.mu.Lock()
	defer all.mu.Unlock()
	switch p := p.(type) {
	case *pdu.BroadcastSM:
		if !s.kind.transmits() || len(all.all) >= maxBroadcasts {
			s.respond(ctx, pdu.StatusRBCASTFAIL, h.Sequence, &pdu.BroadcastSMResp{})
			return
		}
		id := p.MessageID
		if p.ReplaceIfPresent == 0 || all.all[id] == nil {
			id = s.smsc.cfg.IDBase.format(s.smsc.book.id())
		}
		if all.all == nil {
			all.all = map[string]*broadcast{}
		}
		all.all[id] = &broadcast{pdu: p, state: Enroute}
		text := ""
		if p.DataCoding == pdu.CodingUCS2 {
			text = sms.DecodeUCS2(p.UserData())
		} else {
			text = sms.DecodeGSM7(p.UserData())
		}
		s.event(Event{Kind: KindBroadcast, MessageID: id, Text: text, State: Enroute.String()})
		s.respond(ctx, pdu.StatusROK, h.Sequence, &pdu.BroadcastSMResp{MessageID: id})
	case *pdu.QueryBroadcastSM:
		b := all.all[p.MessageID]
		if b == nil || b.pdu.Source != p.Source {
			s.respond(ctx, pdu.StatusRBCASTQUERYFAIL, h.Sequence, &pdu.QueryBroadcastSMResp{})
			return
		}
		resp := &pdu.QueryBroadcastSMResp{MessageID: p.MessageID}
		resp.TLVs.AddMessageState(pdu.MessageState(b.state))
		for _, a := range b.pdu.TLVs.BroadcastAreas() {
			resp.TLVs.AddBroadcastAreaIdentifier(a)
			resp.TLVs.AddBroadcastAreaSuccess(100)
		}
		s.respond(ctx, pdu.StatusROK, h.Sequence, resp)
	case *pdu.CancelBroadcastSM:
		done := false
		for id, b := range all.all {
			if b.state == Enroute && b.pdu.Source == p.Source && (id == p.MessageID || p.MessageID == "" && b.pdu.ServiceType == p.ServiceType) {
				b.state, done = Deleted, true
				s.event(Event{Kind: KindBroadcast, MessageID: id, State: Deleted.String()})
			}
		}
		status := pdu.StatusROK
		if !done {
			status = pdu.StatusRBCASTCANCELFAIL
		}
		s.respond(ctx, status, h.Sequence, &pdu.CancelBroadcastSMResp{})
	}
}
