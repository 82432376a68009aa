package alerts

import (
	"math"
	"time"

	"smppagent/internal/sms"
)

// input is one thing that happens to the engine. The zero input is time going by.
type input struct {
	kind    inputKind
	reading Reading     // inReading
	push    Push        // inPush
	key     string      // inRaised, inOutcome: a notice
	person  string      // inOutcome
	outcome sms.Outcome // inOutcome
}

type inputKind uint8

const (
	inTick    inputKind = iota
	inReading           // a source saw something
	inPush              // a program said something
	inRaised            // the notice is in the queue
	inOutcome           // something became of a text
)

// effect is one thing that must follow from a step.
type effect struct {
	kind     effectKind
	notice   pending    // effNotify, effDropped
	alert    string     // effChange
	incident string     // effChange
	state    Phase      // effChange: the new one
	why      string     // effChange, effDropped
	result   PushResult // effAnswer
	refused  error      // effAnswer
}

type effectKind uint8

const (
	effNotify   effectKind = iota // the notice stands in state.pending: save, then raise it
	effSave                       // save before anybody is answered
	effKnown                      // seen before: what came of it then must be on flash before anybody is answered
	effSaveSoon                   // save within the next seconds
	effChange                     // an alert has another state, for the log
	effDropped                    // a notice was given up: why
	effAnswer                     // what to tell the program that pushed
)

// step takes one input and gives the state that follows, with what is to be done about it. It reads no
// clock, no file and no other memory: the same s, in and now give the same answer. s is used up: its
// maps and slices live on in the state that is returned.
func (p *plan) step(s state, in input, now time.Time) (state, []effect) {
	r := run{plan: p, state: &s, now: now}
	switch in.kind {
	case inTick:
		r.judgeAll()
		r.repeatPushed()
	case inReading:
		r.reading(in.reading)
	case inPush:
		r.pushed(in.push)
	case inRaised:
		r.raised(in.key)
	case inOutcome:
		r.outcome(in.key, in.person, in.outcome)
	}
	return s, r.effects
}

// run is one step under way.
type run struct {
	plan    *plan
	state   *state
	now     time.Time
	effects []effect
}

func (r *run) do(e effect) { r.effects = append(r.effects, e) }

// reading takes one reading into its sensor's state and judges the rules that watch it.
func (r *run) reading(in Reading) {
	st := r.state.sensor(in.Sensor)
	if st == nil {
		return
	}
	event := in.Value.Kind == KindEvent && in.Quality == Good // one kept for us is not news
	if event && in.ID != "" {
		if !r.state.once(in.Sensor, in.ID) {
			r.do(effect{kind: effKnown})
			return
		}
		r.do(effect{kind: effSave})
	}
	st.take(in, r.now)
	about := ""
	if event {
		about = in.Sensor
	}
	for _, i := range r.plan.bySensor[in.Sensor] {
		r.state.alerts[i].widen(in)
		r.judge(i, about)
	}
}

// take makes the reading the sensor's latest.
func (st *sensorState) take(in Reading, now time.Time) {
	at := in.At
	if at.IsZero() {
		at = now
	}
	st.at, st.seen, st.reason, st.quality = wall(at), now, in.Reason, in.Quality
	st.count++
	if in.Unit != "" {
		st.unit = in.Unit
	}
	if in.Quality == Good {
		st.heard = now
	}
	switch {
	case in.Value.Kind == KindNone || in.Quality == Bad:
	case in.Value.Kind == KindEvent:
		st.event, st.fields = in.Value, in.Fields
	default:
		st.value = in.Value
		if in.Fields != nil {
			st.fields = in.Fields
		}
	}
}

// widen keeps the range in which a watched sensor was since the alert was calm.
func (a *alertState) widen(in Reading) {
	n, ok := in.Value.number()
	if !ok || in.Quality == Bad || in.Quality == Stale {
		return
	}
	if a.extremes == nil {
		a.extremes = map[string]extreme{}
	}
	x, have := a.extremes[in.Sensor]
	if !have || a.state == StateCalm {
		x = extreme{n, n}
	}
	a.extremes[in.Sensor] = extreme{math.Min(x.Min, n), math.Max(x.Max, n)}
}

func (r *run) judgeAll() {
	for i := range r.plan.rules {
		r.judge(i, "")
	}
}

// judge moves one alert as far as it goes now. event is the sensor of which something is new.
func (r *run) judge(i int, event string) {
	rule, a := r.plan.rules[i], &r.state.alerts[i]
	if rule.event() {
		if v, _ := rule.when.judge(a.terms, r.state.sensors, event, r.state.started, r.now); v == held {
			r.happen(rule, a)
		}
		return
	}
	// An incident may begin and end at once, or end and leave its sentence true; it never begins twice.
	for range 3 {
		before := a.state
		if a.incident == nil {
			r.judgeCalm(rule, a)
		} else {
			r.judgeOpen(rule, a)
		}
		if a.state == before {
			return
		}
	}
}

