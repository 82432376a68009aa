package bridge

import (
	"context"
	"errors"
	"fmt"

	"smppagent/internal/queue"
)

// Drop takes message id out of the queue for good because a person says so. It returns
// queue.ErrNotFound when there is none.
func (b *Bridge) Drop(ctx context.Context, id queue.ID, why string) error {
	return b.remove(ctx, id, why, func(*tracked, queue.Item) bool { return true })
}

// Withdraw takes message id out of the queue if nobody can have got any of it: it returns an error that matches
// queue.ErrState when it is being sent or was, and queue.ErrNotFound when there is none.
func (b *Bridge) Withdraw(ctx context.Context, id queue.ID, why string) error {
	return b.remove(ctx, id, why, func(m *tracked, item queue.Item) bool {
		if item.Lane != LaneOut || item.State != queue.Ready || m.calls > 0 {
			return false
		}
		body, note := m.read(item)
		return body == nil && note == nil && m.progress.count(attempted, accepted, delivered, undelivered, expired) == 0
	})
}

// remove takes message id out of the queue if may, which has its state, says so.
func (b *Bridge) remove(ctx context.Context, id queue.ID, why string, may func(*tracked, queue.Item) bool) error {
	m := b.track.acquire(id)
	defer b.track.release(id, m)
	item, err := b.q.Get(ctx, id)
	if err != nil {
		return err
	}
	if !may(m, item) {
		return fmt.Errorf("bridge: message %d may be on its way: %w", id, queue.ErrState)
	}
	if why == "" {
		why = "by hand"
	}
	if err := b.q.Drop(ctx, id, why); err != nil {
		return err
	}
	m.settled = true
	b.log.Warn("message dropped", "id", id, "why", why)
	if item.Lane == LaneReceipt {
		b.track.dropOrphan(id)
	}
	if item.Lane != LaneOut {
		return nil
	}
	if m.calls == 0 {
		_, _ = m.read(item) // what cannot be read is dropped all the same
	}
	b.track.forget(id, m)
	b.emit(m, StepDropped, Event{Detail: why, Final: true})
	return nil
}

// Retry sends message id again because a person says so: one that failed, that is in doubt, or
// that waits for its next attempt. Its validity is lifted. It returns queue.ErrNotFound, or an error that matches
// queue.ErrState and says why the message cannot be sent again.
func (b *Bridge) Retry(ctx context.Context, id queue.ID) error {
	m := b.track.acquire(id)
	defer b.track.release(id, m)
	item, err := b.q.Get(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case item.Lane != LaneOut:
		return fmt.Errorf("bridge: message %d came in, it is not sent: %w", id, queue.ErrState)
	case m.calls > 0 || item.State == queue.Leased:
		return fmt.Errorf("bridge: message %d is on its way: %w", id, queue.ErrState)
	}
	if body, note := m.read(item); body != nil || note != nil {
		return errors.Join(body, note)
	}
	p := m.progress.clone()
	again := 0
	for i := range p.Ways {
		for j := range p.Ways[i].Segments {
			switch s := &p.Ways[i].Segments[j]; s.State {
			case attempted, refused, undelivered, expired, unsent:
				*s = segment{}
				again++
			}
		}
	}
	if again == 0 && len(p.Ways) > 0 {
		return fmt.Errorf("bridge: the SMSC has accepted message %d, its receipt is awaited: %w", id, queue.ErrState)
	}
	if err := b.q.Note(ctx, id, p.appendBinary(nil), false); err != nil {
		return err
	}
	if err := b.q.Kick(ctx, id); err != nil {
		return err
	}
	b.track.forget(id, m) // what the SMSC called it before is another one's now
	m.progress = p
	b.track.index(id, m)
	b.log.Info("message sent again by hand", "id", id, "segments", again)
	return nil
}
