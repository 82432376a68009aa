package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// A message to many goes as one submit_multi, SMPP 3.4 §4.5, where the SMSC takes it. What is a segment to
// other messages is a recipient to this one: each has its own state in the progress, all have one message_id.

// everyone is the segment in the tag of a call, and in the target of a message_id, that stands for all recipients.
const everyone = 0xFF

// recipients are those of m in the order of its segments.
func (p *Profile) recipients(m *sms.Message) (all []pdu.Destination) {
	to := func(a sms.Address) { all = append(all, pdu.Destination{Flag: pdu.DestSME, Address: p.address(a)}) }
	if m.To.Addr != "" {
		to(m.To)
	}
	for _, a := range m.Submit.Others {
		to(a)
	}
	for _, l := range m.Submit.Lists {
		all = append(all, pdu.Destination{Flag: pdu.DestList, List: l})
	}
	return all
}

// manyProblem says why a text of these parts cannot go as submit_multi, "" when it can.
func (l *link) manyProblem(parts []part) string {
	switch {
	case !l.Profile.SubmitMulti:
		return "submit_multi is not set for [smsc." + l.Name + "]"
	case len(parts) > 1:
		return "a text of several segments does not go as submit_multi"
	}
	return ""
}

// apart makes of a message to many one for each recipient that has it not, because of why. A distribution list
// cannot be taken apart: only its SMSC knows who is on it. The caller has m.
func (b *Bridge) apart(ctx context.Context, id queue.ID, m *tracked, why string) error {
	if lists := m.msg.Submit.Lists; len(lists) > 0 {
		return b.bury(ctx, id, m, sms.Rejected, fmt.Sprintf("list %s cannot be sent to: %s", strings.Join(lists, ", "), why))
	}
	to := append([]sms.Address{m.msg.To}, m.msg.Submit.Others...)
	var entries []queue.Entry
	var messages []sms.Message
	for i, a := range to {
		if m.progress.has(i) {
			continue
		}
		one := m.msg
		one.To, one.Ref = a, 0
		wish := *m.msg.Submit
		wish.Others = nil
		one.Submit = &wish
		e, err := b.entry(&one, fmt.Sprintf("apart %d/%d", id, i))
		if err != nil {
			return b.bury(ctx, id, m, sms.Rejected, err.Error())
		}
		if !m.item.Expires.IsZero() {
			e.Expires = m.item.Expires
		}
		entries, messages = append(entries, e), append(messages, one)
	}
	ids, err := b.enqueue(ctx, entries, messages)
	if err != nil {
		return errors.Join(err, ignoreGone(b.kept(b.q.Retry(ctx, id, m.item.NotBefore, m.progress.appendBinary(nil), true))))
	}
	if err := b.kept(b.q.Done(ctx, id, uint8(sms.Accepted), true)); err != nil {
		return ignoreGone(err)
	}
	m.settled = true
	b.track.forget(id, m)
	first := uint64(0)
	if len(ids) > 0 {
		first = uint64(ids[0])
	}
	b.log.Info("message to many goes as one to each", "id", id, "messages", len(ids), "from", first, "why", why)
	b.emit(m, StepApart, Event{Detail: fmt.Sprintf("goes as messages %d to %d: %s", first, first+uint64(max(len(ids), 1))-1, why), Final: true})
	return nil
}

// has reports whether an SMSC has, or may have, segment i of the message.
func (p *progress) has(i int) bool {
	for _, w := range p.Ways {
		if i < len(w.Segments) && w.Segments[i].State >= attempted && w.Segments[i].State != refused {
			return true
		}
	}
	return false
}

// startMany hands one submit_multi for the recipients todo to the session, and returns how many it has taken:
// all or none.
func (b *Bridge) startMany(ctx context.Context, l *link, id queue.ID, m *tracked, _ []part, todo []int, done chan<- *smpp.Call) (n int, err error) {
	parts, err := l.Profile.parts(&m.msg, b.sendTLVs(l))
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimer)
	defer cancel()
	all := l.Profile.recipients(&m.msg)
	p := &pdu.SubmitMulti{SubmitSM: *b.compose(l, m, parts[0])}
	p.Dest = pdu.Address{}
	for _, i := range todo {
		p.Dests = append(p.Dests, all[i])
	}
	if err = l.client.Start(ctx, &smpp.Call{Request: p, Tag: tag(id, everyone), Done: done}); err != nil {
		return 0, err
	}
	l.count.submitted.Add(1)
	return len(todo), nil
}

