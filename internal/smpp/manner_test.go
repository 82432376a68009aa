package smpp

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

// An SMSC that does not know a bind is asked for the other kind on a new connection, and the kind that it
// takes is asked for first the next time.
func TestBindOtherwise(t *testing.T) {
	for _, tt := range []struct {
		bind           string
		refused, taken pdu.Command
	}{
		{BindTransceiver, pdu.CmdBindTransceiver, pdu.CmdBindTransmitter},
		{BindTransmitter, pdu.CmdBindTransmitter, pdu.CmdBindTransceiver},
		{BindReceiver, pdu.CmdBindReceiver, pdu.CmdBindTransceiver},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := config()
			cfg.Bind = tt.bind
			l := connect(t, cfg)
			l.pairs = true
			f := <-l.far
			fr := f.want(tt.refused)
			f.send(pdu.StatusRINVCMDID, fr.Sequence, &pdu.GenericNack{})
			f = <-l.far
			fr = f.want(tt.taken)
			f.send(pdu.StatusROK, fr.Sequence, responseTo(tt.taken))
			l.settled(StateBound)
		})
	}
}

// pairOf is a client whose SMSC knows no transceivers, bound as a pair.
func pairOf(t *testing.T) (l *line, tx, rx *far) {
	t.Helper()
	l = connect(t, config())
	l.pairs = true
	l.refuse(pdu.StatusRINVCMDID)
	tx = <-l.far
	fr := tx.want(pdu.CmdBindTransmitter)
	tx.send(pdu.StatusROK, fr.Sequence, &pdu.BindTransmitterResp{})
	rx = <-l.far
	fr = rx.want(pdu.CmdBindReceiver)
	rx.send(pdu.StatusROK, fr.Sequence, &pdu.BindReceiverResp{})
	l.settled(StateBound)
	return l, tx, rx
}

// Transmitter and receiver are one to their users: submits go by the one, deliveries come by the other, and
// both end together.
func TestPair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, tx, rx := pairOf(t)
		if s := l.Status(); s.Bind != bindPair || s.Counters.Binds != 2 {
			t.Errorf("bound as %q, %d binds", s.Bind, s.Counters.Binds)
		}
		done := make(chan *Call, 20)
		for range 5 {
			if err := l.Start(t.Context(), &Call{Request: text("x"), Done: done}); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			fr := tx.want(pdu.CmdSubmitSM)
			tx.send(pdu.StatusROK, fr.Sequence, &pdu.SubmitSMResp{MessageID: "1"})
			if c := <-done; c.Err != nil {
				t.Error(c.Err)
			}
		}
		rx.send(pdu.StatusROK, 7, incoming("hello"))
		d := <-l.Inbound()
		go func() { _ = d.Respond(pdu.StatusROK) }()
		rx.answered(pdu.CmdDeliverSMResp, pdu.StatusROK, 7)

		rx.conn.Close() // receipts would not come any more
		fr := tx.want(pdu.CmdUnbind)
		tx.send(pdu.StatusROK, fr.Sequence, &pdu.UnbindResp{})
		next := <-l.far // and the pair is remembered
		next.want(pdu.CmdBindTransmitter)
		if l.open != 1 {
			t.Errorf("%d connections are open at the next bind, want one", l.open)
		}
	})
}

// Where the receiver is refused, texts leave all the same.
func TestPairWithoutReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := connect(t, config())
		l.pairs = true
		l.refuse(pdu.StatusRINVCMDID)
		tx := <-l.far
		fr := tx.want(pdu.CmdBindTransmitter)
		tx.send(pdu.StatusROK, fr.Sequence, &pdu.BindTransmitterResp{})
		rx := <-l.far
		fr = rx.want(pdu.CmdBindReceiver)
		rx.send(pdu.StatusRBINDFAIL, fr.Sequence, &pdu.BindReceiverResp{})
		rx.closed()
		l.settled(StateBound)
	})
}

