package sim

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// maxEvents is how many events are kept for a consumer that does not keep up.
const maxEvents = 1 << 16

// eventQueue hands events in order to one consumer, without making those who raise them wait.
type eventQueue struct {
	mu     sync.Mutex
	list   []Event
	missed int
	wake   chan struct{} // holds one token when list is not empty
}

func newEventQueue() *eventQueue {
	return &eventQueue{wake: make(chan struct{}, 1)}
}

func (q *eventQueue) add(e Event) {
	q.mu.Lock()
	if len(q.list) < maxEvents {
		if e.Time.IsZero() {
			e.Time = time.Now()
		}
		q.list = append(q.list, e)
	} else {
		q.missed++
	}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *eventQueue) takeAll() []Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := q.list
	q.list = nil
	if q.missed > 0 {
		list = append(list, Event{Time: time.Now(), Kind: KindMissed, Note: fmt.Sprintf("%d events", q.missed)})
		q.missed = 0
	}
	return list
}

// run hands events to each until ctx ends, and then those that are still there.
func (q *eventQueue) run(ctx context.Context, each func(Event)) {
	for {
		for _, e := range q.takeAll() {
			each(e)
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			for _, e := range q.takeAll() {
				each(e)
			}
			return
		}
	}
}