// answerMany notes what a submit_multi_resp says of each recipient that it was for. The caller has m.
func (b *Bridge) answerMany(ctx context.Context, l *link, id queue.ID, m *tracked, w *way, call *smpp.Call) error {
	req, _ := call.Request.(*pdu.SubmitMulti)
	if req == nil {
		return nil
	}
	resp, _ := call.Response.(*pdu.SubmitMultiResp)
	status := func(pdu.Destination) pdu.Status { return pdu.StatusROK }
	refusal, refused := errors.AsType[*smpp.StatusError](call.Err)
	switch {
	case refused:
		status = func(pdu.Destination) pdu.Status { return refusal.Status }
	case errors.Is(call.Err, smpp.ErrNotSent):
		for i := range w.Segments {
			if w.Segments[i].State == attempted {
				w.Segments[i] = segment{State: unsent}
			}
		}
		return b.conclude(ctx, id, m, false)
	case call.Err != nil:
		if m.doubted == "" {
			m.doubted = call.Err.Error()
		}
		return b.conclude(ctx, id, m, false)
	case resp != nil:
		status = func(to pdu.Destination) pdu.Status { return refusedIn(resp, to) }
	}
	for i, to := range l.Profile.recipients(&m.msg) {
		if i >= len(w.Segments) || w.Segments[i].State != attempted || !contains(req.Dests, to) {
			continue
		}
		s := &w.Segments[i]
		if st := status(to); st != pdu.StatusROK || refused {
			b.judge(l, id, m, s, st, hasTLVs(call))
			b.recipient(m, to, Event{Status: st.String(), Detail: "refused"})
			continue
		}
		*s = segment{State: accepted, MessageID: keepID(acceptedAs(call), len(w.Segments))}
		b.recipient(m, to, Event{Detail: "accepted", MessageID: s.MessageID})
	}
	b.track.index(id, m)
	return b.conclude(ctx, id, m, false)
}

// recipient tells what became of one recipient of a message to many.
func (b *Bridge) recipient(m *tracked, to pdu.Destination, e Event) {
	e.ID, e.Step, e.Key = m.item.ID, StepRecipient, m.item.Key
	e = describe(&m.msg, e)
	e.Text = ""
	if e.To = mask(to.Address.Addr); to.Flag == pdu.DestList {
		e.To = "list " + to.List
	}
	b.events.emit(e)
}

// refusedIn is why the SMSC refused to, ESME_ROK when it did not. Some write the addresses otherwise than they
// were submitted; a list has its name there.
func refusedIn(resp *pdu.SubmitMultiResp, to pdu.Destination) pdu.Status {
	for _, exact := range []bool{true, false} {
		for _, u := range resp.Unsuccessful {
			switch {
			case exact && (u.Address == to.Address && to.List == "" || to.List != "" && u.Address.Addr == to.List),
				!exact && to.List == "" && sameNumber(u.Address.Addr, to.Address.Addr):
				return u.Status
			}
		}
	}
	return pdu.StatusROK
}

// contains reports whether all has x.
func contains(all []pdu.Destination, x pdu.Destination) bool {
	for _, d := range all {
		if d == x {
			return true
		}
	}
	return false
}

// receiptOfMany applies r to the recipient of m whose address it has. A receipt from somebody else is from
// a member of a list: it is told, and decides nothing. The caller has m.
func (b *Bridge) receiptOfMany(ctx context.Context, x match, m *tracked, w *way, d *pdu.DeliverSM, r pdu.Receipt) (known bool, err error) {
	l := b.linkNamed(x.link)
	state, final := fate(r)
	lists := false
	for i, to := range l.Profile.recipients(&m.msg) {
		lists = lists || to.Flag == pdu.DestList
		if to.Flag == pdu.DestList || i >= len(w.Segments) || !sameNumber(d.Source.Addr, to.Address.Addr) {
			continue
		}
		b.track.learn(x.link, x.converted)
		if !final {
			return true, nil
		}
		if !w.Segments[i].State.fate() {
			b.recipient(m, to, Event{Detail: state.String(), MessageID: r.MessageID})
		}
		return true, b.apply(ctx, m, w, i, state)
	}
	if lists {
		b.recipient(m, pdu.Destination{Address: d.Source}, Event{Detail: state.String(), MessageID: r.MessageID})
	}
	return lists, nil
}

// outcome says what the message has come to; final when nothing better can come.
func (m *tracked) outcome() (o sms.Outcome, final bool) { return m.fates(m.msg.Receipt) }

// fates is outcome where receipts are, or are not, awaited. Of a message to many each recipient counts for
// itself: one that is refused does not end the wait for the others.
func (m *tracked) fates(receipt bool) (o sms.Outcome, final bool) {
	if !m.msg.Many() {
		return m.progress.outcome(receipt)
	}
	w := m.progress.current()
	if w == nil {
		return sms.Pending, false
	}
	waits := 0
	for i, to := range (&Profile{}).recipients(&m.msg) {
		if i < len(w.Segments) && w.Segments[i].State == accepted && receipt && to.Flag == pdu.DestSME {
			waits++ // nobody knows how many receipts a list brings
		}
	}
	switch {
	case w.count(attempted) > 0:
		return sms.InDoubt, false
	case w.count(unsent) > 0:
		return sms.Pending, false
	case waits > 0:
		return sms.Accepted, false
	case w.count(refused) > 0:
		return sms.Rejected, true
	case w.count(undelivered) > 0:
		return sms.Failed, true
	case w.count(expired) > 0:
		return sms.Expired, true
	case !receipt || w.count(delivered) == 0:
		return sms.Accepted, true
	}
	return sms.Delivered, true
}

// tally says in words what became of the recipients of a message to many.
func (m *tracked) tally() string {
	w := m.progress.current()
	if w == nil {
		return ""
	}
	var parts []string
	for _, s := range []segmentState{delivered, accepted, undelivered, expired, refused, attempted, unsent} {
		if n := w.count(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %v", n, s))
		}
	}
	return fmt.Sprintf("of %d recipients %s", len(w.Segments), strings.Join(parts, ", "))
}
