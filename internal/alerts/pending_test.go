package alerts

import (
	"errors"
	"testing"
	"time"

	"smppagent/internal/sms"
)

func TestOutcome(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x on", Clear: "C"}))
	b.read("x", "on")
	b.step(input{kind: inOutcome, key: "RUN1-1/first/0", person: "maria", outcome: sms.Delivered})
	b.step(input{kind: inOutcome, key: "RUN1-1/first/0", person: "nobody", outcome: sms.Delivered})
	b.step(input{kind: inOutcome, key: "other/first/0", person: "ivan", outcome: sms.Delivered})
	b.restart(b.state.save(b.plan))
	told := b.state.alerts[0].incident.Told
	if len(told) != 2 || told[0].Outcome != sms.Pending || told[1].Outcome != sms.Delivered {
		t.Errorf("%+v", told)
	}
	b.read("x", "off")
	b.step(input{kind: inOutcome, key: "RUN1-1/first/0", person: "ivan", outcome: sms.Failed}) // an older text
	b.step(input{kind: inOutcome, key: "RUN1-1/cleared/0", person: "ivan", outcome: sms.Accepted})
	told = b.state.recent[0].Told
	if told[0].Outcome != sms.Accepted || told[0].Texts != 2 || told[1].Outcome != sms.Pending {
		t.Errorf("%+v", told)
	}
}

// TestPendingIsBounded: what waits for the queue has a bound, and the least urgent gives way.
func TestPendingIsBounded(t *testing.T) {
	c := ruleConfig(Rule{When: "x on", Class: "info", Clear: "C"})
	c.Alerts["b"] = Rule{When: "y on", Class: "emergency", Text: "E", To: Names{"ivan"}}
	b := newBench(t, c)
	later := func() { b.at(b.now.Sub(b.start) + 20*time.Minute) } // or it would be flapping
	for range maxPending {
		b.read("x", "on")
		b.read("x", "off")
		later()
	}
	b.read("y", "on")
	if len(b.state.pending) != maxPending || b.state.pending[maxPending-1].Class != sms.Emergency {
		t.Errorf("%d pending, last %+v", len(b.state.pending), b.state.pending[maxPending-1])
	}
	if told := b.state.recent[maxRecent-1].Told[0]; told.Outcome != sms.Pending {
		t.Errorf("the latest is %v", told.Outcome)
	}
	for range maxPending {
		b.read("y", "off")
		later()
		b.read("y", "on")
	}
	if told := b.state.recent[maxRecent-1].Told[0]; told.Outcome != sms.Pending && told.Outcome != sms.Failed {
		t.Errorf("%+v", told)
	}
	b.read("x", "on") // nothing in the list is less urgent than this
	if a := b.state.alerts[0]; a.incident == nil || a.incident.Told[0].Outcome != sms.Failed || len(b.state.pending) != maxPending {
		t.Errorf("%d pending, %+v", len(b.state.pending), a.incident)
	}
	b.push(Push{Op: OpEvent, Name: "n", Text: "x"})
	if !errors.Is(b.err, ErrFull) {
		t.Errorf("push while full: %v", b.err)
	}
	for b.read("y", "off"); len(b.state.pending) > 0; {
		b.step(input{kind: inRaised, key: b.state.pending[0].Key})
	}
}

// TestRepeatReplacesUnsentRepeat: while the queue takes nothing, one repeat waits, not all.
func TestRepeatReplacesUnsentRepeat(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x on", Class: "emergency", Repeat: []time.Duration{time.Minute}, Clear: "C"}))
	b.read("x", "on")
	b.at(time.Hour)
	if n := len(b.state.pending); n != 2 || b.state.pending[1].Key != "RUN1-1/repeat/60" {
		t.Errorf("%d pending, %q", n, b.state.pending[n-1].Key)
	}
	b.read("x", "off")
	if n := len(b.state.pending); n != 2 || b.state.pending[1].Reason != ReasonCleared {
		t.Errorf("%d pending, %q", n, b.state.pending[n-1].Key)
	}
}
