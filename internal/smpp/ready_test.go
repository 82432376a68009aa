package smpp

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

// Ready waits until the session is bound and while its window is full, and ends with its context
// and with the session.
func TestReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Window = 1
		waits := func(n *near, why string) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := n.Ready(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: Ready returned %v, want it to wait", why, err)
			}
		}
		n, f := begin(t, cfg)
		go f.bind()
		if err := n.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		done := make(chan *Call, 1)
		n.submit(1, done)
		fr := f.want(pdu.CmdSubmitSM)
		waits(n, "the window is full")
		f.send(pdu.StatusROK, fr.Sequence, &pdu.SubmitSMResp{MessageID: "1"})
		<-done
		if err := n.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// What is bound as receiver is never ready: a submit would be refused at once, again and again.
func TestReceiverIsNeverReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Bind = BindReceiver
		n, f := begin(t, cfg)
		fr := f.want(pdu.CmdBindReceiver)
		f.send(pdu.StatusROK, fr.Sequence, &pdu.BindReceiverResp{})
		<-n.Bound()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := n.Ready(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Ready returned %v, want it to wait", err)
		}
	})
}
