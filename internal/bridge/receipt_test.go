package bridge

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sim"
	"smppagent/internal/smpp"
)

// receipt is what the SMSC delivers for the message that it calls id.
func receipt(id string) *smpp.Delivery { return receiptOf(id, "359888123456") }

func receiptOf(id, phone string) *smpp.Delivery {
	return &smpp.Delivery{PDU: &pdu.DeliverSM{
		Source: pdu.Address{TON: 1, NPI: 1, Addr: phone}, ESMClass: pdu.ESMTypeReceipt,
		ShortMessage: fmt.Appendf(nil, "id:%s sub:001 dlvrd:001 stat:DELIVRD err:000", id),
	}}
}

// A receipt whose message flash no longer gives back is taken: there is nothing to note it with, and the
// SMSC would bring it again until the message expires.
func TestReceiptForUnreadableRecord(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	if err := r.smsc.SetOutcome("1", sim.Delivered, true); err != nil { // no receipt for now
		t.Fatal(err)
	}
	m := message("Water in the cellar")
	m.To = phone(t, "+359888000111")
	r.carry(m, StepAccepted)
	var items []queue.Item
	r.await("the wait for the receipt", func() bool {
		items = r.list(func(item queue.Item) bool { return item.State == queue.Waiting })
		return len(items) == 1
	})
	id := Describe(items[0]).Segments[0].MessageID
	files, err := filepath.Glob(filepath.Join(r.dir, "queue", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Size() > 4096 {
			spoil(t, name)
		}
	}
	if _, err := r.q.Get(t.Context(), items[0].ID); err == nil {
		t.Fatal("the record can still be read: this proves nothing")
	}
	if s := r.b.deliver(t.Context(), r.b.links[0], receipt(id)); s != pdu.StatusROK {
		t.Errorf("its receipt is answered %v", s)
	}
	if n := len(r.list(func(item queue.Item) bool { return item.Lane == LaneReceipt })); n != 0 {
		t.Errorf("it is kept for a message not known yet, %d of them", n)
	}
}

// Receipts for messages of others do not fill the queue: the latest are kept, over a restart too, and one
// for each message_id.
func TestStrangersReceipts(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" }) // none is delivered before
	deliver := func(from, to int) {
		var wg sync.WaitGroup
		for n := from; n < to; n++ {
			wg.Go(func() {
				if s := r.b.deliver(t.Context(), r.b.links[0], receipt(fmt.Sprintf("stranger-%d", n))); s != pdu.StatusROK {
					t.Errorf("receipt %d is answered %v", n, s)
				}
			})
		}
		wg.Wait()
	}
	kept := func() map[string]int {
		all := map[string]int{}
		for _, item := range r.list(func(item queue.Item) bool { return item.Lane == LaneReceipt }) {
			all[Describe(item).Text]++
		}
		return all
	}
	deliver(0, 50) // all of them before the others: at once they come in any order
	deliver(50, maxOrphans+100)
	deliver(maxOrphans+50, maxOrphans+100) // again
	check := func(when string) {
		t.Helper()
		all := kept()
		oldest, latest := all["DELIVERED for message_id stranger-0"], all[fmt.Sprintf("DELIVERED for message_id stranger-%d", maxOrphans+99)]
		if len(all) != maxOrphans || oldest != 0 || latest != 1 || r.b.Status().Orphans != maxOrphans {
			t.Errorf("%s: %d are kept, %d known, the oldest %d times, the latest %d times", when, len(all), r.b.Status().Orphans, oldest, latest)
		}
		for text, n := range all {
			if n != 1 {
				t.Errorf("%s: %q is kept %d times", when, text, n)
			}
		}
	}
	check("at first")
	r.stop()
	r.start()
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
	check("after a restart")
}

// spoil changes every octet behind the first 64.
func spoil(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := 64; i < len(b); i++ {
		b[i] ^= 0xFF
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
}

// The same digits may be one message_id in decimal and another one in hexadecimal: the address tells which
// of the two a receipt is about.
func TestReceiptsInTwoBases(t *testing.T) {
	t.Parallel()
	const ivan, maria = "359888123456", "359888000222"
	for _, first := range []string{ivan, maria} {
		r := newRig(t, "no-receipt", nil)
		ids := map[string]queue.ID{}
		for _, to := range []struct{ phone, messageID string }{{ivan, "10"}, {maria, "16"}} {
			m := message("Water in the cellar")
			m.To = phone(t, "+"+to.phone)
			got := r.carry(m, StepAccepted)
			id := got[0].ID
			ids[to.phone] = id
			h := r.b.track.acquire(id) // the SMSC has called it so
			if ok, err := r.b.load(t.Context(), id, h); !ok || err != nil {
				t.Fatalf("load: %v, %v", ok, err)
			}
			r.b.track.forget(id, h)
			h.progress.Ways[0].Segments[0].MessageID = to.messageID
			r.b.track.index(id, h)
			if err := r.q.Note(t.Context(), id, h.progress.appendBinary(nil), false); err != nil {
				t.Fatal(err)
			}
			r.b.track.release(id, h)
		}
		if s := r.b.deliver(t.Context(), r.b.links[0], receiptOf("16", first)); s != pdu.StatusROK {
			t.Errorf("the receipt is answered %v", s)
		}
		left := r.list(func(item queue.Item) bool { return item.Lane == LaneOut })
		if len(left) != 1 || left[0].ID == ids[first] {
			t.Errorf("after the receipt from %s %+v is left, want the other one's message", first, left)
		}
	}
}

// A receipt that somebody else's message waits for is not taken for one of ours because its message_id in
// the other base is the one that ours got.
func TestStrangersReceiptInOtherBase(t *testing.T) {
	t.Parallel()
	r := newRig(t, "no-receipt", nil)
	id, m := inFlight(t, r)
	for _, messageID := range []string{"1000", "100"} {
		r.b.deliver(t.Context(), r.b.links[0], receiptOf("256", "359888000222")) // 0x100
		r.b.deliver(t.Context(), r.b.links[0], receiptOf("3e8", "359888000222")) // 1000
		m.progress.Ways[0].Segments[0] = segment{State: accepted, MessageID: messageID}
		if err := r.b.claim(t.Context(), r.b.links[0], m, &m.progress.Ways[0].Segments[0]); err != nil {
			t.Error(err)
		}
		if s := m.progress.Ways[0].Segments[0].State; s != accepted {
			t.Errorf("message %d, %s, is %v by a receipt that is not its own", id, messageID, s)
		}
	}
	r.b.deliver(t.Context(), r.b.links[0], receiptOf("ff", "359888123456"))
	m.progress.Ways[0].Segments[0] = segment{State: accepted, MessageID: "255"}
	if err := r.b.claim(t.Context(), r.b.links[0], m, &m.progress.Ways[0].Segments[0]); err != nil {
		t.Error(err)
	}
	if s := m.progress.Ways[0].Segments[0].State; s != delivered {
		t.Errorf("message %d is %v in spite of its receipt in the other base", id, s)
	}
}

// A receipt that does not say so in its esm_class, and is about a message not known yet, is one when it has
// receipted_message_id: no phone can send that. Without it is somebody's text.
func TestUnmarkedReceipt(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
	for n, lane := range map[int]queue.Lane{1: LaneReceipt, 2: LaneIn} {
		d := receipt(fmt.Sprintf("stranger-%d", n))
		d.PDU.ESMClass = pdu.ESMTypeDefault
		if lane == LaneReceipt {
			d.PDU.TLVs = pdu.TLVs{{Tag: pdu.TagReceiptedMessageID, Value: fmt.Appendf(nil, "stranger-%d\x00", n)}}
		}
		if s := r.b.deliver(t.Context(), r.b.links[0], d); s != pdu.StatusROK {
			t.Errorf("answered %v", s)
		}
		if n := len(r.list(func(item queue.Item) bool { return item.Lane == lane })); n != 1 {
			t.Errorf("%d records in lane %d, want 1", n, lane)
		}
	}
}
