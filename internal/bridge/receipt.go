package bridge

import (
	"context"
	"errors"
	"slices"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
)

// receipt applies r to the message it is about and returns with that on flash. known is false when
// no message claims it.
func (b *Bridge) receipt(ctx context.Context, d *pdu.DeliverSM, r pdu.Receipt) (known bool, err error) {
	first, second := b.receiptByID, b.receiptByReference
	if !b.track.hasNames(b.name) {
		first, second = second, first
	}
	if known, err = first(ctx, d, r); known || err != nil {
		return known, err
	}
	return second(ctx, d, r)
}

// receiptByID applies r to the segment that has its message_id.
func (b *Bridge) receiptByID(ctx context.Context, d *pdu.DeliverSM, r pdu.Receipt) (known bool, err error) {
	found := b.track.find(b.name, r.MessageID)
	for _, sure := range []bool{true, false} { // that of the same address first, if there is one
		for _, x := range found {
			if !sure && x.address {
				continue
			}
			if known, err = b.receiptFor(ctx, x, d, r, sure); known || err != nil {
				return known, err
			}
		}
	}
	return false, nil
}

// receiptFor applies r to the segment x; with sure only if that went to the address that r has.
func (b *Bridge) receiptFor(ctx context.Context, x match, d *pdu.DeliverSM, r pdu.Receipt, sure bool) (known bool, err error) {
	m := b.track.acquire(x.id)
	defer b.track.release(x.id, m)
	ok, err := b.load(ctx, x.id, m)
	switch {
	case errors.Is(err, errUnreadable): // the SMSC would bring it again until the message expires
		b.log.Log(ctx, b.hold.level("unreadable"), "receipt taken, though the record of its message cannot be read",
			"id", x.id, "message_id", r.MessageID, "state", r.State, "err", err)
		return !sure, nil
	case err != nil:
		return false, err
	case !ok: // settled before: an SMSC may repeat itself, and does when that was not on flash
		if err := b.q.Sync(ctx); err != nil {
			return true, err
		}
		b.track.forgetName(b.name, r.MessageID, x.target)
		return true, nil
	}
	if sure && d.Source.Addr != m.msg.To.Addr {
		return false, nil
	}
	b.track.learn(b.name, x.converted)
	state, final := fate(r)
	if !final {
		return true, nil
	}
	err = b.apply(ctx, m, int(x.seg), state)
	if errors.Is(err, queue.ErrStorage) {
		b.track.name(b.name, r.MessageID, x.target) // to know it when it comes again
	}
	return true, err
}

// receiptByReference finds the message by the user_message_reference that the receipt carries: one in
// doubt, since the response that would have brought its message_id never came, or any when the SMSC's
// message_ids are no names.
func (b *Bridge) receiptByReference(ctx context.Context, d *pdu.DeliverSM, r pdu.Receipt) (known bool, err error) {
	if !r.HasReference {
		return false, nil
	}
	var ids []queue.ID
	if id, ok := b.track.findDoubt(r.UserMessageReference, d.Source.Addr); ok {
		ids = append(ids, id)
	}
	if !b.track.hasNames(b.name) {
		ids = append(ids, b.track.byReference(r.UserMessageReference)...)
	}
	for _, id := range ids {
		if known, err = b.receiptOf(ctx, id, d, r); known || err != nil {
			return known, err
		}
	}
	return false, nil
}

// receiptOf applies r to message id if it carried the reference to the address that r has.
func (b *Bridge) receiptOf(ctx context.Context, id queue.ID, d *pdu.DeliverSM, r pdu.Receipt) (known bool, err error) {
	m := b.track.acquire(id)
	defer b.track.release(id, m)
	switch ok, err := b.load(ctx, id, m); {
	case errors.Is(err, errUnreadable): // it may be another one's
		return false, nil
	case !ok:
		return false, err
	}
	if m.msg.Ref != r.UserMessageReference || m.msg.To.Addr != d.Source.Addr {
		return false, nil
	}
	single := len(m.progress.Segments) == 1
	if !single && b.track.hasNames(b.name) {
		return false, nil // which segment it is about cannot be told
	}
	seg := slices.IndexFunc(m.progress.Segments, func(s segment) bool {
		return s.State == accepted || single && s.State == attempted
	})
	if seg < 0 {
		return false, nil
	}
	b.log.Info("receipt matched by user_message_reference", "id", id, "message_id", r.MessageID)
	state, final := fate(r)
	if s := &m.progress.Segments[seg]; s.State == attempted {
		s.State, s.MessageID = accepted, keepID(r.MessageID, len(m.progress.Segments))
		if !final {
			b.track.index(id, m)
			return true, b.conclude(ctx, id, m, true)
		}
	}
	if !final {
		return true, nil
	}
	return true, b.apply(ctx, m, seg, state)
}

