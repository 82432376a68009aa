package bridge

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"smppagent/internal/queue"
	"smppagent/internal/sim"
	"smppagent/internal/sms"
)

// A short message that cannot be written to flash is not answered with ESME_ROK: the SMSC keeps it and
// brings it again, and it is there, once, when there is room.
func TestInboundWithoutRoom(t *testing.T) {
	t.Parallel()
	var refused, acked atomic.Int32
	r := newRig(t, "throttle=on", func(r *rig) {
		r.cfg.KeepInbound = 10
		r.far.OnEvent = func(e sim.Event) {
			switch e.Kind {
			case sim.KindMORetry:
				refused.Add(1)
			case sim.KindMOAcked:
				acked.Add(1)
			}
		}
	})
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
	var err error
	var ids []queue.ID
	for n := 0; err == nil; n++ {
		m := message(fmt.Sprintf("FIRE %d", n))
		m.Class = sms.Emergency
		var id queue.ID
		if id, err = r.b.Accept(t.Context(), m, ""); err == nil {
			ids = append(ids, id)
		}
	}
	if !errors.Is(err, queue.ErrFull) {
		t.Fatal(err)
	}
	for n := range 3 {
		if err := r.smsc.SendMO("+359888123456", "1234", fmt.Sprintf("MO %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	inbox := func(item queue.Item) bool { return item.Lane == LaneIn }
	r.await("refusals", func() bool { return refused.Load() >= 6 })
	if n := len(r.list(inbox)); n != 0 || acked.Load() != 0 {
		t.Errorf("%d are in a full queue, %d are answered with ESME_ROK", n, acked.Load())
	}
	for _, id := range ids {
		if err := r.b.Drop(t.Context(), id, "room"); err != nil && !errors.Is(err, queue.ErrNotFound) {
			t.Fatal(err)
		}
	}
	r.await("all three", func() bool { return acked.Load() == 3 })
	got := map[string]int{}
	for _, item := range r.list(inbox) {
		got[Describe(item).Text]++
	}
	if len(got) != 3 || got["MO 0"] != 1 || got["MO 1"] != 1 || got["MO 2"] != 1 {
		t.Errorf("the inbox has %v, want three messages once", got)
	}
}
