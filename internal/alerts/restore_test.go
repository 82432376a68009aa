package alerts

import (
	"slices"
	"testing"
	"time"

	"smppagent/internal/sms"
)

func TestRestart(t *testing.T) {
	rule := Rule{When: "x above 5 for 1m", Clear: "Peak {x.max} after {duration}.", Repeat: []time.Duration{time.Hour}}
	b := newBench(t, ruleConfig(rule))
	b.read("x", "9.5")
	b.at(time.Minute)
	b.wantTexts("first Cabin: T")
	b.at(31 * time.Minute)
	b.restart(b.state.save(b.plan))
	b.read("x", "8")
	b.at(60 * time.Minute)
	b.wantTexts()
	b.at(61 * time.Minute)
	b.wantTexts("repeat Cabin: still, after 1h: T")
	b.restart(b.state.save(b.plan))
	b.at(5 * time.Hour)
	b.wantTexts()
	b.read("x", "2")
	b.at(6 * time.Hour)
	b.wantTexts("cleared Cabin: Peak 9.5 after 5h.")
	b.restart(b.state.save(b.plan))
	b.read("x", "2")
	b.at(7 * time.Hour)
	b.wantTexts()
	if n := len(b.state.pending); n != 1 || b.phases() != "calm" { // the others are not worth delivering by now
		t.Errorf("%d pending, %s", n, b.phases())
	}
}

// TestRestartRepeatDue: a repeat that was due while the agent was off waits for the sensors to speak.
func TestRestartRepeatDue(t *testing.T) {
	rule := Rule{When: "x on", Clear: "C", Repeat: []time.Duration{time.Hour}}
	for _, cleared := range []bool{false, true} {
		b := newBench(t, ruleConfig(rule))
		b.read("x", "on")
		b.texts = nil
		kept := b.state.save(b.plan)
		b.now = b.start.Add(3 * time.Hour)
		b.restart(kept)
		if cleared {
			b.at(3*time.Hour + time.Second)
			b.read("x", "off")
			b.at(9 * time.Hour)
			b.wantTexts("cleared Cabin: C")
			continue
		}
		b.at(3*time.Hour + settleTime - 1)
		b.wantTexts()
		b.at(9 * time.Hour)
		b.wantTexts("repeat Cabin: still, after 3h: T")
	}
}

// TestRestartWithoutClock: a board that wakes in 1970 does not repeat at once and does not invent a duration.
func TestRestartWithoutClock(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x on", Clear: "After {duration}, at {x.at}.", Repeat: []time.Duration{time.Hour}}))
	b.read("x", "on")
	kept := b.state.save(b.plan)
	b.start = time.Unix(0, 0).UTC()
	b.now = b.start
	b.texts = nil
	b.restart(kept)
	b.at(59 * time.Minute)
	b.wantTexts()
	b.at(time.Hour)
	b.wantTexts("repeat Cabin: still, after ?: T")
	b.read("x", "off")
	b.wantTexts("cleared Cabin: After ?, at before the clock was set.")
}

func TestRestartWithOtherRule(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x on", Text: "T", Clear: "C"}))
	b.read("x", "on")
	kept := b.state.save(b.plan)
	b.texts = nil

	b.plan = newBench(t, ruleConfig(Rule{When: "x  ON", Text: "other words", Class: "alarm"})).plan
	b.restart(kept)
	b.read("x", "on")
	b.wantTexts()

	b.plan = newBench(t, ruleConfig(Rule{When: "x on for 1s", Text: "T", Clear: "C"})).plan
	b.restart(kept)
	b.wantTexts("cleared Cabin: a ended: its rule was changed")
	b.read("x", "on")
	b.at(time.Minute)
	b.wantTexts("first Cabin: T")

	c := ruleConfig(Rule{})
	delete(c.People, "ivan")
	b.plan = newBench(t, c).plan
	b.restart(kept)
	b.wantTexts("cleared Cabin: a ended: its rule was changed")
	if got := b.state.pending[0].To; !slices.Equal(got, []string{"maria"}) {
		t.Errorf("told %v", got)
	}
}

// TestRestartKeepsSpent: an incident that ended while its sentence was true does not begin again with a
// restart, and a notice that is too old by then is known to have expired.
func TestRestartKeepsSpent(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x on", Until: "y on", Clear: "C"}))
	b.read("x", "on")
	b.read("y", "on")
	b.wantTexts("first Cabin: T", "cleared Cabin: C")
	b.at(3 * time.Hour)
	b.restart(b.state.save(b.plan))
	b.read("x", "on")
	b.wantTexts()
	if told := b.state.recent[0].Told[0]; len(b.state.pending) != 0 || told.Outcome != sms.Expired {
		t.Errorf("%d pending, %+v", len(b.state.pending), told)
	}
	b.read("x", "off")
	b.read("x", "on")
	b.wantTexts("first Cabin: T")
}

func TestKeptEventsAreNoNews(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "mail new"}))
	for q, n := range map[Quality]int{Retained: 0, Stale: 0, Bad: 0, Good: 1} {
		b.step(input{kind: inReading, reading: Reading{Sensor: "mail", Value: Event("m"), Quality: q}})
		if len(b.texts) != n {
			t.Errorf("%s: %q", q, b.texts)
		}
		b.texts = nil
	}
}
