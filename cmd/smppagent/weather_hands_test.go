package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smppagent/internal/door"
	"smppagent/internal/queue"
)

// People list, drop and send again messages as fast as they can while texts come in, the link comes and
// goes and the SMSC misbehaves: the agent goes on, and what nobody dropped arrives.
func TestManyHands(t *testing.T) {
	t.Parallel()
	s := newSite(t, `queue.segments = 64`, `route.keep_failed = 10000`, `route.hold_min = "100ms"`, `route.hold_max = "200ms"`)
	s.start()
	load, end := context.WithTimeout(t.Context(), 4*time.Second)
	defer end()
	var mu sync.Mutex
	accepted, dropped := map[string]bool{}, map[string]bool{}
	ids := map[queue.ID]string{}
	var last atomic.Uint64
	var wg sync.WaitGroup
	for p := range 3 {
		wg.Go(func() {
			for n := 1; load.Err() == nil; n++ {
				text := fmt.Sprintf("text %d of %d", n, p)
				var answer sent
				order := sendOrder{To: "+359888123456", Text: text, Key: text, Receipt: n%2 == 0}
				err := callWhenFree(s.socket(), opSend, order, func(line json.RawMessage) error {
					return json.Unmarshal(line, &answer)
				})
				if err != nil {
					t.Errorf("%q not accepted: %v", text, err)
					return
				}
				mu.Lock()
				accepted[text], ids[answer.ID] = true, text
				mu.Unlock()
				last.Store(uint64(answer.ID))
			}
		})
	}
	for _, op := range []string{opQueueDrop, opQueueKick, opQueueShow, opQueueList, opStatus} {
		wg.Go(func() {
			for load.Err() == nil {
				newest := last.Load()
				id := queue.ID(1 + newest - min(newest, rand.Uint64N(20)))
				err := callWhenFree(s.socket(), op, queueOrder{ID: id}, func(json.RawMessage) error { return nil })
				if err == nil && op == opQueueDrop {
					mu.Lock()
					dropped[fmt.Sprint(id)] = true
					mu.Unlock()
				}
			}
		})
	}
	wg.Go(func() {
		for n := 0; load.Err() == nil; n++ {
			s.smsc.Refuse() // the link goes
			wait(load, 150*time.Millisecond)
			s.smsc.Accept()
			for _, f := range []string{"off", []string{"lose=5", "throttle=20", "refuse=ESME_RINVDSTADR*5", "late=300ms*5"}[n%4]} {
				if err := s.smsc.Faults().Set(f); err != nil {
					t.Error(err)
				}
			}
			wait(load, 150*time.Millisecond)
		}
	})
	wg.Wait()
	s.smsc.Accept()
	s.faults("")
	s.deliver(100) // settles; nothing is asked of any text
	st, err := s.status()
	if err != nil {
		t.Fatalf("%v\n%s", err, s.log())
	}
	s.tells(0, "level=ERROR")
	failed := map[string]bool{}
	_ = door.Call(t.Context(), s.socket(), opQueueList, queueOrder{Failed: true}, func(line json.RawMessage) error {
		var q queueItem
		err := json.Unmarshal(line, &q)
		failed[q.Text] = true
		return err
	})
	arrived := s.arrived()
	for id, text := range ids {
		if arrived[text] == 0 && !failed[text] && !dropped[fmt.Sprint(id)] {
			t.Errorf("message %d, %q, was accepted and not dropped, did not fail and did not arrive", id, text)
		}
	}
	if len(accepted) < 100 || len(dropped) < 10 {
		t.Errorf("%d accepted, %d dropped: that is no load", len(accepted), len(dropped))
	}
	t.Logf("%d accepted, %d dropped, %d failed, %d arrived, %d resent in doubt", len(accepted), len(dropped), len(failed), len(arrived), st.Way.Resent)
	s.ends()
}

// callWhenFree calls the door, again while it says that too many have come: on a busy machine connections that have
// ended may not all be gone yet.
func callWhenFree(path, op string, in any, out func(json.RawMessage) error) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	for {
		err := door.Call(ctx, path, op, in, out)
		busy, ok := errors.AsType[*door.RemoteError](err)
		if !ok || busy.Code != door.CodeBusy || ctx.Err() != nil {
			return err
		}
		wait(ctx, time.Millisecond)
	}
}

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	ctx, stop := context.WithTimeout(ctx, d)
	defer stop()
	<-ctx.Done()
}
