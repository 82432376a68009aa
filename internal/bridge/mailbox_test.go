package bridge

import (
	"context"
	"errors"
	"sync"
	"testing"

	"smppagent/internal/queue"
)

// A fakeBox takes what is for 1234, and nothing while it is full.
type fakeBox struct {
	mu   sync.Mutex
	full bool
	got  []string
	ids  []queue.ID
}

func (f *fakeBox) mailbox() Mailbox {
	return Mailbox{
		Wants: func(in *Inbound) bool { return in.Dest.Addr == "1234" },
		Take: func(_ context.Context, id queue.ID, in *Inbound) error {
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.full {
				return errors.New("no room")
			}
			f.got, f.ids = append(f.got, in.Text()), append(f.ids, id)
			return nil
		},
	}
}

func (f *fakeBox) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.got)
}

// What is for the mailbox goes there and nowhere else; the rest is for people. A full one gets it later, over a
// restart too.
func TestMailbox(t *testing.T) {
	t.Parallel()
	box := &fakeBox{full: true}
	r := newRig(t, "", func(r *rig) { r.mailbox = box.mailbox() })
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
	for to, text := range map[string]string{"1234": "for the box", "9999": "for people"} {
		if err := r.smsc.SendMO("+359888000111", to, text); err != nil {
			t.Fatal(err)
		}
	}
	lane := func(l queue.Lane) []queue.Item {
		return r.list(func(item queue.Item) bool { return item.Lane == l })
	}
	r.await("both are on flash", func() bool { return len(lane(LaneIn)) == 1 && len(lane(LaneMailbox)) == 1 })
	if d := Describe(lane(LaneMailbox)[0]); d.Text != "for the box" {
		t.Errorf("described as %+v", d)
	}
	r.stop()
	box.mu.Lock()
	box.full = false
	box.mu.Unlock()
	r.start()
	r.await("the box has it", func() bool { return box.count() == 1 && len(lane(LaneMailbox)) == 0 })
	if box.got[0] != "for the box" || box.ids[0] == 0 {
		t.Errorf("got %q with %d", box.got, box.ids)
	}
	if n := len(lane(LaneIn)); n != 1 {
		t.Errorf("%d are for people, want 1", n)
	}
}
