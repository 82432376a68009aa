package alerts

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"smppagent/internal/sms"
)

// FuzzSteps feeds random readings, pushes, outcomes, time and restarts to the rules and holds them to what
// must never happen.
func FuzzSteps(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x10\x20\x30\x40\x50\x60\x70\x80\x90\xa0\xb0\xc0\xd0\xe0\xf0\xff"))
	f.Add([]byte(strings.Repeat("\x00\xff\x17\x83\x2a", 40)))
	f.Add([]byte(strings.Repeat("\x05\x11\x07\x23\x05\x91\x06\x44", 30)))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 600 {
			return
		}
		m := newModel(t)
		for len(in) >= 2 {
			m.act(in[0], in[1])
			in = in[2:]
		}
	})
}

// TestStepsAtRandom is the same with inputs that are the same every time.
func TestStepsAtRandom(t *testing.T) {
	made := 0
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		m := newModel(t)
		for range 250 {
			m.act(byte(random.Uint32()), byte(random.Uint32()))
		}
		made += len(m.keys)
	}
	if made < 60*20 {
		t.Errorf("%d notices: nothing much was tried", made)
	}
}

func newModel(t *testing.T) *model {
	t.Helper()
	c := ruleConfig(Rule{When: "x above 5 for 1m or y on", Clear: "over {x.max}", Class: "emergency", Repeat: []time.Duration{3 * time.Minute}})
	c.Alerts["b"] = Rule{When: "x silent for 10m", Until: "x heard within 1m", Text: "b", To: Names{"ivan"}}
	c.Alerts["c"] = Rule{When: "y bad for 30s", Text: "c", Clear: "c over", To: Names{"maria"}, Class: "alarm"}
	c.Alerts["d"] = Rule{When: "y new and x below 5", Text: "d {y}", To: Names{"maria"}}
	c.Alerts["e"] = Rule{When: "p on", Until: "x above 7", Text: "e {p.text}", Clear: "e over", To: Names{"maria"}}
	c.Push.Sensors, c.Push.MaxOpen = Names{"p"}, 2
	m := &model{bench: newBench(t, c), keys: map[string]bool{}, open: map[string]string{}}
	m.check()
	return m
}

// model is a bench that remembers what people were told.
type model struct {
	*bench
	keys map[string]bool   // every notice ever made
	open map[string]string // alert → incident whose beginning was told and whose end was not
}

func (m *model) act(what, how byte) {
	m.texts = nil
	switch what % 8 {
	case 0, 1:
		m.readAny("x", how)
	case 2:
		m.readAny("y", how)
	case 3:
		m.at(m.now.Sub(m.start) + time.Duration(how)*time.Second)
	case 4:
		op := []Op{OpRaise, OpClear, OpEvent}[how%3]
		p := Push{Op: op, Name: []string{"p", "q", "r", "s"}[how/3%4], Text: "text"}
		if how > 200 {
			p.ID = "id"
		}
		if op == OpRaise && how%5 == 0 {
			p.Class = "emergency"
		}
		m.push(p)
	case 5:
		for range how % 4 {
			if len(m.state.pending) > 0 {
				m.step(input{kind: inRaised, key: m.state.pending[0].Key})
			}
		}
	case 6:
		if len(m.bench.keys) > 0 {
			key := m.bench.keys[int(how)%len(m.bench.keys)]
			m.step(input{kind: inOutcome, key: key, person: "ivan", outcome: sms.Outcome(how % 7)})
		}
	case 7:
		switch how % 4 {
		case 0: // the wall clock is lost
			m.start = m.start.AddDate(-10, 0, 0)
			m.now = m.now.AddDate(-10, 0, 0)
		case 1:
			m.start = m.start.Add(time.Hour)
			m.now = m.now.Add(time.Hour)
		}
		made := len(m.bench.keys)
		kept := m.state.save(m.plan)
		m.restart(kept)
		for _, k := range m.bench.keys[made:] {
			if strings.Contains(k, "/"+ReasonFirst+"/") && !silentRule(m.state.find(incidentOf(k))) {
				m.t.Fatalf("a restart tells of %s", k)
			}
		}
	}
	m.check()
}

// silentRule tells whether the incident is one that can begin with a restart: none here can, but one of a
// pushed sensor that was raised and kept.
func silentRule(i *incident) bool { return i != nil && i.Alert == "e" }

func (m *model) readAny(sensor string, how byte) {
	switch {
	case how < 100:
		m.step(input{kind: inReading, reading: Reading{Sensor: sensor, Value: Number(float64(how%12) - 1)}})
	case how < 140:
		m.step(input{kind: inReading, reading: Reading{Sensor: sensor, Value: State(how%2 == 0)}})
	case how < 180:
		m.step(input{kind: inReading, reading: Reading{Sensor: sensor, Value: Number(9), Quality: Quality(how % 4)}})
	case how < 220:
		m.step(input{kind: inReading, reading: Reading{Sensor: sensor, Quality: Bad}})
	default:
		m.step(input{kind: inReading, reading: Reading{Sensor: sensor, Value: Event("e"), ID: string('a' + rune(how%7))}})
	}
}

// check holds the model to the invariants.
func (m *model) check() {
	m.t.Helper()
	for n := len(m.keys); n < len(m.bench.keys); n++ {
		key := m.bench.keys[n]
		if m.keys[key] {
			m.t.Fatalf("%s was made twice", key)
		}
		m.keys[key] = true
		i := m.state.find(incidentOf(key))
		if i == nil {
			continue // over, and pushed out by later ones
		}
		alert := i.Alert
		if i.Pushed {
			alert = "pushed " + alert
		}
		switch {
		case strings.Contains(key, "/"+ReasonFirst+"/"):
			if m.open[alert] != "" && alert != "b" { // b ends without a word
				m.t.Fatalf("%s: %s begins while %s is not over", alert, key, m.open[alert])
			}
			m.open[alert] = i.ID
		case strings.Contains(key, "/"+ReasonEvent+"/"):
		default:
			if m.open[alert] != i.ID {
				m.t.Fatalf("%s: %s, but people were told of %q", alert, key, m.open[alert])
			}
			if strings.Contains(key, "/"+ReasonCleared+"/") {
				delete(m.open, alert)
			}
		}
	}
	seen := map[string]bool{}
	for i, a := range m.state.alerts {
		if (a.incident != nil) != (a.state == StateFiring || a.state == StateClearing) {
			m.t.Fatalf("%s is %s with incident %v", m.plan.rules[i].name, a.state, a.incident)
		}
		if a.incident != nil {
			if seen[a.incident.ID] {
				m.t.Fatalf("incident %s is open twice", a.incident.ID)
			}
			seen[a.incident.ID] = true
		}
	}
	for _, n := range m.state.pending {
		if len(n.To) == 0 || n.Text == "" || !strings.HasPrefix(n.Text, "Cabin") || n.TTL < minTTL {
			m.t.Fatalf("pending %+v", n)
		}
		if sms.Measure(n.Text).Segments > parts(n.Class) || len(n.Key) > 31 {
			m.t.Fatalf("pending %+v does not fit", n)
		}
	}
	if d := m.plan.deadline(&m.state); !d.IsZero() && !d.After(m.now) {
		m.step(input{}) // due this instant: one step must be enough
		if again := m.plan.deadline(&m.state); !again.IsZero() && !again.After(m.now) {
			m.t.Fatalf("time stands still at %v", m.now.Sub(m.start))
		}
	}
	if len(m.state.pushed) > 2 || len(m.state.recent) > maxRecent {
		m.t.Fatalf("%d pushed, %d recent", len(m.state.pushed), len(m.state.recent))
	}
}
