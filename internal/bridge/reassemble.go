package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// Bounds of what is put together. A long message beyond them is not lost: what has come of it goes on as it
// is, with a mark for each gap.
const (
	assemblyTTL   = 24 * time.Hour // for the last segment to come
	maxAssemblies = 100            // long messages that are not whole, of all senders
	maxAssembly   = 32 << 10       // octets of one
)

// A puzzle names the long message that a segment belongs to.
type puzzle struct {
	source, dest pdu.Address
	part         sms.Part // but for Seq, which is 0
	sar          bool
}

// An assembly is a long message that is not whole yet.
type assembly struct {
	pieces map[uint8]piece // by Seq
	octets int
}

// A piece is one segment on flash.
type piece struct {
	id  queue.ID
	sum uint64 // of its octets
}

// assemblies knows the segments in LaneSegment. What it holds can be built again from the queue.
type assemblies struct {
	mu   sync.Mutex
	open map[puzzle]*assembly
	late [][]queue.ID // whole, and could not be written: the queue was full, say
}

func newAssemblies() *assemblies { return &assemblies{open: map[puzzle]*assembly{}} }

// puzzleOf says which long message in is a segment of; ok is false when it is whole by itself.
func puzzleOf(in *Inbound) (p puzzle, seq uint8, ok bool) {
	p = puzzle{source: in.Source, dest: in.Dest}
	if in.ESMClass.UDHI() {
		udh, _ := in.split()
		p.part, ok = sms.PartOf(udh)
	} else if sar, there := in.TLVs.SAR(); there {
		p.part, p.sar, ok = sms.Part{Ref: sar.Ref, Wide: true, Total: sar.Total, Seq: sar.Segment}, true, true
	}
	if !ok || p.part.Total < 2 {
		return puzzle{}, 0, false
	}
	seq, p.part.Seq = p.part.Seq, 0
	return p, seq, true
}

// split cuts the user data header, with its UDHL, off the text.
func (in *Inbound) split() (udh, text []byte) {
	d := in.ShortMessage
	if in.ESMClass.UDHI() && len(d) > 0 && int(d[0]) < len(d) {
		return d[:1+int(d[0])], d[1+int(d[0]):]
	}
	return nil, d
}

// add notes the segment seq of p, which is on flash as record id. It returns the records that make a whole
// message now, or that will never be one and go on as they are; and whether the segment was there already.
func (a *assemblies) add(p puzzle, seq uint8, id queue.ID, sum uint64, octets int) (ready [][]queue.ID, again bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x := a.open[p]
	if x != nil {
		switch old, there := x.pieces[seq]; {
		case there && old.sum == sum:
			return nil, true
		case there, x.octets+octets > maxAssembly: // the reference has come round, or it is too long
			ready = append(ready, x.ids())
			delete(a.open, p)
			x = nil
		}
	}
	if x == nil {
		if len(a.open) >= maxAssemblies {
			ready = append(ready, a.oldest())
		}
		x = &assembly{pieces: map[uint8]piece{}}
		a.open[p] = x
	}
	x.pieces[seq] = piece{id, sum}
	x.octets += octets
	if len(x.pieces) == int(p.part.Total) {
		ready = append(ready, x.ids())
		delete(a.open, p)
	}
	return ready, false
}

// oldest takes out the message whose first segment came before those of all others.
func (a *assemblies) oldest() (ids []queue.ID) {
	var at puzzle
	for p, x := range a.open {
		if all := x.ids(); ids == nil || slices.Min(all) < slices.Min(ids) {
			at, ids = p, all
		}
	}
	delete(a.open, at)
	return ids
}

// postpone keeps the records of a message that could not be written.
func (a *assemblies) postpone(ids []queue.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.late = append(a.late, ids)
}

// postponed takes out what postpone has kept.
func (a *assemblies) postponed() [][]queue.ID {
	a.mu.Lock()
	defer a.mu.Unlock()
	late := a.late
	a.late = nil
	return late
}

// with takes out the message that record id is a segment of; nil when there is none.
func (a *assemblies) with(id queue.ID) []queue.ID {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, ids := range a.late {
		if slices.Contains(ids, id) {
			a.late = slices.Delete(a.late, i, i+1)
			return ids
		}
	}
	for p, x := range a.open {
		if ids := x.ids(); slices.Contains(ids, id) {
			delete(a.open, p)
			return ids
		}
	}
	return nil
}

// ids are the records in the order of the segments.
func (x *assembly) ids() []queue.ID {
	var ids []queue.ID
	for seq := 1; seq <= 255; seq++ {
		if p, ok := x.pieces[uint8(seq)]; ok {
			ids = append(ids, p.id)
		}
	}
	return ids
}

// segment puts a segment on flash, with the entries beside it, and with the last one the whole message. Its
// error is for the SMSC to bring the segment again.
func (b *Bridge) segment(ctx context.Context, in *Inbound, p puzzle, seq uint8, beside []queue.Entry) error {
	body, err := in.AppendBinary(nil)
	if err != nil {
		return err
	}
	sum := b.track.key("", string(in.ShortMessage))
	ids, err := b.q.Append(ctx, append(beside, queue.Entry{
		Lane: LaneSegment, Class: inboundClass, Expires: time.Now().Add(assemblyTTL), Body: body,
	})...)
	if err != nil {
		return err
	}
	id := ids[len(ids)-1]
	ready, again := b.assemble.add(p, seq, id, sum, len(in.ShortMessage))
	if again {
		return ignoreGone(b.kept(b.q.Done(ctx, id, 0, false)))
	}
	b.log.Debug("segment received", "id", id, "from", mask(in.Source.Addr), "segment", seq, "of", p.part.Total)
	b.putTogether(ctx, ready)
	return nil
}

