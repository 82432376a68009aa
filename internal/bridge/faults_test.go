package bridge

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// What an SMSC does wrong, and what must become of one message all the same. copies counts how often
// it reaches the SMSC in full; once says the same under the policy "once", where it differs.
func TestMisbehavingSMSC(t *testing.T) {
	tests := []struct {
		faults string
		last   Step // the step that ends it
		copies int
		has    string // a step that must have happened
	}{
		{faults: "", last: StepDelivered, copies: 1},
		{faults: "throttle=3", last: StepDelivered, copies: 1, has: "retry"},
		{faults: "queue-full=2", last: StepDelivered, copies: 1, has: "retry"},
		{faults: "refuse=ESME_RSYSERR*2", last: StepDelivered, copies: 1, has: "retry"},
		{faults: "refuse=0x400*2", last: StepDelivered, copies: 1, has: "retry"},
		{faults: "refuse=ESME_RINVDSTADR*1", last: StepFailed, copies: 0},
		{faults: "refuse=ESME_RINVDSTADR*1,error-body=1", last: StepFailed, copies: 0},
		{faults: "refuse=ESME_ROPTPARNOTALLWD*1", last: StepDelivered, copies: 1},
		{faults: "nack=1", last: StepDelivered, copies: 1, has: "retry"},
		{faults: "lose=1", last: StepDelivered, copies: 1, has: "in doubt"},
		{faults: "drop-before=1", last: StepDelivered, has: "in doubt"}, // 1 or 2: a receipt may be faster
		{faults: "drop-after=1", last: StepDelivered, copies: 1},
		{faults: "swallow-responses=1", last: StepDelivered},
		{faults: "mute=1500ms", last: StepDelivered},
		{faults: "late=200ms", last: StepDelivered, copies: 1},
		{faults: "duplicate-response", last: StepDelivered, copies: 1},
		{faults: "wrong-sequence=1", last: StepDelivered},
		{faults: "half-pdu=1", last: StepDelivered},
		{faults: "cut-pdu=1", last: StepDelivered},
		{faults: "dribble", last: StepDelivered, copies: 1},
		{faults: "overlong=1", last: StepDelivered},
		{faults: "short-length=1", last: StepDelivered},
		{faults: "garbage=1", last: StepDelivered},
		{faults: "unknown-command", last: StepDelivered, copies: 1},
		{faults: "close-on-connect=2", last: StepDelivered, copies: 1},
		{faults: "close-on-bind=2", last: StepDelivered, copies: 1},
		{faults: "wrong-bind-resp", last: StepDelivered, copies: 1},
		{faults: "no-version", last: StepDelivered, copies: 1},
		{faults: "fail", last: StepFailed, copies: 1},
		{faults: "reject", last: StepFailed, copies: 1},
		{faults: "expire", last: StepExpired, copies: 1},
		{faults: "no-receipt", last: StepAccepted, copies: 1},
		{faults: "receipt-first", last: StepDelivered, copies: 1},
		{faults: "duplicate-receipt", last: StepDelivered, copies: 1},
		{faults: "plain-receipt", last: StepDelivered, copies: 1},
		{faults: "wrong-id-base", last: StepDelivered, copies: 1},
		{faults: "strange-receipt", last: StepDelivered, copies: 1},
		{faults: "no-message-id", last: StepDelivered, copies: 1},
		{faults: "same-id", last: StepDelivered, copies: 1},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.faults, "=", "_"), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tt.faults, nil)
			got := r.carry(message("Water in the cellar"), tt.last)
			if last := got[len(got)-1]; last.Step != tt.last {
				t.Errorf("ended as %q (%s), want %q; steps: %s", last.Step, last.Detail, tt.last, steps(got))
			}
			if tt.has != "" && !strings.Contains(steps(got), tt.has) {
				t.Errorf("steps %q have no %q", steps(got), tt.has)
			}
			n := r.copies("Water in the cellar")
			if tt.last == StepDelivered && n == 0 || tt.copies > 0 && n != tt.copies || n > 2 {
				t.Errorf("the SMSC has it %d times, want %d; steps: %s", n, tt.copies, steps(got))
			}
			if n == 2 && !strings.Contains(steps(got), "in doubt") {
				t.Errorf("sent twice without being in doubt; steps: %s", steps(got))
			}
		})
	}
}

