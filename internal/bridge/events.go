package bridge

import (
	"context"
	"slices"
	"sync"
	"time"

	"smppagent/internal/queue"
)

// An Event is one step of a message, for people and for programs that follow it.
type Event struct {
	Time      time.Time `json:"time"`
	ID        queue.ID  `json:"id"`
	Step      Step      `json:"step"`
	Key       string    `json:"key,omitempty"`
	To        string    `json:"to,omitempty"` // masked
	Class     string    `json:"class,omitempty"`
	Text      string    `json:"text,omitempty"` // its beginning
	Segments  int       `json:"segments,omitempty"`
	MessageID string    `json:"message_id,omitempty"` // the SMSC's
	Status    string    `json:"command_status,omitempty"`
	Detail    string    `json:"detail,omitempty"`
	Final     bool      `json:"final,omitempty"` // nothing follows

	again bool // the message has had the step before: it is not counted twice
}

// A Step is what happened to the message.
type Step string

// The steps, in the order of a life that goes well, then those of the others.
const (
	StepQueued    Step = "queued"    // on flash: it survives a power cut from here
	StepRecovered Step = "recovered" // found on flash at the start
	StepSubmitted Step = "submitted" // written to the SMSC
	StepAccepted  Step = "accepted"  // the SMSC has it
	StepDelivered Step = "delivered" // the phone has it
	StepRetry     Step = "retry"     // refused for now
	StepInDoubt   Step = "in doubt"  // written, and no response came
	StepFailed    Step = "failed"
	StepExpired   Step = "expired"
	StepDropped   Step = "dropped"   // a person took it out of the queue
	StepSettled   Step = "settled"   // long ago, its outcome is not known any more; for those who ask
	StepInbound   Step = "inbound"   // a short message from the SMSC, on flash
	StepRecipient Step = "recipient" // what became of one recipient of a message to many
	StepApart     Step = "apart"     // a message to many goes on as one to each
	StepReachable Step = "reachable" // a phone that could not be reached is back: alert_notification
)

const (
	announcements = 256 // messages that may be appended and submitted out of order
	recentEvents  = 32  // kept for Status
	followerDepth = 64  // events that a slow follower may lag behind
)

// A hub hands events to whoever follows and counts them.
type hub struct {
	mu        sync.Mutex
	followers map[chan Event]queue.ID
	recent    []Event // a ring
	n         uint64
	steps     map[Step]uint64
	resent    uint64
	closed    bool

	// Which messages were announced as queued: all up to floor, and the latest, oldest first.
	floor     queue.ID
	announced []queue.ID
}

func newHub() *hub {
	return &hub{recent: make([]Event, recentEvents), followers: make(map[chan Event]queue.ID), steps: make(map[Step]uint64)}
}

func (h *hub) emit(e Event) {
	e.Time = time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.recent[h.n%recentEvents] = e
	h.n++
	if !e.again {
		h.steps[e.Step]++
	}
	for c, id := range h.followers {
		if id == 0 || id == e.ID {
			select {
			case c <- e:
			default: // the way does not wait for a reader
			}
		}
	}
}

// announce emits e, the first event of a message, unless the message is known: the goroutine that
// appended it and the one that sends it may both be first, and a key may stand for a message of long
// ago. It reports whether it did.
func (h *hub) announce(e Event) bool {
	h.mu.Lock()
	known := e.ID <= h.floor || slices.Contains(h.announced, e.ID)
	if !known {
		h.announced = append(h.announced, e.ID)
		if len(h.announced) > announcements {
			h.floor = max(h.floor, h.announced[0])
			h.announced = slices.Delete(h.announced, 0, 1)
		}
	}
	h.mu.Unlock()
	if !known {
		e.Step = StepQueued
		h.emit(e)
	}
	return !known
}

// recovered notes that message id is known from before the start.
func (h *hub) recovered(id queue.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.floor = max(h.floor, id)
}

func (h *hub) countResent() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resent++
}

func (h *hub) follow(ctx context.Context, id queue.ID) <-chan Event {
	c := make(chan Event, followerDepth)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(c)
		return c
	}
	h.followers[c] = id
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, ok := h.followers[c]; ok {
			delete(h.followers, c)
			close(c)
		}
	})
	return c
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for c := range h.followers {
		delete(h.followers, c)
		close(c)
	}
}

// count fills in the counters and the last events, oldest first.
func (h *hub) count(s *Status) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.Accepted, s.Delivers = h.steps[StepAccepted], h.steps[StepDelivered]
	s.Failed, s.Expired, s.Resent = h.steps[StepFailed], h.steps[StepExpired], h.resent
	for i := h.n - min(h.n, recentEvents); i < h.n; i++ {
		s.Recent = append(s.Recent, h.recent[i%recentEvents])
	}
}

// beginning returns the first characters of a text, for events.
func beginning(text string) string {
	const most = 60
	n := 0
	for i := range text {
		if n++; n > most {
			return text[:i] + "…"
		}
	}
	return text
}

// mask hides the middle of a phone number: logs and events show who, not whom to call.
func mask(addr string) string {
	const head = 4
	if len(addr) <= head+2 { // a short code
		return addr
	}
	stars := make([]byte, len(addr)-head-2)
	for i := range stars {
		stars[i] = '*'
	}
	return addr[:head] + string(stars) + addr[len(addr)-2:]
}
