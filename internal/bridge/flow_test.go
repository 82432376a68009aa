package bridge

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// The window is halved once for all that is in flight, and grows by one for each window of acceptances.
func TestFlowWindow(t *testing.T) {
	f := newFlow(16, 0, 1)
	fill := func() (n int) {
		for {
			if _, ok := f.try(time.Now()); !ok {
				return n
			}
			n++
		}
	}
	if n := fill(); n != 16 {
		t.Errorf("%d in flight at first, want 16", n)
	}
	for range 16 { // all of them throttled
		f.shrink()
		f.give(false)
	}
	if n := fill(); n != 8 {
		t.Errorf("%d in flight after one window was throttled, want 8", n)
	}
	for range 8 {
		f.grow(0)
		f.give(false)
	}
	if n := fill(); n != 8 { // 8.99…
		t.Errorf("%d after a window of acceptances began to grow, want 8", n)
	}
	for range 8 {
		f.grow(0)
		f.give(false)
	}
	if n := fill(); n != 9 {
		t.Errorf("%d after two windows of acceptances, want 9", n)
	}
	for range 9 {
		f.grow(congestionFair)
		f.give(false)
	}
	if n := fill(); n != 9 {
		t.Errorf("%d although the SMSC was about as busy as it likes, want 9", n)
	}
	for range 9 {
		f.grow(congestionHigh)
		f.give(false)
	}
	if n := fill(); n != 4 {
		t.Errorf("%d after congestion, want 4", n)
	}
	for range 20 {
		f.collapse()
		f.give(false)
	}
	f.inFlight = 0
	if n := fill(); n != 1 {
		t.Errorf("%d after a collapse, want 1", n)
	}
	for range 1000 {
		f.grow(0)
	}
	if f.room() != 16 {
		t.Errorf("grown to %d, want what is configured", f.room())
	}
}

// The pace holds over any stretch of time, but for the burst; a submit that was not sent costs none of it.
func TestFlowPace(t *testing.T) {
	for _, tt := range []struct {
		pace  float64
		burst int
		n     int
		want  time.Duration
	}{
		{10, 1, 21, 2 * time.Second},
		{10, 5, 25, 2 * time.Second},
		{0.5, 1, 3, 4 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFlow(1000, tt.pace, tt.burst)
			start := time.Now()
			for range tt.n {
				if err := f.take(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if d := time.Since(start); d < tt.want || d > tt.want+50*time.Millisecond {
				t.Errorf("%v a second, burst %d: %d took %v, want %v", tt.pace, tt.burst, tt.n, d, tt.want)
			}
			f.give(true)
			start = time.Now()
			if err := f.take(t.Context()); err != nil || time.Since(start) > 0 {
				t.Errorf("the token of a submit that was not sent is not there again: %v, %v", time.Since(start), err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			if err := f.take(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestDestinations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDestinations(time.Second, 4*time.Second)
		l := new(link)
		park := func(addr string, id queueID, want bool) {
			t.Helper()
			if parked, full := d.park(addr, id, time.Now()); parked != want || full {
				t.Errorf("message %d to %s is kept back: %v (full %v), want %v", id, addr, parked, full, want)
			}
		}
		park("a", 1, false)
		d.begin("a", l)
		if d.via("a") != l || d.via("b") != nil {
			t.Error("who is in flight is not known")
		}
		if wait, others := d.refused("a", time.Now()); wait != time.Second || others != 0 {
			t.Errorf("waits %v, %d others", wait, others)
		}
		d.end("a")
		park("a", 2, true)
		park("a", 3, true)
		park("b", 4, false)
		if ids, again := d.free(time.Now()); len(ids) != 0 || time.Until(again) != time.Second {
			t.Errorf("%v may go, again in %v", ids, time.Until(again))
		}
		<-time.After(time.Second)
		if ids, _ := d.free(time.Now()); len(ids) != 2 || ids[0] != 2 {
			t.Errorf("%v may go, want 2 and 3", ids)
		}
		park("a", 2, false) // one at a time
		d.begin("a", l)
		park("a", 3, true)
		d.taken("a")
		d.end("a")
		if ids, _ := d.free(time.Now()); len(ids) != 1 || ids[0] != 3 {
			t.Errorf("%v may go, want 3", ids)
		}
		if len(d.known) != 0 || d.parked != 0 {
			t.Errorf("%d are known, %d parked, and nothing is in flight", len(d.known), d.parked)
		}
		for _, want := range []time.Duration{1, 2, 4, 4} {
			wait, _ := d.refused("a", time.Now())
			if wait != want*time.Second {
				t.Errorf("waits %v, want %v s", wait, int(want))
			}
			<-time.After(wait)
		}
		if _, others := d.refused("b", time.Now()); others != 1 {
			t.Errorf("%d others, want one", others)
		}
		<-time.After(forgetDestination + time.Minute)
		if d.free(time.Now()); len(d.known) != 0 {
			t.Errorf("%d are remembered for ever", len(d.known))
		}
	})
}