// Under the policy "once" a message in doubt is never sent again by itself, whatever happens; the
// receipt or a person settles it.
func TestPolicyOnce(t *testing.T) {
	once := func(r *rig) { r.cfg.Policy = Once }
	t.Run("the receipt settles it", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, "drop-before=1", once)
		got := r.carry(message("Siren on"), "")
		if s := steps(got); !strings.Contains(s, "in doubt") || !strings.HasSuffix(s, "delivered") {
			t.Errorf("steps: %s, want in doubt and then delivered", s)
		}
		if n := r.copies("Siren on"); n != 1 {
			t.Errorf("the SMSC has it %d times, want once", n)
		}
	})
	t.Run("nobody settles it", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, "lose=1", once)
		r.carry(message("Siren on"), StepInDoubt)
		r.carry(message("later"), StepDelivered) // the link works again
		if n := r.copies("Siren on"); n != 0 {
			t.Errorf("the SMSC has it %d times: it was sent again by itself", n)
		}
		items := r.list(func(item queue.Item) bool { return item.Lane == LaneOut })
		if len(items) != 1 || items[0].State != queue.Waiting || !Describe(items[0]).InDoubt {
			t.Errorf("the queue has %+v, want the message in doubt", items)
		}
		// After a restart it is still in doubt; a person sends it again.
		r.stop()
		r.start()
		id := items[0].ID
		r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" })
		if n := r.copies("Siren on"); n != 0 {
			t.Errorf("the SMSC has it %d times after the restart", n)
		}
		ctx := t.Context()
		events := r.b.Follow(ctx, id)
		if err := r.b.Retry(ctx, id); err != nil {
			t.Fatal(err)
		}
		got := r.collect(events, id, StepDelivered)
		if n := r.copies("Siren on"); n != 1 {
			t.Errorf("the SMSC has it %d times after a person sent it again; steps: %s", n, steps(got))
		}
	})
}

// A long text whose segments are throttled, refused and lost one by one arrives whole and once.
func TestLongMessageThroughWeather(t *testing.T) {
	text := strings.Repeat("The river stands at 4.2 m and rises. ", 30) // 8 segments
	for _, faults := range []string{"throttle=3", "refuse=ESME_RSYSERR*2", "refuse=ESME_ROPTPARNOTALLWD*8", "lose=4", "queue-full=30%", "reorder=3"} {
		t.Run(strings.ReplaceAll(faults, "=", "_"), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, faults, nil)
			m := message(text)
			got := r.carry(m, StepDelivered)
			if n := r.copies(text); n != 1 {
				t.Errorf("arrived %d times; steps: %s", n, steps(got))
			}
		})
	}
}

// The receipts of a long text come close behind the responses and are taken before them now and then:
// whichever of the two is on its way to flash when the other comes, they find each other.
func TestReceiptsAmongResponses(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) { r.far.ReceiptDelay = 0 })
	text := strings.Repeat("The river stands at 4.2 m and rises. ", 30) // 8 segments
	for range 100 {
		r.carry(message(text), StepDelivered)
	}
	r.await("the end of the last receipt that was kept", func() bool { // which comes after the event
		return len(r.list(func(item queue.Item) bool { return item.Lane == LaneReceipt })) == 0
	})
}

// An SMSC that names all messages alike, or none: a receipt is for whom its user_message_reference says.
func TestMessageIDsAreNoNames(t *testing.T) {
	for _, ids := range []string{"same-id", "no-message-id"} {
		t.Run(ids, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, ids+",fail=1", func(r *rig) { r.far.ReceiptDelay = 200 * time.Millisecond })
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			events := r.b.Follow(ctx, 0)
			texts := []string{"Pump stopped", "Tank full", strings.Repeat("The river stands at 4.2 m and rises. ", 10)}
			for _, text := range texts {
				r.accept(message(text))
			}
			got := map[string]Step{}
			for e := range events {
				if e.Final {
					got[e.Text] = e.Step
				}
				if len(got) == len(texts) {
					break
				}
			}
			want := map[string]Step{beginning(texts[0]): StepFailed, beginning(texts[1]): StepDelivered, beginning(texts[2]): StepDelivered}
			if !maps.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// A response that comes after its timer settles the message: it is not sent again.
func TestLateResponse(t *testing.T) {
	t.Parallel()
	r := newRig(t, "late=1500ms*1", func(r *rig) {
		r.cfg.InDoubtWait = 20 * patience
		r.account.ResponseTimer = 1e9
	})
	m := message("Pump stopped")
	m.Receipt = false // which would be faster
	got := r.carry(m, StepAccepted)
	if s := steps(got); !strings.Contains(s, "in doubt") {
		t.Errorf("steps: %s, want in doubt in between", s)
	}
	if n := r.copies("Pump stopped"); n != 1 {
		t.Errorf("the SMSC has it %d times, want once", n)
	}
}

// While the link is held, the most urgent message is still the one that goes first.
func TestUrgentOvertakes(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", func(r *rig) { r.account.Window = 1 })
	r.smsc.Refuse()
	r.await("the loss of the link", func() bool { return r.b.Status().Links[0].State != "bound" })
	for range 20 {
		m := message("temperature 20.1")
		m.Class, m.Receipt = sms.Telemetry, false
		r.accept(m)
	}
	fire := message("FIRE")
	fire.Class = sms.Emergency
	ctx := t.Context()
	events := r.b.Follow(ctx, 0)
	id := r.accept(fire)
	r.smsc.Accept()
	r.collect(events, id, StepAccepted)
	submits := r.smsc.Submits()
	for i, s := range submits {
		if s.Text == "FIRE" && i > 1 { // one may have been on its way
			t.Errorf("FIRE was number %d of %d", i+1, len(submits))
		}
	}
}
