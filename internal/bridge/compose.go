package bridge

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
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
	if m.From.IsZero() {
		m.From = b.sender
	}
	if err := m.Check(); err != nil {
		return queue.Entry{}, err
	}
	if size, err := m.Size(b.cfg.Concat.Header()); err != nil {
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

// compose makes the submit_sm for one segment. SMPP 3.4 §4.4.1.
func (b *Bridge) compose(m *tracked, a sms.Alphabet, seg sms.Segment) *pdu.SubmitSM {
	s := &pdu.SubmitSM{
		ServiceType:  b.cfg.ServiceType,
		Source:       address(m.msg.From),
		Dest:         address(m.msg.To),
		PriorityFlag: m.msg.Class.PriorityFlag(),
		ShortMessage: append(seg.UDH[:len(seg.UDH):len(seg.UDH)], seg.Data...),
	}
	if len(seg.UDH) > 0 {
		s.ESMClass |= pdu.ESMUDHI
	}
	if m.msg.Receipt {
		s.RegisteredDelivery = pdu.ReceiptAlways
	}
	if b.cfg.Validity == ValidityRelative && !m.item.Expires.IsZero() {
		// A clock that was not set when the message came, or is not set now, makes it a matter of decades.
		if left := time.Until(m.item.Expires); left > 0 {
			s.ValidityPeriod = pdu.RelativeTime(min(left, validity(&m.msg)))
		}
	}
	var displayNow bool
	s.DataCoding, displayNow = dataCoding(a, m.msg.MessageClass)
	if b.sendTLVs() {
		s.TLVs = append(s.TLVs, pdu.TLV{
			Tag: pdu.TagUserMessageReference, Value: binary.BigEndian.AppendUint16(nil, m.msg.Ref),
		})
		if displayNow {
			s.TLVs = append(s.TLVs, pdu.TLV{Tag: pdu.TagDestAddrSubunit, Value: []byte{1}})
		}
	}
	return s
}

// dataCoding returns data_coding for the alphabet and message class. UCS2 has no value with a
// class (SMPP 3.4 §5.2.19): a flash text then needs dest_addr_subunit 1, MS display (§5.3.2.1).
func dataCoding(a sms.Alphabet, c sms.MessageClass) (dcs pdu.DataCoding, subunit bool) {
	if control, ok := c.DCSControl(a); ok {
		return pdu.DataCoding(control), false
	}
	switch a {
	case sms.UCS2:
		return pdu.CodingUCS2, c == sms.Flash
	case sms.Octets:
		return pdu.CodingOctets, false
	}
	return pdu.CodingDefault, false
}

func (b *Bridge) sendTLVs() bool {
	switch b.cfg.TLVs {
	case TLVsAlways:
		return true
	case TLVsNever:
		return false
	}
	return !b.tlvsRefused.Load()
}

func address(a sms.Address) pdu.Address {
	return pdu.Address{TON: uint8(a.TON), NPI: uint8(a.NPI), Addr: a.Addr}
}

// reference is the user_message_reference and concatenation reference of message id: the ID's low
// 16 bits, never 0, so that it survives a restart without a counter of its own.
func reference(id queue.ID) uint16 {
	if r := uint16(id); r != 0 {
		return r
	}
	return 1
}
