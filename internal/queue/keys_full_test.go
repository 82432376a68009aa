package queue

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestKeysInFullPool: a pool that stays full of records with keys, some of which are settled in whatever order, always
// has a segment to go on in, also after restarts: a key that is remembered keeps none for itself.
func TestKeysInFullPool(t *testing.T) {
	cfg := simConfig()
	cfg.SegmentSize, cfg.Segments = 2*minSegmentSize, 12
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 0))
		d := newSimDisk()
		s, _, err := openStore(cfg, d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		refused := 0
		for step := range 8000 {
			if rng.IntN(3) > 0 {
				_, _, err := s.put([]Entry{{Class: 2, Key: fmt.Sprint("key ", step), Body: make([]byte, 60+rng.IntN(60))}})
				if errors.Is(err, ErrFull) {
					refused++
				} else if err != nil {
					t.Fatalf("seed %d step %d: %v", seed, step, err)
				}
			}
			if it, ok := s.next(0); ok && rng.IntN(4) == 0 {
				err := errors.Join(s.attempt(it.ID, make([]byte, 12)), s.commit(), s.submitted(it.ID, make([]byte, 30)))
				if err == nil && rng.IntN(200) > 0 {
					err = s.done(it.ID, 1)
				}
				if err != nil {
					t.Fatalf("seed %d step %d: %v", seed, step, err)
				}
			} else if ok {
				s.ready(s.index.get(it.ID))
			}
			if rng.IntN(5) == 0 {
				_ = s.commit() // s.failure tells
			}
			if s.failure != nil {
				t.Fatalf("seed %d step %d: %v; %d live, %d of %d segments free", seed, step, s.failure, s.index.n, len(s.free), len(s.segs))
			}
			if rng.IntN(2000) == 0 {
				if s, _, err = openStore(cfg, d.cut(cutNone, nil), quiet); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(s.segs) > cfg.Segments {
			t.Errorf("seed %d: %d segments were made beyond the %d of the pool", seed, len(s.segs)-cfg.Segments, cfg.Segments)
		}
		if refused < 100 {
			t.Errorf("seed %d: %d refused: the pool was not full", seed, refused)
		}
	}
}
