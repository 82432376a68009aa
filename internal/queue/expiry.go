package queue

import "time"

// kickedGrace is how long a record waits for its fate that was kicked and then submitted: it has no time
// of expiry any more, and SMSCs keep trying for a day or three.
const kickedGrace = 72 * time.Hour

// timeUp deals with a record whose time of expiry has come, or the end of its grace after that. The time of
// expiry may come more than once: a log that holds a PUT and its COPY tells it twice.
func (s *store) timeUp(sl *slot, now int64, t timer) {
	switch {
	case sl.is(slotReported):
		return
	case t.grace():
		if sl.state == Waiting && t.round() == graceRound(sl.round) {
			s.report(sl)
		}
		return
	case sl.is(slotNoExpiry):
		return
	}
	switch sl.state {
	case Ready:
		s.report(sl)
	case Waiting:
		if !sl.is(slotOverdue) {
			sl.set(slotOverdue)
			s.timers.push(graceTimer(now+int64(s.cfg.WaitGrace), sl.id, sl.round))
		}
	default:
		sl.set(slotOverdue)
	}
}

// report puts the record in the list of the expired.
func (s *store) report(sl *slot) {
	sl.set(slotReported | slotOverdue)
	s.expiredIDs = append(s.expiredIDs, sl.id)
}

// firstExpired is the next expired record to give out.
func (s *store) firstExpired() (Item, bool) {
	for s.expired == nil && len(s.expiredIDs) > 0 {
		sl := s.visible(s.expiredIDs[0])
		if sl == nil || !sl.is(slotReported) {
			s.expiredIDs = s.expiredIDs[1:]
			continue
		}
		it, err := s.item(sl)
		if err != nil {
			s.log.Error("expired record unreadable", "id", uint64(sl.id), "error", err)
		}
		s.expired = &it
	}
	if s.expired == nil {
		return Item{}, false
	}
	if sl := s.visible(s.expired.ID); sl == nil || !sl.is(slotReported) {
		s.expired = nil
		return s.firstExpired()
	}
	return *s.expired, true
}

// expiredTaken settles a record that was given out as expired.
func (s *store) expiredTaken(id ID) {
	s.expired = nil
	if sl := s.visible(id); sl != nil && sl.is(slotReported) {
		s.makeWay(changeSize)
		s.totals.Expired++
		s.settle(s.index.get(id), kindExpired, 0, "")
	}
}

// dropExpired settles expired records that nobody has taken, because their room is needed.
func (s *store) dropExpired() {
	n := 0
	for {
		it, ok := s.firstExpired()
		if !ok {
			break
		}
		s.expiredTaken(it.ID)
		n++
	}
	if n > 0 {
		s.log.Warn("expired records dropped unreported, their room was needed", "records", n)
	}
}
