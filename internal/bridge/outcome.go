package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// errUnreadable: the flash no longer gives the record back. Asking again does not help.
var errUnreadable = errors.New("bridge: the record of the message cannot be read")

// load reads message id from the queue into m, unless it is in hand already. ok is false when the
// message is gone; a body that cannot be read is buried with the reason. err matches errUnreadable, or is
// ctx's or queue.ErrClosed. The caller has m.
func (b *Bridge) load(ctx context.Context, id queue.ID, m *tracked) (ok bool, err error) {
	if m.calls > 0 || m.settled {
		return !m.settled, nil
	}
	item, err := b.q.Get(ctx, id)
	switch {
	case err == nil:
	case ignoreGone(err) == nil:
		return false, nil
	case ctx.Err() != nil, errors.Is(err, queue.ErrClosed):
		return false, err
	default:
		return false, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	if item.Lane != LaneOut || item.State == queue.Buried {
		return false, nil
	}
	body, note := m.read(item)
	if body != nil {
		m.settled = true
		b.log.Error("message cannot be read", "id", id, "err", body)
		return false, ignoreGone(b.kept(b.q.Bury(ctx, id, fmt.Sprintf("cannot be read: %v", body))))
	}
	if note != nil {
		b.log.Error("progress of the message cannot be read; it may be sent again", "id", id, "err", note)
	}
	return true, nil
}

// report makes the final outcome of a message known.
func (b *Bridge) report(ctx context.Context, m *tracked, o sms.Outcome, detail string) {
	step := StepFailed // failed, rejected
	switch o {
	case sms.Accepted:
		step = StepAccepted
	case sms.Delivered:
		step = StepDelivered
	case sms.Expired:
		step = StepExpired
	case sms.InDoubt:
		step = StepInDoubt
	}
	if m.msg.Many() && detail == "" {
		detail = m.tally()
	}
	b.log.Info("message settled", "id", m.item.ID, "to", mask(m.msg.To.Addr), "outcome", o)
	b.emit(m, step, Event{
		Detail: detail, MessageID: m.progress.messageID(), Final: true,
		again: o == sms.Accepted && m.msg.Receipt, // its receipt never came
	})
	b.tell(ctx, m, o)
}

// emit hands out an event of message m with the fields that all of them have.
func (b *Bridge) emit(m *tracked, step Step, e Event) {
	e.ID, e.Step, e.Key = m.item.ID, step, m.item.Key
	b.events.emit(describe(&m.msg, e))
}

// describe fills in what an event says of its message.
func describe(m *sms.Message, e Event) Event {
	e.To, e.Class, e.Text = mask(m.To.String()), m.Class.String(), beginning(m.Text)
	return e
}

// tell gives the outcome of a notice to the engine that raised it.
func (b *Bridge) tell(ctx context.Context, m *tracked, o sms.Outcome) {
	if i := strings.LastIndexByte(m.item.Key, '/'); i >= 0 && b.outcome != nil {
		b.outcome(ctx, m.item.Key[:i], m.item.Key[i+1:], o)
	}
}

// foretell tells the outcome that is about to be written.
func (b *Bridge) foretell(ctx context.Context, m *tracked, o sms.Outcome) {
	if b.before != nil && m.item.Key != "" {
		b.before(ctx, m.item.Key, o)
	}
}

// takeExpired reports the messages whose time ran out in the queue, and those that it dropped because it was
// full.
func (b *Bridge) takeExpired(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case item := <-b.q.Expired():
			b.ended(ctx, item, sms.Expired, "its validity ended in the queue")
		case item := <-b.q.Evicted():
			if item.State != queue.Buried { // what became of that one was reported
				b.ended(ctx, item, sms.Failed, "dropped unsent: "+item.Reason)
			}
		}
	}
}

