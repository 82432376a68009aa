package queue

import (
	"testing"
	"testing/synctest"
	"time"
)

// steppedStore is a store in a bubble whose wall clock shows what the test sets: stepped(t) sets it to t, as
// NTP or a person does, in the running process.
func steppedStore(t *testing.T, d *simDisk, begin time.Time) (s *store, stepped func(time.Time)) {
	t.Helper()
	cfg := simConfig()
	cfg.ClockFloor = theFloor
	s, _, err := openStore(cfg, d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	at, since := begin, time.Now()
	s.clock.shows = func() time.Time { return at.Add(time.Since(since)).Round(0) }
	return s, func(to time.Time) { at, since = to, time.Now() }
}

var (
	theFloor = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	theEpoch = time.Unix(40, 0) // what a board without a battery shows
	theDay   = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

// readyNow says whether a record is to be sent now, and leases it.
func readyNow(s *store) bool {
	_, ok := s.next(0)
	return ok
}

// TestWallClockSteps: in a running process validity and retries run on the monotonic clock, whatever the wall
// clock does meanwhile.
func TestWallClockSteps(t *testing.T) {
	steps := map[string][2]time.Time{
		"from 1970 to now":   {theEpoch, theDay},
		"back to 1970":       {theDay, theEpoch},
		"a year back":        {theDay.AddDate(1, 0, 0), theDay},
		"a year ahead":       {theDay, theDay.AddDate(1, 0, 0)},
		"by a zone, back":    {theDay, theDay.Add(-10 * time.Hour)},
		"by a zone, ahead":   {theDay, theDay.Add(14 * time.Hour)},
		"to a wrong century": {theDay, theDay.AddDate(100, 0, 0)},
	}
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stepped := steppedStore(t, newSimDisk(), step[0])
				now := s.clock.shows()
				add := func(e Entry) ID {
					ids, _, err := s.put([]Entry{e})
					if err == nil {
						err = s.commit()
					}
					if err != nil {
						t.Fatal(err)
					}
					return ids[0]
				}
				retried := add(Entry{Body: []byte("retried")})
				if !readyNow(s) {
					t.Fatal("it is not ready")
				}
				if err := s.retry(retried, now.Add(20*time.Minute), nil, true); err != nil {
					t.Fatal(err)
				}
				add(Entry{Body: []byte("later"), NotBefore: now.Add(30 * time.Minute)})
				expiring := add(Entry{Lane: 1, Body: []byte("valid for an hour"), Expires: now.Add(time.Hour)})
				stepped(step[1])
				for _, at := range []time.Duration{20 * time.Minute, 10 * time.Minute} {
					pass(at - time.Minute)
					if readyNow(s) {
						t.Errorf("ready %v early", time.Minute)
					}
					pass(time.Minute)
					if !readyNow(s) {
						t.Errorf("not ready at its time")
					}
				}
				pass(29 * time.Minute)
				if expiredNow(s) {
					t.Error("expired a minute early")
				}
				pass(time.Minute)
				if !expiredNow(s) {
					t.Fatal("not expired at its time")
				}
				if it, _ := s.firstExpired(); it.ID != expiring {
					t.Errorf("record %d expired, want %d", it.ID, expiring)
				}
			})
		})
	}
}

// TestTimeOfDayBeforeClock: a time that is given while the clock shows 1970 and lies after the floor means that time
// and not fifty years from now: it counts as soon as the clock is right, in this process or a later one.
func TestTimeOfDayBeforeClock(t *testing.T) {
	for name, restart := range map[string]bool{"in one process": false, "over a restart": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newSimDisk()
				s, stepped := steppedStore(t, d, theEpoch)
				_, _, err := s.put([]Entry{
					{Body: []byte("at noon"), NotBefore: theDay},
					{Lane: 1, Body: []byte("until one"), Expires: theDay.Add(time.Hour)},
				})
				if err == nil {
					err = s.commit()
				}
				if err != nil {
					t.Fatal(err)
				}
				pass(5 * 24 * time.Hour)
				if readyNow(s) || expiredNow(s) {
					t.Error("they were not to wait for the clock")
				}
				if restart {
					if err := s.close(); err != nil {
						t.Fatal(err)
					}
					s, stepped = steppedStore(t, d, theEpoch)
				}
				stepped(theDay.Add(-10 * time.Minute))
				if pass(9 * time.Minute); readyNow(s) || expiredNow(s) {
					t.Error("not their time yet")
				}
				if pass(time.Minute); !readyNow(s) {
					t.Error("not ready at noon")
				}
				if pass(59 * time.Minute); expiredNow(s) {
					t.Error("expired early")
				}
				if pass(time.Minute); !expiredNow(s) {
					t.Error("not expired at one")
				}
			})
		})
	}
}

// TestSuspend: the time that the machine sleeps counts, and a timer of the kernel that stood still meanwhile is
// not waited for longer than a minute.
func TestSuspend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := steppedStore(t, newSimDisk(), theEpoch)
		slept := int64(0)
		s.clock.sleeps = func() int64 { return s.clock.slept + slept }
		_, _, err := s.put([]Entry{{Body: []byte("a"), Expires: s.clock.shows().Add(9 * time.Hour)}})
		if err == nil {
			err = s.commit()
		}
		if err != nil {
			t.Fatal(err)
		}
		slept = int64(8 * time.Hour)
		pass(59 * time.Minute)
		if expiredNow(s) {
			t.Error("expired a minute early")
		}
		slept += int64(time.Hour)
		if d := s.untilNext(); d > time.Minute {
			t.Errorf("nothing is to be done for %v; the machine may sleep meanwhile", d)
		}
		if !expiredNow(s) {
			t.Error("the sleep does not count")
		}
	})
}

// TestSteadyClock: a wall clock that was wrong, far ahead, and is set right is believed again after a day.
func TestSteadyClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stepped := steppedStore(t, newSimDisk(), theDay.AddDate(10, 0, 0))
		expect := func(want bool) {
			t.Helper()
			if _, got := s.clock.wall(); got != want {
				t.Errorf("believed: %v, want %v", got, want)
			}
		}
		expect(true)
		stepped(theDay)
		expect(false)
		pass(23 * time.Hour)
		expect(false)
		stepped(theDay.AddDate(0, 6, 0)) // that is no clock to believe
		expect(false)
		pass(23 * time.Hour)
		expect(false)
		pass(time.Hour)
		expect(true)
		stepped(theDay.AddDate(0, 6, 1))
		expect(true)
	})
}

// TestSuspended: the kernel is asked, and what it says never goes back by more than what lies between the readings.
func TestSuspended(t *testing.T) {
	c := newClock(theFloor)
	before := c.now()
	c.look()
	if c.asleep != 0 {
		t.Errorf("the machine slept %v during this test", time.Duration(c.asleep))
	}
	if now := c.now(); now < before || suspended() < -int64(time.Second) {
		t.Errorf("the clock went from %d to %d", before, now)
	}
}
