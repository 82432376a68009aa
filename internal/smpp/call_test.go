package smpp

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

func TestCallGetsItsResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		done := make(chan *Call, 1)
		n.submit(42, done)
		fr := f.want(pdu.CmdSubmitSM)
		if fr.Sequence != 2 {
			t.Errorf("the first request after the bind has sequence_number %d, want 2", fr.Sequence)
		}
		f.send(pdu.StatusROK, fr.Sequence, &pdu.SubmitSMResp{MessageID: "4711"})
		c := <-done
		r, ok := c.Response.(*pdu.SubmitSMResp)
		if c.Err != nil || !ok || r.MessageID != "4711" || c.Tag != 42 || c.Late {
			t.Errorf("got %+v", c)
		}
	})
}

func TestDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		go func() {
			fr := f.want(pdu.CmdSubmitSM)
			f.send(pdu.StatusROK, fr.Sequence, &pdu.SubmitSMResp{MessageID: "a"})
			fr = f.want(pdu.CmdEnquireLink)
			f.send(pdu.StatusROK, fr.Sequence, &pdu.EnquireLinkResp{})
			f.want(pdu.CmdSubmitSM)
		}()
		if p, err := n.Do(t.Context(), text("x")); err != nil || p.(*pdu.SubmitSMResp).MessageID != "a" {
			t.Errorf("got %v, %v", p, err)
		}
		if _, err := n.Do(t.Context(), &pdu.EnquireLink{}); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Do(ctx, text("x")); !errors.Is(err, ErrInDoubt) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want in doubt and the context's error", err)
		}
	})
}

func TestCallRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		raw  string // after the four octets of the sequence_number
		pre  string
		want pdu.Status
		nack bool
	}{
		{"without a body", "", "00000010 80000004 00000058", pdu.StatusRTHROTTLED, false},
		{"with a body", "6d3100", "00000013 80000004 0000000b", pdu.StatusRINVDSTADR, false},
		{"with a TLV instead of message_id", "0425000100", "00000015 80000004 00000045", pdu.StatusRSUBMITFAIL, false},
		{"by generic_nack", "", "00000010 80000000 00000058", pdu.StatusRTHROTTLED, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, f := bound(t, config())
				done := make(chan *Call, 1)
				n.submit(1, done)
				f.want(pdu.CmdSubmitSM)
				f.raw(octets(t, c.pre+"00000002"+c.raw))
				call := <-done
				e, ok := errors.AsType[*StatusError](call.Err)
				if !ok || e.Status != c.want || e.Nack != c.nack || call.Status != c.want {
					t.Errorf("got %v, status %v; want %v", call.Err, call.Status, c.want)
				}
			})
		})
	}
}

func TestResponsesOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		done := make(chan *Call, 5)
		for i := range 5 {
			n.submit(uint64(i), done)
		}
		ids := map[uint32]string{}
		for i := range 5 {
			ids[f.want(pdu.CmdSubmitSM).Sequence] = string(rune('0' + i))
		}
		for _, s := range []uint32{5, 2, 6, 3, 4} {
			f.send(pdu.StatusROK, s, &pdu.SubmitSMResp{MessageID: ids[s]})
		}
		for range 5 {
			c := <-done
			if got, want := c.Response.(*pdu.SubmitSMResp).MessageID, string(rune('0'+c.Tag)); got != want {
				t.Errorf("call %d got message_id %q, want %q", c.Tag, got, want)
			}
		}
	})
}

// Both sides number their requests independently, so the same number is in use on both.
func TestSameSequenceFromBothSides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		done := make(chan *Call, 1)
		n.submit(1, done)
		fr := f.want(pdu.CmdSubmitSM)
		f.send(pdu.StatusROK, fr.Sequence, incoming("same number"))
		d := <-n.Inbound()
		if len(done) != 0 {
			t.Fatal("a deliver_sm was taken for the answer to submit_sm")
		}
		go d.Respond(pdu.StatusROK)
		resp := f.answered(pdu.CmdDeliverSMResp, pdu.StatusROK, fr.Sequence)
		if resp.Length != 17 {
			t.Errorf("deliver_sm_resp has %d octets, want 17: its message_id is one NUL", resp.Length)
		}
		// An answer of another kind under our number is not ours either.
		f.send(pdu.StatusROK, fr.Sequence, &pdu.EnquireLinkResp{})
		synctest.Wait()
		if len(done) != 0 {
			t.Fatal("enquire_link_resp was taken for the answer to submit_sm")
		}
		f.send(pdu.StatusROK, fr.Sequence, &pdu.SubmitSMResp{MessageID: "1"})
		if c := <-done; c.Err != nil {
			t.Error(c.Err)
		}
	})
}

