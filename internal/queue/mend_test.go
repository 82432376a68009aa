package queue

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// bubbleStore opens a store on d whose clock is believed in a bubble.
func bubbleStore(t *testing.T, d files) *store {
	t.Helper()
	cfg := simConfig()
	cfg.ClockFloor = bubbleStart.Add(-time.Hour)
	s, _, err := openStore(cfg, d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestNotedWhileDelayed: a note on a record that waits for its retry, and may have been sent, does not
// take the doubt away, after a restart neither.
func TestNotedWhileDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSimDisk()
		s := bubbleStore(t, d)
		id := must(putOne(s, "a"))
		s.next(0)
		if err := s.retry(id, time.Now().Add(time.Hour), []byte("busy"), true); err != nil {
			t.Fatal(err)
		}
		s.index.get(id).set(slotAttempted) // as damage does
		if err := s.note(id, []byte("noted")); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.commit(), s.close()); err != nil {
			t.Fatal(err)
		}
		s = bubbleStore(t, d)
		it := must(s.get(id))
		if !it.Attempted || string(it.Note) != "noted" || it.Tries != 1 || !it.NotBefore.Equal(bubbleStart.Add(time.Hour)) {
			t.Errorf("after a restart: %+v", it)
		}
	})
}

// TestKickedWaits: a record that a person sent again and that the far end took waits kickedGrace for its
// fate and no longer, also when it was moved, and over restarts.
func TestKickedWaits(t *testing.T) {
	for _, how := range []string{"running", "restarted", "moved and restarted"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				submit := func(s *store, id ID) {
					if err := s.bury(id, "failed"); err != nil {
						t.Fatal(err)
					}
					for range 2 { // the first grace does not count for the second submission
						if err := s.kick(id); err != nil {
							t.Fatal(err)
						}
						if err := s.submitted(id, nil); err != nil {
							t.Fatal(err)
						}
						pass(time.Hour)
					}
				}
				var s *store
				var id ID
				passed := time.Hour
				switch how {
				case "moved and restarted":
					s, id = movedAndRestarted(t, submit)
					passed = 0
				default:
					d := newSimDisk()
					s = bubbleStore(t, d)
					id = must(putOne(s, "a"))
					submit(s, id)
					if how == "restarted" {
						if err := errors.Join(s.commit(), s.close()); err != nil {
							t.Fatal(err)
						}
						s, passed = bubbleStore(t, d), 0
					}
				}
				if st := s.index.get(id).state; st != Waiting {
					t.Fatalf("the record is %v", st)
				}
				pass(kickedGrace - passed - time.Second)
				if expiredNow(s) {
					t.Error("given out as expired before the end of its grace")
				}
				pass(2 * time.Second)
				if !expiredNow(s) {
					t.Error("it waits without an end")
				}
			})
		})
	}
}

// TestKeyUsedAgain: a key that was forgotten for want of room and used again is remembered from its second
// use on, for its whole horizon.
func TestKeyUsedAgain(t *testing.T) {
	table := keyTable{most: 4}
	hour := int64(time.Hour)
	table.settle(7, keyState{id: 1, settled: hour}, hour)
	delete(table.m, 7) // as moveKeys does when the pool is short of room
	table.settle(7, keyState{id: 2, settled: 20 * hour}, 20*hour)
	for id := ID(3); id < 6; id++ {
		table.settle(uint64(id), keyState{id: id, settled: 21 * hour}, 21*hour)
	}
	if st := table.m[7]; st.id != 2 {
		t.Errorf("its key gives %+v, want record 2", st)
	}
	table.forget(43 * hour)
	if _, ok := table.m[7]; !ok {
		t.Error("forgotten before its horizon")
	}
	table.forget(44 * hour)
	if _, ok := table.m[7]; ok {
		t.Error("remembered beyond its horizon")
	}
}