// putTogether makes a message of each of ready; what cannot be written now is on flash in segments, and tried again.
func (b *Bridge) putTogether(ctx context.Context, ready [][]queue.ID) {
	for _, ids := range ready {
		if err := b.whole(ctx, ids, nil); err != nil {
			b.log.Log(ctx, b.hold.level("not put together"), "long message not put together yet", "segments", len(ids), "err", err)
			b.assemble.postpone(ids)
		}
	}
}

// whole makes one inbound message of the records ids, which are in order, and settles them; expired is the
// one of them that the queue has settled already. A power cut in between puts it together again, under the
// same key.
func (b *Bridge) whole(ctx context.Context, ids []queue.ID, expired *queue.Item) error {
	var segments []Inbound
	for _, id := range ids {
		var item queue.Item
		var err error
		if expired != nil && id == expired.ID {
			item = *expired
		} else if item, err = b.q.Get(ctx, id); err != nil {
			if ignoreGone(err) == nil {
				continue
			}
			return err
		}
		var in Inbound
		if err := in.UnmarshalBinary(item.Body); err != nil {
			b.log.Error("segment cannot be read", "id", id, "err", err)
			continue
		}
		segments = append(segments, in)
	}
	if len(segments) == 0 {
		return nil
	}
	err := b.keepInbound(ctx, join(segments), fmt.Sprintf("segments-%d", slices.Min(ids)), nil)
	if errors.Is(err, queue.ErrTooLarge) { // as they are, then
		err = nil
		for i := range segments {
			err = errors.Join(err, b.keepInbound(ctx, &segments[i], fmt.Sprintf("segment-%d", ids[i]), nil))
		}
	}
	if err != nil {
		return err
	}
	for _, id := range ids {
		err = errors.Join(err, ignoreGone(b.kept(b.q.Done(ctx, id, 0, false))))
	}
	return err
}

// gap stands for segments that never came.
const gap = "[…]"

// join makes one message of segments, which are in order and one at least. Where they are all there and of
// one alphabet the octets are joined; else the text is, as UCS2.
func join(segments []Inbound) *Inbound {
	first := segments[0]
	p, _, _ := puzzleOf(&first)
	whole := first
	whole.TLVs = slices.DeleteFunc(slices.Clone(first.TLVs), func(t pdu.TLV) bool {
		return t.Tag == pdu.TagSARMsgRefNum || t.Tag == pdu.TagSARTotalSegments || t.Tag == pdu.TagSARSegmentSeqnum
	})
	uniform := len(segments) == int(p.part.Total)
	for i := range segments {
		uniform = uniform && segments[i].DataCoding == first.DataCoding
	}
	udh, _ := first.split()
	elements, _ := sms.Elements(udh)
	elements = slices.DeleteFunc(slices.Clone(elements), func(e sms.Element) bool {
		return e.ID == sms.IEConcat8 || e.ID == sms.IEConcat16 ||
			!uniform && (e.ID == sms.IESingleShift || e.ID == sms.IELockingShift) // of septets, and they are none now
	})
	header, err := sms.UDH(elements...)
	if err != nil {
		header = nil // it was within another one
	}
	whole.ESMClass &^= pdu.ESMUDHI
	if header != nil {
		whole.ESMClass |= pdu.ESMUDHI
	}
	whole.ShortMessage = slices.Clone(header)
	if uniform {
		for i := range segments {
			_, text := segments[i].split()
			whole.ShortMessage = append(whole.ShortMessage, text...)
		}
		return &whole
	}
	text, next := "", uint8(1)
	for i := range segments {
		_, seq, _ := puzzleOf(&segments[i])
		if seq > next {
			text += gap
		}
		text, next = text+segments[i].Text(), seq+1
	}
	if next != 0 && int(next) <= int(p.part.Total) {
		text += gap
	}
	whole.DataCoding = pdu.CodingUCS2
	whole.ShortMessage = append(whole.ShortMessage, sms.EncodeUCS2(text)...)
	return &whole
}

// found notes a segment that was on flash at the start; wholes gets what is ready by it.
func (b *Bridge) found(item queue.Item, wholes *[][]queue.ID) {
	var in Inbound
	if in.UnmarshalBinary(item.Body) != nil {
		return // said when it expires
	}
	if p, seq, ok := puzzleOf(&in); ok {
		ready, _ := b.assemble.add(p, seq, item.ID, b.track.key("", string(in.ShortMessage)), len(in.ShortMessage))
		*wholes = append(*wholes, ready...)
	}
}

// overdue makes a message of what has come of a long one whose time has run out with item.
func (b *Bridge) overdue(ctx context.Context, item queue.Item) {
	ids := b.assemble.with(item.ID)
	if ids == nil { // it is being put together
		ids = []queue.ID{item.ID}
	}
	b.log.Warn("long message incomplete", "segments", len(ids), "after", assemblyTTL)
	if err := b.whole(ctx, ids, &item); err != nil {
		b.log.Error("long message not put together", "err", err)
	}
}
