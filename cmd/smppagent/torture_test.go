package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"smppagent/internal/door"
)

// Under load the agent is killed with SIGKILL at random moments, over and over, while the SMSC
// misbehaves: every text that it accepted arrives, and only one in doubt arrives twice. The number of
// rounds is TORTURE_ROUNDS; the seed of a failure is printed, TORTURE_SEED repeats it.
func TestKillUnderLoad(t *testing.T) {
	rounds, seed := 8, uint64(time.Now().UnixNano())
	if n, err := strconv.Atoi(os.Getenv("TORTURE_ROUNDS")); err == nil {
		rounds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("TORTURE_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("TORTURE_SEED=%d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	s := newSite(t)
	faults := []string{"off", "lose=20", "drop-before=15", "drop-after=10", "throttle=20", "swallow-responses=3", "late=1200ms*5", "cut-pdu=2"}

	const producers = 4
	var mu sync.Mutex
	accepted := map[string]bool{}
	open := make([]string, producers) // the text that a producer does not know the fate of
	n := make([]int, producers)
	inDoubt := 0
	for round := range rounds {
		if err := s.smsc.Faults().Set("off"); err != nil {
			t.Fatal(err)
		}
		if err := s.smsc.Faults().Set(faults[rng.IntN(len(faults))]); err != nil {
			t.Fatal(err)
		}
		s.start()
		load, end := context.WithTimeout(t.Context(), time.Duration(100+rng.IntN(700))*time.Millisecond)
		var wg sync.WaitGroup
		for p := range producers {
			wg.Go(func() {
				for load.Err() == nil {
					if open[p] == "" {
						n[p]++
						open[p] = fmt.Sprintf("text %d of producer %d", n[p], p)
					}
					known, err := s.send(context.WithoutCancel(load), open[p], open[p])
					if known {
						mu.Lock()
						accepted[open[p]] = true
						mu.Unlock()
						open[p] = ""
					}
					if errors.Is(err, door.ErrNotRunning) || errors.Is(err, door.ErrNoAnswer) {
						return // killed; the text is offered again in the next round
					}
				}
			})
		}
		<-load.Done()
		if st, err := s.status(); err == nil {
			inDoubt += int(st.Way.Resent)
		}
		s.kill()
		end()
		wg.Wait()
		_ = round
	}
	if err := s.smsc.Faults().Set("off"); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.until("everything is settled", func() bool {
		st, err := s.status()
		lane := st.Queue.Lanes[0]
		return err == nil && st.Way.Links[0].State == "bound" && lane.Ready+lane.Leased == 0 && st.Way.InDoubt == 0
	})
	arrived := map[string]int{}
	twice := 0
	for _, m := range s.smsc.Messages() {
		arrived[m.Text] += m.Copies
		if m.Copies > 1 {
			twice++
		}
	}
	lost := 0
	for text := range accepted {
		if arrived[text] == 0 {
			lost++
			t.Errorf("%q was accepted and never arrived", text)
		}
	}
	invented := 0
	for text := range arrived {
		if !accepted[text] && !slices.Contains(open, text) {
			invented++
			t.Errorf("%q arrived, and nobody sent it", text)
		}
	}
	t.Logf("%d rounds: %d accepted, %d lost, %d arrived more than once (in doubt when the agent was killed or by the SMSC's fault)",
		rounds, len(accepted), lost, twice)
	// What was under way at a kill, at most a window, may arrive twice; so may what the SMSC made doubtful.
	if most := rounds * (10 + 20); twice > most {
		t.Errorf("%d texts arrived twice; at most %d can have been in doubt", twice, most)
	}
	if len(accepted) < rounds*producers {
		t.Errorf("only %d texts were accepted: that is no load", len(accepted))
	}
}
