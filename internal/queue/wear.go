package queue

import "time"

// wear counts what is written to the medium, in pages: a page that is written in part is written whole. It has
// hours on the monotonic clock, so that it needs no wall clock.
type wear struct {
	hours  [24]int64 // octets, of the hour's number modulo 24
	hour   int64     // the number of the latest one
	total  int64     // since Open
	budget int64     // octets in 24 hours, 0 for none
	over   bool      // more than the budget, and not yet below easing again
}

// easing is the share of the budget, in percent, below which it counts as kept again.
const easing = 80

// settled is how long a queue must be open for what it writes in a day to be foretold.
const settled = 10 * time.Minute

// wrote adds octets at the monotonic time now.
func (w *wear) wrote(octets, now int64) {
	w.turn(now)
	w.hours[w.hour%24] += octets
	w.total += octets
}

// turn begins the hours up to now.
func (w *wear) turn(now int64) {
	hour := now / int64(time.Hour)
	for n := 0; w.hour < hour; n++ {
		if n == len(w.hours) { // all of them are empty
			w.hour = hour
			break
		}
		w.hour++
		w.hours[w.hour%24] = 0
	}
}

// day is what was written in the last 23 to 24 hours.
func (w *wear) day() (sum int64) {
	for _, n := range w.hours {
		sum += n
	}
	return sum
}

// perDay foretells what a day comes to: the last one, or what was written since the start stretched to one; 0 in
// the first minutes.
func (w *wear) perDay(now int64) int64 {
	if now >= int64(24*time.Hour) {
		return w.day()
	}
	if now < int64(settled) {
		return 0
	}
	return int64(float64(w.total) * float64(24*time.Hour) / float64(now))
}

// judge sets over, and reports whether it changed.
func (w *wear) judge() (changed bool) {
	before, day := w.over, w.day()
	switch {
	case w.budget == 0:
	case day > w.budget:
		w.over = true
	case day < w.budget/100*easing:
		w.over = false
	}
	return w.over != before
}

// wore counts the pages that a sync of the open segment from one offset to another has brought to the medium.
func (s *store) wore(from, to int) {
	if to <= from {
		return
	}
	pages := (to+pageSize-1)/pageSize - from/pageSize
	s.wear.wrote(int64(pages)*pageSize, s.clock.now())
	s.judgeWear()
}

// judgeWear says it when the budget was passed, or is kept again.
func (s *store) judgeWear() {
	if !s.wear.judge() {
		return
	}
	if s.wear.over {
		s.log.Warn("more is written to flash in a day than its budget", "octets", s.wear.day(), "write_budget", s.wear.budget)
		return
	}
	s.log.Info("what is written to flash in a day is within its budget again", "octets", s.wear.day(), "write_budget", s.wear.budget)
}
