package queue

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// inBubble runs a queue inside a bubble, where time passes at once.
func inBubble(t *testing.T, cfg Config, test func(ctx context.Context, q *Queue)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		q, _, err := Open(cfg, quiet)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		test(ctx, q)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
}

// bubbleStart is when time begins in a bubble; a floor below it makes the clock believed.
var bubbleStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func believed(dir string) Config {
	cfg := testConfig(dir)
	cfg.ClockFloor = bubbleStart.Add(-time.Hour)
	return cfg
}

func TestNextWaits(t *testing.T) {
	inBubble(t, believed(t.TempDir()), func(ctx context.Context, q *Queue) {
		start := time.Now()
		got := make(chan time.Duration)
		go func() {
			if it, err := q.Next(ctx, 2); err != nil || string(it.Body) != "later" {
				t.Errorf("Next: %+v, %v", it, err)
			}
			got <- time.Since(start)
		}()
		synctest.Wait()
		must(q.Append(ctx, text("other lane"), Entry{Lane: 2, Body: []byte("later"), NotBefore: start.Add(90 * time.Second)}))
		if d := <-got; d != 90*time.Second {
			t.Errorf("leased after %v, want 1m30s", d)
		}
		short, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if _, err := q.Next(short, 5); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Next of an empty lane: %v", err)
		}
	})
}

func TestRetryAt(t *testing.T) {
	inBubble(t, believed(t.TempDir()), func(ctx context.Context, q *Queue) {
		id := must(q.Append(ctx, text("a")))[0]
		for n, wait := range []time.Duration{time.Millisecond, time.Second, time.Hour} {
			it := must(q.Next(ctx, 0))
			start := time.Now()
			if err := q.Retry(ctx, it.ID, start.Add(wait), nil, n != 1); err != nil {
				t.Fatal(err)
			}
			it = must(q.Next(ctx, 0))
			if d := time.Since(start); d != wait || it.ID != id || it.Tries != []int{1, 1, 2}[n] {
				t.Errorf("ready after %v with %d tries, want %v", d, it.Tries, wait)
			}
			if err := q.Release(ctx, it.ID); err != nil {
				t.Fatal(err)
			}
		}
		// A kick overtakes the time of a retry, and the old time means nothing then.
		it := must(q.Next(ctx, 0))
		start := time.Now()
		if err := errors.Join(q.Retry(ctx, it.ID, start.Add(time.Hour), nil, true), q.Kick(ctx, it.ID)); err != nil {
			t.Fatal(err)
		}
		it = must(q.Next(ctx, 0))
		if time.Since(start) != 0 {
			t.Errorf("kicked, but ready after %v", time.Since(start))
		}
		if err := q.Retry(ctx, it.ID, start.Add(2*time.Hour), nil, true); err != nil {
			t.Fatal(err)
		}
		must(q.Next(ctx, 0))
		if d := time.Since(start); d != 2*time.Hour {
			t.Errorf("ready after %v, want 2h", d)
		}
	})
}

func TestExpiry(t *testing.T) {
	inBubble(t, believed(t.TempDir()), func(ctx context.Context, q *Queue) {
		start := time.Now()
		in := func(d time.Duration, lane Lane) Entry {
			return Entry{Lane: lane, Expires: start.Add(d), Body: []byte(d.String())}
		}
		ids := must(q.Append(ctx, in(time.Minute, 0), in(2*time.Minute, 1), in(3*time.Minute, 2), in(0, 3), in(time.Hour, 4)))
		leased := must(q.Next(ctx, 1))
		waiting := must(q.Next(ctx, 2))
		if err := q.Submitted(ctx, waiting.ID, nil); err != nil {
			t.Fatal(err)
		}
		buried := must(q.Next(ctx, 4))
		if err := q.Bury(ctx, buried.ID, "test"); err != nil {
			t.Fatal(err)
		}
		expect := func(id ID, after time.Duration, st State) {
			t.Helper()
			it := <-q.Expired()
			if it.ID != id || time.Since(start) != after || it.State != st {
				t.Errorf("expired: record %d %v after %v, want %d %v after %v", it.ID, it.State, time.Since(start), id, st, after)
			}
		}
		expect(ids[3], 0, Ready)
		expect(ids[0], time.Minute, Ready)
		// A lease protects; the time counts when it is given back.
		pass(10 * time.Minute)
		if err := q.Release(ctx, leased.ID); err != nil {
			t.Fatal(err)
		}
		expect(ids[1], 11*time.Minute, Ready)
		// A submitted record waits a while longer for its fate.
		expect(ids[2], 3*time.Minute+time.Hour, Waiting)
		if st := must(q.Stats(ctx)); st.Buried != 1 || st.Ready+st.Waiting+st.Leased != 0 || st.Expired != 4 {
			t.Errorf("stats: %+v", st)
		}
		// Who kicks wants it sent, however late.
		if err := q.Kick(ctx, buried.ID); err != nil {
			t.Fatal(err)
		}
		if it := must(q.Next(ctx, 4)); it.ID != buried.ID || !it.Expires.IsZero() {
			t.Errorf("kicked: %+v", it)
		}
	})
}

