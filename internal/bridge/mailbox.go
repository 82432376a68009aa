package bridge

import (
	"context"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// A Mailbox takes short messages from the SMSC that are for a program rather than for people. Wants says
// whether in is for it. Take stores it for good; it may be asked again with the same id after a crash. After
// an error, the mailbox being full say, it is asked again later.
type Mailbox struct {
	Wants func(in *Inbound) bool
	Take  func(ctx context.Context, id queue.ID, in *Inbound) error
}

// The pause before a mailbox that took nothing is asked again; it doubles.
const (
	mailboxMin = 5 * time.Second
	mailboxMax = time.Minute
)

// Deliver makes the bridge hand inbound short messages to m. To be called before Run.
func (b *Bridge) Deliver(m Mailbox) { b.mailbox = m }

// mailboxEntries is the record of one inbound message for the mailbox, if it wants it: a segment as it is, for
// a phone puts them together itself. people says whether there is to be one for people too: the message is
// forwarded, or nobody else wants it.
func (b *Bridge) mailboxEntries(in *Inbound) (box []queue.Entry, people bool, err error) {
	if b.mailbox.Wants == nil || !b.mailbox.Wants(in) {
		return nil, true, nil
	}
	body, err := in.AppendBinary(nil)
	if err != nil {
		return nil, false, err
	}
	e := queue.Entry{Lane: LaneMailbox, Class: inboundClass, Expires: time.Now().Add(inboundTTL), Body: body}
	return []queue.Entry{e}, len(b.forward) > 0, nil
}

// fillMailbox hands over what is for the mailbox until ctx ends.
func (b *Bridge) fillMailbox(ctx context.Context) {
	for b.mailbox.Take != nil {
		item, err := b.q.Next(ctx, LaneMailbox)
		if err != nil {
			return
		}
		if err := b.handOver(ctx, item); err != nil {
			pause := min(mailboxMin<<min(item.Tries, 10), mailboxMax)
			b.log.Log(ctx, b.hold.level("mailbox"), "inbound message not handed over yet", "id", item.ID, "err", err, "again_in", pause)
			if err := ignoreGone(b.kept(b.q.Retry(ctx, item.ID, time.Now().Add(pause), nil, true))); err != nil {
				return
			}
		}
	}
}

// handOver gives one message to the mailbox. One that it does not want any more is left to people.
func (b *Bridge) handOver(ctx context.Context, item queue.Item) error {
	var in Inbound
	if err := in.UnmarshalBinary(item.Body); err != nil {
		return b.q.Bury(ctx, item.ID, err.Error())
	}
	if !b.mailbox.Wants(&in) {
		if _, err := b.q.Append(ctx, queue.Entry{Lane: LaneIn, Class: item.Class, Expires: item.Expires, Body: item.Body}); err != nil {
			return err
		}
	} else if err := b.mailbox.Take(ctx, item.ID, &in); err != nil {
		return err
	}
	return ignoreGone(b.q.Done(ctx, item.ID, uint8(sms.Accepted), true))
}
