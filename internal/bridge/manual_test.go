package bridge

import (
	"testing"
	"time"

	"smppagent/internal/queue"
)

// A message that is dropped just when it was taken from the queue for a link that has gone is dropped,
// and nothing else: the way goes on.
func TestDropWhileLeased(t *testing.T) {
	t.Parallel()
	leased := false
	for n := 0; n < 10 && !leased; n++ {
		r := newRig(t, "", nil)
		r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
		r.smsc.Refuse()
		r.await("the loss of the link", func() bool { return r.b.Status().Links[0].State != "bound" })
		id := r.accept(message("dropped"))
		for range 1000 { // for 50 ms after it was taken
			item, err := r.q.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if leased = item.State == queue.Leased; leased {
				break
			}
		}
		if err := r.b.Drop(t.Context(), id, "by hand"); err != nil {
			t.Error(err)
		}
		<-time.After(100 * time.Millisecond) // until the dispatcher has found the link gone
		r.smsc.Accept()
		r.carry(message("after it"), StepDelivered)
		if n := r.copies("dropped"); n != 0 {
			t.Errorf("the SMSC has a message %d times that was dropped", n)
		}
		r.stop()
	}
	if !leased {
		t.Error("it was never leased: this proves nothing")
	}
}

// A message in doubt that a person drops is in doubt no longer.
func TestDropInDoubt(t *testing.T) {
	t.Parallel()
	r := newRig(t, "lose=1", func(r *rig) { r.cfg.Policy = Once })
	r.carry(message("Siren on"), StepInDoubt)
	items := r.list(func(item queue.Item) bool { return item.Lane == LaneOut })
	if n := r.b.Status().InDoubt; n != 1 || len(items) != 1 {
		t.Fatalf("%d in doubt, %d in the queue, want one", n, len(items))
	}
	if err := r.b.Drop(t.Context(), items[0].ID, ""); err != nil {
		t.Fatal(err)
	}
	if n := r.b.Status().InDoubt; n != 0 {
		t.Errorf("%d in doubt after it was dropped", n)
	}
}
