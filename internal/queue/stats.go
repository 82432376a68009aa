package queue

// Stats says how full the queue is and what it has done.
type Stats struct {
	Ready, Delayed, Leased, Waiting, Buried int // records by state; Delayed are ready later
	Lanes                                   [Lanes]int
	Classes                                 [Classes]int
	Oldest                                  ID // the live record with the lowest ID, 0 when there is none

	Used, Live, Capacity int64 // octets: taken by the log, of live records, of the pool without the reserve
	Segments, Free       int   // files of the pool; those not in the log
	SegmentSize          int

	Totals         // since the pool was created
	Commits uint64 // syncs of the medium since Open
	Written uint64 // octets written since Open
	Placed  uint64 // records written since Open
	Moved   uint64 // records moved by compaction since Open
	Faults  uint64 // failed writes and syncs since Open

	// Failure is the error of a medium that does not take writes, nil when it does. Unsaved is how
	// many changes of state are in memory only.
	Failure error
	Unsaved int
	// ClockTrusted says that the wall clock is believed.
	ClockTrusted bool
}

func (s *store) stats() Stats {
	st := Stats{
		Used: s.used(), Live: s.liveOctets(), Capacity: s.capacity(),
		Segments: len(s.segs), Free: len(s.free), SegmentSize: s.size,
		Totals:  s.totals,
		Commits: s.counted.commits, Written: s.counted.written, Placed: s.counted.records,
		Moved: s.counted.moved, Faults: s.counted.failures,
		Failure: s.failure, Unsaved: len(s.unsaved),
	}
	_, st.ClockTrusted = s.clock.wall()
	s.index.all(func(sl *slot) {
		if sl.is(slotHidden) {
			return
		}
		if st.Oldest == 0 {
			st.Oldest = sl.id
		}
		st.Lanes[sl.lane()]++
		st.Classes[sl.class()]++
		switch sl.state {
		case Ready:
			if sl.is(slotDelayed) {
				st.Delayed++
			} else {
				st.Ready++
			}
		case Leased:
			st.Leased++
		case Waiting:
			st.Waiting++
		case Buried:
			st.Buried++
		}
	})
	return st
}
