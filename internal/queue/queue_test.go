package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// quiet is a log for tests that expect warnings.
var quiet = slog.New(slog.DiscardHandler)

// testConfig is a small pool in dir that drops nothing by itself.
func testConfig(dir string) Config {
	cfg := Default()
	cfg.WhenFull = whenFullRefuse
	cfg.Dir, cfg.SegmentSize, cfg.Segments, cfg.Volatile = dir, minSegmentSize, 8, true
	return cfg
}

// serve opens a queue and runs it until the returned stop is called.
func serve(t testing.TB, cfg Config) (q *Queue, rec *Recovery, stop func()) {
	t.Helper()
	q, rec, err := Open(cfg, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := q.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		if err := q.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	t.Cleanup(stop)
	return q, rec, stop
}

func text(s string) Entry { return Entry{Body: []byte(s)} }

// must unwraps a result that has no reason to be an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestLifeOfARecord(t *testing.T) {
	ctx := t.Context()
	cfg := testConfig(t.TempDir())
	q, rec, stop := serve(t, cfg)
	if !rec.Created || rec.Live != 0 {
		t.Errorf("first Open: %+v", rec)
	}
	ids := must(q.Append(ctx, text("one"), Entry{Body: []byte("two"), Lane: 3}, text("three")))
	if len(ids) != 3 || ids[0] >= ids[1] || ids[1] >= ids[2] || ids[0] == 0 {
		t.Fatalf("IDs %v do not rise", ids)
	}
	it := must(q.Next(ctx, 0))
	if it.ID != ids[0] || string(it.Body) != "one" || it.State != Leased {
		t.Errorf("Next gave %+v", it)
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	check(q.Attempt(ctx, it.ID, []byte("seg 1"), true))
	check(q.Submitted(ctx, it.ID, []byte("remote 7")))
	two := must(q.Next(ctx, 3))
	check(q.Retry(ctx, two.ID, time.Now().Add(time.Hour), []byte("busy"), true))
	three := must(q.Next(ctx, 0))
	check(q.Bury(ctx, three.ID, "no such number"))

	verify := func() {
		t.Helper()
		one := must(q.Get(ctx, ids[0]))
		if one.State != Waiting || string(one.Note) != "remote 7" || one.Attempted || string(one.Body) != "one" {
			t.Errorf("one is %+v", one)
		}
		two := must(q.Get(ctx, ids[1]))
		if two.State != Ready || two.Tries != 1 || string(two.Note) != "busy" || two.Lane != 3 || time.Until(two.NotBefore) < 50*time.Minute {
			t.Errorf("two is %+v", two)
		}
		three := must(q.Get(ctx, ids[2]))
		if three.State != Buried || three.Reason != "no such number" {
			t.Errorf("three is %+v", three)
		}
		st := must(q.Stats(ctx))
		if st.Waiting != 1 || st.Delayed != 1 || st.Buried != 1 || st.Lanes[3].Live() != 1 || st.Oldest != ids[0] {
			t.Errorf("Stats: %+v", st)
		}
	}
	verify()
	stop()
	if _, err := q.Append(ctx, text("late")); !errors.Is(err, ErrClosed) {
		t.Errorf("Append after Run: %v", err)
	}
	var seen []ID
	rec = must(Inspect(cfg, func(it Item) bool { seen = append(seen, it.ID); return true }))
	if len(seen) != 3 || rec.Live != 3 {
		t.Errorf("Inspect saw %v, %v", seen, rec)
	}
	q, rec, stop = serve(t, cfg)
	if rec.Live != 3 || rec.Waiting != 1 || rec.Buried != 1 || len(rec.Damaged) != 0 || rec.TornTail != 0 {
		t.Errorf("second Open: %v", rec)
	}
	verify()
	check(q.Kick(ctx, ids[2]))
	if it := must(q.Next(ctx, 0)); it.ID != ids[2] || it.Reason != "" {
		t.Errorf("after Kick: %+v", it)
	}
	check(q.Done(ctx, ids[2], 1, false))
	check(q.Drop(ctx, ids[1], "not wanted"))
	check(q.Done(ctx, ids[0], 2, true))
	if _, err := q.Get(ctx, ids[0]); !errors.Is(err, ErrNotFound) {
		t.Errorf("Get of a settled record: %v", err)
	}
	stop()
	q, rec, _ = serve(t, cfg)
	if rec.Live != 0 {
		t.Errorf("third Open: %v", rec)
	}
	st := must(q.Stats(ctx))
	if want := (Totals{Appended: 3, Done: 2, Dropped: 1}); st.Totals != want {
		t.Errorf("Totals %+v, want %+v", st.Totals, want)
	}
	if next := must(q.Append(ctx, text("four"))); next[0] <= ids[2] {
		t.Errorf("ID %d was given again", next[0])
	}
}

func TestOrder(t *testing.T) {
	ctx := t.Context()
	q, _, _ := serve(t, testConfig(t.TempDir()))
	for i, class := range []uint8{4, 2, 2, 0, 7, 0} {
		must(q.Append(ctx, Entry{Class: class, Body: fmt.Appendf(nil, "%d", i)}))
	}
	var got strings.Builder
	for range 6 {
		got.WriteString(string(must(q.Next(ctx, 0)).Body))
	}
	if got.String() != "351204" {
		t.Errorf("served in order %s, want 351204", &got)
	}
}

func TestLocked(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.Program = "smppagent run"
	serve(t, cfg)
	_, _, err := Open(cfg, quiet)
	var locked *LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() || locked.Program != "smppagent run" {
		t.Fatalf("second Open: %v", err)
	}
	want := fmt.Sprintf("queue: state directory %s is in use by smppagent run, pid %d", cfg.Dir, os.Getpid())
	if err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
