package bridge

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"smppagent/internal/queue"
)

type queueID = queue.ID

// startTimer bounds how long a message that was taken from the queue waits for its place in the
// window: the link may have gone since. Then it goes back, so that it can expire, be overtaken or
// be dropped like any other.
const startTimer = 5 * time.Second

// A dispatcher takes messages in the queue's order and gives each to a link. It takes nothing while no
// link can send: until then the most urgent message is the queue's to choose. Its fields are Run's
// goroutine's alone.
type dispatcher struct {
	*Bridge
	offered []*link       // links that wait for a job
	credit  map[*link]int // of the turns by weight
}

// dispatch gives messages to links until ctx ends; what is started goes on in work.
func (b *Bridge) dispatch(ctx, work context.Context) error {
	d := &dispatcher{Bridge: b, credit: map[*link]int{}}
	for {
		if err := b.hold.wait(ctx); err != nil {
			return err
		}
		if err := d.ready(ctx); err != nil {
			return err
		}
		item, err := b.q.Next(ctx, LaneOut)
		if err != nil {
			return err
		}
		if err := d.route(ctx, work, item); err != nil {
			return err
		}
	}
}

// route gives the message to a link, or back to the queue.
func (d *dispatcher) route(ctx, work context.Context, item queue.Item) error {
	giveBack := func() error { return ignoreGone(d.q.Release(work, item.ID)) }
	if d.hold.held() { // the medium failed while the message was waited for
		return giveBack()
	}
	addr, before := wherefrom(item)
	parked, full := d.dests.park(addr, item.ID, time.Now())
	if parked {
		return nil
	}
	if full {
		d.hold.extend("too many phones take no messages")
		return giveBack()
	}
	l, err := d.choose(ctx, addr, before)
	if err != nil || l == nil {
		return errors.Join(err, giveBack())
	}
	d.offered = slices.DeleteFunc(d.offered, func(x *link) bool { return x == l })
	d.dests.begin(addr, l)
	l.breaker.try()
	select {
	case l.turn <- job{item.ID, addr}:
		return nil
	case <-ctx.Done():
		d.dests.end(addr)
		l.breaker.tried()
		return errors.Join(ctx.Err(), giveBack())
	}
}

// ready waits until a link that may be used waits for a job.
func (d *dispatcher) ready(ctx context.Context) error {
	for {
		d.lapse(ctx)
		usable, again := d.usable(time.Now())
		for _, l := range usable {
			if slices.Contains(d.offered, l) {
				return nil
			}
		}
		if err := d.news(ctx, again); err != nil {
			return err
		}
	}
}

// choose returns a link for the message to addr: the one named before, by which some of it went; the one
// by which others to that phone are on their way; else one of those that wait for a job, by weight. It is
// nil when the message had better go back, for things have changed since it was taken.
func (d *dispatcher) choose(ctx context.Context, addr, before string) (*link, error) {
	for {
		d.gather()
		d.lapse(ctx)
		usable, again := d.usable(time.Now())
		via := d.dests.via(addr)
		if i := slices.IndexFunc(usable, func(l *link) bool { return l.Name == before }); i >= 0 {
			via = usable[i]
		}
		waiting := slices.DeleteFunc(usable, func(l *link) bool { return !slices.Contains(d.offered, l) })
		if len(waiting) == 0 {
			return nil, nil
		}
		if slices.Contains(waiting, via) {
			return via, nil
		}
		if via == nil || !via.client.Bound() || via.hold.held() || !via.breaker.well(time.Now()) {
			return d.turn(waiting), nil
		}
		if err := d.news(ctx, again); err != nil { // its window is full
			return nil, err
		}
	}
}

// turn picks one of links so that over time each gets its weight.
func (d *dispatcher) turn(links []*link) *link {
	var best *link
	total := 0
	for _, l := range links {
		total += l.Rank.Weight
		d.credit[l] += l.Rank.Weight
		if best == nil || d.credit[l] > d.credit[best] {
			best = l
		}
	}
	d.credit[best] -= total
	return best
}

// gather takes the offers that are there.
func (d *dispatcher) gather() {
	for {
		select {
		case l := <-d.offers:
			d.offered = append(d.offered, l)
		default:
			return
		}
	}
}

