package alerts

import (
	"context"
	"sort"
	"time"

	"smppagent/internal/sms"
)

// Status is a snapshot of the engine.
type Status struct {
	Alerts    []AlertStatus  `json:"alerts"`    // the rules, by name
	Incidents []Incident     `json:"incidents"` // open, oldest first
	Recent    []Incident     `json:"recent"`    // over, latest last, at most 16
	Sensors   []SensorStatus `json:"sensors"`   // by name
	Pending   int            `json:"pending"`   // notices that are not in the message queue yet
	Dropped   uint64         `json:"dropped"`   // notices given up since the start
	Store     string         `json:"store"`     // why the state cannot be written; "" when it can
}

// AlertStatus is where a rule stands.
type AlertStatus struct {
	Name     string    `json:"name"`
	State    Phase     `json:"state"`
	Since    time.Time `json:"since"`
	Class    sms.Class `json:"class"`
	When     string    `json:"when"`
	Until    string    `json:"until,omitempty"`
	Incident string    `json:"incident,omitempty"`
}

// SensorStatus is what is known of a sensor.
type SensorStatus struct {
	Name     string        `json:"name"`
	Value    string        `json:"value"` // "?" before there is one
	Unit     string        `json:"unit,omitempty"`
	Quality  string        `json:"quality"`
	Reason   string        `json:"reason,omitempty"` // of the quality
	At       time.Time     `json:"at"`               // of the latest reading, wall clock
	Age      time.Duration `json:"age"`              // since the latest reading came; nanoseconds in JSON
	Readings uint64        `json:"readings"`
}

// Status gives a snapshot. Errors: ErrClosed and ctx's.
func (e *Engine) Status(ctx context.Context) (Status, error) {
	var out Status
	err := e.hand(ctx, &call{ask: func(e *Engine) { out = e.snapshot(time.Now()) }})
	if err != nil {
		return Status{}, err
	}
	return out, nil
}

func (e *Engine) snapshot(now time.Time) Status {
	s := &e.state
	out := Status{ // empty lists, not null, in JSON
		Alerts: []AlertStatus{}, Incidents: []Incident{}, Recent: []Incident{}, Sensors: []SensorStatus{},
		Pending: len(s.pending), Dropped: e.drops,
	}
	if e.saver.err != nil {
		out.Store = e.saver.err.Error()
	}
	for i, a := range s.alerts {
		r := e.plan.rules[i]
		st := AlertStatus{Name: r.name, State: a.state, Since: a.since, Class: r.class, When: r.when.String(), Until: r.until.String()}
		if a.incident != nil {
			st.Incident = a.incident.ID
			out.Incidents = append(out.Incidents, a.incident.copy())
		}
		out.Alerts = append(out.Alerts, st)
	}
	for _, i := range s.pushed {
		out.Incidents = append(out.Incidents, i.copy())
	}
	sort.SliceStable(out.Incidents, func(i, j int) bool {
		a, b := &out.Incidents[i], &out.Incidents[j]
		if c := a.Began.Compare(b.Began); c != 0 {
			return c < 0
		}
		return a.ID < b.ID
	})
	for i := range s.recent {
		out.Recent = append(out.Recent, s.recent[i].copy())
	}
	for _, name := range sortedKeys(s.sensors) {
		st := s.sensors[name]
		v := st.value
		if v.Kind == KindNone {
			v = st.event
		}
		out.Sensors = append(out.Sensors, SensorStatus{
			Name: name, Value: v.String(), Unit: st.unit, Quality: st.quality.String(), Reason: st.reason,
			At: st.at, Age: now.Sub(st.seen), Readings: st.count,
		})
	}
	return out
}

// copy shares no memory with i.
func (i *incident) copy() Incident {
	out := i.Incident
	out.Told = append([]Told{}, i.Told...)
	return out
}
