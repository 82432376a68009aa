package sim

import (
	"context"
	"strings"
	"time"

	"smppagent/internal/pdu"
)

// speaks is the sc_interface_version for an ESME that binds with this version: 5.0 to those who ask for it.
func speaks(version uint8) uint8 {
	if version == pdu.Version50 {
		return version
	}
	return interfaceVersion
}

// operate acts on the requests about messages beside submit_sm and query_sm, and says whether it was one.
func (s *session) operate(ctx context.Context, h pdu.Header, p pdu.PDU) bool {
	switch p := p.(type) {
	case *pdu.SubmitMulti:
		s.submitMulti(ctx, h, p)
	case *pdu.CancelSM:
		s.cancel(ctx, h, p)
	case *pdu.ReplaceSM:
		s.replace(ctx, h, p)
	case *pdu.BroadcastSM, *pdu.QueryBroadcastSM, *pdu.CancelBroadcastSM:
		if s.version != pdu.Version50 {
			return false
		}
		s.broadcast(ctx, h, p)
	default:
		return false
	}
	return true
}

// asSubmit is what a data_sm says in the form of a submit_sm.
func asSubmit(m *pdu.DataSM) *pdu.SubmitSM {
	return &pdu.SubmitSM{
		ServiceType: m.ServiceType, Source: m.Source, Dest: m.Dest, ESMClass: m.ESMClass,
		RegisteredDelivery: m.RegisteredDelivery, DataCoding: m.DataCoding, TLVs: m.TLVs,
	}
}

// submitMulti acts on a submit_multi: a message to each receiver, all under one message_id. §4.5.
func (s *session) submitMulti(ctx context.Context, h pdu.Header, m *pdu.SubmitMulti) {
	now := time.Now()
	var resp pdu.SubmitMultiResp
	n := s.smsc.book.id()
	resp.MessageID = s.smsc.cfg.IDBase.format(n)
	taken := 0
	refuse := func(a pdu.Address, status pdu.Status) {
		resp.Unsuccessful = append(resp.Unsuccessful, pdu.Unsuccessful{Address: a, Status: status})
	}
	one := func(to pdu.Address) {
		p := m.SubmitSM
		p.Dest = to
		sub := &Submit{At: now, SystemID: s.systemID, From: display(p.Source), To: display(to), State: Enroute.String(), PDU: &p, MessageID: resp.MessageID}
		c, no := s.judge(&p)
		sub.Text = c.text
		var end fate
		if no.status == pdu.StatusROK {
			end, no = s.fate(&p, now)
		}
		if no.status != pdu.StatusROK {
			refuse(to, no.status)
			s.event(Event{Kind: KindRefused, From: sub.From, To: sub.To, Text: sub.Text, Status: no.status.String()})
			return
		}
		taken++
		end.submit, end.id = sub, n
		end.receipt = s.wantsReceipt(p.RegisteredDelivery, end)
		s.smsc.book.accept(sub, c)
		s.event(Event{Kind: KindSubmitted, From: sub.From, To: sub.To, Text: sub.Text, MessageID: sub.MessageID, Copy: sub.Copy})
		s.smsc.clock.add(end)
	}
	for _, d := range m.Dests {
		if d.Flag == pdu.DestSME {
			one(d.Address)
			continue
		}
		members, known := s.smsc.cfg.Lists[d.List]
		if !known {
			refuse(pdu.Address{Addr: d.List}, pdu.StatusRINVDLNAME)
		}
		for _, number := range members {
			one(pdu.Address{TON: 1, NPI: 1, Addr: strings.TrimPrefix(number, "+")})
		}
	}
	if taken == 0 && len(resp.Unsuccessful) == 1 { // §4.5.2: the message as a whole
		s.respond(ctx, resp.Unsuccessful[0].Status, h.Sequence, &pdu.SubmitMultiResp{})
		return
	}
	s.respond(ctx, pdu.StatusROK, h.Sequence, &resp)
}

// cancel acts on a cancel_sm: §4.9.
func (s *session) cancel(ctx context.Context, h pdu.Header, m *pdu.CancelSM) {
	status := pdu.StatusRCANCELFAIL
	if s.smsc.book.change(func(x *Submit) bool {
		if m.MessageID != "" && x.MessageID != m.MessageID || x.PDU.Source != m.Source ||
			m.MessageID == "" && (x.PDU.Dest != m.Dest || m.ServiceType != "" && x.PDU.ServiceType != m.ServiceType) {
			return false
		}
		x.State = Deleted.String()
		return true
	}) {
		status = pdu.StatusROK
	}
	s.event(Event{Kind: KindCancelled, MessageID: m.MessageID, Status: statusName(status)})
	s.respond(ctx, status, h.Sequence, &pdu.CancelSMResp{})
}

// replace acts on a replace_sm: §4.10.
func (s *session) replace(ctx context.Context, h pdu.Header, m *pdu.ReplaceSM) {
	status := pdu.StatusRREPLACEFAIL
	text := ""
	if s.smsc.book.change(func(x *Submit) bool {
		if x.MessageID != m.MessageID || x.PDU.Source != m.Source {
			return false
		}
		p := *x.PDU
		p.ShortMessage, p.RegisteredDelivery = m.ShortMessage, m.RegisteredDelivery
		c, bad, _ := readContent(&p)
		if bad != pdu.StatusROK {
			return false
		}
		x.PDU, x.Text, text = &p, c.text, c.text
		return true
	}) {
		status = pdu.StatusROK
	}
	s.event(Event{Kind: KindReplaced, MessageID: m.MessageID, Text: text, Status: statusName(status)})
	s.respond(ctx, status, h.Sequence, &pdu.ReplaceSMResp{})
}

// change calls f with each submit_sm that is not in its final state, and says whether f was true of one. Its
// message reads as the submit_sm does then, when it is in one part.
func (b *book) change(f func(*Submit) bool) (done bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		for _, x := range r.submit {
			if x.State == Enroute.String() && f(x) {
				done = true
				if len(r.parts) == 1 {
					r.msg.Text = x.Text
				}
			}
		}
	}
	return done
}

// deleted says whether cancel_sm was there before the fate of s.
func (b *book) deleted(s *Submit) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return s.State == Deleted.String()
}

// pend notes that somebody wants to know when the phone that f did not reach is back: set_dpf, §5.3.2.29.
func (s *SMSC) pend(f fate) {
	if wanted, _ := f.submit.PDU.TLVs.SetDPF(); !wanted || f.state != Undeliverable && f.state != Expired {
		return
	}
	s.rulesMu.Lock()
	defer s.rulesMu.Unlock()
	if s.pending == nil {
		s.pending = map[string]string{}
	}
	s.pending[f.submit.PDU.Dest.Addr] = f.submit.SystemID
}

// Reachable makes the phone with that number be back: who asked to be told gets alert_notification. It returns
// how many that are.
func (s *SMSC) Reachable(number string) int {
	addr := strings.TrimPrefix(number, "+")
	s.rulesMu.Lock()
	systemID, wanted := s.pending[addr]
	delete(s.pending, addr)
	s.rulesMu.Unlock()
	if !wanted {
		return 0
	}
	p := &pdu.AlertNotification{Source: pdu.Address{TON: 1, NPI: 1, Addr: addr}, ESME: pdu.Address{Addr: systemID}}
	p.TLVs.AddMsAvailabilityStatus(0)
	s.owe(&delivery{systemID: systemID, alert: p, about: Event{Kind: KindAlerted, SystemID: systemID, From: number}})
	return 1
}
