package bridge

import (
	"context"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
)

// failWrites makes every write of this process to a file fail until the returned function is called.
func failWrites(t *testing.T) (restore func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	none := before
	none.Cur = 0
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &none); err != nil {
		t.Fatal(err)
	}
	restore = func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	}
	t.Cleanup(restore)
	return restore
}

// Under the policy "once" nothing is sent whose attempt cannot be noted on flash. The message is neither
// lost nor in doubt meanwhile: it goes out, once, as soon as the medium takes writes.
func TestPolicyOnceOnFailedMedium(t *testing.T) {
	r := newRig(t, "", func(r *rig) {
		r.cfg.Policy = Once
		r.cfg.HoldMin, r.cfg.HoldMax = 200*time.Millisecond, 500*time.Millisecond
	})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r.await("the link", func() bool { return r.b.Status().Links[0].State == "bound" }) // else it may be one recovered
	events := r.b.Follow(ctx, 0)
	r.b.hold.extend("test") // until the message is there and the medium is not
	id := r.accept(message("once"))
	restore := failWrites(t)
	r.await("a hold because of the medium", func() bool { return strings.Contains(r.b.Status().Hold, "queue cannot be") })
	if n := r.copies("once"); n != 0 {
		t.Errorf("sent %d times while its attempt could not be noted", n)
	}
	restore()
	if got := steps(r.collect(events, id, "")); got != "queued submitted accepted delivered" {
		t.Errorf("steps: %s", got)
	}
	if n := r.copies("once"); n != 1 {
		t.Errorf("arrived %d times, want once", n)
	}
}

// A receipt that cannot be noted on flash counts all the same: people and programs hear of it, once. The
// SMSC keeps it until it can be noted.
func TestReceiptOnFailedMedium(t *testing.T) {
	for _, stat := range []struct {
		word string
		step Step
	}{{"DELIVRD", StepDelivered}, {"EXPIRED", StepExpired}, {"UNDELIV", StepFailed}} {
		r := newRig(t, "no-receipt", nil)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		events := r.b.Follow(ctx, 0)
		m := message("Water in the cellar")
		id := r.accept(m)
		var messageID string
		r.await("the wait for the receipt", func() bool {
			items := r.list(func(item queue.Item) bool { return item.State == queue.Waiting })
			if len(items) == 1 {
				messageID = Describe(items[0]).Segments[0].MessageID
			}
			return messageID != ""
		})
		d := receipt(messageID)
		d.PDU.ESMClass = 0 // some SMSCs mark it as any message
		d.PDU.ShortMessage = []byte("id:" + messageID + " sub:001 dlvrd:001 stat:" + stat.word + " err:000")
		restore := failWrites(t)
		for range 3 {
			if s := r.b.deliver(ctx, r.b.links[0], d); s != pdu.StatusRXTAPPN {
				t.Errorf("%s is answered %v, want that the SMSC keeps it", stat.word, s)
			}
		}
		got := r.collect(events, id, "")
		if last := got[len(got)-1]; last.Step != stat.step || !last.Final {
			t.Errorf("after %s: %s", stat.word, steps(got))
		}
		restore()
		r.await("the receipt to be taken", func() bool { return r.b.deliver(ctx, r.b.links[0], d) == pdu.StatusROK })
		if n := len(r.list(func(item queue.Item) bool { return item.Lane != LaneOut || item.State != queue.Buried })); n != 0 {
			t.Errorf("%d records are left after %s", n, stat.word)
		}
		r.b.track.mu.Lock()
		if n := len(r.b.track.remote); n != 0 {
			t.Errorf("%d message_ids are still known", n)
		}
		r.b.track.mu.Unlock()
		r.stop()
	}
}
