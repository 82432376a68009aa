package queue

import (
	"errors"
	"math/rand/v2"
	"testing"
)

// TestRoomIsWonBack: no record is refused for want of room while what lives takes less than three quarters of
// it, in whatever order the others were settled, and though large records, between which more is wasted, came
// before.
func TestRoomIsWonBack(t *testing.T) {
	for seed := range uint64(24) {
		if seed == 23 {
			seed = 221 // where what lives in the oldest segment does not fit behind the log for a while
		}
		rng := rand.New(rand.NewPCG(seed, 3))
		cfg := simConfig()
		cfg.Segments = 12
		s, _, err := openStore(cfg, newSimDisk(), quiet)
		if err != nil {
			t.Fatal(err)
		}
		var ids []ID
		for round := range 40 {
			size := 50 + rng.IntN(300)
			if round < 10 {
				size = 1300 + rng.IntN(700)
			}
			for {
				_, _, err := s.put([]Entry{{Body: make([]byte, size)}})
				if errors.Is(err, ErrFull) {
					break
				}
				if err == nil {
					err = s.commit()
				}
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, s.nextID-1)
			}
			if live := s.neededWith(nil); round > 15 && live < s.capacity()*3/4 {
				t.Fatalf("seed %d: full with %d live octets of %d, %d used, residue %d", seed, live, s.capacity(), s.used(), s.residue)
			}
			from, share := rng.IntN(max(len(ids), 1)), rng.IntN(100)
			if round == 9 {
				from, share = 0, 100
			}
			kept := ids[:0]
			for i, id := range ids {
				if i >= from && rng.IntN(100) < share {
					if err := s.done(id, 0); err != nil {
						t.Fatal(err)
					}
					continue
				}
				kept = append(kept, id)
			}
			ids = kept
			if err := s.commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
