package queue

import (
	"testing"
	"testing/synctest"
	"time"
)

// movedAndRestarted lets prepare work on a record that expires in a minute, has it moved to the end of the
// log, and opens the queue again while both the PUT and the COPY are in the log.
func movedAndRestarted(t *testing.T, prepare func(s *store, id ID)) (*store, ID) {
	t.Helper()
	cfg, d := simConfig(), newSimDisk()
	cfg.ClockFloor = bubbleStart.Add(-time.Hour)
	s, _, err := openStore(cfg, d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ids, _, err := s.put([]Entry{{Body: []byte("a"), Expires: time.Now().Add(time.Minute)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	id := ids[0]
	prepare(s, id)
	if err := s.roll(false); err != nil {
		t.Fatal(err)
	}
	s.moveHead()
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	if s.index.get(id).anchorIs != kindCopy {
		t.Fatal("the record was not moved")
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	s, _, err = openStore(cfg, d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return s, id
}

func expiredNow(s *store) bool {
	s.tick()
	_, ok := s.firstExpired()
	return ok
}

// TestGraceAfterMove: the receipt of a submitted record is waited for until WaitGrace after its time, also
// when the log tells that time twice.
func TestGraceAfterMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := movedAndRestarted(t, func(s *store, id ID) {
			if err := s.submitted(id, nil); err != nil {
				t.Fatal(err)
			}
		})
		pass(time.Minute + time.Second)
		if expiredNow(s) {
			t.Error("given out as expired without its grace")
		}
		pass(s.cfg.WaitGrace - 2*time.Second)
		if expiredNow(s) {
			t.Error("given out as expired before the end of its grace")
		}
		pass(2 * time.Second)
		if !expiredNow(s) {
			t.Error("not given out as expired after its grace")
		}
	})
}

// TestKickedAfterMove: a record that a person kicked has no time of expiry, after a restart neither.
func TestKickedAfterMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, id := movedAndRestarted(t, func(s *store, id ID) {
			if err := s.bury(id, "asked for"); err != nil {
				t.Fatal(err)
			}
			if err := s.kick(id); err != nil {
				t.Fatal(err)
			}
		})
		pass(time.Hour)
		if expiredNow(s) {
			t.Error("kicked, and given out as expired")
		}
		if it, ok := s.next(0); !ok || it.ID != id || !it.Expires.IsZero() {
			t.Errorf("got %+v, %v; want record %d without a time of expiry", it, ok, id)
		}
	})
}

// TestFarTimes: times too far away for a Duration are far away, and not past.
func TestFarTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, err := openStore(simConfig(), newSimDisk(), quiet)
		if err != nil {
			t.Fatal(err)
		}
		far := time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC)
		for _, e := range []Entry{{Lane: 1, NotBefore: far}, {Lane: 2, Expires: far}, {Lane: 3}} {
			if _, _, err := s.put([]Entry{e}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.commit(); err != nil {
			t.Fatal(err)
		}
		if it, ok := s.next(3); !ok || s.retry(it.ID, far, nil, true) != nil {
			t.Fatal("no retry")
		}
		pass(time.Hour)
		for _, lane := range []Lane{1, 3} {
			if it, ok := s.next(lane); ok {
				t.Errorf("lane %d: record %d of the year 2400 is ready now", lane, it.ID)
			}
		}
		if expiredNow(s) {
			t.Error("a record that expires in the year 2400 is given out as expired now")
		}
	})
}