func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Window = 3
		n, f := bound(t, cfg)
		done := make(chan *Call, 4)
		for i := range 3 {
			n.submit(uint64(i), done)
		}
		for range 3 {
			f.want(pdu.CmdSubmitSM)
		}
		started := make(chan error, 1)
		go func() { started <- n.Start(t.Context(), &Call{Request: text("4"), Tag: 3, Done: done}) }()
		synctest.Wait()
		if len(started) != 0 {
			t.Fatal("a fourth request went into a window of three")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := n.Start(ctx, &Call{Request: text("5"), Done: done})
		if !errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Start into a full window: got %v", err)
		}
		f.send(pdu.StatusROK, 3, &pdu.SubmitSMResp{})
		if err := <-started; err != nil {
			t.Error(err)
		}
		if fr := f.want(pdu.CmdSubmitSM); fr.Sequence != 5 {
			t.Errorf("got sequence_number %d, want 5", fr.Sequence)
		}
	})
}

// The response may be there before Write has returned to us.
func TestResponseBeforeWriteReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		slow := &slowWrites{Conn: ours, release: make(chan struct{})}
		n, f := beginOver(t, config(), slow), &far{t, theirs}
		go func() { slow.release <- struct{}{} }()
		f.bind()
		<-n.Bound()
		done := make(chan *Call, 1)
		n.submit(1, done)
		fr := f.want(pdu.CmdSubmitSM)
		f.send(pdu.StatusROK, fr.Sequence, &pdu.SubmitSMResp{MessageID: "quick"})
		if c := <-done; c.Err != nil { // while the write is still held
			t.Error(c.Err)
		}
		close(slow.release)
	})
}

// slowWrites is a connection whose Write returns only when it is released, after the octets went out.
type slowWrites struct {
	net.Conn
	release chan struct{}
}

func (s *slowWrites) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	<-s.release
	return n, err
}

// What gathers while a write is under way goes out in one.
func TestManyPDUsInOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		done := make(chan *Call, 10)
		for i := range 10 { // nobody reads yet: the first write is held up, the others gather
			n.submit(uint64(i), done)
		}
		synctest.Wait()
		one := len(encode(t, 0, 1, text("hello")))
		b := make([]byte, 64<<10)
		reads, got := 0, 0
		for ; got < 10*one; reads++ {
			k, err := f.conn.Read(b)
			if err != nil {
				t.Fatal(err)
			}
			got += k
		}
		if got != 10*one || reads > 5 {
			t.Errorf("%d octets in %d writes, want 10 times %d in a few", got, reads, one)
		}
	})
}

func TestResponseTimerAndLateResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.EnquireLinkTimer = 0
		n, f := bound(t, cfg)
		done := make(chan *Call, 2)
		start := time.Now()
		n.submit(7, done)
		f.want(pdu.CmdSubmitSM)
		<-time.After(10 * time.Second) // the second request is ten seconds younger
		n.submit(8, done)
		f.want(pdu.CmdSubmitSM)
		c := <-done
		if d := time.Since(start); c.Tag != 7 || d != cfg.ResponseTimer || !errors.Is(c.Err, ErrResponseTimer) || !errors.Is(c.Err, ErrInDoubt) {
			t.Errorf("after %v got call %d with %v, want 7 after %v with ErrResponseTimer", d, c.Tag, c.Err, cfg.ResponseTimer)
		}
		f.send(pdu.StatusROK, 2, &pdu.SubmitSMResp{MessageID: "late"})
		l := <-n.Late()
		if r, ok := l.Response.(*pdu.SubmitSMResp); !ok || r.MessageID != "late" || !l.Late || l.Tag != 7 || l == c || l.Request != c.Request {
			t.Errorf("got %+v", l)
		}
		// Only once: the tombstone is gone.
		f.send(pdu.StatusROK, 2, &pdu.SubmitSMResp{MessageID: "again"})
		synctest.Wait()
		if len(n.Late()) != 0 || n.count.unmatched.Load() != 1 {
			t.Errorf("a response was late twice, unmatched %d", n.count.unmatched.Load())
		}
		f.send(pdu.StatusRMSGQFUL, 3, &pdu.SubmitSMResp{})
		if c := <-done; c.Tag != 8 || c.Status != pdu.StatusRMSGQFUL {
			t.Errorf("got call %d with %v", c.Tag, c.Err)
		}
	})
}

