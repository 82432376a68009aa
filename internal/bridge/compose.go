package bridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"smppagent/internal/alerts"
	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// MaxSegments is how many segments a message may have: what SMSCs take at most, and what the note of
// its progress has room for.
const MaxSegments = 32

// Raise puts one message for each recipient of n on flash and returns when all are there. A notice
// whose key the queue knows already makes no second message, so that raising it again after a
// crash is safe.
func (b *Bridge) Raise(ctx context.Context, n alerts.Notice) error {
	var entries []queue.Entry
	var messages []sms.Message
	for _, to := range n.To {
		m := sms.Message{To: to.Phone, Text: n.Text, Class: n.Class, Receipt: n.Receipt, Validity: n.TTL}
		e, err := b.entry(&m, n.Key+"/"+to.Name)
		if err != nil {
			return fmt.Errorf("bridge: notice %s to %s: %w", n.Key, to.Name, err)
		}
		entries, messages = append(entries, e), append(messages, m)
	}
	if len(entries) == 0 {
		return nil
	}
	_, err := b.enqueue(ctx, entries, messages)
	return err
}

// Accept puts m on flash and returns its ID when it is there. A key that the queue knows already
// returns the ID of the message it knows; an empty key is never known.
func (b *Bridge) Accept(ctx context.Context, m sms.Message, key string) (queue.ID, error) {
	e, err := b.entry(&m, key)
	if err != nil {
		return 0, err
	}
	ids, err := b.enqueue(ctx, []queue.Entry{e}, []sms.Message{m})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// entry completes m with the route's defaults and makes it a queue entry.
func (b *Bridge) entry(m *sms.Message, key string) (queue.Entry, error) {
	switch b.cfg.Receipts {
	case ReceiptsAlways:
		m.Receipt = true
	case ReceiptsNever:
		m.Receipt = false
	}
	if err := m.Check(); err != nil {
		return queue.Entry{}, err
	}
	if size, err := m.Size(sms.Concat16); err != nil { // the form that holds less
		return queue.Entry{}, err
	} else if size.Segments > MaxSegments {
		return queue.Entry{}, fmt.Errorf("bridge: the text needs %d segments, at most %d are sent: shorten it", size.Segments, MaxSegments)
	}
	body, err := m.AppendBinary(nil)
	if err != nil {
		return queue.Entry{}, err
	}
	from := time.Now()
	if m.NotBefore.After(from) {
		from = m.NotBefore
	}
	if m.Submit != nil && m.Submit.Schedule.After(from) {
		from = m.Submit.Schedule
	}
	return queue.Entry{
		Lane: LaneOut, Class: uint8(m.Class), Key: key,
		NotBefore: m.NotBefore, Expires: from.Add(validity(m)), Body: body,
	}, nil
}

// validity is how long m is worth delivering.
func validity(m *sms.Message) time.Duration {
	return cmp.Or(m.Validity, m.Class.Validity())
}

// enqueue puts entries on flash. Those that are too many for one Append go in two, each all or none:
// their keys let the whole be said again when the second half fails.
func (b *Bridge) enqueue(ctx context.Context, entries []queue.Entry, messages []sms.Message) ([]queue.ID, error) {
	ids, err := b.q.Append(ctx, entries...)
	if half := len(entries) / 2; errors.Is(err, queue.ErrTooLarge) && half > 0 {
		first, err := b.enqueue(ctx, entries[:half], messages[:half])
		if err != nil {
			return nil, err
		}
		rest, err := b.enqueue(ctx, entries[half:], messages[half:])
		return append(first, rest...), err
	}
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		m := &messages[i]
		if b.events.announce(describe(m, Event{ID: id, Key: entries[i].Key})) {
			b.log.Info("message queued", "id", id, "to", mask(m.To.Addr), "class", m.Class, "key", entries[i].Key)
		}
	}
	return ids, nil
}

// compose makes the submit_sm for one segment as l wants it. SMPP 3.4 §4.4.1.
func (b *Bridge) compose(l *link, m *tracked, x part) *pdu.SubmitSM {
	s := b.composeText(l, m, x)
	if m.msg.Submit != nil {
		l.Profile.ask(s, &m.msg, m.item.Expires, time.Now())
	}
	return s
}

