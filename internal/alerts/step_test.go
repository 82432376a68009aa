package alerts

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bench drives step by hand: it says what time it is and keeps what came of it.
type bench struct {
	t      *testing.T
	plan   *plan
	state  state
	start  time.Time
	now    time.Time
	texts  []string // "reason text" of every notice, in order
	keys   []string
	runs   int
	answer PushResult
	err    error
}

func newBench(t *testing.T, c Config) *bench {
	t.Helper()
	p := c.compile(nil, func(key, problem string) { t.Fatalf("%s: %s", key, problem) })
	b := &bench{t: t, plan: p, start: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	b.now = b.start
	b.restart(saved{})
	return b
}

// restart goes on with what is kept, by way of the file's form.
func (b *bench) restart(kept saved) {
	b.t.Helper()
	file, err := json.Marshal(kept)
	if err != nil {
		b.t.Fatal(err)
	}
	kept = saved{}
	if err := json.Unmarshal(file, &kept); err != nil {
		b.t.Fatal(err)
	}
	b.runs++
	var effects []effect
	b.state, effects = b.plan.restore(kept, "RUN"+strconv.Itoa(b.runs), b.now)
	b.take(effects)
	b.step(input{})
}

func (b *bench) step(in input) {
	var effects []effect
	b.state, effects = b.plan.step(b.state, in, b.now)
	b.take(effects)
}

func (b *bench) take(effects []effect) {
	for _, e := range effects {
		switch e.kind {
		case effNotify:
			b.texts = append(b.texts, e.notice.Reason+" "+e.notice.Text)
			b.keys = append(b.keys, e.notice.Key)
		case effAnswer:
			b.answer, b.err = e.result, e.refused
		}
	}
}

// at lets time go by to d after the start, stopping at every deadline on the way.
func (b *bench) at(d time.Duration) {
	b.t.Helper()
	end := b.start.Add(d)
	for n := 0; ; n++ {
		next := b.plan.deadline(&b.state)
		if next.IsZero() || next.After(end) {
			break
		}
		if n > 10000 {
			b.t.Fatalf("time stands still at %v", b.now.Sub(b.start))
		}
		if next.After(b.now) {
			b.now = next
		}
		b.step(input{})
	}
	b.now = end
}

func (b *bench) read(sensor, value string) {
	b.t.Helper()
	r := Reading{Sensor: sensor}
	if q, rest, ok := strings.Cut(value, "!"); ok { // "bad!", "retained!5"
		r.Quality = map[string]Quality{"bad": Bad, "stale": Stale, "retained": Retained}[q]
		value = rest
	}
	n, err := strconv.ParseFloat(value, 64)
	switch {
	case value == "":
	case err == nil:
		r.Value = Number(n)
	case value == "on" || value == "off":
		r.Value = State(value == "on")
	case strings.HasPrefix(value, "event "):
		r.Value = Event(value[6:])
	default:
		r.Value = Text(value)
	}
	if err := r.check(); err != nil {
		b.t.Fatal(err)
	}
	b.step(input{kind: inReading, reading: r})
}

// phases gives the states of the rules.
func (b *bench) phases() string {
	var out []string
	for _, a := range b.state.alerts {
		out = append(out, string(a.state))
	}
	return strings.Join(out, " ")
}

// wantTexts compares what was said since the last call.
func (b *bench) wantTexts(want ...string) {
	b.t.Helper()
	if !slices.Equal(b.texts, want) {
		b.t.Errorf("at %v: texts\n got %q\nwant %q", b.now.Sub(b.start), b.texts, want)
	}
	b.texts = nil
}

func ruleConfig(r Rule) Config {
	c := Default()
	c.Site = Site{Name: "Cabin", Timezone: "UTC"}
	c.People = map[string]Person{"ivan": {"+359888123456"}, "maria": {"+359888000111"}}
	if r.When != "" {
		if r.Text == "" {
			r.Text = "T"
		}
		r.To = Names{"ivan", "maria"}
		c.Alerts = map[string]Rule{"a": r}
	}
	return c
}

// TestSentences: "5m freezer -8" is a reading, "5m" lets time go by; then the state, and the texts so far.
func TestSentences(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rule  Rule
		steps []string
		want  string // phase after each step, one letter: calm, rising, firing, Clearing
		texts int
	}{
		{"at once", Rule{When: "x on"}, []string{"0 x off", "1s x on", "2s x off"}, "cfc", 1},
		{"on at boot", Rule{When: "x on"}, []string{"0 x on"}, "f", 1},
		{"held", Rule{When: "x above 5 for 10m"}, []string{"0 x 6", "9m59s", "10m", "11m x 7", "12m x 3.9", "21m x 3.9", "22m"}, "rrffCCc", 1},
		{"not held", Rule{When: "x above 5 for 10m"}, []string{"0 x 6", "5m x 5", "6m x 6", "15m", "16m"}, "rcrrf", 1},
		{"a count ends at none", Rule{When: "x above 0"}, []string{"0 x 0", "1s x 1", "2s x 3", "3s x 0", "4s x 1"}, "cffcf", 2},
		{"a count ends below its limit", Rule{When: "x above 1"}, []string{"0 x 1", "1s x 2", "2s x 1", "3s x 0", "4s x 2"}, "cffcf", 2},
		{"hysteresis", Rule{When: "x above 5"}, []string{"0 x 5", "1s x 5.1", "2s x 4.5", "3s x 4", "4s x 3.9", "5s x 5.1"}, "cfffcf", 2},
		{"own until", Rule{When: "x above 5", Until: "x below 2 for 1m"}, []string{"0 x 6", "1s x 3", "2s x 1", "30s x 3", "40s x 1", "99s", "100s"}, "ffCfCCc", 1},
		{"below", Rule{When: "x below -5"}, []string{"0 x -5", "1s x -5.1", "2s x -4", "3s x -3.9"}, "cffc", 1},
		{"outside", Rule{When: "x outside 2..8"}, []string{"0 x 2", "1s x 8", "2s x 8.1", "3s x 7.5", "4s x 7", "5s x 1"}, "ccffcf", 2},
		{"inside", Rule{When: "x inside 2..8"}, []string{"0 x 9", "1s x 8", "2s x 8.5", "3s x 9.1"}, "cffc", 1},
		{"is", Rule{When: "x is 'on line'"}, []string{"0 x On Line", "1s x on", "2s x on  line"}, "fcc", 1},
		{"has", Rule{When: "x has OB"}, []string{"0 x OL", "1s x OB DISCHRG", "2s x LOB", "3s x lb,ob"}, "cfcf", 2},
		{"number is on", Rule{When: "x on"}, []string{"0 x 0", "1s x 1", "2s x ONLINE", "3s x maybe", "4s x offline"}, "cfffc", 1},
		{"text is a number", Rule{When: "x above 5"}, []string{"0 x 6 C", "1s x six", "2s x  7"}, "ccf", 1},
		{"silent", Rule{When: "x silent for 3h"}, []string{"0", "1h x 1", "3h59m", "4h", "5h x 1", "6h"}, "cccfcc", 1},
		{"silent from the start", Rule{When: "x silent for 3h"}, []string{"2h59m", "3h"}, "cf", 1},
		{"bad is silent", Rule{When: "x silent for 3h"}, []string{"0 x 1", "2h x bad!", "2h30m x retained!1", "3h", "4h x stale!1", "5h x 1"}, "cccffc", 1},
		{"heard", Rule{When: "x heard within 1m"}, []string{"0", "10s x 1", "1m9s", "70s"}, "cffc", 1},
		{"bad", Rule{When: "x bad for 10m"}, []string{"0", "1m x bad!", "10m", "11m", "12m x 1", "20m x 1", "22m"}, "crrfCCc", 1},
		{"and", Rule{When: "x on and y above 5 for 1m"}, []string{"0 y 6", "2m", "3m x on", "4m y 3"}, "ccfC", 1},
		{"or", Rule{When: "x on or y above 5 for 1m"}, []string{"0 y 6", "1m", "2m x on", "3m y 3", "4m x off", "5m"}, "rfffcc", 1},
		{"bad does not fire", Rule{When: "x above 5"}, []string{"0 x bad!9", "1s x stale!9"}, "cc", 0},
		{"retained counts", Rule{When: "x above 5"}, []string{"0 x retained!9"}, "f", 1},
		{"bad does not end", Rule{When: "x above 5"}, []string{"0 x 9", "1s x bad!", "9h", "9h1s x 1"}, "fffc", 1},
		{"bad does not reset", Rule{When: "x above 5 for 10m"}, []string{"0 x 9", "5m x bad!", "10m", "11m x 9"}, "rrrf", 1},
		{"bad for too long", Rule{When: "x above 5 for 10m"}, []string{"0 x 9", "1m x bad!", "60m x 9", "69m", "70m"}, "rrrrf", 1},
		{"bad, then calm", Rule{When: "x above 5 for 10m"}, []string{"0 x 9", "1m x bad!", "2m x 1", "3m x 9", "12m", "13m"}, "rrcrrf", 1},
		{"no word yet", Rule{When: "x above 5 and y off"}, []string{"0 x 9", "1h", "2h y off"}, "ccf", 1},
		{"no end while when is true", Rule{When: "x on", Until: "y on"}, []string{"0 x on", "1s y on", "2s y off", "3s x off", "4s x on"}, "fcccf", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, ruleConfig(tt.rule))
			got := ""
			for _, s := range tt.steps {
				when, reading, ok := strings.Cut(s, " ")
				d, err := time.ParseDuration(when)
				if err != nil {
					t.Fatal(err)
				}
				b.at(d)
				if ok {
					sensor, value, _ := strings.Cut(reading, " ")
					b.read(sensor, value)
				}
				p := b.state.alerts[0].state
				if p == StateClearing {
					p = "Clearing"
				}
				got += string(p[0])
			}
			if got != tt.want || len(b.texts) != tt.texts {
				t.Errorf("%q, %d texts; want %q, %d", got, len(b.texts), tt.want, tt.texts)
			}
		})
	}
}