func TestTombstonesAreBounded(t *testing.T) {
	w := newWindow(1)
	now := time.Now()
	for i := range 1000 {
		w.add(w.sequence(), &Call{Request: text("x"), Tag: uint64(i)}, 0, now)
		if c := w.expire(now); c == nil || c.Tag != uint64(i) {
			t.Fatalf("expire %d gave %v", i, c)
		}
	}
	if len(w.bySequence) != 64 || w.dead.n != 64 || w.find(1000) == nil || w.find(936) != nil {
		t.Errorf("%d entries, %d tombstones, want the latest 64", len(w.bySequence), w.dead.n)
	}
}

func TestLateResponsesDropTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Window, cfg.EnquireLinkTimer = lateRoom+10, 0
		n, f := bound(t, cfg)
		done := make(chan *Call, cfg.Window)
		go func() {
			for i := range cfg.Window {
				n.submit(uint64(i), done)
			}
		}()
		for range cfg.Window {
			f.want(pdu.CmdSubmitSM)
		}
		for range cfg.Window {
			if c := <-done; !errors.Is(c.Err, ErrResponseTimer) {
				t.Fatal(c.Err)
			}
		}
		for i := range cfg.Window {
			f.send(pdu.StatusROK, uint32(i+2), &pdu.SubmitSMResp{})
		}
		synctest.Wait()
		if l := <-n.Late(); l.Tag != 10 {
			t.Errorf("the oldest late response kept is %d, want 10", l.Tag)
		}
	})
}

func TestSequenceWraps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := bound(t, cfg)
		done := make(chan *Call, 4)
		n.submit(0, done)
		f.want(pdu.CmdSubmitSM) // number 2 stays in flight over the wrap
		n.window.last = maxSequence - 1
		for i, want := range []uint32{maxSequence, 1, 3} {
			n.submit(uint64(i+1), done)
			if fr := f.want(pdu.CmdSubmitSM); fr.Sequence != want {
				t.Errorf("got sequence_number %d, want %d", fr.Sequence, want)
			}
		}
	})
}

func TestStartRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, _ := bound(t, cfg)
		done := make(chan *Call, 1)
		long := text(strings.Repeat("x", 255))
		for name, c := range map[string]*Call{
			"no Done": {Request: text("x")}, "no Request": {Done: done},
			"a response": {Request: &pdu.SubmitSMResp{}, Done: done}, "unbind": {Request: &pdu.Unbind{}, Done: done},
			"bind": {Request: &pdu.BindReceiver{}, Done: done}, "too long": {Request: long, Done: done},
		} {
			if err := n.Start(t.Context(), c); !errors.Is(err, ErrNotSent) {
				t.Errorf("%s: got %v, want ErrNotSent", name, err)
			}
		}
		_, err := n.Do(t.Context(), long)
		if e, ok := errors.AsType[*pdu.FieldError](err); !ok || e.Field != "sm_length" {
			t.Errorf("got %v, want the field's error", err)
		}
	})
}

func TestReceiverCannotSubmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Bind = BindReceiver
		n := NewSession(nil, cfg, new(journal).logger(0))
		if _, err := n.Do(t.Context(), text("x")); !errors.Is(err, ErrNotSent) || !strings.Contains(err.Error(), `"receiver"`) {
			t.Errorf("got %v", err)
		}
	})
}

// A caller that does not read its Done must not hold up anybody else, and must not lose a call.
func TestFullDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Window = 3
		n, f := bound(t, cfg)
		lazy, done := make(chan *Call, 1), make(chan *Call, 1)
		for i := range 2 {
			n.submit(uint64(i), lazy)
			f.want(pdu.CmdSubmitSM)
			f.send(pdu.StatusROK, uint32(2+i), &pdu.SubmitSMResp{})
		}
		n.submit(9, done)
		f.want(pdu.CmdSubmitSM)
		f.send(pdu.StatusROK, 4, &pdu.SubmitSMResp{})
		<-done
		for i := range 2 {
			if c := <-lazy; c.Tag != uint64(i) {
				t.Errorf("got call %d, want %d", c.Tag, i)
			}
		}
	})
}
