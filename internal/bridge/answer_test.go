package bridge

import (
	"testing"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/smpp"
)

// inFlight appends a message while the link is held and takes it in hand as if its only segment had been
// written, with one response due.
func inFlight(t *testing.T, r *rig) (queue.ID, *tracked) {
	t.Helper()
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" }) // the queue is taken over
	r.b.hold.mu.Lock()
	r.b.hold.until, r.b.hold.why = time.Now().Add(10*patience), "test"
	r.b.hold.mu.Unlock()
	id := r.accept(message("Pump stopped"))
	var item queue.Item
	r.await("the message", func() bool { // the dispatcher may have it for a moment
		item, _ = r.q.Get(t.Context(), id)
		return item.State == queue.Ready
	})
	if item, err := r.q.Next(t.Context(), LaneOut); err != nil || item.ID != id {
		t.Fatalf("leased %d, %v; want %d", item.ID, err, id)
	}
	m := r.b.track.acquire(id)
	t.Cleanup(func() { r.b.track.release(id, m) })
	if ok, err := r.b.load(t.Context(), id, m); !ok || err != nil {
		t.Fatalf("load: %v, %v", ok, err)
	}
	m.progress = progress{Ways: []way{{Link: "test", Segments: []segment{{State: attempted}}}}}
	r.b.track.index(id, m)
	return id, m
}

func refusal(id queue.ID, status pdu.Status) *smpp.Call {
	return &smpp.Call{Tag: tag(id, 0), Request: &pdu.SubmitSM{}, Err: &smpp.StatusError{Command: pdu.CmdSubmitSM, Status: status, Nack: status == 0}}
}

// A generic_nack with command_status 0 is a refusal like another: the message waits for its next attempt, and
// is not said to be in doubt meanwhile.
func TestNackWithStatusOK(t *testing.T) {
	t.Parallel()
	for _, status := range []pdu.Status{pdu.StatusROK, pdu.StatusRSYSERR} {
		r := newRig(t, "", func(r *rig) { r.cfg.RetryMin, r.cfg.RetryMax = patience, patience })
		id, m := inFlight(t, r)
		if n := r.b.Status().InDoubt; n != 1 {
			t.Errorf("%d in doubt while the response is due, want 1", n)
		}
		if err := r.b.answer(t.Context(), r.b.links[0], id, m, refusal(id, status)); err != nil {
			t.Error(err)
		}
		item, err := r.q.Get(t.Context(), id)
		if err != nil || item.Tries != 1 || item.State != queue.Ready {
			t.Errorf("%v: %d tries, %v, %v; want 1 and ready later", status, item.Tries, item.State, err)
		}
		if n := r.b.Status().InDoubt; n != 0 {
			t.Errorf("%v: %d in doubt after the refusal", status, n)
		}
	}
}

// What a late response or a receipt has told of an earlier attempt is not undone when the SMSC refuses the
// one after it; nor does a late refusal undo the attempt that is under way.
func TestRefusalAfterAcceptance(t *testing.T) {
	t.Parallel()
	for _, status := range []pdu.Status{pdu.StatusRTHROTTLED, pdu.StatusRSYSERR, pdu.StatusRINVDSTADR} {
		r := newRig(t, "", nil)
		id, m := inFlight(t, r)
		m.calls = 1
		ok := &smpp.Call{Tag: tag(id, 0), Late: true, Response: &pdu.SubmitSMResp{MessageID: "first"}}
		if err := r.b.answer(t.Context(), r.b.links[0], id, m, ok); err != nil {
			t.Error(err)
		}
		m.calls = 0
		if err := r.b.answer(t.Context(), r.b.links[0], id, m, refusal(id, status)); err != nil {
			t.Error(err)
		}
		if item, err := r.q.Get(t.Context(), id); err != nil || item.State != queue.Waiting {
			t.Errorf("%v: the message is %v, %v; want it to wait for its receipt: %+v", status, item.State, err, m.progress)
		}
		if s := m.progress.Ways[0].Segments[0]; s.State != accepted || s.MessageID != "first" {
			t.Errorf("%v: the segment is %+v, want it accepted as first", status, s)
		}
	}
}

// Of two attempts that were both accepted the first gives the message its message_id, and nothing is known
// of either when it is settled.
func TestTwoAcceptances(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	id, m := inFlight(t, r)
	m.calls = 1
	for _, messageID := range []string{"first", "second"} {
		ok := &smpp.Call{Tag: tag(id, 0), Response: &pdu.SubmitSMResp{MessageID: messageID}}
		if err := r.b.answer(t.Context(), r.b.links[0], id, m, ok); err != nil {
			t.Error(err)
		}
		m.calls = 0
	}
	if s := m.progress.Ways[0].Segments[0]; s.State != accepted || s.MessageID != "first" {
		t.Errorf("the segment is %+v, want it accepted as first", s)
	}
	if err := r.b.apply(t.Context(), m, m.progress.current(), 0, delivered); err != nil {
		t.Error(err)
	}
	r.b.track.mu.Lock()
	defer r.b.track.mu.Unlock()
	if n := len(r.b.track.remote); n != 0 {
		t.Errorf("%d message_ids are known of a message that is settled", n)
	}
}
