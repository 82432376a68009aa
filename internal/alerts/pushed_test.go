package alerts

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"smppagent/internal/sms"
)

func (b *bench) push(p Push) PushResult {
	b.t.Helper()
	b.answer, b.err = PushResult{}, nil
	if err := p.Check(); err != nil {
		b.t.Fatal(err)
	}
	b.step(input{kind: inPush, push: p})
	return b.answer
}

// Saying again without a text what was raised with one does not take the text away.
func TestPushKeepsItsText(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{}))
	b.push(Push{Op: OpRaise, Name: "nas", Text: "md0 degraded"})
	b.push(Push{Op: OpRaise, Name: "nas"})
	b.push(Push{Op: OpRaise, Name: "nas", Class: "alarm"})
	b.push(Push{Op: OpClear, Name: "nas"})
	b.wantTexts("first Cabin: md0 degraded", "repeat Cabin: md0 degraded", "cleared Cabin: over after 0s: md0 degraded")
}

// What is pushed with class info or telemetry is said once, like a rule of that class.
func TestPushOfInfoIsNotRepeated(t *testing.T) {
	c := ruleConfig(Rule{})
	c.Push.Repeat = []time.Duration{time.Hour}
	b := newBench(t, c)
	b.push(Push{Op: OpRaise, Name: "nas", Text: "update available", Class: "info"})
	b.at(3 * time.Hour)
	b.wantTexts("first Cabin: update available")
}

// A push that begins what flaps says that nobody is told now.
func TestPushToFlappingRule(t *testing.T) {
	c := ruleConfig(Rule{When: "p on"})
	c.Push.Sensors = Names{"p"}
	b := newBench(t, c)
	for range flapMost {
		if got := b.push(Push{Op: OpRaise, Name: "p"}); got.Effect != EffectRaised || len(got.Keys) != 1 {
			t.Errorf("%+v", got)
		}
		b.push(Push{Op: OpClear, Name: "p"})
	}
	for _, effect := range []string{EffectRaised, EffectAlready} {
		if got := b.push(Push{Op: OpRaise, Name: "p"}); got.Effect != effect || len(got.Keys) != 0 || got.Detail != flapDetail {
			t.Errorf("%+v", got)
		}
	}
	if got := b.state.alerts[0].incident.Text; got != "Cabin: T" {
		t.Errorf("status shows %q", got)
	}
}

func TestPushWithoutRule(t *testing.T) {
	c := ruleConfig(Rule{})
	c.Push.Repeat = []time.Duration{time.Hour}
	b := newBench(t, c)
	if got := b.push(Push{Op: OpClear, Name: "nas"}); got.Effect != EffectNothing {
		t.Errorf("%+v", got)
	}
	b.wantTexts()
	got := b.push(Push{Op: OpRaise, Name: "nas", Text: "md0 degraded", Class: "alarm", To: []string{"maria"}})
	if got.Effect != EffectRaised || got.Incident != "RUN1-1" || got.Class != sms.Alarm || len(got.Keys) != 1 || got.Keys[0] != "RUN1-1/first/0" {
		t.Errorf("%+v", got)
	}
	if n := b.state.pending[0]; len(n.To) != 1 || n.To[0] != "maria" || n.TTL != 6*time.Hour {
		t.Errorf("%+v", n)
	}
	if got := b.push(Push{Op: OpRaise, Name: "nas", Text: "md0 worse"}); got.Effect != EffectAlready || got.Incident != "RUN1-1" || len(got.Keys) != 0 {
		t.Errorf("%+v", got)
	}
	b.wantTexts("first Cabin: md0 degraded")
	b.at(3 * time.Hour)
	b.wantTexts("repeat Cabin: still, after 1h: md0 worse")
	b.restart(b.state.save(b.plan))
	b.at(4 * time.Hour)
	if got := b.push(Push{Op: OpRaise, Name: "nas"}); got.Effect != EffectAlready {
		t.Errorf("%+v", got)
	}
	if got := b.push(Push{Op: OpRaise, Name: "nas", Text: "md0 failed", Class: "emergency"}); got.Effect != EffectRaised || got.Class != sms.Emergency {
		t.Errorf("%+v", got)
	}
	b.wantTexts("repeat Cabin: md0 failed")
	if got := b.push(Push{Op: OpClear, Name: "nsa"}); got.Effect != EffectNothing || !strings.Contains(got.Detail, `did you mean "nas"?`) {
		t.Errorf("%+v", got)
	}
	if got := b.push(Push{Op: OpClear, Name: "nas"}); got.Effect != EffectCleared || got.Incident != "RUN1-1" {
		t.Errorf("%+v", got)
	}
	b.wantTexts("cleared Cabin: over after 4h: md0 failed")
	b.push(Push{Op: OpRaise, Name: "nas"})
	b.push(Push{Op: OpClear, Name: "nas", Text: "all is well"})
	b.push(Push{Op: OpEvent, Name: "job", Text: "line one\nline two"})
	b.wantTexts("first Cabin: nas", "cleared Cabin: all is well", "event Cabin: line one line two")
}

