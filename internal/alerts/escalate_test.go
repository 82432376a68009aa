package alerts

import (
	"errors"
	"slices"
	"testing"
	"time"

	"smppagent/internal/sms"
)

// What is raised again with a higher class is for those whom that push names as well, and worth what it
// says, not what the first one said.
func TestPushEscalates(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{}))
	b.push(Push{Op: OpRaise, Name: "nas", Text: "warm", Class: "info", To: []string{"ivan"}, TTL: 5 * time.Minute})
	b.push(Push{Op: OpRaise, Name: "nas", Text: "on fire", Class: "emergency", To: []string{"maria"}})
	n := b.state.pending[len(b.state.pending)-1]
	if !slices.Equal(n.To, []string{"ivan", "maria"}) || n.TTL != sms.Emergency.Validity() {
		t.Errorf("%+v", n)
	}
	b.push(Push{Op: OpClear, Name: "nas"})
	if n := b.state.pending[len(b.state.pending)-1]; n.Reason != ReasonCleared || !slices.Equal(n.To, []string{"ivan", "maria"}) {
		t.Errorf("%+v", n)
	}
}

// A push that was late has less time left for its own text, not for those that follow.
func TestLatePushKeepsItsTTL(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{}))
	b.push(Push{Op: OpRaise, Name: "nas", Text: "x", TTL: time.Hour, At: b.now.Add(-50 * time.Minute)})
	b.push(Push{Op: OpClear, Name: "nas"})
	if p := b.state.pending; len(p) != 2 || p[0].TTL != 10*time.Minute || p[1].TTL != time.Hour {
		t.Errorf("%+v", p)
	}
}

// When too many notices wait for the queue, the least urgent gives way to a push as it does to a rule.
func TestPushWhileFull(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{}))
	for range maxPending {
		b.push(Push{Op: OpEvent, Name: "n", Text: "x", Class: "info"})
	}
	b.push(Push{Op: OpEvent, Name: "n", Text: "x", Class: "info"})
	if !errors.Is(b.err, ErrFull) {
		t.Errorf("an event like those that wait: %v", b.err)
	}
	got := b.push(Push{Op: OpRaise, Name: "fire", Text: "fire", Class: "emergency"})
	if b.err != nil || got.Effect != EffectRaised || len(got.Keys) != 1 {
		t.Errorf("%+v, %v", got, b.err)
	}
	if got = b.push(Push{Op: OpClear, Name: "fire"}); b.err != nil || got.Effect != EffectCleared || len(got.Keys) != 1 {
		t.Errorf("%+v, %v", got, b.err)
	}
	if len(b.state.pending) != maxPending {
		t.Errorf("%d pending", len(b.state.pending))
	}
}