// TestClockNotSet: a board that wakes in 1970 expires nothing by the wall clock, and everything by the
// time that has passed.
func TestClockNotSet(t *testing.T) {
	dir := t.TempDir()
	var ids []ID
	inBubble(t, believed(dir), func(ctx context.Context, q *Queue) {
		pass(1000 * time.Hour)
		ids = must(q.Append(ctx, Entry{Body: []byte("a"), Expires: time.Now().Add(time.Hour)},
			Entry{Body: []byte("b"), NotBefore: time.Now().Add(30 * time.Minute)}))
	})
	// The next start is 1000 hours before the last known time.
	inBubble(t, believed(dir), func(ctx context.Context, q *Queue) {
		start := time.Now()
		if st := must(q.Stats(ctx)); st.ClockTrusted {
			t.Error("a clock that goes back 1000 hours is believed")
		}
		must(q.Next(ctx, 0))
		if it := must(q.Next(ctx, 0)); it.ID != ids[1] || time.Since(start) != 30*time.Minute {
			t.Errorf("record %d is ready after %v, want %d after 30m", it.ID, time.Since(start), ids[1])
		}
		if err := q.Release(ctx, ids[0]); err != nil {
			t.Fatal(err)
		}
		if it := <-q.Expired(); it.ID != ids[0] || time.Since(start) != time.Hour {
			t.Errorf("record %d expired after %v, want %d after 1h", it.ID, time.Since(start), ids[0])
		}
	})
	// A floor in the future: the clock of the bubble is that of a board without a battery.
	cfg := believed(t.TempDir())
	cfg.ClockFloor = time.Time{}
	inBubble(t, cfg, func(ctx context.Context, q *Queue) {
		start := time.Now()
		must(q.Append(ctx, Entry{Body: []byte("a"), Expires: start.Add(time.Hour)}))
		<-q.Expired()
		if d := time.Since(start); d != time.Hour {
			t.Errorf("expired after %v, want 1h", d)
		}
	})
}

// TestClockComesBack: records stored under a good clock, a start without one, and then the time arrives.
func TestClockComesBack(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, believed(dir), func(ctx context.Context, q *Queue) {
		pass(100 * time.Hour)
		must(q.Append(ctx, Entry{Body: []byte("a"), Expires: time.Now().Add(200 * time.Hour)}))
	})
	inBubble(t, believed(dir), func(ctx context.Context, q *Queue) {
		start := time.Now()
		if it := <-q.Expired(); string(it.Body) != "a" {
			t.Errorf("expired: %+v", it)
		}
		// For 99 hours the clock is before the last known time; from then on it is believed, and
		// the record expires at its time on the wall.
		if d := time.Since(start); d != 300*time.Hour {
			t.Errorf("expired after %v, want 300h", d)
		}
	})
}

func TestLazyCommit(t *testing.T) {
	inBubble(t, believed(t.TempDir()), func(ctx context.Context, q *Queue) {
		must(q.Append(ctx, text("a"), text("b")))
		commits := func() uint64 { return must(q.Stats(ctx)).Commits }
		a, b := must(q.Next(ctx, 0)), must(q.Next(ctx, 0))
		before := commits()
		if err := q.Submitted(ctx, a.ID, nil); err != nil {
			t.Fatal(err)
		}
		if commits() != before {
			t.Error("Submitted waited for a sync")
		}
		pass(soon)
		synctest.Wait()
		if commits() != before+1 {
			t.Errorf("%d syncs 250 ms after Submitted, want 1", commits()-before)
		}
		if err := q.Done(ctx, b.ID, 0, false); err != nil {
			t.Fatal(err)
		}
		pass(soon)
		synctest.Wait()
		if commits() != before+1 {
			t.Error("Done was synced early")
		}
		pass(later - soon)
		synctest.Wait()
		if commits() != before+2 {
			t.Errorf("%d syncs 1 s after Done, want 1", commits()-before-1)
		}
	})
}

// pass lets time go by in a bubble.
func pass(d time.Duration) { <-time.After(d) }