func TestPushOnce(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{}))
	p := Push{Op: OpEvent, Name: "job", Text: "done", ID: "7"}
	if got := b.push(p); got.Effect != EffectSent {
		t.Errorf("%+v", got)
	}
	for range 2 {
		if got := b.push(p); got.Effect != EffectDuplicate {
			t.Errorf("%+v", got)
		}
		b.restart(b.state.save(b.plan))
	}
	b.wantTexts("event Cabin: done")
}

func TestPushThatWasKept(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{}))
	p := Push{Op: OpEvent, Name: "job", Text: "done", At: b.now.Add(-2 * time.Hour), TTL: 3 * time.Hour}
	b.push(p)
	if ttl := b.state.pending[0].TTL; ttl != time.Hour {
		t.Errorf("ttl %v is left", ttl)
	}
	p.At = b.now.Add(-26 * time.Hour)
	if got := b.push(p); got.Effect != EffectExpired {
		t.Errorf("%+v", got)
	}
	p.TTL = 0
	b.push(p)
	p.At = time.Unix(100, 0)
	b.push(p)
	b.wantTexts("event Cabin (07:00): done", "event Cabin (07:00 on 22 Nov): done", "event Cabin: done")
}

func TestPushToRules(t *testing.T) {
	c := ruleConfig(Rule{When: "backup on for 10m", Text: "Backup: {backup.text}", Clear: "Backup runs."})
	c.Alerts["e"] = Rule{When: "backup new", Text: "Event {backup.text}", To: Names{"ivan"}, Class: "info"}
	c.Push.Sensors = Names{"backup", "unused"}
	b := newBench(t, c)
	if got := b.push(Push{Op: OpRaise, Name: "backup", Text: "tape full"}); got.Effect != EffectNoted || !strings.Contains(got.Detail, "alert a waits") {
		t.Errorf("%+v", got)
	}
	b.at(5 * time.Minute)
	b.restart(b.state.save(b.plan)) // what was raised is kept, the time it has held is not
	b.at(14 * time.Minute)
	b.wantTexts()
	b.at(15 * time.Minute)
	b.wantTexts("first Cabin: Backup: tape full")
	if got := b.push(Push{Op: OpRaise, Name: "backup", Text: "tape full"}); got.Effect != EffectAlready || got.Alert != "a" {
		t.Errorf("%+v", got)
	}
	if got := b.push(Push{Op: OpClear, Name: "backup"}); got.Effect != EffectNoted || !strings.Contains(got.Detail, "backup off for 10m") {
		t.Errorf("%+v", got)
	}
	if got := b.push(Push{Op: OpEvent, Name: "backup", Text: "tape changed"}); got.Effect != EffectSent || got.Alert != "e" || got.Class != sms.Info || len(got.Keys) != 1 {
		t.Errorf("%+v", got)
	}
	b.wantTexts("event Cabin: Event tape changed")
	b.at(time.Hour)
	b.wantTexts("cleared Cabin: Backup runs.")
	if got := b.push(Push{Op: OpClear, Name: "backup"}); got.Effect != EffectNothing {
		t.Errorf("%+v", got)
	}
	b.push(Push{Op: OpRaise, Name: "unused"})
	b.wantTexts("first Cabin: unused")
	if held := b.state.held; len(held) != 1 || held["backup"].Value != State(false) {
		t.Errorf("held %v", held)
	}
}

