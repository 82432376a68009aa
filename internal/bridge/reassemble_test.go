package bridge

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// pieces are the deliver_sm of a long text, with its segments joined by form.
func pieces(t *testing.T, text string, form Concatenation, ref uint16) []*smpp.Delivery {
	t.Helper()
	p := DefaultProfile()
	p.Concatenation = form
	m := sms.Message{Text: text, Ref: ref}
	parts, err := p.parts(&m, true)
	if err != nil {
		t.Fatal(err)
	}
	var all []*smpp.Delivery
	for _, x := range parts {
		d := &pdu.DeliverSM{
			Source: pdu.Address{TON: 1, NPI: 1, Addr: "359888123456"}, Dest: pdu.Address{Addr: "1234"}, DataCoding: x.coding,
		}
		if x.payload {
			d.TLVs.Add(pdu.TagMessagePayload, x.data)
		} else {
			d.ShortMessage = append(append([]byte{}, x.udh...), x.data...)
		}
		if len(x.udh) > 0 {
			d.ESMClass |= pdu.ESMUDHI
		}
		if x.sar != nil {
			d.TLVs.AddSAR(*x.sar)
		}
		all = append(all, &smpp.Delivery{PDU: d})
	}
	return all
}

func (r *rig) inbox() (texts []string) {
	for _, item := range r.list(func(item queue.Item) bool { return item.Lane == LaneIn }) {
		texts = append(texts, Describe(item).Text)
	}
	return texts
}

func (r *rig) segments() int {
	return len(r.list(func(item queue.Item) bool { return item.Lane == LaneSegment }))
}

func (r *rig) take(t *testing.T, all ...*smpp.Delivery) {
	t.Helper()
	for _, d := range all {
		if s := r.b.deliver(t.Context(), r.b.links[0], d); s != pdu.StatusROK {
			t.Errorf("answered %v", s)
		}
	}
}

// Long messages come out whole, in whatever order and form their segments came, and over a restart.
func TestReassembly(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	r.await("the link", func() bool { return r.bound(0) })
	long := strings.Repeat("0123456789", 40)
	want := 0
	for i, form := range []Concatenation{UDH8, UDH16, SAR, Payload} {
		for j, text := range []string{long, strings.Repeat("Вода{€}", 40)} {
			all := pieces(t, text, form, uint16(10*i+j))
			for n := range all { // the last one first
				if n == len(all)/2 && form != Payload {
					if r.segments() == 0 {
						t.Errorf("%s: no segment is on flash", form)
					}
					r.stop()
					r.start()
					r.await("the link", func() bool { return r.bound(0) })
				}
				r.take(t, all[len(all)-1-n])
			}
			want++
			if got := r.inbox(); len(got) != want || got[want-1] != text || r.segments() != 0 {
				t.Errorf("%s: the inbox has %d, %d segments are left; want %d and the last %.20q…: %.60q", form, len(got), r.segments(), want, text, got)
			}
		}
	}
}

// A segment that comes twice is one; the same reference with another text begins a new message, and what
// has come of the old one is not lost.
func TestReassemblyOfOddSegments(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	r.await("the link", func() bool { return r.bound(0) })
	first := pieces(t, strings.Repeat("a", 400), UDH8, 7)
	second := pieces(t, strings.Repeat("b", 400), UDH8, 7)
	r.take(t, first[0], first[0], first[2])
	if n := r.segments(); n != 2 {
		t.Errorf("%d segments are kept of two, one of which came twice", n)
	}
	r.take(t, second...)
	got := r.inbox()
	want := strings.Repeat("a", 153) + gap + strings.Repeat("a", 400-2*153)
	if len(got) != 2 || got[0] != want || got[1] != strings.Repeat("b", 400) || r.segments() != 0 {
		t.Errorf("the inbox has %q, %d segments are left", got, r.segments())
	}
}

// What is no segment of anything stays as it is: part 0 of 1, part 3 of 2, a header that is cut.
func TestNoSegment(t *testing.T) {
	for _, udh := range []string{"\x05\x00\x03\x07\x01\x00", "\x05\x00\x03\x07\x02\x03", "\x05\x00\x03\x07\x01\x01", "\x05\x00\x07\x07\x02\x01", "\x00", "\xff\x00\x03"} {
		in := Inbound{ESMClass: pdu.ESMUDHI, ShortMessage: []byte(udh + "text")}
		if p, seq, ok := puzzleOf(&in); ok {
			t.Errorf("% x is taken for segment %d of %+v", udh, seq, p)
		}
	}
}

