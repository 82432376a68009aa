package alerts

import (
	"testing"
	"time"
)

// What a program said before a restart still counts, but does not show that the program is alive: an
// incident of its silence goes on.
func TestRestartIsNoSignOfLife(t *testing.T) {
	c := ruleConfig(Rule{When: "backup silent for 26h", Clear: "C"})
	c.Push.Sensors = Names{"backup"}
	b := newBench(t, c)
	b.push(Push{Op: OpRaise, Name: "backup"})
	b.at(27 * time.Hour)
	b.wantTexts("first Cabin: T")
	b.restart(b.state.save(b.plan))
	b.wantTexts()
	if b.phases() != "firing" {
		t.Errorf("the alert is %s", b.phases())
	}
	b.push(Push{Op: OpRaise, Name: "backup"})
	b.wantTexts("cleared Cabin: C")
}

// A program says once that it is over: a restart while that must last does not forget it.
func TestRestartWhileClearing(t *testing.T) {
	c := ruleConfig(Rule{When: "door on", Until: "door off for 10m", Clear: "C"})
	c.Push.Sensors = Names{"door"}
	b := newBench(t, c)
	b.push(Push{Op: OpRaise, Name: "door"})
	b.wantTexts("first Cabin: T")
	b.at(time.Hour)
	b.push(Push{Op: OpClear, Name: "door"})
	b.at(time.Hour + 5*time.Minute)
	b.restart(b.state.save(b.plan))
	b.at(time.Hour + 14*time.Minute)
	b.wantTexts()
	b.at(time.Hour + 15*time.Minute)
	b.wantTexts("cleared Cabin: C")
}

// An end that is late is an end all the same: what it was worth is about its text.
func TestLateClear(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{}))
	b.push(Push{Op: OpRaise, Name: "nas", Text: "md0 degraded"})
	at := b.now
	b.at(2 * time.Hour)
	if got := b.push(Push{Op: OpClear, Name: "nas", TTL: time.Hour, At: at}); got.Effect != EffectCleared {
		t.Errorf("%+v", got)
	}
	if len(b.state.pushed) != 0 {
		t.Error("the incident goes on")
	}
}

// A sensor that is lost while an incident is about to end does not keep people from hearing that it lasts.
func TestRepeatWhileLost(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x above 5", Until: "x below 4 for 20m", Class: "emergency", Repeat: []time.Duration{time.Hour}}))
	b.read("x", "9")
	b.wantTexts("first Cabin: T")
	b.at(50 * time.Minute)
	b.read("x", "3")
	b.at(55 * time.Minute)
	b.read("x", "bad!")
	b.at(150 * time.Minute)
	b.wantTexts("repeat Cabin: still, after 1h: T", "repeat Cabin: still, after 2h: T")
}

// Two boots without a clock both count from 1970: what lies between their times is no duration.
func TestAgeWithoutClock(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x on", Clear: "After {duration}."}))
	b.start = time.Unix(0, 0).UTC()
	b.now = b.start.Add(time.Hour)
	b.read("x", "on")
	b.texts = nil
	b.now = b.start.Add(3 * time.Hour)
	b.restart(b.state.save(b.plan))
	b.read("x", "off")
	b.wantTexts("cleared Cabin: After ?.")
}

// A time that no file can hold, as a spool file's own may be, does not keep the state from being written.
func TestPushFromFarAway(t *testing.T) {
	c := ruleConfig(Rule{When: "door on", Clear: "C"})
	c.Push.Sensors = Names{"door"}
	b := newBench(t, c)
	b.push(Push{Op: OpRaise, Name: "door", At: time.Unix(1e12, 0)})
	b.wantTexts("first Cabin: T")
	b.restart(b.state.save(b.plan))
	b.push(Push{Op: OpClear, Name: "door"})
	b.wantTexts("cleared Cabin: C")
}

// The beginning of what still lasts is worth telling however long the agent was off; that of what is over is not.
func TestRestartTellsWhatLasts(t *testing.T) {
	for _, over := range []bool{false, true} {
		b := newBench(t, ruleConfig(Rule{When: "x on"}))
		b.read("x", "on")
		b.wantTexts("first Cabin: T")
		if over {
			b.read("x", "off")
		}
		b.now = b.start.Add(72 * time.Hour)
		b.restart(b.state.save(b.plan))
		if got := len(b.state.pending); (got == 0) != over {
			t.Errorf("over %v: %d notices wait", over, got)
		}
	}
}
