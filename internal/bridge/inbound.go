package bridge

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

const (
	inboundWorkers = 4              // deliver_sm stored at once, so that they share a flush
	orphanTTL      = 72 * time.Hour // how long a receipt waits for its message
	inboundTTL     = 30 * 24 * time.Hour
	inboundClass   = uint8(sms.Info) // queue class of what comes in
)

// An Inbound is a short message from the SMSC as it came: the octets are kept, since what they
// mean may be judged better later.
//
// On flash: version u8, received (Unix seconds) i64, esm_class u8, data_coding u8, protocol_id u8,
// source and destination (TON u8, NPI u8, text), link, then the octets; in version 2 the optional parameters
// follow, each as a tag u16 and a text. Integers are big-endian, texts stand behind their length (uvarint).
// Without optional parameters it is version 1, which an older program reads.
type Inbound struct {
	Received     time.Time
	Link         string
	Source, Dest pdu.Address
	ESMClass     pdu.ESMClass
	ProtocolID   uint8
	DataCoding   pdu.DataCoding
	ShortMessage []byte   // with the UDH when ESMClass says so; message_payload where that was used
	TLVs         pdu.TLVs // those that say how ShortMessage is to be taken
}

const (
	inboundVersion1 = 1
	inboundVersion  = 2
)

var errInbound = errors.New("bridge: inbound message cannot be read")

// AppendBinary appends the form on flash.
func (in *Inbound) AppendBinary(b []byte) ([]byte, error) {
	version := byte(inboundVersion)
	if len(in.TLVs) == 0 {
		version = inboundVersion1
	}
	b = append(b, version)
	b = binary.BigEndian.AppendUint64(b, uint64(in.Received.Unix()))
	b = append(b, byte(in.ESMClass), byte(in.DataCoding), in.ProtocolID)
	for _, a := range []pdu.Address{in.Source, in.Dest} {
		b = appendText(append(b, a.TON, a.NPI), a.Addr)
	}
	b = appendText(b, in.Link)
	b = appendText(b, in.ShortMessage)
	for _, t := range in.TLVs {
		b = appendText(binary.BigEndian.AppendUint16(b, uint16(t.Tag)), t.Value)
	}
	return b, nil
}

// UnmarshalBinary reads what AppendBinary wrote.
func (in *Inbound) UnmarshalBinary(b []byte) error {
	if len(b) < 12 {
		return errInbound
	}
	version := b[0]
	if version != inboundVersion1 && version != inboundVersion {
		return fmt.Errorf("%w: version %d; this program reads %d and %d", errInbound, version, inboundVersion1, inboundVersion)
	}
	*in = Inbound{
		Received: time.Unix(int64(binary.BigEndian.Uint64(b[1:])), 0),
		ESMClass: pdu.ESMClass(b[9]), DataCoding: pdu.DataCoding(b[10]), ProtocolID: b[11],
	}
	b = b[12:]
	ok := true
	for _, a := range []*pdu.Address{&in.Source, &in.Dest} {
		if len(b) < 2 {
			return errInbound
		}
		a.TON, a.NPI = b[0], b[1]
		if a.Addr, b, ok = cutText(b[2:]); !ok {
			return errInbound
		}
	}
	if in.Link, b, ok = cutText(b); !ok {
		return errInbound
	}
	text, b, ok := cutText(b)
	if !ok || len(b) > 0 && version == inboundVersion1 {
		return errInbound
	}
	in.ShortMessage = []byte(text)
	for len(b) > 0 {
		if len(b) < 2 {
			return errInbound
		}
		tag := pdu.Tag(binary.BigEndian.Uint16(b))
		if text, b, ok = cutText(b[2:]); !ok {
			return errInbound
		}
		in.TLVs.Add(tag, []byte(text))
	}
	return nil
}

// Text is the message as people read it: decoded by data_coding, without the UDH; octets that are
// no text are shown in hexadecimal.
func (in *Inbound) Text() string {
	d := in.ShortMessage
	var tables sms.Tables
	if in.ESMClass.UDHI() && len(d) > 0 && int(d[0]) < len(d) {
		tables = sms.TablesOf(d[:1+int(d[0])])
		d = d[1+int(d[0]):]
	}
	switch c := in.DataCoding; {
	case c == pdu.CodingDefault || c&0xFC == 0xF0 || c&0xE0 == 0xC0 || c == pdu.CodingIA5 && !isIA5(d):
		return tables.Decode(d)
	case c == pdu.CodingUCS2 || c&0xF0 == 0xE0:
		return sms.DecodeUCS2(d)
	case c == pdu.CodingIA5 || c == pdu.CodingLatin1:
		r := make([]rune, len(d))
		for i, o := range d {
			r[i] = rune(o)
		}
		return string(r)
	}
	return fmt.Sprintf("%x", d)
}

// isIA5 reports whether d can be IA5 text. Some SMSCs write 1, "IA5/ASCII" (SMPP 3.4 §5.2.19), for the
// GSM alphabet; where IA5 has control characters, that has letters.
func isIA5(d []byte) bool {
	return !slices.ContainsFunc(d, func(o byte) bool {
		return o < 0x20 && o != '\n' && o != '\r' && o != '\t'
	})
}

