package bridge

import (
	"context"
	"errors"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
)

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
func (b *Bridge) keepReceipt(ctx context.Context, l *link, d *pdu.DeliverSM, r pdu.Receipt) error {
	if _, final := fate(r); !final {
		return nil
	}
	kept := storedReceipt{Link: l.Name, MessageID: r.MessageID, State: r.State, Source: d.Source.Addr}
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
	if known, err := b.receipt(ctx, l, d, r); !known || err != nil {
		return err
	}
	if id, ok := b.track.takeOrphan(IDsExact, []string{l.Name}, r.MessageID, d.Source.Addr); ok {
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

// claim looks for a receipt that came before the response of segment s, which l brought. The caller has m.
func (b *Bridge) claim(ctx context.Context, l *link, m *tracked, s *segment) error {
	if s.MessageID == "" || !b.track.hasNames(l.Name) {
		return nil
	}
	orphan, ok := b.track.takeOrphan(l.Profile.ReceiptIDs, b.names(l), s.MessageID, m.msg.To.Addr)
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
