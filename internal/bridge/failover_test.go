package bridge

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/sim"
	"smppagent/internal/smpp"
)

// another starts a second SMSC and adds a link to it.
func another(t *testing.T, r *rig, name, faults string, rank Rank) *sim.SMSC {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	far := r.far
	far.Faults, far.Seed = faults, 77
	smsc, err := sim.New(far)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = smsc.Serve(ctx, ln) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	account := r.account
	account.Address = ln.Addr().String()
	r.others = append(r.others, Link{Name: name, Account: account, Profile: DefaultProfile(), Rank: rank})
	return smsc
}

func (r *rig) bound(n int) bool { return r.b.Status().Links[n].State == smpp.StateBound }

// Messages go by the SMSC of the lowest order, by the next one while that is down, and by the first again
// when it is well.
func TestFailover(t *testing.T) {
	t.Parallel()
	var second *sim.SMSC
	r := newRig(t, "", func(r *rig) {
		r.cfg.FailoverAfter = 50 * time.Millisecond
		second = another(t, r, "second", "", Rank{Order: 2, Weight: 1})
	})
	r.await("both links", func() bool { return r.bound(0) && r.bound(1) })
	r.carry(message("first"), StepDelivered)
	r.smsc.Refuse()
	r.await("the loss of the first", func() bool { return !r.bound(0) })
	r.carry(message("second"), StepDelivered)
	r.smsc.Accept()
	r.await("its return", func() bool { return r.bound(0) })
	r.carry(message("third"), StepDelivered)
	if n := r.copies("first") + r.copies("third"); n != 2 {
		t.Errorf("the first SMSC has %d of its two", n)
	}
	if m := second.Messages(); len(m) != 1 || m[0].Text != "second" {
		t.Errorf("the second SMSC has %+v", m)
	}
}

// Bad credentials stop one link and no other, and are not waited for.
func TestRefusedAccountStopsOneLink(t *testing.T) {
	t.Parallel()
	var second *sim.SMSC
	r := newRig(t, "", func(r *rig) {
		r.cfg.FailoverAfter = patience
		second = another(t, r, "second", "", Rank{Order: 2, Weight: 1})
		r.account.Password = "wrong"
	})
	r.carry(message("by the other"), StepDelivered)
	if n := len(second.Messages()); n != 1 {
		t.Errorf("the second SMSC has %d messages", n)
	}
	l := r.b.Status().Links[0]
	if !l.Refused || !strings.Contains(l.LastError, "ESME_RINVPASWD") || time.Until(l.NextTry) < time.Minute {
		t.Errorf("the first link is %+v", l)
	}
}

// Links of the same order share by weight; messages to one phone that are on their way stay together.
func TestWeights(t *testing.T) {
	t.Parallel()
	var second *sim.SMSC
	r := newRig(t, "", func(r *rig) { second = another(t, r, "second", "", Rank{Order: 1, Weight: 3}) })
	r.await("both links", func() bool { return r.bound(0) && r.bound(1) })
	const n = 40
	for i := range n {
		r.carry(message(fmt.Sprint("text ", i)), StepDelivered)
	}
	if a, b := len(r.smsc.Messages()), len(second.Messages()); a != n/4 || b != n*3/4 {
		t.Errorf("of %d messages %d and %d, want one in four and three in four", n, a, b)
	}
}

// A message in doubt at one SMSC goes by the next one; its receipt from the first settles it all the same,
// and nothing is sent a third time.
func TestReceiptFromEarlierWay(t *testing.T) {
	t.Parallel()
	var second *sim.SMSC
	r := newRig(t, "drop-before=1,no-receipt", func(r *rig) {
		r.cfg.FailoverAfter = 0
		r.cfg.RetryMin, r.cfg.RetryMax = patience, patience
		r.account.ReconnectMin, r.account.ReconnectMax = time.Second, time.Second
		second = another(t, r, "second", "refuse=ESME_RSYSERR*1", Rank{Order: 2, Weight: 1})
	})
	r.await("both links", func() bool { return r.bound(0) && r.bound(1) })
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	events := r.b.Follow(ctx, 0)
	id := r.accept(message("Water in the cellar"))
	r.collect(events, id, StepInDoubt) // at the first
	r.collect(events, id, StepRetry)   // at the second
	if m := second.Messages(); len(m) != 0 {
		t.Fatalf("the second SMSC has %+v", m)
	}
	item, err := r.q.Get(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if d := Describe(item); len(d.Segments) != 2 || d.Segments[0].SMSC != "test" || !d.InDoubt {
		t.Fatalf("%+v, want a way by each link", d)
	}
	late := receipt("late-one")
	late.PDU.TLVs.AddUint16(pdu.TagUserMessageReference, reference(id))
	if s := r.b.deliver(ctx, r.b.links[1], late); s != pdu.StatusROK { // it may come by another session
		t.Errorf("the receipt is answered %v", s)
	}
	if got := r.collect(events, id, StepDelivered); got[len(got)-1].Step != StepDelivered {
		t.Errorf("steps: %s", steps(got))
	}
	if n := len(second.Messages()); n != 0 {
		t.Errorf("it was sent %d times more", n)
	}
}

// A late response from the first SMSC settles a message that waits to go by the next one.
func TestLateResponseFromEarlierWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", nil)
	id, m := inFlight(t, r)
	m.progress.use("second", 1).Segments[0] = segment{State: unsent, Status: pdu.StatusRSYSERR}
	ok := &smpp.Call{Tag: tag(id, 0), Late: true, Response: &pdu.SubmitSMResp{MessageID: "first"}}
	if err := r.b.answer(t.Context(), r.b.links[0], id, m, ok); err != nil {
		t.Error(err)
	}
	if o, _ := m.progress.outcome(true); o.String() != "accepted" {
		t.Errorf("the message is %v: %+v", o, m.progress)
	}
}

// An SMSC that is bound and takes nothing is passed over.
func TestBreaker(t *testing.T) {
	t.Parallel()
	var second *sim.SMSC
	r := newRig(t, "refuse=ESME_RSYSERR", func(r *rig) {
		r.cfg.RetryMin, r.cfg.RetryMax = time.Second, time.Second // 20 ms pass in the SMSC's answer
		second = another(t, r, "second", "", Rank{Order: 2, Weight: 1})
	})
	r.await("both links", func() bool { return r.bound(0) && r.bound(1) })
	for i := range breakerAfter {
		r.accept(message(fmt.Sprint("text ", i)))
	}
	r.await("all of them", func() bool { return len(second.Messages()) == breakerAfter })
	if s := r.b.Status().Links[0].Breaker; !strings.Contains(s, "ESME_RSYSERR") {
		t.Errorf("the first link's breaker says %q", s)
	}
}
