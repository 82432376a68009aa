package virtual

import (
	"sync"

	"smppagent/internal/sms"
)

// A lamp is the voicemail lamp that alerts light: it burns while one of them is open. After a restart it learns
// of those that are open as they are told again or end. Its methods may be called from any goroutine.
type lamp struct {
	mu   sync.Mutex
	open map[string]bool // incidents
}

// change is the waiting indication that goes with the text of a.
func (l *lamp) change(a Alert) sms.Waiting {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[string]bool{}
	}
	switch {
	case a.Begins:
		l.open[a.Incident] = true
	case a.Ends:
		delete(l.open, a.Incident)
	default: // an event has no end: it is one more that waits
		return sms.Waiting{Kind: sms.Voicemail, Active: true, Count: uint8(min(len(l.open)+1, 99)), Store: true}
	}
	n := uint8(min(len(l.open), 99))
	return sms.Waiting{Kind: sms.Voicemail, Active: n > 0, Count: n, Store: true}
}
