package bridge

import (
	"context"
	"errors"
	"sync"
	"testing"

	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// What waits can be withdrawn; what the SMSC may have cannot.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	r := newRig(t, "lose=1", func(r *rig) { r.cfg.Policy = Once })
	r.carry(message("in doubt"), StepInDoubt)
	items := r.list(func(item queue.Item) bool { return item.Lane == LaneOut })
	if err := r.b.Withdraw(t.Context(), items[0].ID, "late"); !errors.Is(err, queue.ErrState) {
		t.Errorf("in doubt: %v", err)
	}
	r.smsc.Refuse()
	r.await("the loss of the link", func() bool { return r.b.Status().Links[0].State != "bound" })
	id := r.accept(message("waits"))
	r.await("it is withdrawn", func() bool { return r.b.Withdraw(t.Context(), id, "late") == nil })
	if err := r.b.Withdraw(t.Context(), id, "late"); !errors.Is(err, queue.ErrNotFound) {
		t.Errorf("withdrawn twice: %v", err)
	}
	r.smsc.Accept()
	if n := r.copies("waits"); n != 0 {
		t.Errorf("the SMSC has it %d times", n)
	}
}

// The final outcome is told before the queue lets go of the message.
func TestForetell(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	told := map[string]sms.Outcome{}
	r := newRig(t, "", nil)
	r.stop()
	r.before = func(ctx context.Context, key string, o sms.Outcome) {
		items := r.list(func(item queue.Item) bool { return item.Key == key && item.State != queue.Buried })
		mu.Lock()
		defer mu.Unlock()
		if len(items) == 1 {
			told[key] = o
		}
	}
	r.start()
	if err := r.smsc.SetOutcome("9", 5, false); err != nil { // UNDELIV
		t.Fatal(err)
	}
	for key, to := range map[string]string{"a/1": "+359888123456", "b/1": "+359888123459"} {
		m := message("text " + key)
		m.Receipt = true
		m.To, _ = sms.ParseAddress(to)
		if _, err := r.b.Accept(t.Context(), m, key); err != nil {
			t.Fatal(err)
		}
	}
	r.await("both are told", func() bool { mu.Lock(); defer mu.Unlock(); return len(told) == 2 })
	mu.Lock()
	defer mu.Unlock()
	if told["a/1"] != sms.Delivered || told["b/1"] != sms.Failed {
		t.Errorf("told %v", told)
	}
}
