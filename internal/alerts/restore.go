package alerts

import (
	"slices"
	"time"

	"smppagent/internal/sms"
)

// newState is the state of an agent that has not seen anything yet.
func (p *plan) newState(epoch string, now time.Time) state {
	s := state{
		epoch: epoch, started: now,
		sensors: map[string]*sensorState{}, pushed: map[string]*incident{}, held: map[string]Reading{},
		alerts: make([]alertState, len(p.rules)),
	}
	for i, r := range p.rules {
		s.alerts[i] = alertState{state: StateCalm, since: now, terms: make([]termState, len(r.when.terms()))}
	}
	return s
}

// restore goes on from what an earlier run kept. Open incidents stay open without a new text; those
// whose rule says something else by now end, and the people who were told hear of it. What waited for
// the queue still waits, unless it is over and no longer worth delivering.
func (p *plan) restore(kept saved, epoch string, now time.Time) (state, []effect) {
	s := p.newState(epoch, now)
	r := run{plan: p, state: &s, now: now}
	s.recent, s.seen = kept.Recent, kept.Seen
	for name, in := range kept.Held {
		if st := s.sensor(name); st != nil && slices.Contains(p.push.sensors, name) {
			s.held[name] = in
			in.Quality = Retained // it counts, but nobody has been heard of since
			st.take(in, now)
		}
	}
	for i, rule := range p.rules {
		s.alerts[i].spent = kept.Spent[rule.name] == rule.hash && kept.Spent[rule.name] != ""
	}
	var changed []*incident
	for n := range kept.Open {
		i := &kept.Open[n]
		if i.Pushed {
			s.pushed[i.Alert] = i
			i.reschedule(p.push.repeat, now)
			continue
		}
		if !r.resume(i) {
			changed = append(changed, i)
		}
	}
	for _, n := range kept.Pending {
		if age := now.Sub(n.Made); clockSet(n.Made) && clockSet(now) && age > n.TTL && !s.lasts(n.Incident) {
			r.drop(n, sms.Expired, "no longer worth delivering")
			continue
		}
		if n.To = p.people.present(n.To); len(n.To) == 0 {
			r.drop(n, sms.Failed, "nobody it was for is in the configuration")
			continue
		}
		s.pending = append(s.pending, n)
	}
	for _, i := range changed {
		r.abandon(i)
	}
	return s, r.effects
}

// lasts tells whether the incident is open: that people hear of it is worth something until it is over.
func (s *state) lasts(id string) bool {
	i := s.find(id)
	return i != nil && i.State != StateCalm
}

// resume goes on with an incident if its rule still says the same.
func (r *run) resume(i *incident) bool {
	n := slices.IndexFunc(r.plan.rules, func(rule *rule) bool { return rule.name == i.Alert && rule.hash == i.Hash })
	if n < 0 || r.state.alerts[n].incident != nil {
		return false
	}
	rule, a := r.plan.rules[n], &r.state.alerts[n]
	a.state, a.since, a.incident, a.extremes = StateFiring, r.now, i, i.Extremes
	a.spent = false
	a.terms = make([]termState, len(rule.until.terms()))
	i.reschedule(rule.repeat, r.now)
	return true
}

// abandon ends an incident whose rule is gone or says something else.
func (r *run) abandon(i *incident) {
	r.notify(i, ReasonCleared, i.people(), r.plan.pushText(i.Alert+" ended: its rule was changed", i.Class, time.Time{}, r.now), 0)
	r.state.retire(i, r.now)
	r.do(effect{kind: effSave})
	r.do(effect{kind: effChange, alert: i.Alert, incident: i.ID, state: StateCalm, why: "its rule was changed"})
}

// deadline is when the next thing happens without any input; zero: never.
func (p *plan) deadline(s *state) time.Time {
	var first time.Time
	at := func(t time.Time) {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for i := range s.alerts {
		a := &s.alerts[i]
		at(a.change)
		if a.incident != nil && a.state == StateFiring {
			at(a.incident.next)
		}
	}
	for _, i := range s.pushed {
		at(i.next)
	}
	return first
}
