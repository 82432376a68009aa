package queue

import (
	"time"

	"golang.org/x/sys/unix"
)

// clock turns wall-clock times into times of the monotonic clock, which no step of the wall clock
// moves. A board without a battery wakes in 1970 and learns the time later, or never.
type clock struct {
	base   time.Time        // its monotonic reading is the clock's zero
	shows  func() time.Time // the wall clock
	sleeps func() int64     // how long the machine has been suspended, in nanoseconds
	slept  int64            // that at the clock's zero
	asleep int64            // how much longer since
	floor  time.Time        // a wall clock before it is wrong
	known  int64            // the last believed wall clock, of the log and since, in milliseconds
	// While the wall clock is behind that: by how much it was ahead of the monotonic one when it was first, in
	// milliseconds, and when that was.
	behind   int64
	behindAt int64
}

func newClock(floor time.Time) clock {
	c := clock{base: time.Now(), shows: time.Now, sleeps: suspended, floor: floor, slept: suspended()}
	for range 3 {
		c.slept = max(c.slept, suspended())
	}
	return c
}

// suspended is how long the machine has been suspended since it started, in nanoseconds: CLOCK_BOOTTIME counts that
// and CLOCK_MONOTONIC, which is Go's, does not. It is never too much; by what passes between the two readings
// it may be too little.
func suspended() int64 {
	var all, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &all) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil {
		return 0
	}
	return all.Nano() - awake.Nano()
}

// believable is how long after the floor a wall clock is still believed; satellites and networks are
// known to give 2036, 2038 and 2080.
const believable = 15 * 365 * 24 * time.Hour

// slack is how far the wall clock may be behind the last believed one. One that is further behind, and has gone
// with the monotonic clock for steady, is believed again: then the other one was wrong.
const (
	slack  = time.Hour
	steady = 24 * time.Hour
)

// now returns the time in nanoseconds since the queue was opened, from 1 up, by the monotonic clock; what the
// machine had slept when look was called counts.
func (c *clock) now() int64 {
	return int64(time.Since(c.base)) + c.asleep + 1
}

// look takes note of what the machine has slept. Less than a second is taken for the time between two readings.
func (c *clock) look() {
	if n := c.sleeps() - c.slept; n > c.asleep+int64(time.Second) {
		c.asleep = n
	}
}

// farthest is how far a time is taken to be at most; what is further away would not fit a Duration.
const farthest = 100 * 365 * 24 * time.Hour

// after returns the monotonic time in d from now.
func (c *clock) after(d time.Duration) int64 { return c.now() + int64(min(d, farthest)) }

// wall returns the wall clock in milliseconds and whether to believe it.
func (c *clock) wall() (ms int64, trusted bool) {
	ms = millis(c.shows())
	switch ahead := ms - c.now()/int64(time.Millisecond); {
	case !c.plausible(ms):
		return ms, false
	case ms >= c.known-slack.Milliseconds():
		c.behindAt = 0
	case c.behindAt == 0 || max(ahead-c.behind, c.behind-ahead) > slack.Milliseconds():
		c.behind, c.behindAt = ahead, c.now()
		return ms, false
	case c.now()-c.behindAt < int64(steady):
		return ms, false
	default:
		c.behindAt, c.known = 0, ms
	}
	c.known = max(c.known, ms)
	return ms, true
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

// absolute says whether the wall time at, given when the wall clock showed stamp, means that time, and not the
// distance from stamp: one was given by a clock that was believed, or can only be meant so, since the clock
// showed 1970.
func (c *clock) absolute(at, stamp int64, stampTrusted bool) bool {
	return stampTrusted || c.plausible(at) && !c.plausible(stamp)
}

// due returns when, on the monotonic clock, the wall time at comes, which was given when the wall
// clock showed stamp. Without two believed clocks only the distance from stamp to at counts; the time
// that passed while the power was off is then not known and not counted, so that nothing expires early.
func (c *clock) due(at, stamp int64, stampTrusted bool) int64 {
	now, trusted := c.wall()
	left := at - stamp
	if absolute := c.absolute(at, stamp, stampTrusted); trusted == absolute && (trusted || now >= stamp) {
		left = at - now
	}
	return c.after(time.Duration(max(min(left, farthest.Milliseconds()), 0)) * time.Millisecond)
}

// from is due for a time that is given now. Two readings of the same clock are compared by its monotonic part, which
// a step of the wall clock in between does not change.
func (c *clock) from(t time.Time) int64 { return max(c.after(t.Sub(c.shows())), 1) }

// waitsForClock says whether a time that is given now cannot be known before the wall clock is believed.
func (c *clock) waitsForClock(t time.Time) bool {
	now, trusted := c.wall()
	return !t.IsZero() && !trusted && c.absolute(millis(t), now, false)
}
