package bridge

import (
	"testing"
	"time"

	"smppagent/internal/queue"
)

// A message that is dropped after it was taken from the queue and before it was sent is dropped,
// and nothing else: the way goes on.
func TestDropWhileLeased(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) {
		r.cfg.HoldMin, r.cfg.HoldMax = time.Second, time.Second
	})
	r.await("the link", func() bool { return r.bound(0) })
	r.b.dests.refused("359888123456", time.Now()) // as after ESME_RMSGQFUL: what it gets is kept back, leased
	id := r.accept(message("dropped"))
	r.await("its lease", func() bool {
		item, err := r.q.Get(t.Context(), id)
		return err == nil && item.State == queue.Leased
	})
	if err := r.b.Drop(t.Context(), id, "by hand"); err != nil {
		t.Error(err)
	}
	r.carry(message("after it"), StepDelivered) // to the same phone, once it may get texts again
	if n := r.copies("dropped"); n != 0 {
		t.Errorf("the SMSC has a message %d times that was dropped", n)
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