// composeText is compose without what the sender asks of the SMSC beyond the text.
func (b *Bridge) composeText(l *link, m *tracked, x part) *pdu.SubmitSM {
	p := &l.Profile
	s := &pdu.SubmitSM{
		ServiceType:  p.ServiceType,
		Source:       p.address(b.source(l, m.msg.From)),
		Dest:         p.address(m.msg.To),
		ProtocolID:   m.msg.ProtocolID,
		PriorityFlag: m.msg.Class.PriorityFlag(),
		DataCoding:   x.coding,
	}
	if x.payload {
		s.TLVs = append(s.TLVs, pdu.TLV{Tag: pdu.TagMessagePayload, Value: x.data})
	} else {
		s.ShortMessage = append(x.udh[:len(x.udh):len(x.udh)], x.data...)
	}
	if len(x.udh) > 0 {
		s.ESMClass |= pdu.ESMUDHI
	}
	if m.msg.ReplyPath {
		s.ESMClass |= pdu.ESMReplyPath
	}
	if m.msg.Receipt || b.cfg.Policy == QueryFirst {
		s.RegisteredDelivery = pdu.ReceiptAlways
	}
	s.ValidityPeriod = p.validity(&m.msg, m.item.Expires, time.Now())
	if x.sar != nil {
		s.TLVs.AddSAR(*x.sar)
	}
	if x.ports != nil {
		s.TLVs.AddUint16(pdu.TagSourcePort, x.ports.source)
		s.TLVs.AddUint16(pdu.TagDestinationPort, x.ports.dest)
	}
	if b.sendTLVs(l) {
		s.TLVs.AddUint16(pdu.TagUserMessageReference, m.msg.Ref)
		waiting(&s.TLVs, m.msg.Waiting)
		if m.msg.More {
			s.TLVs.AddUint8(pdu.TagMoreMessagesToSend, 1)
		}
		if n := p.Network.networkType(); n != 0 {
			s.TLVs.AddUint8(pdu.TagDestNetworkType, n)
			if x.class == sms.Flash {
				s.TLVs.AddUint8(pdu.TagDisplayTime, 0) // temporary: SMPP 3.4 §5.3.2.26
			}
		} else if x.class != sms.ClassNone {
			s.TLVs.AddUint8(pdu.TagDestAddrSubunit, uint8(x.class)) // 1 MS display, to 4 external unit: §5.3.2.1
		}
	}
	return s
}

// validity is validity_period for a message that is of no use after expires.
func (p *Profile) validity(m *sms.Message, expires, now time.Time) string {
	// A clock that was not set when the message came, or is not set now, makes it a matter of decades.
	left := min(expires.Sub(now), validity(m))
	if expires.IsZero() || left <= 0 {
		return ""
	}
	switch {
	case p.Validity == ValidityRelative:
		return pdu.RelativeTime(left)
	case p.Validity == ValidityAbsolute && now.Year() >= clockSet:
		return pdu.AbsoluteTime(now.Add(left).UTC())
	}
	return ""
}

// clockSet is the year before which the clock is not set: no device ran this program then.
const clockSet = 2026

// source is whom a message is from that goes by l.
func (b *Bridge) source(l *link, from sms.Address) sms.Address {
	own := cmp.Or(l.sender, b.sender)
	if from.IsZero() {
		from = own
	}
	if from.TON == sms.TONAlphanumeric && !l.Profile.Alphanumeric {
		from = own
		if from.TON == sms.TONAlphanumeric {
			return sms.Address{}
		}
	}
	return from
}

// address writes a as the SMSC wants it.
func (p *Profile) address(a sms.Address) pdu.Address {
	out := pdu.Address{TON: uint8(a.TON), NPI: uint8(a.NPI), Addr: a.Addr}
	if a.TON != sms.TONInternational {
		return out
	}
	switch p.Numbers {
	case NumbersPlus:
		out.Addr = "+" + a.Addr
	case Numbers00:
		out.TON, out.Addr = uint8(sms.TONUnknown), "00"+a.Addr
	case NumbersNational:
		if rest, ok := strings.CutPrefix(a.Addr, p.Country); ok {
			out.TON, out.Addr = uint8(sms.TONNational), p.Trunk+rest
		}
	}
	return out
}

// sameNumber reports whether two addresses may be the same phone, written with or without "+", zeros in
// front and country.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	a, b = strings.TrimLeft(a, "+0"), strings.TrimLeft(b, "+0")
	if len(a) < len(b) {
		a, b = b, a
	}
	return len(b) >= 7 && strings.HasSuffix(a, b)
}

// numberEnd is what all ways to write one phone's number have in common.
func numberEnd(addr string) string {
	addr = strings.TrimLeft(addr, "+0")
	return addr[max(0, len(addr)-7):]
}

// sendTLVs reports whether optional parameters may be sent by l.
func (b *Bridge) sendTLVs(l *link) bool {
	switch l.Profile.TLVs {
	case TLVsAlways:
		return true
	case TLVsNever:
		return false
	}
	return !l.tlvsRefused.Load()
}

// reference is the user_message_reference and concatenation reference of message id: the ID's low
// 16 bits, never 0, so that it survives a restart without a counter of its own.
func reference(id queue.ID) uint16 {
	if r := uint16(id); r != 0 {
		return r
	}
	return 1
}
