package main

import (
	"slices"
	"sync"
	"time"

	"smppagent/powercut/report"
)

// doubt is how long before a break a message may have been accepted by the SMSC and yet be sent again under
// the policy at_least_once: that it was accepted is on the medium 250 ms later, to which comes what the
// emulated machine takes; 2 s were seen where eight others wanted the processor.
const doubt = 5 * time.Second

// wake is how long after a break the SMSC may accept what was on its way before.
const wake = time.Second

// A ledger knows what the outside world knows: what the agent acknowledged, and what the SMSC accepted.
type ledger struct {
	mu       sync.Mutex
	texts    map[string]*fate
	breaks   []time.Time
	refused  int
	refusal  chan struct{} // gets one when something was refused
	ok       chan struct{} // gets one when something was acknowledged
	accepted chan struct{} // gets one when the SMSC accepted something
	strange  []string
	unsound  int           // sent twice without a break that would excuse it
	farthest time.Duration // the longest time between acceptance and the break that made it be sent again
}

// fate is what became of one text.
type fate struct {
	acknowledged bool
	copies       int
	last         time.Time // when the SMSC accepted it last
}

func newLedger() *ledger {
	return &ledger{texts: map[string]*fate{}, refusal: make(chan struct{}, 1), ok: make(chan struct{}, 1), accepted: make(chan struct{}, 1)}
}

// of returns the fate of a text; one that is not genuine is strange.
func (l *ledger) of(text string) *fate {
	f := l.texts[text]
	if f == nil {
		if f = new(fate); !report.Genuine(text) {
			l.strange = append(l.strange, "nobody sent "+text)
		}
		l.texts[text] = f
	}
	return f
}

// acknowledge notes that the agent said it has a text.
func (l *ledger) acknowledge(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of(text).acknowledged = true
	tell(l.ok)
}

// refuse notes that the agent did not take a text.
func (l *ledger) refuse(string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused++
	tell(l.refusal)
}

func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// deliver notes that the SMSC accepted a text.
func (l *ledger) deliver(text string, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tell(l.accepted)
	f := l.of(text)
	if f.copies++; f.copies > 1 {
		excuse := -time.Second
		for _, broke := range l.breaks {
			if !broke.Add(wake).Before(f.last) && !at.Before(broke) {
				excuse = max(0, broke.Sub(f.last))
				break
			}
		}
		if l.farthest = max(l.farthest, excuse); excuse < 0 || excuse > doubt {
			l.unsound++
		}
	}
	f.last = at
}

// broken notes when the power or the link to the SMSC went away: what was under way then is in doubt.
func (l *ledger) broken(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breaks = append(l.breaks, at)
}

// complain notes what must not be.
func (l *ledger) complain(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.strange = append(l.strange, what)
}

// A balance is the ledger beside a list of the queue.
type balance struct {
	Acknowledged int // texts that the agent said it has
	Found        int // of them: in the queue
	Delivered    int // of them: accepted by the SMSC
	Twice        int // texts that the SMSC accepted more than once
	Unsound      int // of these copies: those that no break excuses
	Refused      int
	Lost         []string // acknowledged, neither found nor delivered
	Strange      []string
}

// compare compares what was acknowledged with what is there: the texts in the queue.
func (l *ledger) compare(listed map[string]bool) balance {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := balance{Refused: l.refused, Unsound: l.unsound, Strange: slices.Clone(l.strange)}
	for text, f := range l.texts {
		if f.copies > 1 {
			b.Twice++
		}
		if !f.acknowledged {
			continue
		}
		b.Acknowledged++
		if listed[text] {
			b.Found++
		}
		if f.copies > 0 {
			b.Delivered++
		}
		if !listed[text] && f.copies == 0 {
			b.Lost = append(b.Lost, text)
		}
	}
	for text := range listed {
		if !report.Genuine(text) {
			b.Strange = append(b.Strange, "nobody sent, and the queue has "+text)
		}
	}
	slices.Sort(b.Lost)
	return b
}

// holds says whether all is as it must be. Nothing may be sent twice under the policy once.
func (b balance) holds(once bool) bool {
	return len(b.Lost) == 0 && len(b.Strange) == 0 && b.Unsound == 0 && (!once || b.Twice == 0)
}
