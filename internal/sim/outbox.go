package sim

import (
	"sync"
	"time"

	"smppagent/internal/pdu"
)

// delivery is one deliver_sm that the SMSC owes an ESME.
type delivery struct {
	number   uint64 // order of arrival
	systemID string // whose it is; empty: of whoever can receive
	receipt  bool   // a delivery receipt, else mobile-originated
	pdu      *pdu.DeliverSM
	alert    *pdu.AlertNotification // instead of pdu
	about    Event                  // what events about it say
	ready    time.Time
	tries    int
}

// outbox keeps deliveries until an ESME has taken them.
type outbox struct {
	mu       sync.Mutex
	number   uint64
	boxes    map[string]*box
	receipts int // not taken yet, those under way too
	mo       int
}

// box holds the deliveries of one system_id.
type box struct {
	now   orderedBy[*delivery] // oldest first
	later orderedBy[*delivery] // first due first
}

func newOutbox() *outbox { return &outbox{boxes: map[string]*box{}} }

func (o *outbox) box(systemID string) *box {
	b, ok := o.boxes[systemID]
	if !ok {
		b = &box{
			now:   orderedBy[*delivery]{before: func(x, y *delivery) bool { return x.number < y.number }},
			later: orderedBy[*delivery]{before: func(x, y *delivery) bool { return x.ready.Before(y.ready) }},
		}
		o.boxes[systemID] = b
	}
	return b
}

// add takes a new delivery.
func (o *outbox) add(d *delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.number++
	d.number = o.number
	o.count(d, 1)
	o.box(d.systemID).now.add(d)
}

// lease gives the oldest delivery that systemID may have now. Without one it returns nil and when to
// ask again, zero when only a new delivery can change that.
func (o *outbox) lease(systemID string, now time.Time) (*delivery, time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var again time.Time
	for _, id := range []string{systemID, ""} {
		b := o.box(id)
		for b.later.Len() > 0 && !b.later.first().ready.After(now) {
			b.now.add(b.later.take())
		}
		if b.now.Len() > 0 {
			d := b.now.take()
			d.tries++
			return d, time.Time{}
		}
		if b.later.Len() > 0 && (again.IsZero() || b.later.first().ready.Before(again)) {
			again = b.later.first().ready
		}
	}
	return nil, again
}

// giveBack returns a leased delivery, to be tried again at the given time.
func (o *outbox) giveBack(d *delivery, at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	d.ready = at
	o.box(d.systemID).later.add(d)
}

// done drops a leased delivery for good.
func (o *outbox) done(d *delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count(d, -1)
}

func (o *outbox) count(d *delivery, by int) {
	if d.receipt {
		o.receipts += by
	} else {
		o.mo += by
	}
}

func (o *outbox) pending() (receipts, mo int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.receipts, o.mo
}
