package queue

import "time"

// clock turns wall-clock times into times of the monotonic clock, which no step of the wall clock
// moves. A board without a battery wakes in 1970 and learns the time later, or never.
type clock struct {
	base  time.Time // its monotonic reading is the clock's zero
	floor time.Time // a wall clock before it is wrong
	known int64     // the last believed wall clock in the log, in milliseconds
}

func newClock(floor time.Time) clock { return clock{base: time.Now(), floor: floor} }

// believable is how long after the floor a wall clock is still believed; satellites and networks are
// known to give 2036, 2038 and 2080.
const believable = 15 * 365 * 24 * time.Hour

// slack is how far the wall clock may be behind the last one in the log.
const slack = time.Hour

// now returns the monotonic time in nanoseconds since the queue was opened, from 1 up.
func (c *clock) now() int64 { return int64(time.Since(c.base)) + 1 }

// farthest is how far a time is taken to be at most; what is further away would not fit a Duration.
const farthest = 100 * 365 * 24 * time.Hour

// after returns the monotonic time in d from now.
func (c *clock) after(d time.Duration) int64 { return c.now() + int64(min(d, farthest)) }

// wall returns the wall clock in milliseconds and whether to believe it.
func (c *clock) wall() (ms int64, trusted bool) {
	now := time.Now()
	ms = millis(now)
	return ms, c.plausible(ms) && ms >= c.known-slack.Milliseconds()
}

func (c *clock) plausible(ms int64) bool {
	return ms >= c.floor.UnixMilli() && ms < c.floor.Add(believable).UnixMilli()
}

// saw notes a believed wall clock from the log.
func (c *clock) saw(ms int64, trusted bool) {
	if trusted && c.plausible(ms) {
		c.known = ms
	}
}

// due returns when, on the monotonic clock, the wall time at comes, which was given when the wall
// clock showed stamp. Without two believed clocks only the distance from stamp to at counts; the time
// that passed while the power was off is then not known and not counted, so that nothing expires early.
func (c *clock) due(at, stamp int64, stampTrusted bool) int64 {
	now, trusted := c.wall()
	left := at - stamp
	if trusted == stampTrusted && (trusted || now >= stamp) {
		left = at - now
	}
	return c.after(time.Duration(max(min(left, farthest.Milliseconds()), 0)) * time.Millisecond)
}