// apply notes the final state of one segment and settles the message when it was the last. The
// caller has m.
func (b *Bridge) apply(ctx context.Context, m *tracked, seg int, state segmentState) error {
	if seg >= len(m.progress.Segments) {
		return nil
	}
	if m.progress.Segments[seg].State.fate() {
		return b.q.Sync(ctx)
	}
	m.progress.Segments[seg].State = state
	id := m.item.ID
	if m.calls > 0 || m.progress.count(unsent, attempted, accepted) > 0 { // other responses or receipts are due
		return ignoreGone(b.q.Note(ctx, id, m.progress.appendBinary(nil), true))
	}
	return b.conclude(ctx, id, m, true)
}

// fate is what a receipt says of its segment; final is false when another one may follow. An intermediate
// notification (§5.2.12) tells of an attempt that failed, not of the last one.
func fate(r pdu.Receipt) (state segmentState, final bool) {
	state, final = fateOf(r.State)
	return state, final && (state == delivered || !r.Intermediate)
}

// fateOf maps message_state (SMPP 3.4 §5.2.28) to that of a segment; final is false for the
// states that others follow.
func fateOf(s pdu.MessageState) (state segmentState, final bool) {
	switch s {
	case pdu.StateDelivered:
		return delivered, true
	case pdu.StateExpired:
		return expired, true
	case pdu.StateDeleted, pdu.StateUndeliverable, pdu.StateRejected:
		return undelivered, true
	}
	return accepted, false
}

// A storedReceipt is a receipt that came before the response, or on another session, or for a
// message that was not ours.
type storedReceipt struct {
	Link, MessageID string
	State           pdu.MessageState
	Source          string // whose phone it is about; empty in version 1
}

const receiptVersion = 2

var errReceipt = errors.New("bridge: stored receipt cannot be read")

func (r storedReceipt) marshal() []byte {
	b := []byte{receiptVersion, byte(r.State)}
	return appendText(appendText(appendText(b, r.Link), r.MessageID), r.Source)
}

func unmarshalReceipt(b []byte) (r storedReceipt, err error) {
	if len(b) < 2 || b[0] < 1 || b[0] > receiptVersion {
		return r, errReceipt
	}
	version := b[0]
	r.State = pdu.MessageState(b[1])
	var ok bool
	if r.Link, b, ok = cutText(b[2:]); !ok {
		return r, errReceipt
	}
	if r.MessageID, b, ok = cutText(b); !ok {
		return r, errReceipt
	}
	if version > 1 {
		if r.Source, b, ok = cutText(b); !ok {
			return r, errReceipt
		}
	}
	if len(b) > 0 {
		return r, errReceipt
	}
	return r, nil
}

// keepReceipt puts a receipt that no message claims on flash, for the response that may follow it: one for
// each message_id and maxOrphans in all, for orphanTTL.
func (b *Bridge) keepReceipt(ctx context.Context, d *pdu.DeliverSM, r pdu.Receipt) error {
	if _, final := fate(r); !final {
		return nil
	}
	kept := storedReceipt{Link: b.name, MessageID: r.MessageID, State: r.State, Source: d.Source.Addr}
	ids, err := b.q.Append(ctx, queue.Entry{
		Lane: LaneReceipt, Class: inboundClass, Expires: time.Now().Add(orphanTTL), Body: kept.marshal(),
	})
	if err != nil {
		return err
	}
	b.log.Info("receipt kept for a message not known yet", "message_id", r.MessageID, "from", mask(d.Source.Addr))
	if err := b.addOrphan(ctx, kept, ids[0]); err != nil {
		return err
	}
	// A response that came while the receipt was being written found neither: look once more.
	if known, err := b.receipt(ctx, d, r); !known || err != nil {
		return err
	}
	if id, ok := b.track.takeOrphan(b.name, r.MessageID, d.Source.Addr); ok {
		return ignoreGone(b.q.Done(ctx, id, 0, false))
	}
	return nil
}

// addOrphan makes the receipt r, kept as record id, findable, and drops the one that is in its way.
func (b *Bridge) addOrphan(ctx context.Context, r storedReceipt, id queue.ID) error {
	gone, over := b.track.addOrphan(r.Link, r.MessageID, r.Source, id)
	if gone == 0 {
		return nil
	}
	if over {
		b.log.Log(ctx, b.hold.level("orphans"), "oldest receipts for messages not known dropped", "kept", maxOrphans)
	}
	return ignoreGone(b.kept(b.q.Done(ctx, gone, 0, false)))
}

// claim looks for a receipt that came before the response of segment seg. The caller has m.
func (b *Bridge) claim(ctx context.Context, m *tracked, seg int) error {
	s := &m.progress.Segments[seg]
	if s.MessageID == "" || !b.track.hasNames(b.name) {
		return nil
	}
	orphan, ok := b.track.takeOrphan(b.name, s.MessageID, m.msg.To.Addr)
	if !ok {
		return nil
	}
	item, err := b.q.Get(ctx, orphan)
	if err != nil {
		return ignoreGone(err)
	}
	if r, err := unmarshalReceipt(item.Body); err == nil {
		if state, final := fateOf(r.State); final {
			s.State = state
		}
	}
	return ignoreGone(b.q.Done(ctx, orphan, 0, false))
}
