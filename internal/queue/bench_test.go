package queue

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

// benchBody is the size of a common text.
const benchBody = 200

// BenchmarkBareSync is the floor: write the same octets behind each other in a file that is written
// full already, and fdatasync.
func BenchmarkBareSync(b *testing.B) {
	d := &disk{dir: b.TempDir(), volatile: true}
	f, err := d.create("bare")
	if err != nil {
		b.Fatal(err)
	}
	const size = 8 << 20
	if err := fill(f, size); err != nil {
		b.Fatal(err)
	}
	w := whole{body: bytes.Repeat([]byte{'b'}, benchBody), appended: 1}
	record := appendRecord(nil, poolID{}, 0, record{kind: kindPut, payload: appendWhole(nil, &w)})
	at := 0
	for b.Loop() {
		if at += len(record); at+len(record) > size {
			at = 0
		}
		if _, err := f.WriteAt(record, int64(at)); err != nil {
			b.Fatal(err)
		}
		if err := f.datasync(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1, "syncs/op")
	b.ReportMetric(float64(len(record)), "octets/op")
}

// BenchmarkBareGroup is the floor for 16 producers: one goroutine takes what has come, writes it and
// syncs once.
func BenchmarkBareGroup(b *testing.B) {
	d := &disk{dir: b.TempDir(), volatile: true}
	f, err := d.create("bare")
	if err != nil {
		b.Fatal(err)
	}
	const size, producers = 8 << 20, 16
	if err := fill(f, size); err != nil {
		b.Fatal(err)
	}
	w := whole{body: bytes.Repeat([]byte{'b'}, benchBody), appended: 1}
	record := appendRecord(nil, poolID{}, 0, record{kind: kindPut, payload: appendWhole(nil, &w)})
	calls := make(chan chan struct{}, producers)
	var wg sync.WaitGroup
	b.ResetTimer()
	for range producers {
		wg.Go(func() {
			done := make(chan struct{})
			for range b.N / producers {
				calls <- done
				<-done
			}
		})
	}
	go func() { wg.Wait(); close(calls) }()
	at, syncs := 0, 0
	for first := range calls {
		waiting := []chan struct{}{first}
		for len(calls) > 0 {
			waiting = append(waiting, <-calls)
		}
		if at+len(waiting)*len(record) > size {
			at = 0
		}
		if _, err := f.WriteAt(bytes.Repeat(record, len(waiting)), int64(at)); err != nil {
			b.Fatal(err)
		}
		at += len(waiting) * len(record)
		if err := f.datasync(); err != nil {
			b.Fatal(err)
		}
		syncs++
		for _, c := range waiting {
			c <- struct{}{}
		}
	}
	b.ReportMetric(float64(syncs)/float64(b.N), "syncs/op")
}

// BenchmarkAppend appends durably from 1 and from 16 goroutines, which is what the bare loops are to be
// compared with. Records are settled when the queue fills, which is not measured.
func BenchmarkAppend(b *testing.B) {
	for _, producers := range []int{1, 16} {
		b.Run(fmt.Sprintf("%d", producers), func(b *testing.B) {
			q, _, _ := serve(b, benchConfig(b))
			before := must(q.Stats(b.Context()))
			body := bytes.Repeat([]byte{'b'}, benchBody)
			const round = 16 << 10
			b.ResetTimer()
			for left := b.N; left > 0; left -= round {
				n := min(left, round)
				var wg sync.WaitGroup
				for p := range producers {
					wg.Go(func() {
						for i := p; i < n; i += producers {
							if _, err := q.Append(b.Context(), Entry{Body: body}); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.StopTimer()
				settleAll(b, q)
				b.StartTimer()
			}
			b.StopTimer()
			report(b, before, must(q.Stats(b.Context())))
		})
	}
}

// settleAll takes everything out of the queue.
func settleAll(b *testing.B, q *Queue) {
	b.Helper()
	var ids []ID
	if err := q.List(b.Context(), func(it Item) bool { ids = append(ids, it.ID); return true }); err != nil {
		b.Fatal(err)
	}
	for _, id := range ids {
		if err := q.Done(b.Context(), id, 1, false); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppendSettle has 1 and 16 goroutines that append durably and settle what they appended.
func BenchmarkAppendSettle(b *testing.B) {
	for _, producers := range []int{1, 16} {
		b.Run(fmt.Sprintf("%d", producers), func(b *testing.B) {
			q, _, _ := serve(b, benchConfig(b))
			before := must(q.Stats(b.Context()))
			body := bytes.Repeat([]byte{'b'}, benchBody)
			b.ResetTimer()
			var wg sync.WaitGroup
			for p := range producers {
				wg.Go(func() {
					for i := p; i < b.N; i += producers {
						ids, err := q.Append(b.Context(), Entry{Body: body})
						if err == nil {
							err = q.Done(b.Context(), ids[0], 1, false)
						}
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			report(b, before, must(q.Stats(b.Context())))
		})
	}
}

// BenchmarkLife takes records through append, submitted and done: one after the other, and in batches
// of 16 where the changes are synced together.
func BenchmarkLife(b *testing.B) {
	body := bytes.Repeat([]byte{'b'}, benchBody)
	note := bytes.Repeat([]byte{'n'}, 16)
	for _, batch := range []int{1, 16} {
		b.Run(fmt.Sprintf("%d", batch), func(b *testing.B) {
			q, _, _ := serve(b, benchConfig(b))
			ctx := b.Context()
			before := must(q.Stats(ctx))
			b.ResetTimer()
			for n := 0; n < b.N; n += batch {
				entries := make([]Entry, batch)
				for i := range entries {
					entries[i].Body = body
				}
				ids := must(q.Append(ctx, entries...))
				for range ids {
					it := must(q.Next(ctx, 0))
					if err := q.Submitted(ctx, it.ID, note); err != nil {
						b.Fatal(err)
					}
				}
				for _, id := range ids {
					if err := q.Done(ctx, id, 1, false); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.StopTimer()
			report(b, before, must(q.Stats(ctx)))
		})
	}
}

// BenchmarkRecovery opens a queue of 100,000 pending records with keys and times of expiry.
func BenchmarkRecovery(b *testing.B) {
	cfg := benchConfig(b)
	cfg.SegmentSize, cfg.Segments, cfg.Records = 1<<20, 64, 200_000
	q, _, stop := serve(b, cfg)
	body := bytes.Repeat([]byte{'b'}, benchBody)
	expires := time.Now().Add(24 * time.Hour)
	for round := range 1000 {
		entries := make([]Entry, 100)
		for i := range entries {
			entries[i] = Entry{Body: body, Key: fmt.Sprintf("incident-%05d", round*100+i), Expires: expires}
		}
		must(q.Append(b.Context(), entries...))
	}
	stop()
	q = nil
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ResetTimer()
	for b.Loop() {
		q, rec, err := Open(cfg, quiet)
		if err != nil || rec.Live != 100_000 {
			b.Fatal(rec, err)
		}
		if after.HeapAlloc == 0 {
			b.StopTimer()
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/100_000, "index-octets/record")
			b.StartTimer()
		}
		if err := q.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchConfig(b *testing.B) Config {
	cfg := Default()
	cfg.Dir, cfg.Volatile, cfg.Segments = b.TempDir(), true, 64
	return cfg
}

func report(b *testing.B, before, after Stats) {
	b.ReportMetric(float64(after.Commits-before.Commits)/float64(b.N), "syncs/op")
	b.ReportMetric(float64(after.Written-before.Written)/float64(b.N), "octets/op")
}
