package bridge

import (
	"testing"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// waitingItem carries a message to an SMSC that brings no receipts, and returns it as the queue gives it up.
func waitingItem(t *testing.T, r *rig) queue.Item {
	t.Helper()
	r.carry(message("Water in the cellar"), StepAccepted)
	var items []queue.Item
	r.await("the wait for the receipt", func() bool {
		items = r.list(func(item queue.Item) bool { return item.State == queue.Waiting })
		return len(items) == 1
	})
	return items[0]
}

// Where the receipt never came the SMSC is asked, in either base of message_id.
func TestQueryInsteadOfReceipt(t *testing.T) {
	t.Parallel()
	r := newRig(t, "no-receipt", nil)
	item := waitingItem(t, r)
	r.await("the delivery", func() bool { return r.smsc.Submits()[0].State == "DELIVERED" })
	var m tracked
	if body, note := m.read(item); body != nil || note != nil {
		t.Fatal(body, note)
	}
	if o, detail := r.b.asked(t.Context(), &m); o != sms.Delivered {
		t.Errorf("%v, %s", o, detail)
	}
}

// An SMSC that knows no query_sm is asked once.
func TestQueryIsLearned(t *testing.T) {
	t.Parallel()
	r := newRig(t, "no-receipt,no-query", nil)
	item := waitingItem(t, r)
	for range 2 {
		var m tracked
		if body, note := m.read(item); body != nil || note != nil {
			t.Fatal(body, note)
		}
		if o, _ := r.b.asked(t.Context(), &m); o != sms.Accepted {
			t.Errorf("%v, want accepted", o)
		}
	}
	if n := r.b.Status().Links[0].Counters.Requests; n != 2 || !r.b.links[0].queryRefused.Load() {
		t.Errorf("%d requests, want submit_sm and one query_sm", n)
	}
}

// Under query_first a message in doubt waits for what the SMSC says once the session stands again: its
// receipt, which is asked for although nobody wants to know, settles it.
func TestQueryFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t, "drop-before=1", func(r *rig) {
		r.cfg.Policy, r.cfg.InDoubtWait = QueryFirst, 2*time.Second
	})
	m := message("Siren on")
	m.Receipt = false
	got := r.carry(m, "")
	if last := got[len(got)-1].Step; last != StepAccepted && last != StepDelivered {
		t.Errorf("steps: %s", steps(got))
	}
	if n := r.copies("Siren on"); n != 1 {
		t.Errorf("the SMSC has it %d times", n)
	}
	if p := r.smsc.Submits()[0].PDU; p.RegisteredDelivery != pdu.ReceiptAlways {
		t.Errorf("registered_delivery %v", p.RegisteredDelivery)
	}
}
