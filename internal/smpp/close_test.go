package smpp

import (
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

func TestStopWaitsAndUnbinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		done := make(chan *Call, 1)
		n.submit(1, done)
		f.want(pdu.CmdSubmitSM)
		n.stop()
		synctest.Wait()
		f.send(pdu.StatusROK, 2, &pdu.SubmitSMResp{MessageID: "just in time"})
		fr := f.want(pdu.CmdUnbind)
		f.send(pdu.StatusROK, fr.Sequence, &pdu.UnbindResp{})
		if err := n.ended(); err != nil {
			t.Errorf("Run returned %v after its context ended", err)
		}
		if c := <-done; c.Err != nil {
			t.Error(c.Err)
		}
		f.closed()
		if err := n.Start(t.Context(), &Call{Request: text("x"), Done: done}); !errors.Is(err, ErrClosed) || !errors.Is(err, ErrNotSent) {
			t.Errorf("Start after the end: got %v", err)
		}
	})
}

// Neither a response nor unbind_resp ever comes: the end takes unbind_timer and not longer.
func TestStopWithMutePeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := bound(t, cfg)
		done := make(chan *Call, 1)
		n.submit(1, done)
		f.want(pdu.CmdSubmitSM)
		start := time.Now()
		n.stop()
		f.want(pdu.CmdUnbind)
		if d := time.Since(start); d != cfg.UnbindTimer/2 {
			t.Errorf("unbind came after %v", d)
		}
		f.closed()
		if err := n.ended(); err != nil || time.Since(start) != cfg.UnbindTimer {
			t.Errorf("Run returned %v after %v, want nil after %v", err, time.Since(start), cfg.UnbindTimer)
		}
		if c := <-done; !errors.Is(c.Err, ErrInDoubt) || !errors.Is(c.Err, ErrClosed) || errors.Is(c.Err, ErrNotSent) {
			t.Errorf("got %v", c.Err)
		}
	})
}

// Many SMSCs close instead of answering unbind: no error.
func TestStopPeerClosesAtUnbind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		n.stop()
		f.want(pdu.CmdUnbind)
		f.conn.Close()
		if err := n.ended(); err != nil {
			t.Error(err)
		}
	})
}

func TestStopWhileBinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := begin(t, config())
		f.want(pdu.CmdBindTransceiver)
		start := time.Now()
		n.stop()
		if err := n.ended(); err != nil || time.Since(start) != 0 {
			t.Errorf("Run returned %v after %v", err, time.Since(start))
		}
	})
}

func TestUnboundByPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		start := time.Now()
		f.send(pdu.StatusROK, 5, &pdu.Unbind{})
		f.answered(pdu.CmdUnbindResp, pdu.StatusROK, 5)
		f.closed()
		if err := n.ended(); !errors.Is(err, ErrUnbound) || time.Since(start) != 0 {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
}

func TestUnboundByPeerWithRequestsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := bound(t, cfg)
		done := make(chan *Call, 2)
		n.submit(1, done)
		n.submit(2, done)
		f.want(pdu.CmdSubmitSM)
		f.want(pdu.CmdSubmitSM)
		start := time.Now()
		f.send(pdu.StatusROK, 5, &pdu.Unbind{})
		f.send(pdu.StatusROK, 6, incoming("no longer"))
		f.answered(pdu.CmdDeliverSMResp, pdu.StatusRXTAPPN, 6)
		f.send(pdu.StatusROK, 2, &pdu.SubmitSMResp{MessageID: "1"})
		f.answered(pdu.CmdUnbindResp, pdu.StatusROK, 5) // after waiting for the other in vain
		if d := time.Since(start); d != cfg.UnbindTimer/2 {
			t.Errorf("unbind_resp came after %v", d)
		}
		if err := n.ended(); !errors.Is(err, ErrUnbound) {
			t.Error(err)
		}
		if c := <-done; c.Tag != 1 || c.Err != nil {
			t.Errorf("call %d: %v", c.Tag, c.Err)
		}
		if c := <-done; c.Tag != 2 || !errors.Is(c.Err, ErrInDoubt) || !errors.Is(c.Err, ErrUnbound) {
			t.Errorf("call %d: %v", c.Tag, c.Err)
		}
	})
}

func TestPeerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		f.conn.Close()
		if err := n.ended(); !errors.Is(err, ErrPeerClosed) {
			t.Error(err)
		}
	})
}

// Of what was in the write that broke off, the connection knows how much it took.
func TestInDoubtOrNotSent(t *testing.T) {
	for _, taken := range []int{0, 1, 54, 55, 200} {
		synctest.Test(t, func(t *testing.T) {
			n, f := bound(t, config())
			one := len(encode(t, 0, 1, text("hello")))
			done := make(chan *Call, 10)
			for i := range 4 {
				n.submit(uint64(i), done)
				synctest.Wait()
			}
			b := make([]byte, taken) // 0: the first write is under way and nothing was taken
			for got := 0; got < taken; {
				k, err := f.conn.Read(b[got:])
				if err != nil {
					t.Fatal(err)
				}
				got += k
			}
			synctest.Wait()
			f.conn.Close()
			n.ended()
			for range 4 {
				c := <-done
				inDoubt := int(c.Tag)*one < taken
				if errors.Is(c.Err, ErrInDoubt) != inDoubt || errors.Is(c.Err, ErrNotSent) == inDoubt || !errors.Is(c.Err, ErrClosed) {
					t.Errorf("%d octets of %d each taken: call %d ended with %v", taken, one, c.Tag, c.Err)
				}
			}
		})
	}
}

