package smpp

import (
	"io"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"smppagent/internal/pdu"
)

// Hundreds of sessions over real connections, each lost with a request in flight: neither goroutines
// nor descriptors add up, and every call comes back.
func TestReconnectsLeakNothing(t *testing.T) {
	var sessions atomic.Int32
	address := listen(t, func(conn net.Conn) {
		f := &far{t, conn}
		b := make([]byte, 4096)
		if _, err := io.ReadAtLeast(conn, b, pdu.HeaderLen); err != nil {
			return
		}
		f.raw(encode(t, pdu.StatusROK, 1, &pdu.BindTransceiverResp{}))
		_, _ = conn.Read(b) // a submit_sm, and away
		sessions.Add(1)
	})
	cfg := config()
	cfg.Address = address
	cfg.ReconnectMin, cfg.ReconnectMax = time.Millisecond, time.Millisecond
	c := NewClient(cfg, new(journal).logger(100))
	ctx, stop := contextFor(t)
	end := make(chan error, 1)
	go func() { end <- c.Run(ctx) }()
	goroutines, files := 0, 0
	for i := range 300 {
		if _, err := c.Do(ctx, text("x")); err == nil || ctx.Err() != nil {
			t.Fatalf("call %d: %v", i, err)
		}
		if i == 20 {
			goroutines, files = runtime.NumGoroutine(), descriptors()
		}
	}
	if n, f := runtime.NumGoroutine(), descriptors(); n > goroutines+3 || f > files+3 {
		t.Errorf("%d goroutines and %d descriptors after 20 sessions, %d and %d after 300", goroutines, files, n, f)
	}
	stop()
	if err := <-end; err != nil {
		t.Error(err)
	}
	if n := sessions.Load(); n < 300 {
		t.Errorf("%d sessions", n)
	}
	if s := c.Status(); s.Counters.Binds < 300 || s.InFlight != 0 {
		t.Errorf("%+v", s)
	}
}

// descriptors counts this process's open files; 0 where it cannot be told.
func descriptors() int {
	d, _ := os.ReadDir("/proc/self/fd")
	return len(d)
}
