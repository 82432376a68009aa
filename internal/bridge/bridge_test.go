package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"smppagent/internal/alerts"
	"smppagent/internal/queue"
	"smppagent/internal/sim"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

func phone(t *testing.T, s string) sms.Address {
	t.Helper()
	a, err := sms.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A notice makes one message per person; raising it again after a crash makes none, and its outcome
// comes home by key and person.
func TestRaise(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	n := alerts.Notice{
		Key: "i7/first/1", Class: sms.Alarm, Text: "Cabin: Mains is off.", TTL: time.Hour, Receipt: true,
		To: []alerts.Recipient{
			{Name: "ivan", Phone: phone(t, "+359888123456")},
			{Name: "maria", Phone: phone(t, "+359888000111")},
		},
	}
	ctx := t.Context()
	if err := r.b.Raise(ctx, n); err != nil {
		t.Fatal(err)
	}
	both := []string{"i7/first/1 ivan delivered", "i7/first/1 maria delivered"}
	r.await("both receipts", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return slices.Contains(r.outcomes, both[0]) && slices.Contains(r.outcomes, both[1])
	})
	r.stop()
	r.start()
	if err := r.b.Raise(ctx, n); err != nil {
		t.Fatal(err)
	}
	r.carry(message("something else"), StepDelivered)
	if got := r.copies(n.Text); got != 2 {
		t.Errorf("the SMSC has the notice %d times, want once for each of two people", got)
	}
}

// A notice to more people than one Append of the queue takes reaches all of them, once.
func TestRaiseToMany(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	n := alerts.Notice{Key: "i8/first/1", Class: sms.Emergency, Text: "Village: The dam " + strings.Repeat("x", 200), TTL: time.Hour}
	for i := range 150 {
		number := fmt.Sprintf("+3598880%05d", i)
		n.To = append(n.To, alerts.Recipient{Name: "person-" + number[1:], Phone: phone(t, number)})
	}
	for range 2 {
		if err := r.b.Raise(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	r.await("all of them", func() bool { return r.copies(n.Text) >= len(n.To) })
	r.carry(message("something else"), StepDelivered)
	if got := r.copies(n.Text); got != len(n.To) {
		t.Errorf("the SMSC has the notice %d times, want once for each of %d people", got, len(n.To))
	}
}

// What was accepted before a stop is matched with its receipt after it, and what was not sent yet
// is sent.
func TestRestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	if err := r.smsc.SetOutcome("1", sim.Delivered, true); err != nil { // no receipt for now
		t.Fatal(err)
	}
	m := message("accepted before the stop")
	m.To = phone(t, "+359888000111")
	got := r.carry(m, StepAccepted)
	id := got[0].ID
	r.await("the wait for the receipt", func() bool {
		items := r.list(func(item queue.Item) bool { return item.State == queue.Waiting })
		return len(items) == 1
	})
	r.smsc.Refuse()
	r.await("the loss of the link", func() bool { return r.b.Status().Links[0].State != "bound" })
	unsent := r.accept(message("not sent before the stop"))
	r.stop()

	r.start()
	ctx := t.Context()
	first, second := r.b.Follow(ctx, id), r.b.Follow(ctx, unsent)
	r.await("the recovery", func() bool { return len(r.b.Status().Recent) >= 2 })
	for _, e := range r.b.Status().Recent {
		if e.Step != StepRecovered {
			t.Errorf("event %+v, want recovered ones first", e)
		}
	}
	r.smsc.Accept()
	r.collect(second, unsent, StepDelivered)
	if n := r.copies("accepted before the stop"); n != 1 {
		t.Errorf("what the SMSC had was sent again: %d times", n)
	}
	_ = first
}

// Short messages from the SMSC are on flash when it gets its answer, survive a restart, and long
// ones keep their headers.
func TestInbound(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
	if err := r.smsc.SendMO("+359888123456", "1234", "STATUS {€}"); err != nil {
		t.Fatal(err)
	}
	inbox := func(item queue.Item) bool { return item.Lane == LaneIn }
	r.await("the message", func() bool { return len(r.list(inbox)) == 1 })
	r.stop()
	r.start()
	d := Describe(r.list(inbox)[0])
	if d.Text != "STATUS {€}" || d.Address != "+359888123456" {
		t.Errorf("inbox has %q from %q", d.Text, d.Address)
	}
}

// Inbound messages go to the people who asked for them, and no longer stay in the queue.
func TestForward(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) {
		r.forward = []Person{{Name: "maria", Phone: phone(t, "+359888000111")}}
	})
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
	if err := r.smsc.SendMO("+359888123456", "1234", "who is on duty?"); err != nil {
		t.Fatal(err)
	}
	r.await("the forwarded text", func() bool { return r.copies("+359888123456: who is on duty?") == 1 })
	r.await("an empty inbox", func() bool {
		return len(r.list(func(item queue.Item) bool { return item.Lane == LaneIn })) == 0
	})
}