func TestPushRefused(t *testing.T) {
	c := ruleConfig(Rule{})
	c.Push.MaxOpen = 2
	b := newBench(t, c)
	b.push(Push{Op: OpRaise, Name: "a"})
	b.push(Push{Op: OpRaise, Name: "b"})
	b.push(Push{Op: OpRaise, Name: "c", ID: "1"})
	if !errors.Is(b.err, ErrFull) {
		t.Errorf("a third incident: %v", b.err)
	}
	b.push(Push{Op: OpClear, Name: "a"})
	if got := b.push(Push{Op: OpRaise, Name: "c", ID: "1"}); got.Effect != EffectRaised {
		t.Errorf("after a refusal: %+v, %v", got, b.err)
	}
	var e *PushError
	b.push(Push{Op: OpEvent, Name: "x", Text: "y", To: []string{"ivna"}})
	if !errors.As(b.err, &e) || e.Field != "to" || !strings.Contains(e.Problem, `did you mean "ivan"?`) {
		t.Errorf("%v", b.err)
	}
	c.People = nil
	b = newBench(t, c)
	b.push(Push{Op: OpRaise, Name: "a"})
	if !errors.As(b.err, &e) || e.Field != "to" {
		t.Errorf("nobody to tell: %v", b.err)
	}
}

func TestPushCheck(t *testing.T) {
	ok := Push{Op: OpRaise, Name: "nas-1.raid:md0@home"}
	if err := ok.Check(); err != nil {
		t.Error(err)
	}
	for field, p := range map[string]Push{
		"op":    {Op: "rise", Name: "a"},
		"name":  {Op: OpRaise, Name: "a b"},
		"text":  {Op: OpEvent, Name: "a", Text: " "},
		"class": {Op: OpRaise, Name: "a", Class: "alarn"},
		"to":    {Op: OpClear, Name: "a", To: []string{"ivan"}},
		"id":    {Op: OpRaise, Name: "a", ID: strings.Repeat("x", 129)},
		"ttl":   {Op: OpRaise, Name: "a", TTL: 5},
	} {
		var e *PushError
		if err := p.Check(); !errors.As(err, &e) || e.Field != field {
			t.Errorf("%+v: %v, want trouble with %s", p, err, field)
		}
	}
}

func TestPushJSON(t *testing.T) {
	in := Push{Op: OpRaise, Name: "nas", Text: "x", Class: "alarm", To: []string{"ivan"}, ID: "1", TTL: 6 * time.Hour, At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"op":"raise","name":"nas","text":"x","class":"alarm","to":["ivan"],"id":"1","ttl":"6h0m0s","at":"2026-01-02T03:04:05Z"}`
	if string(b) != want {
		t.Errorf("%s", b)
	}
	var out Push
	if err := json.Unmarshal(b, &out); err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%+v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"name":"nas","to":"ivan, maria","ttl":"2d"}`), &out); err != nil || len(out.To) != 2 || out.TTL != 48*time.Hour {
		t.Errorf("%+v, %v", out, err)
	}
	for in, want := range map[string]string{
		`{"name":"nas","txt":"x"}`: `unknown field "txt"`,
		`{"name":"nas","ttl":"6"}`: "has no unit",
		`{"name":"nas","to":[1]}`:  "not a name",
	} {
		if err := json.Unmarshal([]byte(in), &out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
}