// ended reports what becomes of a record that the queue has settled by itself: o and detail, if nothing of it
// was sent.
func (b *Bridge) ended(ctx context.Context, item queue.Item, o sms.Outcome, detail string) {
	switch item.Lane {
	case LaneReceipt:
		b.track.dropOrphan(item.ID)
		return
	case LaneSegment:
		b.overdue(ctx, item)
		return
	case LaneOut:
	default:
		return
	}
	m := new(tracked)
	body, note := m.read(item)
	if body != nil {
		b.log.Error("expired message cannot be read", "id", item.ID, "err", body)
		return
	}
	if note != nil {
		b.log.Error("progress of an expired message cannot be read", "id", item.ID, "err", note)
	}
	switch {
	case m.progress.count(attempted) > 0:
		o, detail = sms.InDoubt, "no response and no receipt came: the SMSC may or may not have it"
	case item.State == queue.Waiting:
		o, detail = b.asked(ctx, m)
	case m.progress.count(accepted, delivered) > 0: // of some segments
		o, detail = sms.InDoubt, "with some of its parts sent: "+detail
	}
	b.track.forget(item.ID, m)
	b.report(ctx, m, o, detail)
}

// recover learns what the queue held at the start: which receipts are awaited, which messages are
// in doubt, which receipts wait for their message.
func (b *Bridge) recover(ctx context.Context) error {
	var out, waiting, doubtful int
	var orphanErr error
	var wholes [][]queue.ID
	err := b.q.List(ctx, func(item queue.Item) bool {
		b.events.recovered(item.ID)
		switch {
		case item.Lane == LaneReceipt:
			if r, err := unmarshalReceipt(item.Body); err == nil {
				orphanErr = b.addOrphan(ctx, r, item.ID)
			}
			return orphanErr == nil
		case item.Lane == LaneSegment:
			b.found(item, &wholes)
		case item.Lane == LaneOut && item.State != queue.Buried:
			m := new(tracked)
			if body, note := m.read(item); body != nil || note != nil {
				return true // load says so when its turn comes
			}
			out++
			b.track.index(item.ID, m)
			detail := "to be sent"
			switch {
			case item.State == queue.Waiting:
				waiting++
				detail = "its receipt is awaited"
			case m.progress.count(attempted) > 0:
				doubtful++
				detail = "in doubt"
			}
			b.emit(m, StepRecovered, Event{Detail: detail})
		}
		return true
	})
	if err = errors.Join(err, orphanErr); err != nil {
		return fmt.Errorf("bridge: recover: %w", err)
	}
	b.putTogether(ctx, wholes) // a power cut came between the last segment and the whole
	b.log.Info("queue taken over", "messages", out, "awaiting_receipt", waiting, "in_doubt", doubtful)
	return nil
}

// keepFailed drops the oldest failed and inbound messages beyond what is to be kept, and tries again what could not
// be put together.
func (b *Bridge) keepFailed(ctx context.Context) {
	for sleep(ctx, time.Minute) == nil {
		b.putTogether(ctx, b.assemble.postponed())
		if err := b.trim(ctx); err != nil && !errors.Is(err, context.Canceled) {
			b.log.Error("old messages not dropped", "err", err)
		}
	}
}

func (b *Bridge) trim(ctx context.Context) error {
	s, err := b.q.Stats(ctx)
	if err != nil {
		return err
	}
	failed := s.Lanes[LaneOut].Buried - b.cfg.KeepFailed
	inbound := s.Lanes[LaneIn].Buried - b.cfg.KeepInbound
	if len(b.forward) == 0 { // else what is ready goes out
		inbound += s.Lanes[LaneIn].Ready
	}
	if failed <= 0 && inbound <= 0 {
		return nil
	}
	var drop []queue.ID
	err = b.q.List(ctx, func(item queue.Item) bool {
		switch {
		case item.Lane == LaneOut && item.State == queue.Buried && failed > 0:
			failed--
			drop = append(drop, item.ID)
		case item.Lane == LaneIn && inbound > 0 && (item.State == queue.Buried || item.State == queue.Ready && len(b.forward) == 0):
			inbound--
			drop = append(drop, item.ID)
		}
		return failed > 0 || inbound > 0
	})
	for _, id := range drop {
		err = errors.Join(err, ignoreGone(b.q.Drop(ctx, id, "older than those to be kept")))
	}
	if len(drop) > 0 {
		b.log.Warn("oldest messages dropped", "count", len(drop), "keep_failed", b.cfg.KeepFailed, "keep_inbound", b.cfg.KeepInbound)
	}
	return err
}