// takeInbound hands what the SMSC of l delivers to the workers, that of one phone to the same one: texts stay in
// the order in which they came.
func (b *Bridge) takeInbound(ctx context.Context, l *link, workers []chan *smpp.Delivery) {
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-l.client.Inbound():
			h := fnv.New32a()
			_, _ = h.Write([]byte(d.PDU.Source.Addr))
			select {
			case workers[h.Sum32()%uint32(len(workers))] <- d:
			case <-ctx.Done():
				return
			}
		}
	}
}

// storeInbound stores what a worker is given and answers it. An answer of ESME_ROK means that it is
// on flash: the SMSC keeps it until then, and brings it again after any other answer.
func (b *Bridge) storeInbound(ctx context.Context, l *link, work <-chan *smpp.Delivery) {
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-work:
			status := b.deliver(ctx, l, d)
			if err := d.Respond(status); err != nil && status == pdu.StatusROK {
				b.unanswered.add(d.PDU) // the SMSC does not know that we have it, and brings it again
			}
		}
	}
}

func (b *Bridge) deliver(ctx context.Context, l *link, d *smpp.Delivery) pdu.Status {
	var err error
	if r, ok := pdu.ParseReceipt(d.PDU); ok {
		var known bool
		if known, err = b.receipt(ctx, l, d.PDU, r); !known && err == nil {
			_, tagged := d.PDU.TLVs.ReceiptedMessageID()
			if tagged || d.PDU.ESMClass.Type() != pdu.ESMTypeDefault {
				err = b.keepReceipt(ctx, l, d.PDU, r)
			} else { // only looks like one: somebody's text
				err = b.store(ctx, l, d.PDU)
			}
		}
	} else {
		err = b.store(ctx, l, d.PDU)
	}
	switch {
	case err == nil:
		l.turned.Store(false)
		return pdu.StatusROK
	case errors.Is(err, queue.ErrTooLarge):
		b.log.Error("deliver_sm refused", "from", mask(d.PDU.Source.Addr), "err", err)
		return pdu.StatusRXRAPPN // it will never fit
	}
	level := slog.LevelWarn
	if l.turned.Swap(true) { // the SMSC brings everything again and again
		level = slog.LevelDebug
	}
	b.log.Log(ctx, level, "deliver_sm not taken; the SMSC keeps it", "from", mask(d.PDU.Source.Addr), "err", err)
	return pdu.StatusRXTAPPN
}

// store appends an inbound short message to the queue, unless it is there since the session ended
// before its answer was out.
func (b *Bridge) store(ctx context.Context, l *link, d *pdu.DeliverSM) error {
	if b.unanswered.take(d) {
		b.log.Info("short message brought again is on flash already", "from", mask(d.Source.Addr))
		return nil
	}
	in := Inbound{
		Received: time.Now(), Link: l.Name, Source: d.Source, Dest: d.Dest,
		ESMClass: d.ESMClass, ProtocolID: d.ProtocolID, DataCoding: d.DataCoding, ShortMessage: d.UserData(),
		TLVs: telling(d.TLVs),
	}
	if l.Profile.read(&in); in.DataCoding != d.DataCoding && in.DataCoding == pdu.CodingUCS2 && looksUCS2(d.UserData()) {
		b.log.Log(ctx, l.hold.level("UCS2"), "text in UCS2 came under data_coding 0", "from", mask(d.Source.Addr))
	}
	box, people, err := b.mailboxEntries(&in)
	if err != nil {
		return err
	}
	if !people {
		ids, err := b.q.Append(ctx, box...)
		if err != nil {
			return err
		}
		b.received(ids[0], &in)
		return nil
	}
	if p, seq, ok := puzzleOf(&in); ok {
		return b.segment(ctx, &in, p, seq, box)
	}
	return b.keepInbound(ctx, &in, "", box)
}

// OnText makes f be told of each text that comes in, once it is on flash and before the SMSC is answered: what f
// has not finished when the power goes comes again. To be called before Run.
func (b *Bridge) OnText(f func(from sms.Address, text string)) { b.text = f }

// received tells of a message from the SMSC that is on flash as record id.
func (b *Bridge) received(id queue.ID, in *Inbound) {
	if b.text != nil {
		b.text(inboundAddress(in.Source), in.Text())
	}
	b.log.Info("short message received", "id", id, "from", mask(in.Source.Addr), "octets", len(in.ShortMessage))
	b.events.emit(Event{ID: id, Step: StepInbound, To: mask(in.Dest.Addr), Detail: "from " + mask(in.Source.Addr), Final: len(b.forward) == 0})
}

// keepInbound puts a whole message from the SMSC on flash, and the entries beside it with it, all or none.
// Under a key that the queue knows it is there.
func (b *Bridge) keepInbound(ctx context.Context, in *Inbound, key string, beside []queue.Entry) error {
	body, err := in.AppendBinary(nil)
	if err != nil {
		return err
	}
	e := queue.Entry{Lane: LaneIn, Class: inboundClass, Key: key, Expires: time.Now().Add(inboundTTL), Body: body}
	ids, err := b.q.Append(ctx, append(beside, e)...)
	if err != nil {
		return err
	}
	b.received(ids[len(ids)-1], in)
	return nil
}
