package smpp

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

func TestEnquireLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := bound(t, cfg)
		start := time.Now()
		for i := range 3 {
			fr := f.want(pdu.CmdEnquireLink)
			if d, want := time.Since(start), time.Duration(i+1)*(cfg.EnquireLinkTimer+time.Second)-time.Second; d != want {
				t.Errorf("enquire_link %d came after %v, want %v", i+1, d, want)
			}
			<-time.After(time.Second)
			f.send(pdu.StatusROK, fr.Sequence, &pdu.EnquireLinkResp{})
		}
		synctest.Wait()
		if rtt := time.Duration(n.count.rtt.Load()); rtt != time.Second {
			t.Errorf("round trip %v, want 1s", rtt)
		}
		f.want(pdu.CmdEnquireLink)
		f.closed()
		if err := n.ended(); !errors.Is(err, ErrEnquireTimer) {
			t.Errorf("got %v", err)
		}
		if d, want := time.Since(start), 4*cfg.EnquireLinkTimer+3*time.Second+cfg.EnquireResponse; d != want {
			t.Errorf("the silent peer was given up after %v, want %v", d, want)
		}
	})
}

// Any PDU of the peer puts the question off; what we send does not.
func TestEnquireLinkOnlyWhenNothingComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.ResponseTimer = 5 * time.Minute
		n, f := bound(t, cfg)
		start := time.Now()
		done := make(chan *Call, 10)
		for range 4 {
			<-time.After(cfg.EnquireLinkTimer - time.Second)
			f.send(pdu.StatusROK, 1, incoming("x"))
			go (<-n.Inbound()).Respond(pdu.StatusROK)
			f.want(pdu.CmdDeliverSMResp)
		}
		last := time.Now()
		for range 2 {
			<-time.After(10 * time.Second)
			n.submit(1, done)
			f.want(pdu.CmdSubmitSM)
		}
		f.want(pdu.CmdEnquireLink)
		if d := time.Since(last); d != cfg.EnquireLinkTimer {
			t.Errorf("enquire_link came %v after the latest PDU (%v after the start)", d, time.Since(start))
		}
	})
}

// A nack of enquire_link is a sign of life too.
func TestEnquireLinkNacked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, f := bound(t, config())
		for range 3 {
			fr := f.want(pdu.CmdEnquireLink)
			f.send(pdu.StatusRINVCMDID, fr.Sequence, &pdu.GenericNack{})
		}
	})
}

func TestEnquireLinkOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.EnquireLinkTimer = 0
		n, f := bound(t, cfg)
		<-time.After(24 * time.Hour)
		f.send(pdu.StatusROK, 1, &pdu.Unbind{})
		f.want(pdu.CmdUnbindResp)
		n.ended()
	})
}

func TestEnquireLinkFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.EnquireLinkTimer = 250 * time.Millisecond
		_, f := bound(t, cfg)
		start := time.Now()
		for range 400 {
			fr := f.want(pdu.CmdEnquireLink)
			f.send(pdu.StatusROK, fr.Sequence, &pdu.EnquireLinkResp{})
		}
		if d := time.Since(start); d != 100*time.Second {
			t.Errorf("400 enquire_links took %v, want 100s", d)
		}
	})
}

// A request without response gives its place back.
func TestResponseTimerFreesTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Window, cfg.EnquireLinkTimer = 1, 0
		n, f := bound(t, cfg)
		done := make(chan *Call, 5)
		start := time.Now()
		go func() {
			for i := range 5 {
				n.submit(uint64(i), done)
			}
		}()
		for i := range 5 {
			f.want(pdu.CmdSubmitSM)
			if d := time.Since(start); d != time.Duration(i)*cfg.ResponseTimer {
				t.Errorf("submit %d came after %v", i, d)
			}
		}
	})
}
