package bridge

import (
	"fmt"
	"sync"
	"time"

	"smppagent/internal/pdu"
)

// A breaker takes a link out of use whose SMSC is bound and yet takes no messages: it opens after
// breakerAfter failures in a row, and lets one message through after a while, to see. It only ever makes
// another link preferred; where there is none, messages go on being tried.
type breaker struct {
	mu     sync.Mutex
	failed int       // in a row
	trial  bool      // the message that is let through to see is on its way
	open   time.Time // until when; zero: it is closed
	last   time.Duration
	why    string
}

const (
	breakerAfter = 5
	breakerMin   = 30 * time.Second
	breakerMax   = 10 * time.Minute
)

func newBreaker() *breaker { return new(breaker) }

// well reports that nothing speaks against the link: the breaker is closed, or it is time to try and no message is
// on its way for that. Until its fate is known the others go elsewhere.
func (k *breaker) well(now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.open.IsZero() || !k.trial && !now.Before(k.open)
}

// try notes that a message goes by the link; while the breaker is not closed that is the one to see by.
func (k *breaker) try() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.trial = !k.open.IsZero()
}

// tried notes that its fate is known, or that it was not sent.
func (k *breaker) tried() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.trial = false
}

// until is when the link may be tried again; zero when it may now.
func (k *breaker) until() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.open
}

// success closes the breaker. It reports whether that is news.
func (k *breaker) success() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	was := !k.open.IsZero()
	k.failed, k.open, k.last, k.why = 0, time.Time{}, 0, ""
	return was
}

// failure counts one, and opens the breaker when there are enough. It returns for how long, 0 when it did
// not open.
func (k *breaker) failure(why string) time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failed++
	k.why = why
	now := time.Now()
	if k.failed < breakerAfter || now.Before(k.open) {
		return 0
	}
	k.last = min(max(2*k.last, breakerMin), breakerMax)
	k.open = now.Add(k.last)
	return k.last
}

// String says why and for how long the link is not used, or nothing.
func (k *breaker) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	left := time.Until(k.open)
	if left <= 0 {
		return ""
	}
	return fmt.Sprintf("%d failures in a row, the last: %s; tried again in %v", k.failed, k.why, left.Round(time.Second))
}

// ailing reports the statuses that say something of the SMSC and nothing of the message.
func ailing(s pdu.Status) bool {
	switch s {
	case pdu.StatusRSYSERR, pdu.StatusRSUBMITFAIL, pdu.StatusRINVBNDSTS, pdu.StatusRINVCMDID:
		return true
	}
	return false
}