func TestTexts(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{
		When: "x above 5 for 1m", Text: "X is {x} {x.unit} since {x.at}, was {x.min}..{x.max} ({count}).",
		Clear: "{site}: over after {duration}, x {x}, peak {x.max}, y {y}.", Repeat: []time.Duration{10 * time.Minute, 20 * time.Minute},
	}))
	b.step(input{kind: inReading, reading: Reading{Sensor: "x", Value: Number(5.04), Unit: "C"}})
	b.read("x", "6")
	b.at(30 * time.Second)
	b.read("x", "8.26")
	b.at(2 * time.Minute)
	b.wantTexts("first Cabin: X is 8.3 C since 09:00, was 5..8.3 (1).")
	b.read("x", "7")
	b.at(time.Hour)
	b.wantTexts("repeat Cabin: still, after 10m: X is 7 C since 09:02, was 5..8.3 (1).",
		"repeat Cabin: still, after 30m: X is 7 C since 09:02, was 5..8.3 (1).")
	b.at(25 * time.Hour)
	b.read("x", "3")
	b.at(26 * time.Hour)
	b.wantTexts("cleared Cabin: over after 1d1h, x 3, peak 8.3, y ?.")
	b.read("x", "9")
	b.at(27 * time.Hour)
	b.wantTexts("first Cabin: X is 9 C since 11:00, was 9..9 (1).",
		"repeat Cabin: still, after 10m: X is 9 C since 11:00, was 9..9 (1).",
		"repeat Cabin: still, after 30m: X is 9 C since 11:00, was 9..9 (1).")
	want := []string{"RUN1-1/first/0", "RUN1-1/repeat/1", "RUN1-1/repeat/2", "RUN1-1/cleared/0", "RUN1-2/first/0", "RUN1-2/repeat/1", "RUN1-2/repeat/2"}
	if !slices.Equal(b.keys, want) {
		t.Errorf("keys %q", b.keys)
	}
}

