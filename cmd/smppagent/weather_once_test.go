package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"smppagent/internal/door"
	"smppagent/internal/queue"
)

// With policy once no text arrives twice, however the SMSC misbehaves and wherever the agent is killed
// with SIGKILL; what did not arrive is not forgotten either: it stays in the queue, in doubt.
func TestKillWithPolicyOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, `route.policy = "once"`, `queue.segments = 64`)
	faults := []string{"lose=20", "drop-before=15", "swallow-responses=5", "late=1200ms*5", "mute=on"}
	accepted := map[string]bool{}
	for round, fault := range faults {
		s.start()
		s.faults(fault)
		load, end := context.WithTimeout(t.Context(), time.Duration(100+rand.IntN(300))*time.Millisecond)
		var mu sync.Mutex
		var wg sync.WaitGroup
		for p := range 4 {
			wg.Go(func() {
				for n := 1; load.Err() == nil; n++ {
					text := fmt.Sprintf("text %d of %d, round %d", n, p, round)
					known, err := s.send(context.WithoutCancel(load), text, text)
					if errors.Is(err, door.ErrNotRunning) || errors.Is(err, door.ErrNoAnswer) {
						return
					}
					if known {
						mu.Lock()
						accepted[text] = true
						mu.Unlock()
					}
				}
			})
		}
		<-load.Done()
		s.kill()
		end()
		wg.Wait()
	}
	s.faults("")
	s.start()
	s.until("nothing is left to be sent", func() bool {
		st, err := s.status()
		lane := st.Queue.Lanes[0]
		return err == nil && st.Way.Links[0].State == "bound" && lane.Ready+lane.Leased == 0 && lane.Waiting == st.Way.InDoubt
	})
	s.ends()
	out, errs, code := s.verb("queue", "list", "--json")
	if code != exitOK {
		t.Fatalf("queue list ended with %d: %s", code, errs)
	}
	doubtful := map[string]queue.ID{}
	for line := range strings.Lines(out) {
		var q queueItem
		if err := json.Unmarshal([]byte(line), &q); err != nil {
			t.Fatal(err)
		}
		if q.State != "in doubt" {
			t.Errorf("message %d is %s, want it settled or in doubt", q.ID, q.State)
		}
		doubtful[q.Text] = q.ID
	}
	arrived := s.arrived()
	for text, n := range arrived {
		if n > 1 {
			t.Errorf("%q arrived %d times", text, n)
		}
	}
	for text := range accepted {
		if arrived[text] == 0 && doubtful[text] == 0 {
			t.Errorf("%q was accepted, did not arrive and is not in doubt", text)
		}
	}
	if len(doubtful) == 0 || len(accepted) < 20 {
		t.Errorf("%d texts were accepted, %d are in doubt: that proves nothing", len(accepted), len(doubtful))
	}
	t.Logf("%d texts accepted, %d arrived, %d in doubt", len(accepted), len(arrived), len(doubtful))
}
