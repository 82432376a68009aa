package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// TestMany has producers and consumers in every lane at once: each record is leased once at a time and
// settled once, whatever the restarts.
func TestMany(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.SegmentSize, cfg.Segments = 64<<10, 8
	const lanes, each = 3, 120
	var mu sync.Mutex
	sent := map[string]int{}
	for round := range 3 {
		q, _, stop := serve(t, cfg)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		var producers, consumers sync.WaitGroup
		left := lanes * each
		for lane := range Lane(lanes) {
			producers.Go(func() {
				for i := range each {
					key := fmt.Sprintf("%d.%d.%d", round, lane, i)
					if _, err := q.Append(ctx, Entry{Lane: lane, Class: uint8(i % 8), Key: key, Body: []byte(key)}); err != nil {
						t.Errorf("append: %v", err)
						return
					}
				}
			})
			for range 2 {
				consumers.Go(func() {
					for {
						it, err := q.Next(ctx, lane)
						if errors.Is(err, context.Canceled) {
							return
						}
						if err != nil || it.Lane != lane || string(it.Body) != it.Key {
							t.Errorf("next: %+v, %v", it, err)
							return
						}
						if it.Tries == 0 && it.ID%3 == 0 {
							err = q.Retry(ctx, it.ID, time.Now(), []byte("again"), true)
						} else if err = q.Submitted(ctx, it.ID, []byte("n")); err == nil {
							err = q.Done(ctx, it.ID, 0, it.ID%5 == 0)
							mu.Lock()
							sent[it.Key]++
							if left--; left == 0 {
								cancel()
							}
							mu.Unlock()
						}
						if err != nil && !errors.Is(err, context.Canceled) {
							t.Errorf("settle: %v", err)
						}
					}
				})
			}
		}
		producers.Wait()
		consumers.Wait()
		if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("round %d: %v", round, err)
		}
		cancel()
		stop()
	}
	if len(sent) != 3*lanes*each {
		t.Errorf("%d records were settled, want %d", len(sent), 3*lanes*each)
	}
	for key, n := range sent {
		if n != 1 {
			t.Errorf("%s was settled %d times", key, n)
		}
	}
	if rec := must(Inspect(cfg, func(Item) bool { return true })); rec.Live != 0 {
		t.Errorf("left: %v", rec)
	}
}
