package main

import (
	"testing"
	"time"

	"smppagent/powercut/report"
)

// The ledger finds each thing that must not be, and nothing else.
func TestLedger(t *testing.T) {
	text := func(n int) string { return report.Text(1, 0, n) }
	start := time.Unix(1_000_000, 0)
	at := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	for _, c := range []struct {
		name          string
		happens       func(*ledger)
		listed        []string
		lost, twice   int
		holds, ifOnce bool
	}{
		{"in the queue", func(l *ledger) { l.acknowledge(text(1)) }, []string{text(1)}, 0, 0, true, true},
		{"delivered", func(l *ledger) { l.acknowledge(text(1)); l.deliver(text(1), at(0)) }, nil, 0, 0, true, true},
		{"neither", func(l *ledger) { l.acknowledge(text(1)) }, []string{text(2)}, 1, 0, false, false},
		{"never acknowledged", func(l *ledger) { l.deliver(text(1), at(0)) }, []string{text(2)}, 0, 0, true, true},
		{"harmed in the queue", func(*ledger) {}, []string{text(1) + "0"}, 0, 0, false, false},
		{"harmed on the way", func(l *ledger) { l.deliver("x"+text(1), at(0)) }, nil, 0, 0, false, false},
		{"twice around a cut", func(l *ledger) {
			l.deliver(text(1), at(0))
			l.broken(at(0.2))
			l.deliver(text(1), at(9))
		}, nil, 0, 1, true, false},
		{"twice, on its way at the cut", func(l *ledger) {
			l.broken(at(0))
			l.deliver(text(1), at(0.1))
			l.deliver(text(1), at(9))
		}, nil, 0, 1, true, false},
		{"twice, long before the cut", func(l *ledger) {
			l.deliver(text(1), at(0))
			l.broken(at(8))
			l.deliver(text(1), at(9))
		}, nil, 0, 1, false, false},
		{"twice without a cut", func(l *ledger) { l.deliver(text(1), at(0)); l.deliver(text(1), at(9)) }, nil, 0, 1, false, false},
		{"three times around two cuts", func(l *ledger) {
			l.deliver(text(1), at(0))
			l.broken(at(0.1))
			l.deliver(text(1), at(9))
			l.broken(at(9.1))
			l.deliver(text(1), at(20))
		}, nil, 0, 1, true, false},
		{"the SMSC lost count", func(l *ledger) { l.complain("x") }, nil, 0, 0, false, false},
	} {
		l := newLedger()
		c.happens(l)
		listed := map[string]bool{}
		for _, s := range c.listed {
			listed[s] = true
		}
		b := l.compare(listed)
		if len(b.Lost) != c.lost || b.Twice != c.twice || b.holds(false) != c.holds || b.holds(true) != c.ifOnce {
			t.Errorf("%s: lost %d, twice %d, holds %v, under once %v; want %d, %d, %v, %v (%+v)",
				c.name, len(b.Lost), b.Twice, b.holds(false), b.holds(true), c.lost, c.twice, c.holds, c.ifOnce, b)
		}
	}
}
