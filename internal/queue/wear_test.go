package queue

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestWear: a lone append wears one page, a large one as many as it takes, and a batch shares its pages.
func TestWear(t *testing.T) {
	s, _, err := openStore(simConfig(), newSimDisk(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	must(putOne(s, "begins a segment"))
	for _, step := range []struct{ entries, size, pages int }{{1, 100, 1}, {3, 20, 1}, {1, 1900, 1}, {1, 1900, 1}} {
		before := s.stats()
		entries := make([]Entry, step.entries)
		for i := range entries {
			entries[i].Body = make([]byte, step.size)
		}
		if _, _, err := s.put(entries); err != nil {
			t.Fatal(err)
		}
		if err := s.commit(); err != nil {
			t.Fatal(err)
		}
		after := s.stats()
		most := int64(step.pages+1) * pageSize // it may begin in the page of the one before
		if got := after.Flash - before.Flash; got < int64(step.pages)*pageSize || got > most || got%pageSize != 0 {
			t.Errorf("%d entries of %d octets wore %d octets, want %d to %d", step.entries, step.size, got, step.pages*pageSize, most)
		}
	}
}

// TestWriteBudget: when a day's writes pass the budget it is said once, and once more when they are well below it
// again; what a day comes to is foretold from what there is.
func TestWriteBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		cfg := simConfig()
		cfg.WriteBudget, cfg.ClockFloor = 1<<20, bubbleStart.Add(-time.Hour)
		s, _, err := openStore(cfg, newSimDisk(), slog.New(slog.NewTextHandler(&out, nil)))
		if err != nil {
			t.Fatal(err)
		}
		hour := func(appends int) {
			t.Helper()
			for range appends {
				pass(time.Hour / time.Duration(appends))
				if err := s.done(must(putOne(s, "x")), 0); err != nil {
					t.Fatal(err)
				}
			}
		}
		if st := s.stats(); st.FlashPerDay != 0 {
			t.Errorf("foretold at the start: %d", st.FlashPerDay)
		}
		hour(10)
		st := s.stats()
		if st.Flash < 40<<10 || st.FlashPerDay < 24*40<<10 || st.FlashPerDay > 25*st.Flash || st.OverBudget {
			t.Errorf("after an hour: %d octets, %d a day foretold", st.Flash, st.FlashPerDay)
		}
		for range 30 {
			hour(13) // 24 x 13 appends of a page, and a page each time a segment begins
		}
		if st := s.stats(); !st.OverBudget || st.FlashDay < 1<<20 || st.FlashPerDay != st.FlashDay || !strings.Contains(st.String(), "budget") {
			t.Errorf("over the budget: %+v", st)
		}
		for range 24 {
			hour(10) // between easing and the budget
		}
		if st := s.stats(); !st.OverBudget {
			t.Errorf("just below the budget it counts as kept: %+v", st.FlashDay)
		}
		for range 24 {
			hour(2)
		}
		if st := s.stats(); st.OverBudget || st.FlashDay > 300<<10 {
			t.Errorf("well below the budget: %+v", st)
		}
		if more, kept := strings.Count(out.String(), "more is written"), strings.Count(out.String(), "within its budget again"); more != 1 || kept != 1 {
			t.Errorf("said %d times and %d times: %s", more, kept, out.String())
		}
	})
}
