package bridge

import (
	"context"
	"errors"
	"slices"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
)

// receipt applies r, which l brought, to the message it is about and returns with that on flash. known is
// false when no message claims it.
func (b *Bridge) receipt(ctx context.Context, l *link, d *pdu.DeliverSM, r pdu.Receipt) (known bool, err error) {
	first, second := b.receiptByID, b.receiptByReference
	if !b.track.hasNames(l.Name) {
		first, second = second, first
	}
	if known, err = first(ctx, l, d, r); known || err != nil {
		return known, err
	}
	return second(ctx, l, d, r)
}

// names returns the names of the links, that of l first.
func (b *Bridge) names(l *link) []string {
	names := []string{l.Name}
	for _, other := range b.links {
		if other != l {
			names = append(names, other.Name)
		}
	}
	return names
}

// receiptByID applies r to the segment that has its message_id.
func (b *Bridge) receiptByID(ctx context.Context, l *link, d *pdu.DeliverSM, r pdu.Receipt) (known bool, err error) {
	found := b.track.find(l.Profile.ReceiptIDs, b.names(l), r.MessageID)
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
		b.track.forgetName(x.link, r.MessageID, x.target)
		return true, nil
	}
	w := m.progress.on(x.link)
	if w != nil && m.msg.Many() {
		return b.receiptOfMany(ctx, x, m, w, d, r)
	}
	if w == nil || sure && !sameNumber(d.Source.Addr, m.msg.To.Addr) {
		return false, nil
	}
	b.track.learn(x.link, x.converted)
	state, final := fate(r)
	if !final {
		return true, nil
	}
	err = b.apply(ctx, m, w, int(x.seg), state)
	if errors.Is(err, queue.ErrStorage) {
		b.track.name(x.link, r.MessageID, x.target) // to know it when it comes again
	}
	return true, err
}

// receiptByReference finds the message by the user_message_reference that the receipt carries: one in
// doubt, since the response that would have brought its message_id never came, or any when the SMSC's
// message_ids are no names. Where these are none and the receipt has no reference either, the message that
// has waited longest for a receipt from that phone is taken to be meant.
func (b *Bridge) receiptByReference(ctx context.Context, l *link, d *pdu.DeliverSM, r pdu.Receipt) (known bool, err error) {
	names := b.track.hasNames(l.Name)
	var ids []queue.ID
	if r.HasReference {
		if id, ok := b.track.findDoubt(r.UserMessageReference, d.Source.Addr); ok {
			ids = append(ids, id)
		}
		if !names {
			ids = append(ids, b.track.byReference(r.UserMessageReference)...)
		}
	} else if !names {
		if ids, err = b.awaiting(ctx, l, d.Source.Addr); err != nil {
			return false, err
		}
	}
	for _, id := range ids {
		if known, err = b.receiptOf(ctx, l, id, d, r); known || err != nil {
			return known, err
		}
	}
	return false, nil
}

// awaiting returns the first message that went to addr by l and whose receipt is due.
func (b *Bridge) awaiting(ctx context.Context, l *link, addr string) (ids []queue.ID, err error) {
	err = b.q.List(ctx, func(item queue.Item) bool {
		if item.Lane != LaneOut || item.State != queue.Waiting {
			return true
		}
		var m tracked
		if body, note := m.read(item); body != nil || note != nil {
			return true
		}
		if w := m.progress.on(l.Name); w != nil && w.count(accepted) > 0 && sameNumber(addr, m.msg.To.Addr) {
			ids = append(ids, item.ID)
		}
		return len(ids) == 0
	})
	return ids, err
}

// receiptOf applies r, which l brought, to message id if that went to the address that r has, with its
// reference if it has one.
func (b *Bridge) receiptOf(ctx context.Context, l *link, id queue.ID, d *pdu.DeliverSM, r pdu.Receipt) (known bool, err error) {
	m := b.track.acquire(id)
	defer b.track.release(id, m)
	switch ok, err := b.load(ctx, id, m); {
	case errors.Is(err, errUnreadable): // it may be another one's
		return false, nil
	case !ok:
		return false, err
	}
	if r.HasReference && m.msg.Ref != r.UserMessageReference || !sameNumber(d.Source.Addr, m.msg.To.Addr) {
		return false, nil
	}
	w, seg := b.due(l, m)
	if w == nil {
		return false, nil
	}
	if r.HasReference {
		b.log.Info("receipt matched by user_message_reference", "id", id, "message_id", r.MessageID)
	} else {
		b.log.Log(ctx, b.hold.level("by destination"), "receipt taken for that of the oldest message to its phone: the SMSC gives no message_ids",
			"id", id, "message_id", r.MessageID)
	}
	state, final := fate(r)
	if s := &w.Segments[seg]; s.State == attempted {
		s.State, s.MessageID = accepted, keepID(r.MessageID, len(w.Segments))
		if !final {
			b.track.index(id, m)
			if m.calls > 0 {
				return true, ignoreGone(b.q.Note(ctx, id, m.progress.appendBinary(nil), true))
			}
			return true, b.conclude(ctx, id, m, true)
		}
	}
	if !final {
		return true, nil
	}
	return true, b.apply(ctx, m, w, seg, state)
}

// due returns the segment of m that a receipt by l without message_id must be about: one by that link, or by
// another, which may be a session with the same SMSC. It is none when which one cannot be told.
func (b *Bridge) due(l *link, m *tracked) (*way, int) {
	names := b.track.hasNames(l.Name)
	for _, link := range b.names(l) {
		w := m.progress.on(link)
		if w == nil {
			continue
		}
		single := len(w.Segments) == 1
		if !single && names {
			continue
		}
		seg := slices.IndexFunc(w.Segments, func(s segment) bool {
			return s.State == accepted || single && s.State == attempted
		})
		if seg >= 0 {
			return w, seg
		}
	}
	return nil, 0
}

// apply notes the final state of one segment of w and settles the message when it was the last. The
// caller has m.
func (b *Bridge) apply(ctx context.Context, m *tracked, w *way, seg int, state segmentState) error {
	if seg >= len(w.Segments) {
		return nil
	}
	if w.Segments[seg].State.fate() {
		return b.q.Sync(ctx)
	}
	w.Segments[seg].State = state
	id := m.item.ID
	due := w.count(unsent, attempted, accepted) > 0
	if _, final := m.outcome(); m.msg.Many() {
		due = !final
	}
	if m.calls > 0 || due { // other responses or receipts are due
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