func (r *run) judgeCalm(rule *rule, a *alertState) {
	var v verdict
	v, a.change = rule.when.judge(a.terms, r.state.sensors, "", r.state.started, r.now)
	if a.spent {
		if v == no {
			a.spent = false
			r.do(effect{kind: effSaveSoon})
		}
		return
	}
	switch v {
	case no:
		a.move(StateCalm, r.now)
	case rising:
		a.move(StateRising, r.now)
	case held:
		r.fire(rule, a)
	}
}

func (r *run) judgeOpen(rule *rule, a *alertState) {
	var v verdict
	v, a.change = rule.until.judge(a.terms, r.state.sensors, "", r.state.started, r.now)
	switch v {
	case no, unknown: // a sensor that is lost ends nothing, and people hear again that it lasts
		a.move(StateFiring, r.now)
	case rising:
		a.move(StateClearing, r.now)
	case held:
		r.end(rule, a)
		return
	}
	a.incident.State = a.state
	if next := a.incident.next; a.state == StateFiring && !next.IsZero() && !r.now.Before(next) {
		r.repeat(rule, a)
	}
}

func (a *alertState) move(to Phase, now time.Time) {
	if a.state != to {
		a.state, a.since = to, now
	}
}

// fire opens the incident of a rule.
func (r *run) fire(rule *rule, a *alertState) {
	a.move(StateFiring, r.now)
	a.countFiring(r.now)
	a.terms = make([]termState, len(rule.until.terms()))
	i := r.state.newIncident(rule.name, rule.class, r.now)
	i.Hash, i.Extremes = rule.hash, a.extremes
	a.incident = i
	why := rule.when.String()
	switch n := a.firings(time.Hour, r.now); {
	case n > flapMost:
		i.quiet(r.now)
		i.Text = r.plan.compose(rule.text, i.Class, "", r.plan.values(r.state, a, i, r.now))
		why += "; it flaps, nobody is told unless it lasts"
	case n == flapMost:
		r.tellFirst(rule, a, flapLead)
	default:
		r.tellFirst(rule, a, "")
	}
	r.do(effect{kind: effSave})
	r.do(effect{kind: effChange, alert: rule.name, incident: i.ID, state: StateFiring, why: why})
}

// tellFirst tells that the alert's incident has begun. lead stands in front of the text; it may be empty.
func (r *run) tellFirst(rule *rule, a *alertState, lead string) {
	i := a.incident
	text := r.plan.compose(rule.text, i.Class, lead, r.plan.values(r.state, a, i, r.now))
	r.notify(i, ReasonFirst, rule.to, text, 0)
	i.schedule(rule.repeat, r.now)
}

// repeat says again what still lasts, or for the first time what was not to be told unless it lasts.
func (r *run) repeat(rule *rule, a *alertState) {
	i := a.incident
	if i.Quiet {
		i.Quiet = false
		r.tellFirst(rule, a, "since "+roughSpan(i.age(r.now))+": ")
		return
	}
	i.Repeats++
	lead := "still, after " + roughSpan(i.age(r.now)) + ": "
	text := r.plan.compose(rule.text, i.Class, lead, r.plan.values(r.state, a, i, r.now))
	r.notify(i, ReasonRepeat, rule.to, text, 0)
	i.schedule(rule.repeat, r.now)
}

// end closes the incident of a rule and tells those who were told that it began.
func (r *run) end(rule *rule, a *alertState) {
	i := a.incident
	if len(rule.clear) > 0 {
		text := r.plan.compose(rule.clear, i.Class, "", r.plan.values(r.state, a, i, r.now))
		r.notify(i, ReasonCleared, i.people(), text, 0)
	}
	r.withdrawRepeats(i.ID)
	r.state.retire(i, r.now)
	a.incident, a.extremes = nil, nil
	a.spent = true // until when is seen to be false
	a.move(StateCalm, r.now)
	a.terms = make([]termState, len(rule.when.terms()))
	r.do(effect{kind: effSave})
	r.do(effect{kind: effChange, alert: rule.name, incident: i.ID, state: StateCalm, why: rule.until.String()})
}

// happen tells of an event, an incident that begins and ends at once.
func (r *run) happen(rule *rule, a *alertState) {
	a.countFiring(r.now)
	i := r.state.newIncident(rule.name, rule.class, r.now)
	text := r.plan.compose(rule.text, i.Class, "", r.plan.values(r.state, a, i, r.now))
	r.notify(i, ReasonEvent, rule.to, text, 0)
	r.state.retire(i, r.now)
	r.do(effect{kind: effChange, alert: rule.name, incident: i.ID, state: StateCalm, why: rule.when.String()})
}
