package virtual

import "sync"

// maxURCs bounds what waits for a client that cannot be told now. What is older is in the store.
const maxURCs = 64

// A urc is an unsolicited result code: what a modem says unasked.
type urc struct {
	kind urcKind
	text string

	index  int
	octets []byte
}

type urcKind uint8

const (
	urcUSSD         urcKind = iota // text is the network's answer
	urcRegistration                // the state of the link has changed
	urcRing                        // text is who calls
	urcModem                       // text is what the modem behind the port said
	urcMessage                     // an SMS-DELIVER came: octets, in the slot index
	urcReport                      // an SMS-STATUS-REPORT came, index 0: it is in no slot
)

// A urcQueue holds what a client is to be told. Its methods may be called from any goroutine.
type urcQueue struct {
	wake chan struct{}

	mu   sync.Mutex
	list []urc
}

func newURCQueue() *urcQueue { return &urcQueue{wake: make(chan struct{}, 1)} }

// add puts u behind the others; when there are too many the oldest goes.
func (q *urcQueue) add(u urc) {
	q.mu.Lock()
	if len(q.list) == maxURCs {
		q.list = q.list[1:]
	}
	q.list = append(q.list, u)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *urcQueue) waiting() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.list) > 0
}

// take gives all that waits.
func (q *urcQueue) take() []urc {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := q.list
	q.list = nil
	return list
}
