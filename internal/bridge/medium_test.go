package bridge

import (
	"context"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
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
	r.await("the link", func() bool { return r.b.Status().Link.State == "bound" }) // else it may be one recovered
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
