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

// An SMSC whose bind response comes after the empty line has an empty line in its stream of PDUs: it waits
// for the 218 MB that the line announces as command_length. Such a session must not count as bound.
func TestBindAnsweredAfterNudge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		n, f := begin(t, cfg)
		bind := f.want(pdu.CmdBindTransceiver)
		time.AfterFunc(cfg.SessionInitTimer+cfg.SessionInitTimer/20, func() {
			f.send(pdu.StatusROK, bind.Sequence, &pdu.BindTransceiverResp{BindResp: pdu.BindResp{SystemID: "SMSC"}})
		})
		if rest := f.closed(); string(rest) != nudge {
			t.Errorf("the peer was sent %q, want %q", rest, nudge)
		}
		err := n.ended()
		select {
		case <-n.Bound():
			t.Error("bound, though the stream is spoilt")
		default:
		}
		if e, ok := errors.AsType[*PeerError](err); !ok || !strings.Contains(e.Error(), "session_init_timer") {
			t.Errorf("got %v, want a PeerError that names session_init_timer", err)
		}
	})
}

// A session that cannot write any more is not bound by a response that was on its way.
func TestBindAnsweredAfterWriteFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		broken := &brokenWrites{Conn: ours}
		n, f := beginOver(t, config(), broken), &far{t, theirs}
		bind := f.want(pdu.CmdBindTransceiver)
		synctest.Wait()
		broken.now = true
		f.send(pdu.StatusROK, 7, &pdu.EnquireLink{}) // the answer cannot be written
		synctest.Wait()
		f.send(pdu.StatusROK, bind.Sequence, &pdu.BindTransceiverResp{})
		if err := n.ended(); err == nil || !strings.Contains(err.Error(), "broken") {
			t.Errorf("got %v, want the error of the write", err)
		}
		select {
		case <-n.Bound():
			t.Error("bound, though nothing can be written")
		default:
		}
	})
}
