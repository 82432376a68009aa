package smpp

import (
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

// One caller who does not read Done does not cost the others their calls at the end of the session.
func TestEndWithOneFullDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := bound(t, cfg)
		forgotten, read := make(chan *Call), make(chan *Call)
		n.submit(1, forgotten)
		f.want(pdu.CmdSubmitSM)
		n.submit(2, read)
		f.want(pdu.CmdSubmitSM)
		f.conn.Close()
		got := make(chan uint64, 1)
		go func() {
			<-time.After(cfg.UnbindTimer / 2)
			if c := <-read; c != nil {
				got <- c.Tag
			}
		}()
		n.ended()
		synctest.Wait()
		select {
		case <-got:
		default:
			t.Error("the call of the caller who reads was lost")
		}
		close(read)
	})
}
