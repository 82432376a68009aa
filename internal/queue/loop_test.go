package queue

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
)

// TestTakenBack: in one round an append is placed, the medium fails, and works again for another append.
// The first one is not there, and its caller is told so.
func TestTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSimDisk()
		s, _, err := openStore(simConfig(), d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		must(putOne(s, "before"))
		var ids [2]ID
		put := func(n int, body string) func(s *store) (promise, error) {
			return func(s *store) (promise, error) {
				got, p, err := s.put([]Entry{text(body)})
				if err == nil {
					ids[n] = got[0]
				}
				return p, err
			}
		}
		calls := make([]*call, 3)
		for i, run := range []func(*store) (promise, error){
			put(0, "first"),
			func(s *store) (promise, error) { // a read, say, in the course of which the log rolls
				d.fail = (&failing{op: "sync", err: syscall.EIO, on: true}).fail
				if err := s.roll(true); !errors.Is(err, syscall.EIO) {
					t.Errorf("the medium did not fail: %v", err)
				}
				d.fail = nil
				pass(healEvery)
				return nothing, nil
			},
			put(1, "second"),
		} {
			calls[i] = &call{run: run, done: make(chan struct{})}
		}
		q := &Queue{store: s, calls: make(chan *call, len(calls))}
		for _, c := range calls[1:] {
			q.calls <- c
		}
		q.serve(calls[0], 0)
		for _, c := range calls {
			<-c.done
		}
		if err := calls[0].err; !errors.Is(err, ErrStorage) || s.visible(ids[0]) != nil {
			t.Errorf("the first append: %v, and there is %v", err, s.visible(ids[0]))
		}
		if err := calls[2].err; err != nil || s.visible(ids[1]) == nil {
			t.Errorf("the second append: %v, and there is %v", err, s.visible(ids[1]))
		}
	})
}

// TestLastChance: when the queue ends, what is held in memory is tried once more, however lately the
// medium failed.
func TestLastChance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSimDisk()
		s, _, err := openStore(simConfig(), d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		id := must(putOne(s, "settled"))
		d.fail = (&failing{op: "sync", err: syscall.EIO, on: true}).fail
		if _, err := putOne(s, "refused"); !errors.Is(err, ErrStorage) {
			t.Fatal(err)
		}
		if err := s.done(id, 1); err != nil {
			t.Fatal(err)
		}
		d.fail = nil
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		q := &Queue{store: s, calls: make(chan *call), expired: make(chan Item), stopped: make(chan struct{})}
		if err := q.Run(ctx); err != nil {
			t.Error(err)
		}
		after, _, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
		if err != nil || after.index.n != 0 {
			t.Errorf("%d records are back: %v", after.index.n, err)
		}
	})
}

// TestSync: Sync makes durable what is not, costs nothing when all is, and says when it cannot.
func TestSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSimDisk()
		s, _, err := openStore(simConfig(), d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		id := must(putOne(s, "settled"))
		q := &Queue{store: s, calls: make(chan *call), expired: make(chan Item), stopped: make(chan struct{})}
		ctx, cancel := context.WithCancel(t.Context())
		go q.Run(ctx)
		defer func() { cancel(); <-q.stopped }()
		before := d.syncs
		if err := q.Sync(t.Context()); err != nil || d.syncs != before {
			t.Errorf("%v, %d syncs with nothing to do", err, d.syncs-before)
		}
		if err := q.Done(t.Context(), id, 0, false); err != nil {
			t.Fatal(err)
		}
		if err := q.Sync(t.Context()); err != nil || d.syncs != before+1 {
			t.Errorf("%v, %d syncs, want 1", err, d.syncs-before)
		}
		after, _, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
		if err != nil || after.index.n != 0 {
			t.Errorf("%d records are back after a cut: %v", after.index.n, err)
		}
		second, err := q.Append(t.Context(), text("second"))
		if err != nil {
			t.Fatal(err)
		}
		d.fail = (&failing{op: "sync", err: syscall.EIO, on: true}).fail
		if err := q.Done(t.Context(), second[0], 0, false); err != nil {
			t.Fatal(err)
		}
		if err := q.Sync(t.Context()); !errors.Is(err, ErrStorage) {
			t.Errorf("on a medium that fails: %v", err)
		}
		d.fail = nil
	})
}
