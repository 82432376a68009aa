package bridge

import (
	"strings"
	"testing"
	"time"

	"smppagent/internal/pdu"
)

// Under the policy once the rest of a message waits for the SMSC that may have some of it, without going to the
// queue and back as fast as the flash takes it.
func TestOnceWaitsForTheOtherWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) {
		r.cfg.Policy, r.cfg.RetryMin, r.cfg.RetryMax = Once, time.Hour, time.Hour
	})
	id, m := inFlight(t, r)
	m.progress.Ways = []way{{Link: "other", Segments: []segment{{State: attempted}, {State: unsent}}}}
	w := m.progress.clone().Ways[0]
	if todo, _ := r.b.todo(&m.progress, &way{Link: "test", Segments: w.Segments}); len(todo) != 0 {
		t.Errorf("segments %v would go by another SMSC", todo)
	}
	if err := r.b.conclude(t.Context(), id, m, false); err != nil {
		t.Fatal(err)
	}
	s, err := r.q.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if lane := s.Lanes[LaneOut]; lane.Delayed != 1 {
		t.Errorf("the message is to go again at once: %+v", lane)
	}
}

// What one SMSC refuses for good while another may have it is not known to have failed.
func TestRefusedWhileInDoubtElsewhere(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	id, m := inFlight(t, r)
	m.progress.Ways = []way{
		{Link: "other", Segments: []segment{{State: attempted}}},
		{Link: "test", Segments: []segment{{State: refused, Status: pdu.StatusRINVDSTADR}}},
	}
	events := r.b.Follow(t.Context(), id)
	if err := r.b.conclude(t.Context(), id, m, false); err != nil {
		t.Fatal(err)
	}
	got := r.collect(events, id, StepInDoubt)
	if e := got[len(got)-1]; e.Step != StepInDoubt || !e.Final || !strings.Contains(e.Detail, "ESME_RINVDSTADR") || !strings.Contains(e.Detail, "another SMSC") {
		t.Errorf("told: %+v", e)
	}
}
