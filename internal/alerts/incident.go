package alerts

import (
	"strconv"
	"strings"
	"time"

	"smppagent/internal/sms"
)

// Phase is where an alert stands.
type Phase string

// The states of an alert.
const (
	StateCalm     Phase = "calm"     // nothing to tell
	StateRising   Phase = "rising"   // the sentence is true, but not yet for long enough
	StateFiring   Phase = "firing"   // an incident is open
	StateClearing Phase = "clearing" // an incident is open, and the sentence that ends it is true, but not yet for long enough
)

// Told is one person who was told of an incident, and what became of the latest text.
type Told struct {
	Person  string      `json:"person"`
	Key     string      `json:"key"`    // of the latest notice
	Reason  string      `json:"reason"` // of the latest notice
	Texts   int         `json:"texts"`  // how many notices there were
	At      time.Time   `json:"at"`     // when the latest was made, by the wall clock
	Outcome sms.Outcome `json:"outcome"`
}

// Incident is one firing of an alert, from its beginning to its end.
type Incident struct {
	ID     string    `json:"id"`     // "K7M3XW-12": site-unique, the same after a restart
	Alert  string    `json:"alert"`  // the rule's name, or the one that was pushed
	Pushed bool      `json:"pushed"` // it goes by [push], not by a rule
	State  Phase     `json:"state"`  // firing or clearing; calm when it is over
	Class  sms.Class `json:"class"`
	Text   string    `json:"text"`  // the latest text
	Began  time.Time `json:"began"` // by the wall clock, which may not have been set
	Ended  time.Time `json:"ended,omitzero"`
	Told   []Told    `json:"told"`
}

// incident is an Incident with what the engine needs to go on with it after a restart.
type incident struct {
	Incident
	Hash     string             `json:"hash,omitempty"`   // of the rule's sentences
	Repeats  int                `json:"repeats"`          // texts after the first
	Last     time.Time          `json:"last"`             // when the latest text was made, wall clock
	Extremes map[string]extreme `json:"extremes"`         // of the watched sensors, since it was rising
	Subject  string             `json:"subject"`          // of a pushed one: what was raised, without the site
	To       []string           `json:"to,omitempty"`     // of a pushed one: people
	TTL      time.Duration      `json:"ttl,omitempty"`    // of a pushed one; 0: the class's
	Raised   int                `json:"raised,omitempty"` // of a pushed one: how often it was said
	Quiet    bool               `json:"quiet,omitempty"`  // its rule flaps: nobody was told yet, and next is when it has lasted

	next  time.Time // when to repeat; zero: never
	fresh bool      // it began in this run, so that Began is monotonic
}

// extreme is the range in which a sensor was.
type extreme struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

// age is how long the incident has lasted; negative when the wall clock cannot tell. Within one run
// it is monotonic.
func (i *incident) age(now time.Time) time.Duration {
	if !i.fresh && !(clockSet(i.Began) && clockSet(now)) {
		return -1
	}
	return now.Sub(i.Began)
}

// people gives those who were told, in order.
func (i *incident) people() []string {
	out := make([]string, 0, len(i.Told))
	for _, t := range i.Told {
		out = append(out, t.Person)
	}
	return out
}

// tell notes that people get the notice key.
func (i *incident) tell(people []string, key, reason string, now time.Time) {
	for _, p := range people {
		t := i.toldOf(p)
		if t == nil {
			i.Told = append(i.Told, Told{Person: p})
			t = &i.Told[len(i.Told)-1]
		}
		t.Key, t.Reason, t.At, t.Outcome = key, reason, wall(now), sms.Pending
		t.Texts++
	}
}

// giveUp notes that the notice did not get out to anybody.
func (i *incident) giveUp(n pending, o sms.Outcome) {
	for k := range i.Told {
		if i.Told[k].Key == n.Key {
			i.Told[k].Outcome = o
		}
	}
}

func (i *incident) toldOf(person string) *Told {
	for n := range i.Told {
		if i.Told[n].Person == person {
			return &i.Told[n]
		}
	}
	return nil
}

// key names the notice of the incident: at most 31 octets.
func (i *incident) key(reason string) string {
	step := 0
	if reason == ReasonRepeat {
		step = i.Repeats
	}
	return i.ID + "/" + reason + "/" + strconv.Itoa(step)
}

// incidentOf gives the incident's ID in a notice's key.
func incidentOf(key string) string {
	id, _, _ := strings.Cut(key, "/")
	return id
}

// interval is how long after the latest text the incident is to be repeated; 0 is never.
func interval(repeat []time.Duration, done int, class sms.Class) time.Duration {
	switch {
	case len(repeat) == 0, class > sms.Warning: // info and telemetry are said once
		return 0
	case done < len(repeat):
		return repeat[done]
	case class == sms.Emergency:
		return repeat[len(repeat)-1]
	}
	return 0
}

// schedule sets when to repeat, counted from now.
func (i *incident) schedule(repeat []time.Duration, now time.Time) {
	i.next = time.Time{}
	if d := interval(repeat, i.Repeats, i.Class); d > 0 {
		i.next = now.Add(d)
	}
}

// reschedule sets when to repeat after a restart: what is left of the interval as far as the wall
// clock can tell, and not before the sensors have had time to speak.
func (i *incident) reschedule(repeat []time.Duration, now time.Time) {
	i.next = time.Time{}
	if i.Quiet {
		i.quiet(now)
		return
	}
	d := interval(repeat, i.Repeats, i.Class)
	if d == 0 {
		return
	}
	if gone := now.Sub(i.Last); clockSet(i.Last) && clockSet(now) && gone > 0 {
		d = max(d-gone, settleTime)
	}
	i.next = now.Add(d)
}

// settleTime is how long the sensors have after a start before a repeat that is due is sent: the incident
// may have ended while the agent was off.
const settleTime = 20 * time.Second

// clockSet tells whether a wall-clock time can be true: a board without a clock starts in 1970, or in
// the year its image was made.
func clockSet(t time.Time) bool { return t.Year() >= 2025 }

// wall drops the monotonic reading, which means nothing to the next run.
func wall(t time.Time) time.Time { return t.Round(0) }
