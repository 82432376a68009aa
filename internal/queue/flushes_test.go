package queue

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// countedDir is a directory whose syncs are counted, and may be held up.
type countedDir struct {
	files
	syncs atomic.Int64
	gate  chan struct{} // nil, or each sync of data takes one from it
	began chan struct{} // with gate: a sync has begun
}

type countedFile struct {
	file
	dir *countedDir
}

func (d *countedDir) create(name string) (file, error) {
	f, err := d.files.create(name)
	return &countedFile{f, d}, err
}

func (d *countedDir) open(name string) (file, error) {
	f, err := d.files.open(name)
	return &countedFile{f, d}, err
}

func (f *countedFile) datasync() error {
	f.dir.syncs.Add(1)
	if f.dir.gate != nil {
		f.dir.began <- struct{}{}
		<-f.dir.gate
	}
	return f.file.datasync()
}

// countedQueue serves a queue on a countedDir until the test ends.
func countedQueue(t *testing.T, cfg Config) (*Queue, *countedDir) {
	t.Helper()
	d := &countedDir{files: &disk{dir: cfg.Dir, program: "test", volatile: true}}
	s, _, err := openStore(cfg, d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	q := newQueue(s, quiet)
	ctx, cancel := context.WithCancel(context.Background())
	go q.Run(ctx)
	t.Cleanup(func() {
		cancel()
		<-q.stopped
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q, d
}

// TestLoneAppend: an append that is alone costs exactly one fdatasync, and nothing comes after it.
func TestLoneAppend(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.SegmentSize = 64 << 10
	q, d := countedQueue(t, cfg)
	must(q.Append(t.Context(), text("the first one begins a segment")))
	before := d.syncs.Load()
	for i := range 100 {
		must(q.Append(t.Context(), text(fmt.Sprint("lone ", i))))
	}
	if n := d.syncs.Load() - before; n != 100 {
		t.Errorf("100 appends one after the other cost %d syncs, want 100", n)
	}
	before = d.syncs.Load()
	must(q.Append(t.Context(), text("a"), text("b"), text("c")))
	if n := d.syncs.Load() - before; n != 1 {
		t.Errorf("one append of three entries cost %d syncs, want 1", n)
	}
}

// TestSharedSync: what arrives while a sync runs shares the next one, however many it is.
func TestSharedSync(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.SegmentSize = 64 << 10
	q, d := countedQueue(t, cfg)
	must(q.Append(t.Context(), text("the first one begins a segment")))
	d.gate, d.began = make(chan struct{}), make(chan struct{})
	before := d.syncs.Load()
	var wg sync.WaitGroup
	add := func(s string) {
		wg.Go(func() {
			if _, err := q.Append(context.Background(), text(s)); err != nil {
				t.Error(err)
			}
		})
	}
	add("alone")
	<-d.began
	const more = 40
	for i := range more {
		add(fmt.Sprint("one of many ", i))
	}
	for len(q.calls) < more { // until all of them are in line
		runtime.Gosched()
	}
	d.gate <- struct{}{}
	<-d.began
	d.gate <- struct{}{}
	wg.Wait()
	if n := d.syncs.Load() - before; n != 2 {
		t.Errorf("an append and %d that came during its sync cost %d syncs, want 2", more, n)
	}
	close(d.gate) // the one at the end
	go func() {
		for range d.began {
		}
	}()
}
