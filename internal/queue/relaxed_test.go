package queue

import (
	"context"
	"errors"
	"math/rand/v2"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// relaxedQueue opens and runs a relaxed queue on d in the bubble of the calling test until end is called.
func relaxedQueue(t *testing.T, d files) (q *Queue, end func()) {
	t.Helper()
	cfg := simConfig()
	cfg.Durability, cfg.ClockFloor = relaxed, bubbleStart.Add(-time.Hour)
	s, _, err := openStore(cfg, d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	q = newQueue(s, quiet)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = q.Run(ctx) }() // the medium may fail in the end
	return q, func() { cancel(); <-q.stopped }
}

// within has the goroutine that owns the queue, and so its disk, do something.
func within(t *testing.T, q *Queue, do func()) {
	t.Helper()
	if err := q.do(t.Context(), func(*store) (promise, error) { do(); return nothing, nil }); err != nil {
		t.Fatal(err)
	}
}

// syncsOf counts the syncs of the queue's disk.
func syncsOf(t *testing.T, q *Queue, d *simDisk) (n int) {
	t.Helper()
	within(t, q, func() { n = d.syncs })
	return n
}

// found opens what a cut leaves and returns the texts in it.
func found(t *testing.T, q *Queue, d *simDisk, mode int) []string {
	t.Helper()
	var after *simDisk
	within(t, q, func() { after = d.cut(mode, rand.New(rand.NewPCG(1, 2))) })
	s, _, err := openStore(simConfig(), after, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return bodies(s)
}

// TestRelaxed: telemetry costs no sync of its own, survives the process at once and the power after
// relaxed_wait, or with the next alarm; the classes from emergency to info are on the medium when Append
// returns.
func TestRelaxed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSimDisk()
		q, end := relaxedQueue(t, d)
		defer end()
		ctx := t.Context()
		for class := range uint8(firstRelaxed) {
			must(q.Append(ctx, Entry{Class: class, Body: []byte{'a' + class}}))
			if n := len(found(t, q, d, cutNone)); n != int(class)+1 {
				t.Fatalf("class %d: %d records after a cut", class, n)
			}
		}
		before := syncsOf(t, q, d)
		for range 10 {
			must(q.Append(ctx, Entry{Class: 4, Body: []byte("t")}))
		}
		if syncsOf(t, q, d) != before {
			t.Errorf("10 records of telemetry cost %d syncs", syncsOf(t, q, d)-before)
		}
		if n, m := len(found(t, q, d, cutKill)), len(found(t, q, d, cutNone)); n != 14 || m != 4 {
			t.Errorf("%d records after the process was killed, %d after a power cut; want 14 and 4", n, m)
		}
		pass(q.store.cfg.RelaxedWait - time.Millisecond)
		synctest.Wait()
		if syncsOf(t, q, d) != before {
			t.Error("synced early")
		}
		pass(2 * time.Millisecond)
		synctest.Wait()
		if n := len(found(t, q, d, cutNone)); n != 14 || syncsOf(t, q, d) != before+1 {
			t.Errorf("after relaxed_wait: %d records after a cut, %d syncs; want 14 and 1", n, syncsOf(t, q, d)-before)
		}
		// Together with an alarm, in one Append and beside it.
		must(q.Append(ctx, Entry{Class: 4, Body: []byte("t")}))
		must(q.Append(ctx, Entry{Class: 1, Body: []byte("a")}))
		must(q.Append(ctx, Entry{Class: 4, Body: []byte("t")}, Entry{Class: 0, Body: []byte("a")}))
		if n := len(found(t, q, d, cutNone)); n != 18 || syncsOf(t, q, d) != before+3 {
			t.Errorf("with alarms: %d records after a cut, %d syncs; want 18 and 3", n, syncsOf(t, q, d)-before)
		}
		if st := must(q.Stats(ctx)); st.RelaxedWait != 5*time.Second || st.Live() != 18 {
			t.Errorf("stats: %v, %d records", st.RelaxedWait, st.Live())
		}
	})
}

// TestRelaxedFailure: telemetry that was taken is kept in memory while the medium fails, and stored when it
// works again; alarms that were refused are not.
func TestRelaxedFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSimDisk()
		q, end := relaxedQueue(t, d)
		defer end()
		ctx := t.Context()
		must(q.Append(ctx, Entry{Body: []byte("first")}))
		must(q.Append(ctx, Entry{Class: 4, Key: "k", Body: []byte("telemetry")}))
		within(t, q, func() { d.fail = (&failing{op: "sync", err: syscall.EIO, on: true}).fail })
		if _, err := q.Append(ctx, Entry{Class: 1, Body: []byte("alarm")}); !errors.Is(err, ErrStorage) {
			t.Fatalf("on a medium that fails: %v", err)
		}
		if _, err := q.Append(ctx, Entry{Class: 4, Body: []byte("more telemetry")}); !errors.Is(err, ErrStorage) {
			t.Fatalf("on a medium that fails: %v", err)
		}
		within(t, q, func() { d.fail = nil })
		pass(2 * healEvery)
		synctest.Wait()
		if got := found(t, q, d, cutNone); len(got) != 2 || got[1] != "telemetry" {
			t.Errorf("when it works again: %q", got)
		}
		if it := must(q.Next(ctx, 0)); string(it.Body) != "first" {
			t.Errorf("next: %+v", it)
		}
		if it := must(q.Next(ctx, 0)); string(it.Body) != "telemetry" {
			t.Errorf("next: %+v", it)
		}
	})
}
