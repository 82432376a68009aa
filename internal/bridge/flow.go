package bridge

import (
	"context"
	"sync"
	"time"
)

// A flow is how many submits a link may have without response just now, and how fast they may follow each
// other. The window grows by one for each window of acceptances and is halved when the SMSC throttles, when
// a response does not come, or when it says that it is congested. The pace is a token bucket.
type flow struct {
	most  int           // the window that is configured
	every time.Duration // one token; 0: no pace
	burst float64

	mu       sync.Mutex
	window   float64
	inFlight int
	waning   int // responses still due from before the latest decrease, which change nothing
	tokens   float64
	filled   time.Time
	wake     chan struct{}
}

func newFlow(window int, pace float64, burst int) *flow {
	f := &flow{most: window, burst: float64(burst), window: float64(window), tokens: float64(burst), wake: make(chan struct{}, 1)}
	if pace > 0 {
		f.every = time.Duration(float64(time.Second) / pace)
	}
	return f
}

// take waits for a place in the window and a token, and takes them. It is for one goroutine.
func (f *flow) take(ctx context.Context) error {
	for {
		wait, ok := f.try(time.Now())
		switch {
		case ok:
			return ctx.Err()
		case wait > 0:
			if err := sleep(ctx, wait); err != nil {
				return err
			}
		default:
			select {
			case <-f.wake:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// more takes a place and a token as take does, for a message that has places already: it waits for the token
// alone. ok is false when there is no place, for that message's own may be what is missing.
func (f *flow) more(ctx context.Context) (ok bool, err error) {
	for {
		wait, ok := f.try(time.Now())
		if ok || wait == 0 {
			return ok, ctx.Err()
		}
		if err := sleep(ctx, wait); err != nil {
			return false, err
		}
	}
}

// try takes a place and a token if both are there; else wait is the time to the next token, 0 when it is a
// place that is missing.
func (f *flow) try(now time.Time) (wait time.Duration, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.inFlight >= max(1, int(f.window)) {
		return 0, false
	}
	if f.every > 0 {
		if !f.filled.IsZero() {
			f.tokens = min(f.burst, f.tokens+float64(now.Sub(f.filled))/float64(f.every))
		}
		f.filled = now
		if f.tokens < 1-1e-9 {
			return max(time.Millisecond, time.Duration((1-f.tokens)*float64(f.every))), false
		}
		f.tokens--
	}
	f.inFlight++
	return 0, true
}

// give gives a place back; with unused the token too, for a submit that was not sent.
func (f *flow) give(unused bool) {
	f.mu.Lock()
	f.inFlight--
	f.waning = max(0, f.waning-1)
	if unused {
		f.tokens = min(f.burst, f.tokens+1)
	}
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Bounds of congestion_state, SMPP 5.0 §4.8.4.18: below the first the SMSC has room, above the second it
// asks for less.
const (
	congestionFair = 80
	congestionHigh = 90
)

// grow notes that the SMSC has taken a submit; congestion is its congestion_state, 0 when it gives none.
func (f *flow) grow(congestion uint8) {
	if congestion >= congestionHigh {
		f.shrink()
		return
	}
	if congestion >= congestionFair {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.window = min(float64(f.most), f.window+1/f.window)
}

// shrink halves the window, once for all that is in flight.
func (f *flow) shrink() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waning > 0 {
		return
	}
	f.window = max(1, f.window/2)
	f.waning = f.inFlight
}

// collapse leaves a window of one: an SMSC that seems to take nothing is asked with one message.
func (f *flow) collapse() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.window, f.waning = 1, f.inFlight
}

// room is how many submits may be without response now, 1 or more.
func (f *flow) room() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(1, int(f.window))
}
