package queue

import (
	"fmt"
	"time"
)

// StateCounts counts records by state; Delayed are ready later.
type StateCounts struct {
	Ready   int `json:"ready"`
	Delayed int `json:"delayed"`
	Leased  int `json:"leased"`
	Waiting int `json:"waiting"`
	Buried  int `json:"buried"`
}

// Live counts all of them.
func (c StateCounts) Live() int { return c.Ready + c.Delayed + c.Leased + c.Waiting + c.Buried }

// Stats says how full the queue is and what it has done.
type Stats struct {
	StateCounts
	Lanes   [Lanes]StateCounts `json:"lanes"`
	Classes [Classes]int       `json:"classes"`
	Oldest  ID                 `json:"oldest,omitempty"` // the live record with the lowest ID, 0 when there is none

	// Octets: taken by the log, of live records, of the pool without the reserve.
	Used     int64 `json:"used"`
	Octets   int64 `json:"live_octets"`
	Capacity int64 `json:"capacity"`
	// Files of the pool; those not in the log; octets of each.
	Segments    int `json:"segments"`
	Free        int `json:"free"`
	SegmentSize int `json:"segment_size"`

	Totals  `json:"totals"` // since the pool was created
	Commits uint64          `json:"commits"` // syncs of the medium since Open
	Written uint64          `json:"written"` // octets written since Open
	Placed  uint64          `json:"placed"`  // records written since Open
	Moved   uint64          `json:"moved"`   // records moved by compaction since Open
	Faults  uint64          `json:"faults"`  // failed writes and syncs since Open
	// Replaced counts the records dropped since Open because a later one took their place.
	Replaced uint64 `json:"replaced"`
	// Evicted counts the records dropped since Open because a record of a higher class needed their room.
	Evicted uint64 `json:"evicted"`

	// What that comes to on the medium, in octets of whole pages: since Open, in the last 24 hours, and, once it
	// can be foretold, in a day. WriteBudget is what a day may come to, 0 for no limit; OverBudget says that it
	// came to more, and is not below four fifths of it again.
	Flash       int64 `json:"flash"`
	FlashDay    int64 `json:"flash_day"`
	FlashPerDay int64 `json:"flash_per_day,omitempty"`
	WriteBudget int64 `json:"write_budget,omitempty"`
	OverBudget  bool  `json:"over_budget,omitempty"`

	// What the last start found: damaged stretches and files put aside.
	Damaged int `json:"damaged,omitempty"`
	Aside   int `json:"aside,omitempty"`

	// Failure is why the medium does not take writes, "" when it does. Unsaved is how many changes of
	// state are in memory only.
	Failure string `json:"failure,omitempty"`
	Unsaved int    `json:"unsaved,omitempty"`
	// RelaxedWait is how long records of the classes from 4 on may be at risk, 0 when none are; nanoseconds.
	RelaxedWait time.Duration `json:"relaxed_wait,omitempty"`
	// ClockTrusted says that the wall clock is believed.
	ClockTrusted bool `json:"clock_trusted"`
}

// String says how full the queue is, and what is wrong with it, in one line.
func (s Stats) String() string {
	line := fmt.Sprintf("%d records, %s of %s used", s.Live(), octets(s.Used), octets(s.Capacity))
	if s.Lost > 0 {
		line += fmt.Sprintf("; %d LOST to damage since it was created", s.Lost)
	}
	if s.OverBudget {
		line += fmt.Sprintf("; FLASH: %s written in 24 hours, the budget is %s", octets(s.FlashDay), octets(s.WriteBudget))
	}
	if s.Evicted > 0 {
		line += fmt.Sprintf("; FULL: %d dropped for records of a higher class since the start", s.Evicted)
	}
	if s.RelaxedWait > 0 {
		line += fmt.Sprintf("; a power cut may take the last %v of telemetry", s.RelaxedWait)
	}
	if s.Damaged > 0 {
		line += fmt.Sprintf("; the last start found %d damaged places", s.Damaged)
	}
	if s.Aside > 0 {
		line += fmt.Sprintf("; the last start put %d files aside", s.Aside)
	}
	if s.Failure != "" {
		line += fmt.Sprintf("; THE MEDIUM TAKES NO WRITES: %s, %d changes are in memory only", s.Failure, s.Unsaved)
	}
	return line
}

// Wear says how much is written to the medium, in one line.
func (s Stats) Wear() string {
	line := fmt.Sprintf("%s in the last 24 hours, %s since the start", octets(s.FlashDay), octets(s.Flash))
	if s.FlashPerDay > 0 {
		line += fmt.Sprintf(", about %s a day", octets(s.FlashPerDay))
	}
	if s.WriteBudget > 0 {
		line += fmt.Sprintf(" of a budget of %s", octets(s.WriteBudget))
	}
	return line
}

func (s *store) stats() Stats {
	st := Stats{
		Used: s.used(), Octets: s.liveOctets(), Capacity: s.capacity(),
		Segments: len(s.segs), Free: len(s.free), SegmentSize: s.size,
		Totals:  s.totals,
		Commits: s.counted.commits, Written: s.counted.written, Placed: s.counted.records,
		Moved: s.counted.moved, Faults: s.counted.failures, Replaced: s.counted.replaced, Evicted: s.counted.evicted,
		Unsaved: len(s.unsaved), Damaged: s.damaged, Aside: s.aside,
	}
	now := s.clock.now()
	s.wear.turn(now)
	s.judgeWear()
	st.Flash, st.FlashDay, st.FlashPerDay = s.wear.total, s.wear.day(), s.wear.perDay(now)
	st.WriteBudget, st.OverBudget = s.wear.budget, s.wear.over
	if s.failure != nil {
		st.Failure = s.failure.Error()
	}
	if s.cfg.Durability == relaxed {
		st.RelaxedWait = s.cfg.RelaxedWait
	}
	_, st.ClockTrusted = s.clock.wall()
	s.index.all(func(sl *slot) {
		if sl.is(slotHidden | slotReplaced) {
			return
		}
		if st.Oldest == 0 {
			st.Oldest = sl.id
		}
		st.Classes[sl.class()]++
		for _, c := range []*StateCounts{&st.StateCounts, &st.Lanes[sl.lane()]} {
			c.count(sl)
		}
	})
	return st
}

// count adds a record.
func (c *StateCounts) count(sl *slot) {
	switch sl.state {
	case Ready:
		if sl.is(slotDelayed) {
			c.Delayed++
		} else {
			c.Ready++
		}
	case Leased:
		c.Leased++
	case Waiting:
		c.Waiting++
	case Buried:
		c.Buried++
	}
}
