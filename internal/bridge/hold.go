package bridge

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"
)

// A hold pauses the link: while it lasts nothing is taken from the queue, so that throttling
// delays messages but never shuffles them. It doubles with each refusal in a row.
type hold struct {
	min, max time.Duration

	mu    sync.Mutex
	until time.Time
	last  time.Duration
	why   string
	told  map[string]time.Time // what was logged, and when; at most maxTold
}

func newHold(lo, hi time.Duration) *hold {
	return &hold{min: lo, max: hi, told: map[string]time.Time{}}
}

// tellEvery is how often the log says the same again: an SMSC that throttles a backlog may hold the link
// every few seconds for hours. Of more different things than maxTold at a time no more is said: an SMSC
// may make up a status for each message.
const (
	tellEvery = 10 * time.Minute
	maxTold   = 32
)

// news reports whether what the SMSC does is worth a line for people.
func (h *hold) news(what string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.told, func(_ string, at time.Time) bool { return time.Since(at) >= tellEvery })
	if _, ok := h.told[what]; ok || len(h.told) >= maxTold {
		return false
	}
	h.told[what] = time.Now()
	return true
}

// level is that of a line about what the SMSC does: a warning once in a while, between that for those who
// look closely.
func (h *hold) level(what string) slog.Level {
	if h.news(what) {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// extend starts or lengthens the hold and returns how long it lasts from now. Refusals of one
// window count once: those that come while it lasts change nothing.
func (h *hold) extend(why string) (d time.Duration, began bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if left := time.Until(h.until); left > 0 {
		return left, false
	}
	h.last = min(max(2*h.last, h.min), h.max)
	h.until, h.why = time.Now().Add(h.last), why
	return h.last, true
}

// clear forgets the growth once the SMSC takes messages again.
func (h *hold) clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Now().After(h.until) {
		h.last = 0
	}
}

// wait returns when the hold is over, or with ctx's error.
func (h *hold) wait(ctx context.Context) error {
	for {
		h.mu.Lock()
		left := time.Until(h.until)
		h.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

// held reports whether it lasts.
func (h *hold) held() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Until(h.until) > 0
}

// String says why and for how long, or nothing.
func (h *hold) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := time.Until(h.until)
	if left <= 0 {
		return ""
	}
	return fmt.Sprintf("%s, %v more", h.why, left.Round(100*time.Millisecond))
}

// sleep waits for d, or returns ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