// Nobody gets back what he wrote himself: two machines that answer each text would never end.
func TestForwardNotToTheSender(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) {
		r.forward = []Person{
			{Name: "maria", Phone: phone(t, "+359888000111")},
			{Name: "ivan", Phone: phone(t, "+359888000222")},
		}
	})
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
	if err := r.smsc.SendMO("+359888000111", "1234", "I am driving"); err != nil {
		t.Fatal(err)
	}
	r.await("an empty inbox", func() bool {
		return r.copies("+359888000111: I am driving") > 0 &&
			len(r.list(func(item queue.Item) bool { return item.Lane == LaneIn })) == 0
	})
	r.carry(message("something else"), StepDelivered)
	if n := r.copies("+359888000111: I am driving"); n != 1 {
		t.Errorf("forwarded %d times, want to ivan alone", n)
	}
}

// A queue that is full of lower classes still takes alarms; what it does not take is refused with an
// error that says so, and what comes from the SMSC stays there.
func TestFull(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	r.smsc.Refuse()
	r.await("the loss of the link", func() bool { return r.b.Status().Links[0].State != "bound" })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m := message(strings.Repeat("x", 1500))
	m.Class = sms.Telemetry
	var err error
	n := 0
	for ; err == nil && n < 10000; n++ {
		_, err = r.b.Accept(ctx, m, "")
	}
	if !errors.Is(err, queue.ErrFull) {
		t.Fatalf("after %d messages: %v, want queue.ErrFull", n, err)
	}
	if _, err := r.b.Accept(ctx, message("fire"), ""); err != nil {
		t.Errorf("an alarm is refused too: %v", err)
	}
	s, err := r.q.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Lanes[LaneOut].Live(); got != n {
		t.Errorf("the queue has %d messages, %d were accepted", got, n)
	}
}

// A message that cannot be encoded is given up with the reason, and the next one is sent.
func TestCannotBeSent(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) { r.profile.ServiceType = "TOOLONG" }) // Check refuses it; the codec does too
	got := r.carry(message("never"), StepFailed)
	if last := got[len(got)-1]; !strings.Contains(last.Detail, "service_type") {
		t.Errorf("failed with %q, want the field's name", last.Detail)
	}
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) { r.account.Password = smpp.Secret("wrong") })
	r.accept(message("kept"))
	r.await("the refusal", func() bool { return strings.Contains(r.b.Status().Links[0].LastError, "ESME_RINVPASWD") })
	if items := r.list(func(item queue.Item) bool { return item.State == queue.Ready }); len(items) != 1 {
		t.Errorf("the queue has %d messages ready, want the one that was accepted", len(items))
	}
}

func TestDrop(t *testing.T) {
	t.Parallel()
	r := newRig(t, "refuse=ESME_RINVDSTADR", nil)
	got := r.carry(message("to nobody"), StepFailed)
	ctx := t.Context()
	if err := r.b.Drop(ctx, got[0].ID, "wrong number"); err != nil {
		t.Fatal(err)
	}
	if s := r.b.Status(); s.Failed != 1 || s.Recent[len(s.Recent)-1].Step != StepDropped {
		t.Errorf("%d failed, want the one that the SMSC refused; the last event is %+v", s.Failed, s.Recent[len(s.Recent)-1])
	}
	if err := r.b.Drop(ctx, got[0].ID, ""); !errors.Is(err, queue.ErrNotFound) {
		t.Errorf("dropping it again: %v, want queue.ErrNotFound", err)
	}
}