// An SMSC that refuses 5.0 is bound with 3.4, at once and from then on.
func TestVersionFallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.InterfaceVersion = "5.0"
		l := connect(t, cfg)
		start := time.Now()
		for i, want := range []uint8{pdu.Version50, pdu.Version34, pdu.Version34} {
			f := <-l.far
			fr := f.want(pdu.CmdBindTransceiver)
			if got := fr.PDU.(*pdu.BindTransceiver).InterfaceVersion; got != want {
				t.Errorf("bind %d asks for %#x, want %#x", i, got, want)
			}
			if i == 1 && !time.Now().Equal(start) {
				t.Errorf("bound again only after %v", time.Since(start))
			}
			f.send(pdu.StatusRSYSERR, fr.Sequence, &pdu.BindTransceiverResp{})
			f.closed()
		}
	})
}

// script is what a client with several addresses meets.
type script struct {
	t     *testing.T
	l     *line
	asked []string
	down  map[string]bool
}

func several(t *testing.T, cfg Config, down ...string) *script {
	t.Helper()
	s := &script{t: t, down: map[string]bool{}}
	for _, a := range down {
		s.down[a] = true
	}
	s.l = connectTo(t, cfg, func(address string) error {
		s.asked = append(s.asked, address)
		if s.down[address] {
			return fmt.Errorf("smpp: connect %s: no", address)
		}
		return nil
	})
	return s
}

// Addresses are tried in order, at once; the first one is returned to, when nothing is in flight.
func TestAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Address, cfg.Addresses = "a:1", []string{"b:1", "c:1"}
		s := several(t, cfg, "a:1", "b:1")
		start := time.Now()
		f := <-s.l.far
		f.bind()
		if st := s.l.settled(StateBound); st.Address != "c:1" || !slices.Equal(s.asked, []string{"a:1", "b:1", "c:1"}) || time.Since(start) > 0 {
			t.Errorf("bound at %s after %v, asked %v", st.Address, time.Since(start), s.asked)
		}
		s.down["a:1"] = false
		fr := f.want(pdu.CmdEnquireLink)
		for time.Since(start) < cfg.ReturnAfter && fr.Command == pdu.CmdEnquireLink {
			f.send(pdu.StatusROK, fr.Sequence, &pdu.EnquireLinkResp{})
			fr = f.frame()
		}
		if fr.Command == pdu.CmdEnquireLink {
			f.send(pdu.StatusROK, fr.Sequence, &pdu.EnquireLinkResp{})
			fr = f.frame()
		}
		if fr.Command != pdu.CmdUnbind || time.Since(start) < cfg.ReturnAfter {
			t.Fatalf("after %v: %v, want unbind after %v", time.Since(start), fr.Command, cfg.ReturnAfter)
		}
		f.send(pdu.StatusROK, fr.Sequence, &pdu.UnbindResp{})
		f = <-s.l.far
		f.bind()
		if st := s.l.settled(StateBound); st.Address != "a:1" {
			t.Errorf("bound at %s, want the first address", st.Address)
		}
	})
}

// What the SMSC says of the account holds for all of its addresses: a wrong password is not tried at each.
func TestAddressesAndAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Address, cfg.Addresses = "a:1", []string{"b:1"}
		s := several(t, cfg)
		s.l.refuse(pdu.StatusRINVPASWD)
		start := time.Now()
		if st := s.l.settled(StateWaiting); !st.Refused || st.NextTry.Sub(start) < cfg.ReconnectRefused {
			t.Errorf("%+v: the next try is in %v", st, st.NextTry.Sub(start))
		}
		at := s.l.refuse(pdu.StatusRSYSERR)
		if d := at.Sub(start); d < cfg.ReconnectRefused {
			t.Errorf("tried again after %v", d)
		}
		if !slices.Equal(s.asked, []string{"a:1", "a:1"}) {
			t.Errorf("asked %v", s.asked)
		}
	})
}

func TestPlaces(t *testing.T) {
	now := time.Now()
	cfg := config()
	cfg.Address, cfg.Addresses, cfg.ReturnAfter = "a:1", []string{"b:1"}, time.Minute
	all := newPlaces(&cfg)
	for range 3 {
		all.after(all[0], errors.New("down"), 0, now)
		all.after(all[1], errReturn, time.Hour, now)
	}
	if d := all.returnAfter(all[1]); d != 4*time.Minute {
		t.Errorf("after three vain returns: %v", d)
	}
	all.bound(all[0])
	if d := all.returnAfter(all[1]); d != time.Minute {
		t.Errorf("after one that was none: %v", d)
	}
	if d := all.returnAfter(all[0]); d != 0 {
		t.Errorf("the first address is left after %v", d)
	}
}
