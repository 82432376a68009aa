package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// A Ref names a message at an SMSC: by our ID, while the queue has it, or by the SMSC's message_id.
type Ref struct {
	ID        queue.ID
	Link      string      // of MessageID
	MessageID string      // when ID is 0
	Source    sms.Address // of MessageID; zero is the link's
}

// A Reply is what an SMSC says of one message_id.
type Reply struct {
	Link      string     `json:"smsc"`
	MessageID string     `json:"message_id"`
	State     string     `json:"message_state,omitempty"`
	FinalDate string     `json:"final_date,omitempty"` // as the SMSC writes it
	ErrorCode uint8      `json:"error_code,omitempty"`
	Status    string     `json:"command_status"`
	Problem   string     `json:"problem,omitempty"` // why there is no answer
	Refusal   pdu.Status `json:"-"`
	Err       error      `json:"-"`
}

// remoteName is one message_id of a Ref.
type remoteName struct {
	l      *link
	id     string
	source pdu.Address
	dest   pdu.Address // when it is known
}

// operateTimer is how long each request of an operation may take.
const operateTimer = 30 * time.Second

// ErrNotSent is matched by errors about a message that no SMSC has.
var ErrNotSent = errors.New("no SMSC has it yet")

// namesOf are the message_ids of ref. The caller has m when ref has an ID.
func (b *Bridge) namesOf(ctx context.Context, ref Ref, m *tracked) (all []remoteName, err error) {
	if ref.ID == 0 {
		l := b.linkNamed(ref.Link)
		if l == nil {
			return nil, fmt.Errorf("bridge: there is no [smsc.%s]", ref.Link)
		}
		return []remoteName{{l: l, id: ref.MessageID, source: l.Profile.address(b.source(l, ref.Source))}}, nil
	}
	item, err := b.q.Get(ctx, ref.ID)
	switch {
	case err != nil:
		return nil, err
	case item.Lane != LaneOut:
		return nil, fmt.Errorf("bridge: message %d came in: %w", ref.ID, queue.ErrState)
	}
	if m.calls == 0 {
		if body, note := m.read(item); body != nil || note != nil {
			return nil, errors.Join(body, note)
		}
	}
	for _, w := range m.progress.Ways {
		l := b.linkNamed(w.Link)
		for _, s := range w.Segments {
			if l == nil || s.MessageID == "" || len(all) > 0 && all[len(all)-1].l == l && all[len(all)-1].id == s.MessageID {
				continue
			}
			all = append(all, remoteName{l, s.MessageID, l.Profile.address(b.source(l, m.msg.From)), l.Profile.address(m.msg.To)})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("bridge: message %d: %w", ref.ID, ErrNotSent)
	}
	return all, nil
}

// do sends p about n and says what the SMSC answered.
func (n *remoteName) do(ctx context.Context, p pdu.PDU) (pdu.PDU, Reply) {
	r := Reply{Link: n.l.Name, MessageID: n.id}
	ctx, cancel := context.WithTimeout(ctx, operateTimer)
	defer cancel()
	resp, err := n.l.client.Do(ctx, p)
	refusal, refused := errors.AsType[*smpp.StatusError](err)
	switch {
	case refused:
		r.Refusal, r.Status, r.Err = refusal.Status, refusal.Status.String(), err
		if refusal.Nack {
			r.Problem = "the SMSC does not know " + p.Command().String()
		}
	case err != nil:
		r.Err, r.Problem = err, err.Error()
	default:
		r.Status = pdu.StatusROK.String()
	}
	return resp, r
}

// Query asks the SMSCs what became of a message: query_sm, SMPP 3.4 §4.8, one for each message_id.
func (b *Bridge) Query(ctx context.Context, ref Ref) (replies []Reply, err error) {
	names, err := b.look(ctx, ref)
	for _, n := range names {
		resp, r := n.do(ctx, &pdu.QuerySM{MessageID: n.id, Source: n.source})
		if q, ok := resp.(*pdu.QuerySMResp); ok && r.Err == nil {
			r.State, r.FinalDate, r.ErrorCode = q.State.String(), q.FinalDate, q.ErrorCode
		}
		replies = append(replies, r)
	}
	return replies, err
}

// look is namesOf without keeping the message in hand.
func (b *Bridge) look(ctx context.Context, ref Ref) ([]remoteName, error) {
	m := b.track.acquire(ref.ID)
	defer b.track.release(ref.ID, m)
	return b.namesOf(ctx, ref, m)
}

// Cancel takes a message back: from the queue what was not sent, and by cancel_sm, SMPP 3.4 §4.9, what an SMSC
// has. The message is dropped when all of it could be taken back, else it stays.
func (b *Bridge) Cancel(ctx context.Context, ref Ref) (replies []Reply, err error) {
	names, err := b.look(ctx, ref)
	if err != nil && !errors.Is(err, ErrNotSent) {
		return nil, err
	}
	gone := true
	for _, n := range names {
		_, r := n.do(ctx, &pdu.CancelSM{MessageID: n.id, Source: n.source, Dest: n.dest})
		gone = gone && r.Err == nil
		replies = append(replies, r)
	}
	if ref.ID == 0 || !gone {
		return replies, nil
	}
	return replies, b.Drop(ctx, ref.ID, "cancelled")
}

// Replace gives a message another text: one that no SMSC has by putting another message in its place, whose ID
// it returns; one that an SMSC has by replace_sm, SMPP 3.4 §4.10, which keeps data_coding as it was, so that the
// text must fit that and one segment.
func (b *Bridge) Replace(ctx context.Context, ref Ref, text string) (id queue.ID, replies []Reply, err error) {
	m := b.track.acquire(ref.ID)
	defer b.track.release(ref.ID, m)
	names, err := b.namesOf(ctx, ref, m)
	if errors.Is(err, ErrNotSent) {
		id, err = b.replaceUnsent(ctx, ref.ID, m, text)
		return id, nil, err
	}
	if err != nil {
		return 0, nil, err
	}
	if len(names) > 1 {
		return 0, nil, fmt.Errorf("bridge: message %d is at the SMSC in %d segments, and replace_sm replaces one", ref.ID, len(names))
	}
	n := names[0]
	was := m.msg
	was.Text, was.Data = text, nil
	parts, err := n.l.Profile.parts(&was, b.sendTLVs(n.l))
	if err != nil {
		return 0, nil, err
	}
	coding := parts[0].coding
	if ref.ID != 0 {
		old, err := n.l.Profile.parts(&m.msg, b.sendTLVs(n.l))
		if err == nil {
			coding = old[0].coding
		}
	}
	switch {
	case len(parts) > 1 || len(parts[0].udh) > 0:
		return 0, nil, fmt.Errorf("bridge: the text needs %d segments, and replace_sm replaces one", len(parts))
	case parts[0].coding != coding:
		return 0, nil, fmt.Errorf("bridge: the text needs data_coding %d, and the message has %d, which replace_sm cannot change", parts[0].coding, coding)
	}
	p := &pdu.ReplaceSM{MessageID: n.id, Source: n.source, ShortMessage: parts[0].data}
	if m.msg.Receipt {
		p.RegisteredDelivery = pdu.ReceiptAlways
	}
	_, r := n.do(ctx, p)
	return ref.ID, []Reply{r}, nil
}

// replaceUnsent puts a message with another text in the place of one that was not sent. The caller has m, so
// that it is not sent meanwhile.
func (b *Bridge) replaceUnsent(ctx context.Context, id queue.ID, m *tracked, text string) (queue.ID, error) {
	item, err := b.q.Get(ctx, id)
	switch {
	case err != nil:
		return 0, err
	case m.calls > 0 || item.State == queue.Leased || m.progress.count(attempted) > 0:
		return 0, fmt.Errorf("bridge: message %d is on its way: %w", id, queue.ErrState)
	}
	was := m.msg
	was.Text, was.Data, was.Ref = text, nil, 0
	e, err := b.entry(&was, "")
	if err != nil {
		return 0, err
	}
	ids, err := b.enqueue(ctx, []queue.Entry{e}, []sms.Message{was})
	if err != nil {
		return 0, err
	}
	if err := b.q.Drop(ctx, id, fmt.Sprintf("replaced by message %d", ids[0])); err != nil {
		return ids[0], err
	}
	m.settled = true
	b.track.forget(id, m)
	b.emit(m, StepDropped, Event{Detail: fmt.Sprintf("replaced by message %d", ids[0]), Final: true})
	return ids[0], nil
}
