package alerts

import (
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"smppagent/internal/sms"
)

// state is everything the engine knows. It belongs to whoever calls step.
type state struct {
	epoch   string    // begins the ID of every incident of this run; never the same twice
	seq     uint32    // incidents of this run
	started time.Time // of this run
	sensors map[string]*sensorState
	alerts  []alertState         // one for each rule of the plan
	pushed  map[string]*incident // open, not governed by a rule
	held    map[string]Reading   // what was raised or cleared for rules, by [push] sensors
	pending []pending            // notices that are not known to be in the queue, oldest first
	recent  []incident           // ended, newest last, at most maxRecent
	seen    []uint64             // hashes of the IDs that were counted, newest last, at most maxSeen
}

// The bounds of what is kept.
const (
	maxRecent  = 16
	maxSeen    = 256
	maxPending = 500
	maxSensors = 2000
	maxFired   = 99
)

// sensorState is what is known of a sensor.
type sensorState struct {
	value   Value // the latest that counts as a state; KindNone before
	event   Value // the latest event
	fields  map[string]string
	unit    string
	quality Quality
	reason  string
	at      time.Time // of the latest reading, wall clock
	seen    time.Time // when the latest reading came
	heard   time.Time // when the latest good reading came; zero: never
	count   uint64    // readings
}

// alertState is where one rule stands.
type alertState struct {
	state    Phase
	since    time.Time
	terms    []termState // of when while calm or rising, of until while an incident is open
	extremes map[string]extreme
	incident *incident // nil: none is open
	spent    bool      // the incident ended while when was still true: it must be false once before it counts again
	fired    []time.Time
	change   time.Time // when the sentence changes by itself; zero: not before the next reading
}

// pending is a notice that must still get into the queue. People stand by name: their phones are the
// configuration's.
type pending struct {
	Key      string        `json:"key"`
	Incident string        `json:"incident"`
	Alert    string        `json:"alert"`
	Reason   string        `json:"reason"`
	To       []string      `json:"to"`
	Class    sms.Class     `json:"class"`
	Text     string        `json:"text"`
	TTL      time.Duration `json:"ttl"`
	Made     time.Time     `json:"made"` // wall clock
}

// saved is the part of a state that survives a restart.
type saved struct {
	Open    []incident         `json:"open"`
	Recent  []incident         `json:"recent"`
	Pending []pending          `json:"pending"`
	Held    map[string]Reading `json:"held"`
	Spent   map[string]string  `json:"spent"` // rule name → hash
	Seen    []uint64           `json:"seen"`
}

// save gives what is to be kept of s. It shares memory with s.
func (s *state) save(p *plan) saved {
	out := saved{Recent: s.recent, Pending: s.pending, Held: s.held, Seen: s.seen, Spent: map[string]string{}}
	for i, a := range s.alerts {
		if a.incident != nil {
			out.Open = append(out.Open, *a.incident)
		}
		if a.spent {
			out.Spent[p.rules[i].name] = p.rules[i].hash
		}
	}
	for _, name := range sortedKeys(s.pushed) {
		out.Open = append(out.Open, *s.pushed[name])
	}
	return out
}

// newIncident opens an incident.
func (s *state) newIncident(alert string, class sms.Class, now time.Time) *incident {
	s.seq++
	return &incident{fresh: true, Incident: Incident{
		ID: s.epoch + "-" + strconv.FormatUint(uint64(s.seq), 10), Alert: alert,
		State: StateFiring, Class: class, Began: now,
	}}
}

// retire keeps an incident that is over for those who ask what became of it.
func (s *state) retire(i *incident, now time.Time) {
	i.State, i.Ended = StateCalm, wall(now)
	s.recent = append(s.recent, *i)
	if len(s.recent) > maxRecent {
		s.recent = slices.Delete(s.recent, 0, len(s.recent)-maxRecent)
	}
}

// find gives the incident, open or recent, nil when it is not known.
func (s *state) find(id string) *incident {
	for _, a := range s.alerts {
		if a.incident != nil && a.incident.ID == id {
			return a.incident
		}
	}
	for _, i := range s.pushed {
		if i.ID == id {
			return i
		}
	}
	for n := range s.recent {
		if s.recent[n].ID == id {
			return &s.recent[n]
		}
	}
	return nil
}

// once tells whether the ID was not counted before, and counts it. No ID is always new.
func (s *state) once(name, id string) bool {
	if id == "" {
		return true
	}
	h := idHash(name, id)
	if slices.Contains(s.seen, h) {
		return false
	}
	s.seen = append(s.seen, h)
	if len(s.seen) > maxSeen {
		s.seen = slices.Delete(s.seen, 0, len(s.seen)-maxSeen)
	}
	return true
}

func idHash(name, id string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name + "\x00" + id))
	return h.Sum64()
}

// sensor gives the state of a sensor, nil when it has never been heard of and there is no room.
func (s *state) sensor(name string) *sensorState {
	st := s.sensors[name]
	if st == nil && len(s.sensors) < maxSensors {
		st = &sensorState{}
		s.sensors[name] = st
	}
	return st
}
