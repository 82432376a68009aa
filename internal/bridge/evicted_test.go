package bridge

import (
	"context"
	"strings"
	"testing"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// A full queue makes room for an alarm, and whoever follows the text that had to go hears of it.
func TestEvicted(t *testing.T) {
	t.Parallel()
	r := newRig(t, "throttle=on", nil)
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
	r.b.hold.mu.Lock() // else the first may be on its way, and another goes
	r.b.hold.until, r.b.hold.why = time.Now().Add(10*patience), "test"
	r.b.hold.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	fill := func(class sms.Class) (ids []queue.ID) {
		for {
			m := message("of class " + class.String())
			m.Class = class
			id, err := r.b.Accept(ctx, m, "")
			if err != nil {
				return ids
			}
			ids = append(ids, id)
			if st, err := r.q.Stats(ctx); err != nil || st.Evicted > 0 {
				return ids
			}
		}
	}
	first := fill(sms.Telemetry)[0]
	events := r.b.Follow(ctx, first) // of all there would be too many while nobody reads
	fill(sms.Emergency)
	got := r.collect(events, first, "")
	last := got[len(got)-1]
	if !last.Final || last.Step != StepFailed || !strings.Contains(last.Detail, "the queue is full") {
		t.Errorf("the last of the steps %s: %+v", steps(got), last)
	}
}
