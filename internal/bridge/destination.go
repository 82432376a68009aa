package bridge

import (
	"sort"
	"sync"
	"time"
)

// destinations keeps the messages to one phone in order: while some are in flight by a link the next go by
// the same one, and after a refusal for that phone alone (ESME_RMSGQFUL) its messages wait, then go one at
// a time until one is taken, while those to others go on.
type destinations struct {
	min, max time.Duration // of the wait after a refusal; it doubles

	mu     sync.Mutex
	known  map[string]*destination
	parked int
	wake   chan struct{} // somebody may be let go
}

type destination struct {
	link     *link // by which the latest in flight went
	inFlight int
	single   bool // one at a time
	until    time.Time
	last     time.Duration
	parked   []queueID
}

// maxParked is how many messages, of all destinations together, wait in hand for theirs. With more the link
// is held.
const maxParked = 128

func newDestinations(lo, hi time.Duration) *destinations {
	return &destinations{min: lo, max: hi, known: map[string]*destination{}, wake: make(chan struct{}, 1)}
}

func (d *destinations) poke() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// via returns the link by which messages to addr are in flight, nil when none is.
func (d *destinations) via(addr string) *link {
	d.mu.Lock()
	defer d.mu.Unlock()
	if x := d.known[addr]; x != nil && x.inFlight > 0 {
		return x.link
	}
	return nil
}

// park keeps message id back if those to addr must wait, and reports whether it does. full says that there
// is no room to keep it.
func (d *destinations) park(addr string, id queueID, now time.Time) (parked, full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.known[addr]
	if x == nil || !x.waits(now) {
		return false, false
	}
	if d.parked >= maxParked {
		return false, true
	}
	x.parked = append(x.parked, id)
	d.parked++
	return true, false
}

func (x *destination) waits(now time.Time) bool {
	return len(x.parked) > 0 || now.Before(x.until) || x.single && x.inFlight > 0
}

// begin notes a message in flight to addr by l.
func (d *destinations) begin(addr string, l *link) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.get(addr)
	x.link = l
	x.inFlight++
}

// end notes that all its responses have come, or will not.
func (d *destinations) end(addr string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.get(addr)
	x.inFlight--
	d.tidy(addr, x)
	d.poke()
}

// refused makes the messages to addr wait, and returns for how long; 0 when they do already. others is how
// many other phones wait for the same reason.
func (d *destinations) refused(addr string, now time.Time) (wait time.Duration, others int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.get(addr)
	for _, other := range d.known {
		if other != x && other.single {
			others++
		}
	}
	if now.Before(x.until) {
		return 0, others
	}
	x.single = true
	x.last = min(max(2*x.last, d.min), d.max)
	x.until = now.Add(x.last)
	d.poke()
	return x.last, others
}

// taken notes that the SMSC has taken a message to addr: nothing keeps the next ones back.
func (d *destinations) taken(addr string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if x := d.known[addr]; x != nil {
		d.let(addr, x)
	}
}

// back notes that the phone can be reached again. The SMSC may write its number in another way than we do.
func (d *destinations) back(number string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for addr, x := range d.known {
		if sameNumber(addr, number) {
			d.let(addr, x)
		}
	}
}

// let ends what keeps messages to addr back. d.mu is held.
func (d *destinations) let(addr string, x *destination) {
	if !x.single {
		return
	}
	x.single, x.until, x.last = false, time.Time{}, 0
	d.tidy(addr, x)
	d.poke()
}

// free returns the messages that need wait no longer, and when to ask again; zero: after the next wake.
func (d *destinations) free(now time.Time) (ids []queueID, again time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for addr, x := range d.known {
		switch {
		case now.Before(x.until):
			if again.IsZero() || x.until.Before(again) {
				again = x.until
			}
		case x.single && x.inFlight > 0:
		default:
			ids = append(ids, x.parked...)
			d.parked -= len(x.parked)
			x.parked = nil
			if now.Sub(x.until) > forgetDestination {
				x.single = false
			}
			d.tidy(addr, x)
		}
	}
	sort.SliceStable(ids, func(i, j int) bool { return ids[i] < ids[j] })
	return ids, again
}

// forgetDestination is how long after its wait a phone to which nothing was sent any more is remembered.
const forgetDestination = 10 * time.Minute

func (d *destinations) get(addr string) *destination {
	x := d.known[addr]
	if x == nil {
		x = new(destination)
		d.known[addr] = x
	}
	return x
}

func (d *destinations) tidy(addr string, x *destination) {
	if x.inFlight == 0 && !x.single && len(x.parked) == 0 {
		delete(d.known, addr)
	}
}
