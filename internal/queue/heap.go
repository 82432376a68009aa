package queue

// orderedID is a class in the highest octet and an ID below: the order in which a lane is served.
type orderedID uint64

func (o orderedID) id() ID { return ID(o & (1<<56 - 1)) }

// timer is one time of one record: when its not-before time comes or when it expires.
type timer struct {
	at   int64  // nanoseconds of the queue's monotonic clock
	what uint64 // expires 1 bit, 7 bits, ID 56 bits. The 7: round of a delay or of the grace, 0 of the expiry itself
}

const (
	timerExpires = 1 << 63
	timerRound   = 0x7F << 56
)

func delayTimer(at int64, id ID, round uint8) timer {
	return timer{at, uint64(round&0x7F)<<56 | uint64(id)}
}
func expiryTimer(at int64, id ID) timer { return timer{at, timerExpires | uint64(id)} }
func graceTimer(at int64, id ID, round uint8) timer {
	return timer{at, timerExpires | uint64(graceRound(round))<<56 | uint64(id)}
}

// graceRound is the 7 bits of a grace that began in a round.
func graceRound(round uint8) uint8 { return round%0x7F + 1 }

func (t timer) id() ID        { return ID(t.what & (1<<56 - 1)) }
func (t timer) expires() bool { return t.what&timerExpires != 0 }
func (t timer) grace() bool   { return t.expires() && t.what&timerRound != 0 }
func (t timer) round() uint8  { return uint8(t.what>>56) & 0x7F }

// less orders what a heap holds.
type less[T any] interface{ less(T) bool }

func (o orderedID) less(p orderedID) bool { return o < p }
func (t timer) less(u timer) bool         { return t.at < u.at || t.at == u.at && t.what < u.what }

// heap is a binary heap, the least first.
type heap[T less[T]] []T

func (h *heap[T]) push(v T) {
	a := *h
	if n := len(a); n == cap(a) { // append would leave a quarter of a large one empty
		a = append(make([]T, 0, n+n/16+16), a...)
	}
	a = append(a, v)
	for i := len(a) - 1; i > 0; {
		up := (i - 1) / 2
		if !a[i].less(a[up]) {
			break
		}
		a[i], a[up] = a[up], a[i]
		i = up
	}
	*h = a
}

func (h *heap[T]) pop() T {
	a := *h
	top, last := a[0], len(a)-1
	a[0] = a[last]
	*h = a[:last]
	h.sink(0)
	return top
}

func (h heap[T]) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h); child++ {
			if h[child].less(h[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// keep removes every element that wanted does not name.
func (h *heap[T]) keep(wanted func(T) bool) {
	a := (*h)[:0]
	for _, v := range *h {
		if wanted(v) {
			a = append(a, v)
		}
	}
	*h = a
	for i := len(a)/2 - 1; i >= 0; i-- {
		a.sink(i)
	}
}