// A contact that goes on and off makes few texts, the last of which says so; what then lasts is told all
// the same, over a restart too, and so is its end. After a calm hour all is as before.
func TestFlapping(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x on", Text: "X on.", Clear: "X off."}))
	flap := func(from time.Duration, times int) {
		for i := range times {
			b.at(from + time.Duration(i)*time.Minute)
			b.read("x", "on")
			b.at(from + time.Duration(i)*time.Minute + 10*time.Second)
			b.read("x", "off")
		}
	}
	one := []string{"first Cabin: X on.", "cleared Cabin: X off."}
	flap(0, 30)
	b.wantTexts(slices.Concat(one, one, one, one, []string{"first Cabin: on and off, told again only if it lasts: X on.", "cleared Cabin: X off."})...)
	b.at(31 * time.Minute)
	b.read("x", "on")
	b.at(39 * time.Minute)
	b.wantTexts()
	b.at(41 * time.Minute)
	b.wantTexts("first Cabin: since 10m: X on.")
	b.at(50 * time.Minute)
	b.read("x", "off")
	b.wantTexts("cleared Cabin: X off.")

	b.read("x", "on")
	b.wantTexts()
	b.restart(b.state.save(b.plan))
	b.at(51 * time.Minute)
	b.read("x", "on")
	b.wantTexts()
	b.at(61 * time.Minute)
	b.wantTexts("first Cabin: since 10m: X on.")
	b.read("x", "off")
	b.wantTexts("cleared Cabin: X off.")

	flap(3*time.Hour, 1)
	b.wantTexts(one...)
}

