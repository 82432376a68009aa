package bridge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// How many short messages of one sender are forwarded within how long. Two phones that answer by themselves
// would else answer each other through us for ever.
const (
	forwardsMost  = 10
	forwardsEvery = time.Hour
	forwardsKnown = 1000 // that are remembered, of all senders together
)

// forwards remembers who wrote what was forwarded lately. It is not kept over a restart.
type forwards []forwarded

type forwarded struct {
	from string
	at   time.Time
}

// allow reports whether one more of from's may be forwarded.
func (f *forwards) allow(from string) bool {
	*f = slices.DeleteFunc(*f, func(x forwarded) bool { return time.Since(x.at) >= forwardsEvery })
	n := 0
	for _, x := range *f {
		if x.from == from {
			n++
		}
	}
	return n < forwardsMost
}

// note remembers that one of from's was forwarded.
func (f *forwards) note(from string) {
	if len(*f) == forwardsKnown {
		*f = slices.Delete(*f, 0, 1)
	}
	*f = append(*f, forwarded{from, time.Now()})
}

// forwardInbound passes inbound short messages to the people who asked for them.
func (b *Bridge) forwardInbound(ctx context.Context) {
	var lately forwards
	for len(b.forward) > 0 {
		item, err := b.q.Next(ctx, LaneIn)
		if err != nil {
			return
		}
		if err := b.forwardOne(ctx, item, &lately); err != nil {
			b.log.Warn("inbound message not forwarded yet", "id", item.ID, "err", err)
			if err := ignoreGone(b.kept(b.q.Retry(ctx, item.ID, time.Now().Add(b.backoff(item.Tries)), nil, true))); err != nil {
				return
			}
		}
	}
}

// forwardOne forwards one of them. Of a sender who is over the limit it stays in the queue, buried, for
// people to look at.
func (b *Bridge) forwardOne(ctx context.Context, item queue.Item, lately *forwards) error {
	var in Inbound
	if err := in.UnmarshalBinary(item.Body); err != nil {
		return b.q.Bury(ctx, item.ID, err.Error())
	}
	if !lately.allow(in.Source.Addr) {
		b.log.Log(ctx, b.hold.level("forwarded "+in.Source.Addr), "too much comes from one sender; not forwarded for a while",
			"id", item.ID, "from", mask(in.Source.Addr), "most", forwardsMost, "within", forwardsEvery)
		return ignoreGone(b.q.Bury(ctx, item.ID, fmt.Sprintf("not forwarded: it is more than %d in an hour from this sender", forwardsMost)))
	}
	text := sms.Fit(sourceText(in.Source)+": "+in.Text(), MaxSegments-1) // Fit counts with udh8, udh16 takes more
	for _, p := range b.forward {
		if sameNumber(in.Source.Addr, p.Phone.Addr) {
			// Nobody needs what he wrote himself, and a phone that answers by itself would do so for ever.
			b.log.Info("inbound message not forwarded to who wrote it", "id", item.ID, "person", p.Name)
			continue
		}
		m := sms.Message{To: p.Phone, Text: text, Class: sms.Info}
		if _, err := b.Accept(ctx, m, fmt.Sprintf("inbound-%d/%s", item.ID, p.Name)); err != nil {
			return err
		}
	}
	lately.note(in.Source.Addr)
	return ignoreGone(b.q.Done(ctx, item.ID, uint8(sms.Accepted), false))
}