// Whoever begins long messages and does not end them fills neither memory nor flash: the oldest go on as
// they are.
func TestReassemblyBounds(t *testing.T) {
	a := newAssemblies()
	id := queue.ID(0)
	var out int
	for n := range 3 * maxAssemblies {
		p := puzzle{source: pdu.Address{Addr: fmt.Sprint(n)}, part: sms.Part{Ref: 1, Total: 3}}
		id++
		ready, _ := a.add(p, 1, id, 1, 140)
		for _, ids := range ready {
			if out++; len(ids) != 1 || ids[0] != queue.ID(out) {
				t.Fatalf("%v go on after %d, want the oldest", ids, out-1)
			}
		}
	}
	if len(a.open) != maxAssemblies || out != 2*maxAssemblies {
		t.Errorf("%d are open, %d have gone on", len(a.open), out)
	}
	p := puzzle{part: sms.Part{Ref: 2, Total: 255}}
	for seq := range 200 {
		id++
		ready, _ := a.add(p, uint8(seq+1), id, 1, 1000)
		if x := a.open[p]; x.octets > maxAssembly {
			t.Fatalf("%d octets of one message", x.octets)
		}
		for _, ids := range ready {
			if len(ids) > maxAssembly/1000 {
				t.Errorf("%d of 1000 octets go on together", len(ids))
			}
		}
	}
}

func TestJoin(t *testing.T) {
	segment := func(seq byte, coding pdu.DataCoding, text string) Inbound {
		udh := []byte{9, 5, 2, 0x0b, 0x84, 0, 3, 7, 3, seq} // an element that is too short, and the segment
		return Inbound{ESMClass: pdu.ESMUDHI, DataCoding: coding, ShortMessage: append(udh, text...)}
	}
	got := join([]Inbound{segment(1, 0, "a"), segment(2, 0, "b"), segment(3, 0, "c")})
	if got.Text() != "abc" || got.DataCoding != 0 || len(got.ShortMessage) != 5+3 {
		t.Errorf("joined %+v", got)
	}
	got = join([]Inbound{segment(1, 0, "a"), segment(2, 8, "\x04\x14"), segment(3, 0, "c")})
	if got.Text() != "aДc" || got.DataCoding != pdu.CodingUCS2 {
		t.Errorf("of two alphabets %+v: %q", got, got.Text())
	}
	got = join([]Inbound{segment(3, 0, "c")})
	if got.Text() != gap+"c" {
		t.Errorf("the last alone: %q", got.Text())
	}
}

// A long message that is whole while the queue takes nothing is not cut up for that: it is put together later.
func TestWholeIsWrittenLater(t *testing.T) {
	t.Parallel()
	r := newRig(t, "throttle=on", nil)
	r.await("the link", func() bool { return r.bound(0) })
	all := pieces(t, strings.Repeat("0123456789", 40), UDH8, 7)
	r.take(t, all[:len(all)-1]...)
	first := r.list(func(item queue.Item) bool { return item.Lane == LaneSegment })[0].ID
	ids := r.b.assemble.with(first)
	var err error
	var room []queue.ID
	for n := 0; err == nil; n++ {
		m := message(fmt.Sprintf("in the way %d", n))
		m.Class = sms.Info
		var id queue.ID
		if id, err = r.b.Accept(t.Context(), m, ""); err == nil {
			room = append(room, id)
		}
	}
	if !errors.Is(err, queue.ErrFull) {
		t.Fatal(err)
	}
	r.b.putTogether(t.Context(), [][]queue.ID{ids})
	if got := r.inbox(); len(got) != 0 {
		t.Fatalf("the inbox has %q", got)
	}
	for _, id := range room {
		if err := r.b.Drop(t.Context(), id, "room"); err != nil && !errors.Is(err, queue.ErrNotFound) {
			t.Fatal(err)
		}
	}
	r.b.putTogether(t.Context(), r.b.assemble.postponed())
	if got := r.inbox(); len(got) != 1 || !strings.HasPrefix(got[0], "0123456789") || r.segments() != 0 {
		t.Errorf("the inbox has %q, and %d segments are left", got, r.segments())
	}
}
