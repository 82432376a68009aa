package bridge

import (
	"fmt"
	"testing"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sim"
	"smppagent/internal/sms"
)

// A phone that takes no messages holds up its own alone, and gets them in order afterwards.
func TestFullPhone(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) {
		r.cfg.HoldMin, r.cfg.HoldMax = 3*time.Second, 3*time.Second
	})
	r.await("the link", func() bool { return r.bound(0) })
	r.b.dests.refused("359888123456", time.Now()) // as after ESME_RMSGQFUL
	for i := range 5 {
		r.accept(message(fmt.Sprint("to the full one ", i)))
	}
	m := message("to another")
	m.To = phone(t, "+359888000111")
	r.carry(m, StepDelivered)
	if n := len(r.smsc.Messages()); n != 1 {
		t.Errorf("the SMSC has %d messages while one phone is full, want that to the other", n)
	}
	if h := r.b.Status().Links[0].Hold; h != "" {
		t.Errorf("the link is held: %s", h)
	}
	r.await("the others", func() bool { return len(r.smsc.Messages()) == 6 })
	for i, m := range r.smsc.Messages()[1:] {
		if m.Text != fmt.Sprint("to the full one ", i) {
			t.Errorf("message %d is %q", i, m.Text)
		}
	}
}

// An emergency waits for a window of a long bulk message, not for all of it.
func TestEmergencyPassesBulk(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) {
		r.account.Window = 2
		r.profile.Pace = 20
	})
	bulk := message("")
	for range 20 {
		bulk.Text += "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
	}
	bulk.Class, bulk.Receipt = sms.Telemetry, false
	r.accept(bulk)
	r.await("its beginning", func() bool { return len(r.smsc.Submits()) > 0 })
	fire := message("Fire")
	fire.Class = sms.Emergency
	r.carry(fire, StepAccepted)
	at := 0
	for i, s := range r.smsc.Submits() {
		if s.Text == "Fire" {
			at = i
		}
	}
	if at == 0 || at > 6 {
		t.Errorf("the emergency is submit number %d", at)
	}
	r.await("the rest of it", func() bool { return r.copies(bulk.Text) == 1 })
}

// Under the policy once a segment in doubt is not sent again, and those that never were are sent.
func TestOnceSendsTheRest(t *testing.T) {
	b := &Bridge{cfg: Default()}
	b.cfg.Policy = Once
	var p progress
	w := p.use("test", 3)
	w.Segments[1].State = attempted
	if todo, again := b.todo(&p, w); len(todo) != 2 || todo[0] != 0 || todo[1] != 2 || again {
		t.Errorf("to be sent: %v, again %v", todo, again)
	}
	other := p.use("other", 3)
	if todo, _ := b.todo(&p, other); len(todo) != 0 {
		t.Errorf("by another SMSC: %v", todo)
	}
	b.cfg.Policy = AtLeastOnce
	if todo, again := b.todo(&p, other); len(todo) != 3 || !again {
		t.Errorf("at_least_once, by another SMSC: %v, again %v", todo, again)
	}
}

// Of a long message whose first response is lost the other segments go all the same.
func TestOnceInSegments(t *testing.T) {
	t.Parallel()
	r := newRig(t, "swallow-responses=1", func(r *rig) {
		r.cfg.Policy = Once
		r.account.Window = 1
	})
	m := message("")
	for range 40 {
		m.Text += "0123456789"
	}
	r.accept(m)
	r.await("all segments", func() bool { return r.copies(m.Text) == 1 })
	if n := len(r.smsc.Submits()); n != 3 {
		t.Errorf("%d submits of 3 segments", n)
	}
}

// An SMSC that gave no message_ids for a while is believed again when it does.
func TestNamelessIsUnlearned(t *testing.T) {
	tr := newTracker()
	name := func(id queue.ID, messageID string) {
		tr.index(id, &tracked{progress: progress{Ways: []way{{"a", []segment{{State: accepted, MessageID: messageID}}}}}})
	}
	name(1, "")
	for i := range namedAgain {
		if tr.hasNames("a") {
			t.Fatalf("believed after %d", i)
		}
		name(queue.ID(10+i), fmt.Sprint("id-", i))
	}
	if !tr.hasNames("a") {
		t.Errorf("not believed after %d message_ids", namedAgain)
	}
	name(500, "id-3")
	if tr.hasNames("a") {
		t.Error("the same message_id for two messages is taken for a name")
	}
}

// A message that a person sends again is not found by what the SMSC called it before.
func TestRetryForgetsNames(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	if err := r.smsc.SetOutcome("6", sim.Undeliverable, false); err != nil {
		t.Fatal(err)
	}
	got := r.carry(message("Pump stopped"), StepFailed)
	id := got[0].ID
	if err := r.smsc.SetOutcome("6", sim.Delivered, true); err != nil {
		t.Fatal(err)
	}
	events := r.b.Follow(t.Context(), id)
	if err := r.b.Retry(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.collect(events, id, StepAccepted)
	r.b.track.mu.Lock()
	defer r.b.track.mu.Unlock()
	if n := len(r.b.track.remote); n != 1 {
		t.Errorf("%d message_ids are known of one message", n)
	}
}
