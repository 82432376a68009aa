package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// startTimer bounds how long a message that was taken from the queue waits for its place in the
// window: the link may have gone since. Then it goes back, so that it can expire, be overtaken or
// be dropped like any other.
const startTimer = 5 * time.Second

// dispatch takes messages in the queue's order and starts them until ctx ends; what is started goes
// on in work. It takes nothing while the link is down or held: until then the most urgent
// message is the queue's to choose.
func (b *Bridge) dispatch(ctx, work context.Context) error {
	for {
		if err := b.hold.wait(ctx); err != nil {
			return err
		}
		if err := b.client.Ready(ctx); err != nil {
			return err
		}
		item, err := b.q.Next(ctx, LaneOut)
		if err != nil {
			return err
		}
		if !b.stillReady(ctx) { // it was waited for meanwhile
			if err := ignoreGone(b.q.Release(work, item.ID)); err != nil {
				return err
			}
			continue
		}
		if err := b.send(work, item.ID); errors.Is(err, queue.ErrClosed) {
			return err
		} else if err != nil {
			if err := b.notSent(work, item.ID, err); err != nil {
				return err
			}
		}
	}
}

// notSent gives message id back to the queue, which could not be read or written for it, and leaves the
// medium alone for a while. Its error is the queue's.
func (b *Bridge) notSent(ctx context.Context, id queue.ID, cause error) error {
	const why = "the queue cannot be read or written"
	level := slog.LevelDebug
	if b.hold.news(why) {
		level = slog.LevelError
	}
	b.log.Log(ctx, level, "message not sent: "+why, "id", id, "err", cause)
	b.hold.extend(why)
	return ignoreGone(b.q.Release(ctx, id))
}

// stillReady reports whether a message could be started now.
func (b *Bridge) stillReady(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	return b.hold.String() == "" && b.client.Ready(ctx) == nil
}

// send starts one submit_sm for each segment that the SMSC may not have. It returns when all are
// in the window; collect brings the responses. Its error is the queue's.
func (b *Bridge) send(ctx context.Context, id queue.ID) error {
	m := b.track.acquire(id)
	defer b.track.release(id, m)
	if ok, err := b.load(ctx, id, m); !ok {
		return err
	}
	if m.item.State != queue.Leased { // a late response or a person was faster
		return nil
	}
	if b.cfg.Policy == Once && m.progress.count(attempted) > 0 {
		return b.conclude(ctx, id, m, false) // from before a restart: never by itself
	}
	alphabet, segs, err := m.msg.Split(b.cfg.Concat.Header())
	if err != nil {
		return b.bury(ctx, id, m, sms.Rejected, fmt.Sprintf("cannot be sent: %v", err))
	}
	if m.progress.Link != b.name || len(m.progress.Segments) != len(segs) {
		m.progress = progress{Link: b.name, Segments: make([]segment, len(segs))}
	}
	before := append([]segment(nil), m.progress.Segments...)
	again := false
	var todo []int
	for i := range m.progress.Segments {
		switch s := &m.progress.Segments[i]; s.State {
		case attempted:
			again = true
			todo = append(todo, i)
		case unsent, refused:
			*s = segment{State: attempted}
			todo = append(todo, i)
		}
	}
	if len(todo) == 0 {
		return b.conclude(ctx, id, m, false)
	}
	err = b.q.Attempt(ctx, id, m.progress.appendBinary(nil), b.cfg.Policy == Once)
	if b.cfg.Policy != Once {
		err = b.kept(err)
	}
	if errors.Is(err, queue.ErrStorage) { // policy once: what is not noted for sure is not sent
		m.progress.Segments = before
		return errors.Join(err, ignoreGone(b.kept(b.q.Retry(ctx, id, time.Time{}, m.progress.appendBinary(nil), false))))
	}
	if err != nil {
		return ignoreGone(err)
	}
	if again {
		b.events.countResent()
		b.log.Log(ctx, b.hold.level("sent again"), "message in doubt sent again", "id", id, "to", mask(m.msg.To.Addr), "policy", string(b.cfg.Policy))
	}
	b.track.index(id, m)
	m.throttled, m.refused, m.refusedNow = false, false, 0
	done := make(chan *smpp.Call, len(todo))
	started := 0
	start, cancel := context.WithTimeout(ctx, startTimer)
	defer cancel()
	for _, i := range todo {
		req := b.compose(m, alphabet, segs[i])
		if err = b.client.Start(start, &smpp.Call{Request: req, Tag: tag(id, i), Done: done}); err != nil {
			break
		}
		started++
	}
	for _, i := range todo[started:] {
		m.progress.Segments[i] = before[i] // never written: as it was
	}
	if started < len(todo) {
		b.track.index(id, m)
	}
	if started == 0 {
		if _, ok := errors.AsType[*pdu.FieldError](err); ok {
			return b.bury(ctx, id, m, sms.Rejected, fmt.Sprintf("cannot be sent: %v", err))
		}
		b.log.Debug("message goes back to the queue", "id", id, "err", err)
		return ignoreGone(b.kept(b.q.Retry(ctx, id, time.Time{}, m.progress.appendBinary(nil), false)))
	}
	b.events.announce(describe(&m.msg, Event{ID: id, Key: m.item.Key}))
	b.emit(m, StepSubmitted, Event{Segments: started})
	m.calls = started
	b.track.keep(m)
	b.senders.Add(1)
	go b.collect(ctx, id, m, done)
	return nil
}

// tag packs what a call is about; a message has at most 255 segments.
func tag(id queue.ID, seg int) uint64 { return uint64(id)<<8 | uint64(seg) }

func untag(t uint64) (queue.ID, int) { return queue.ID(t >> 8), int(t & 0xFF) }