func TestRepeatGoesOnForEmergencies(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x on", Class: "emergency", Repeat: []time.Duration{time.Minute, time.Hour}}))
	b.read("x", "on")
	b.at(5 * time.Hour)
	if len(b.texts) != 1+1+4 {
		t.Errorf("%q", b.texts)
	}
	b.read("x", "bad!")
	b.at(6 * time.Hour)
	if len(b.texts) != 1+1+5 {
		t.Errorf("a bad sensor stops the repeats: %q", b.texts)
	}
}

func TestNoRepeatWhileClearing(t *testing.T) {
	b := newBench(t, ruleConfig(Rule{When: "x above 5", Until: "x below 3 for 10m", Repeat: []time.Duration{5 * time.Minute}}))
	b.read("x", "6")
	b.at(time.Minute)
	b.read("x", "1")
	b.at(8 * time.Minute)
	b.read("x", "2")
	b.wantTexts("first Cabin: T")
	b.read("x", "4")
	b.wantTexts("repeat Cabin: still, after 8m: T")
}

func TestEvents(t *testing.T) {
	c := ruleConfig(Rule{When: "mail new and x off", Text: "From {mail.who}: {mail} ({count})", Class: "info"})
	b := newBench(t, c)
	mail := func(id, who string) {
		b.step(input{kind: inReading, reading: Reading{Sensor: "mail", ID: id, Value: Event("hi\nthere"), Fields: map[string]string{"who": who}}})
	}
	mail("1", "a")
	b.wantTexts()
	b.read("x", "off")
	b.at(time.Hour)
	b.wantTexts()
	mail("2", "b")
	mail("2", "b")
	b.wantTexts("event Cabin: From b: hi there (1)")
	b.restart(b.state.save(b.plan))
	b.read("x", "off")
	mail("2", "b")
	b.wantTexts()
	mail("", "c")
	mail("", "c")
	b.wantTexts("event Cabin: From c: hi there (1)", "event Cabin: From c: hi there (2)")
	for i := range maxSeen {
		mail(fmt.Sprint("n", i), "d")
	}
	if len(b.state.seen) != maxSeen || len(b.state.recent) != maxRecent || b.phases() != "calm" {
		t.Errorf("%d seen, %d recent, %s", len(b.state.seen), len(b.state.recent), b.phases())
	}
	if slices.Contains(b.state.seen, idHash("mail", "2")) {
		t.Error("an ID is kept for ever")
	}
}