// A call that arrives while a write is stuck is not sent, for certain.
func TestWriteTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, _ := bound(t, cfg)
		done := make(chan *Call, 2)
		start := time.Now()
		n.submit(1, done)
		synctest.Wait()
		n.submit(2, done)
		err := n.ended()
		if !strings.Contains(err.Error(), "write") || time.Since(start) < cfg.WriteTimer || time.Since(start) > cfg.WriteTimer+cfg.UnbindTimer {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		for range 2 {
			if c := <-done; !errors.Is(c.Err, ErrNotSent) {
				t.Errorf("call %d: %v", c.Tag, c.Err)
			}
		}
	})
}

// The peer answers and closes; our next write fails, but the answer is there to be read.
func TestResponseReadAfterWriteFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		broken := &brokenWrites{Conn: ours}
		n, f := beginOver(t, config(), broken), &far{t, theirs}
		f.bind()
		<-n.Bound()
		done := make(chan *Call, 2)
		n.submit(1, done)
		f.want(pdu.CmdSubmitSM)
		synctest.Wait()
		broken.now = true
		n.submit(2, done)
		synctest.Wait()
		f.send(pdu.StatusROK, 2, &pdu.SubmitSMResp{MessageID: "read"})
		f.conn.Close()
		if err := n.ended(); !strings.Contains(err.Error(), "broken") {
			t.Error(err)
		}
		if c := <-done; c.Tag != 1 || c.Err != nil {
			t.Errorf("call %d: %v, want the response", c.Tag, c.Err)
		}
		if c := <-done; c.Tag != 2 || !errors.Is(c.Err, ErrNotSent) {
			t.Errorf("call %d: %v", c.Tag, c.Err)
		}
	})
}

type brokenWrites struct {
	net.Conn
	now bool
}

func (b *brokenWrites) Write(p []byte) (int, error) {
	if b.now {
		return 0, errors.New("the line is broken")
	}
	return b.Conn.Write(p)
}

// Nobody reads Done after the end: Run returns all the same, and says what was lost.
func TestEndWithFullDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := bound(t, cfg)
		done := make(chan *Call)
		n.submit(1, done)
		f.want(pdu.CmdSubmitSM)
		start := time.Now()
		f.conn.Close()
		n.ended()
		if d := time.Since(start); d != cfg.UnbindTimer {
			t.Errorf("Run waited %v for a reader, want %v", d, cfg.UnbindTimer)
		}
		if !strings.Contains(n.log.String(), "nobody takes settled calls") {
			t.Error("the loss is not in the log")
		}
	})
}

func TestUnboundWhileBinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := begin(t, config())
		f.want(pdu.CmdBindTransceiver)
		f.send(pdu.StatusROK, 3, &pdu.Unbind{})
		f.answered(pdu.CmdUnbindResp, pdu.StatusROK, 3)
		if err := n.ended(); !errors.Is(err, ErrUnbound) {
			t.Error(err)
		}
	})
}

// Both sides unbind at the same moment.
func TestUnbindsCross(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		n.stop()
		fr := f.want(pdu.CmdUnbind)
		f.send(pdu.StatusROK, 8, &pdu.Unbind{})
		f.answered(pdu.CmdUnbindResp, pdu.StatusROK, 8)
		f.send(pdu.StatusROK, fr.Sequence, &pdu.UnbindResp{})
		if err := n.ended(); err != nil {
			t.Error(err)
		}
	})
}

// An SMSC that answers enquire_link and takes no submit_sm, for the session is none to it: what is in flight
// is waited for, and the session ends.
func TestSessionThatIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, f := bound(t, config())
		done := make(chan *Call, 2)
		n.submit(1, done)
		n.submit(2, done)
		f.want(pdu.CmdSubmitSM)
		f.want(pdu.CmdSubmitSM)
		f.send(pdu.StatusRINVBNDSTS, 2, &pdu.SubmitSMResp{})
		synctest.Wait()
		f.send(pdu.StatusROK, 3, &pdu.SubmitSMResp{MessageID: "taken"})
		fr := f.want(pdu.CmdUnbind)
		f.send(pdu.StatusRINVBNDSTS, fr.Sequence, &pdu.GenericNack{})
		if err := n.ended(); err == nil || !strings.Contains(err.Error(), "may not submit_sm (ESME_RINVBNDSTS)") {
			t.Errorf("Run returned %v", err)
		}
		var refusal *StatusError
		if c := <-done; !errors.As(c.Err, &refusal) || refusal.Status != pdu.StatusRINVBNDSTS {
			t.Errorf("the refused call: %v", c.Err)
		}
		if c := <-done; c.Err != nil {
			t.Errorf("the other call: %v", c.Err)
		}
		f.closed()
	})
}
