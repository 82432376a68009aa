package bridge

import (
	"testing"
	"time"

	"smppagent/internal/pdu"
)

// What waits for a full phone goes when the SMSC says that the phone is back, whatever way it writes the
// number, and not when it says that the phone is still away.
func TestReachable(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) {
		r.cfg.HoldMin, r.cfg.HoldMax = time.Hour, time.Hour
	})
	r.await("the link", func() bool { return r.bound(0) })
	r.b.dests.refused("359888123456", time.Now()) // as after ESME_RMSGQFUL
	id := r.accept(message("to the full one"))
	kept := func() bool {
		r.b.dests.mu.Lock()
		defer r.b.dests.mu.Unlock()
		x := r.b.dests.known["359888123456"]
		return x != nil && x.single && len(x.parked) == 1
	}
	r.await("it is kept back", kept)
	away := &pdu.AlertNotification{Source: pdu.Address{TON: 2, NPI: 1, Addr: "0888123456"}}
	away.TLVs.AddMsAvailabilityStatus(pdu.MsDenied)
	r.b.reachable(t.Context(), r.b.links[0], away)
	if !kept() {
		t.Error("a phone without service counts as back")
	}
	events := r.b.Follow(t.Context(), id)
	back := &pdu.AlertNotification{Source: away.Source}
	back.TLVs.AddMsAvailabilityStatus(pdu.MsAvailable)
	r.b.reachable(t.Context(), r.b.links[0], back)
	r.collect(events, id, StepDelivered)
}
