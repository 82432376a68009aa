package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"

	"time"
)

// send starts one submit_sm by l for each segment that the SMSC may not have, at most a window of them: the
// rest go when these are answered and nothing more urgent waits. It returns when all are in the window;
// collect brings the responses. started says whether collect runs, and with it that places in the flow and
// of the destination are accounted for. Its error is the queue's.
func (b *Bridge) send(ctx context.Context, l *link, id queue.ID) (started bool, err error) {
	m := b.track.acquire(id)
	defer b.track.release(id, m)
	if ok, err := b.load(ctx, id, m); !ok {
		return false, err
	}
	if m.item.State != queue.Leased { // a late response or a person was faster
		return false, nil
	}
	parts, err := l.Profile.parts(&m.msg, b.sendTLVs(l))
	if m.msg.Many() && err == nil {
		if why := l.manyProblem(parts); why != "" {
			return false, b.apart(ctx, id, m, why)
		}
		parts = make([]part, m.msg.Recipients())
	}
	if err != nil {
		return false, b.bury(ctx, id, m, sms.Rejected, fmt.Sprintf("cannot be sent: %v", err))
	}
	if at := b.tellingTime(l, m); !at.IsZero() {
		return false, ignoreGone(b.kept(b.q.Retry(ctx, id, at, nil, false)))
	}
	before := m.progress.clone()
	w := m.progress.use(l.Name, len(parts))
	todo, again := b.todo(&m.progress, w)
	if len(todo) == 0 {
		m.progress = before
		return false, b.conclude(ctx, id, m, false)
	}
	if m.msg.Many() { // who was refused is not asked about again
		todo = slices.DeleteFunc(todo, func(i int) bool { return w.Segments[i].State == refused })
	} else {
		todo = todo[:min(len(todo), l.flow.room())]
	}
	was := append([]segment(nil), w.Segments...)
	for _, i := range todo {
		if w.Segments[i].State != attempted {
			w.Segments[i] = segment{State: attempted}
		}
	}
	err = b.q.Attempt(ctx, id, m.progress.appendBinary(nil), b.cfg.Policy == Once)
	if b.cfg.Policy != Once {
		err = b.kept(err)
	}
	if errors.Is(err, queue.ErrStorage) { // policy once: what is not noted for sure is not sent
		m.progress = before
		return false, errors.Join(err, ignoreGone(b.kept(b.q.Retry(ctx, id, time.Time{}, m.progress.appendBinary(nil), false))))
	}
	if err != nil {
		return false, ignoreGone(err)
	}
	if again {
		b.events.countResent()
		b.log.Log(ctx, l.hold.level("sent again"), "message in doubt sent again",
			"id", id, "to", mask(m.msg.To.Addr), "policy", string(b.cfg.Policy), "smsc", l.Name)
	}
	b.track.index(id, m)
	m.throttled, m.refused, m.refusedNow = false, false, 0
	done := make(chan *smpp.Call, len(todo))
	start := b.start
	if m.msg.Many() {
		start = b.startMany
	}
	n, err := start(ctx, l, id, m, parts, todo, done)
	for _, i := range todo[n:] {
		w.Segments[i] = was[i] // never written: as it was
	}
	if n < len(todo) {
		b.track.index(id, m)
	}
	if n == 0 {
		if _, ok := errors.AsType[*pdu.FieldError](err); ok {
			return false, b.bury(ctx, id, m, sms.Rejected, fmt.Sprintf("cannot be sent: %v", err))
		}
		b.log.Debug("message goes back to the queue", "id", id, "err", err)
		return false, ignoreGone(b.kept(b.q.Retry(ctx, id, time.Time{}, m.progress.appendBinary(nil), false)))
	}
	b.events.announce(describe(&m.msg, Event{ID: id, Key: m.item.Key}))
	b.emit(m, StepSubmitted, Event{Segments: n})
	if m.calls = n; m.msg.Many() {
		m.calls = 1
	}
	b.track.keep(m)
	b.senders.Add(1)
	go b.collect(ctx, l, id, m, m.msg.To.Addr, done)
	return true, nil
}

// todo returns the segments of w that are to be sent, and whether some of them may be there already. Under
// the policy once a segment in doubt is never sent by itself, and nothing of a message that is in doubt at
// another SMSC.
func (b *Bridge) todo(p *progress, w *way) (todo []int, again bool) {
	for i := range p.Ways {
		if other := &p.Ways[i]; other != w && other.count(attempted) > 0 {
			if b.cfg.Policy == Once {
				return nil, false
			}
			again = true
		}
	}
	for i, s := range w.Segments {
		switch s.State {
		case attempted:
			if b.cfg.Policy == Once {
				continue
			}
			again = true
			todo = append(todo, i)
		case unsent, refused:
			todo = append(todo, i)
		}
	}
	return todo, again
}

// start hands the segments todo to the session, and returns how many it has taken. The first one has its
// place in the flow already. The caller has m.
func (b *Bridge) start(ctx context.Context, l *link, id queue.ID, m *tracked, parts []part, todo []int, done chan<- *smpp.Call) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, startTimer)
	defer cancel()
	for _, i := range todo {
		if n > 0 {
			ok, err := l.flow.more(ctx)
			if !ok || err != nil {
				return n, err
			}
		}
		req := asDataSM(b.compose(l, m, parts[i]), &m.msg)
		if err = l.client.Start(ctx, &smpp.Call{Request: req, Tag: tag(id, i), Done: done}); err != nil {
			if n > 0 {
				l.flow.give(true)
			}
			return n, err
		}
		l.count.submitted.Add(1)
		n++
	}
	return n, nil
}