// lapse sends away the links that have gone or are held since they offered themselves.
func (d *dispatcher) lapse(ctx context.Context) {
	d.offered = slices.DeleteFunc(d.offered, func(l *link) bool {
		if l.client.Bound() && !l.hold.held() {
			return false
		}
		select {
		case l.turn <- job{}:
		case <-ctx.Done():
		}
		return true
	})
}

// news waits until a link offers itself, its state changes, or it is again.
func (d *dispatcher) news(ctx context.Context, again time.Time) error {
	var due <-chan time.Time
	if !again.IsZero() {
		t := time.NewTimer(time.Until(again))
		defer t.Stop()
		due = t.C
	}
	select {
	case l := <-d.offers:
		d.offered = append(d.offered, l)
	case <-d.changed:
	case <-due:
	case err := <-d.broken:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// usable returns the links that messages may take now: those of the lowest order that work. One that is
// down keeps its rank for FailoverAfter. Breakers count only while there is another way. again is when the
// answer may change by itself.
func (b *Bridge) usable(now time.Time) (links []*link, again time.Time) {
	later := func(t time.Time) {
		if t.After(now) && (again.IsZero() || t.Before(again)) {
			again = t
		}
	}
	var anyhow []*link
	for rest := b.links; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Rank.Order == rest[0].Rank.Order {
			n++
		}
		var well, held []*link
		patient := false
		for _, l := range rest[:n] {
			down, refused := l.client.Down()
			switch {
			case !l.submits():
			case !down.IsZero():
				if end := down.Add(b.cfg.FailoverAfter); !refused && now.Before(end) {
					patient = true
					later(end)
				}
			case !l.breaker.well(now):
				later(l.breaker.until())
				anyhow = append(anyhow, l)
			case l.hold.held():
				held = append(held, l)
			default:
				well = append(well, l)
			}
		}
		switch {
		case len(well) > 0:
			return well, again
		case len(held) > 0:
			return held, again
		case patient:
			return nil, again
		}
		rest = rest[n:]
	}
	if len(anyhow) > 0 {
		return anyhow[:1], again
	}
	return nil, again
}

// runLink offers l to the dispatcher whenever it could send, and sends what it gets, until ctx ends.
func (b *Bridge) runLink(ctx, work context.Context, l *link) {
	for l.submits() {
		if l.hold.wait(ctx) != nil || l.flow.take(ctx) != nil {
			return
		}
		if l.client.Ready(ctx) != nil {
			return
		}
		var j job
		if !l.hold.held() {
			select {
			case b.offers <- l:
			case <-ctx.Done():
				return
			}
			select {
			case j = <-l.turn:
			case <-ctx.Done():
				return
			}
		}
		if j.id == 0 {
			l.flow.give(true)
			continue
		}
		started, err := b.send(work, l, j.id)
		if !started {
			l.flow.give(true)
			b.dests.end(j.addr)
			l.breaker.tried()
			b.poke()
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, queue.ErrClosed) {
			err = b.notSent(work, j.id, err)
		}
		if err != nil {
			select {
			case b.broken <- err:
			default:
			}
			return
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

// letGo gives the queue back what need not wait for its phone any longer, until ctx ends.
func (b *Bridge) letGo(ctx context.Context) {
	for {
		ids, again := b.dests.free(time.Now())
		for _, id := range ids {
			if err := ignoreGone(b.q.Release(ctx, id)); err != nil && ctx.Err() == nil && !errors.Is(err, queue.ErrClosed) {
				b.log.Error("message not given back to the queue", "id", id, "err", err)
			}
		}
		var due <-chan time.Time
		var t *time.Timer
		if !again.IsZero() {
			t = time.NewTimer(time.Until(again))
			due = t.C
		}
		select {
		case <-b.dests.wake:
		case <-due:
		case <-ctx.Done():
		}
		if t != nil {
			t.Stop()
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// tag packs what a call is about; a message has at most 255 segments.
func tag(id queue.ID, seg int) uint64 { return uint64(id)<<8 | uint64(seg) }

func untag(t uint64) (queue.ID, int) { return queue.ID(t >> 8), int(t & 0xFF) }

// wherefrom says whose phone the message is for, and by which link some of it went already.
func wherefrom(item queue.Item) (addr, link string) {
	var m tracked
	if body, _ := m.read(item); body != nil {
		return "", ""
	}
	if w := m.progress.current(); w != nil && w.count(attempted, accepted, undelivered, expired, delivered) > 0 {
		link = w.Link
	}
	return m.msg.To.Addr, link
}
