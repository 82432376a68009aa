package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"smppagent/internal/sms"
)

// pushed takes what a program said: to the rules that name it, or else to an alert of its own.
func (r *run) pushed(p Push) {
	refuse := func(err error) { r.do(effect{kind: effAnswer, refused: err}) }
	if p.ID != "" && slices.Contains(r.state.seen, idHash(pushIDs, p.ID)) {
		r.do(effect{kind: effKnown})
		r.answer(PushResult{Effect: EffectDuplicate, Detail: "this id was seen before"})
		return
	}
	if y := p.At.Year(); y < 1 || y > 9999 { // RFC 3339 has four digits, and the state file with it
		p.At = time.Time{}
	}
	age := time.Duration(0)
	if clockSet(p.At) && clockSet(r.now) {
		age = max(0, r.now.Sub(p.At))
	}
	if p.TTL > 0 && age >= p.TTL && p.Op != OpClear { // what is over is over, however late that is heard
		r.answer(PushResult{Effect: EffectExpired, Detail: fmt.Sprintf("it is %s old and was worth %s", roughSpan(age), roughSpan(p.TTL))})
		return
	}
	class, err := parseClass(p.Class, r.plan.push.class)
	if err != nil {
		refuse(&PushError{"class", err.Error()})
		return
	}
	to, problems := r.plan.people.resolve(p.To)
	if len(p.To) == 0 {
		to = r.plan.push.to
	}
	if len(problems) > 0 {
		refuse(&PushError{"to", strings.Join(problems, "; ")})
		return
	}
	governed := r.plan.governs(p)
	open := r.state.pushed[p.Name]
	switch {
	case r.full(r.plan.urgency(p, class, open)):
		refuse(fmt.Errorf("%w: %d notices wait for the message queue", ErrFull, maxPending))
		return
	case governed:
	case p.Op != OpClear && len(to) == 0:
		refuse(&PushError{"to", "there is nobody to tell: [people] is empty"})
		return
	case p.Op == OpRaise && open == nil && len(r.state.pushed) >= r.plan.push.maxOpen:
		refuse(fmt.Errorf("%w: %d pushed incidents are open, [push] max_open allows no more", ErrFull, len(r.state.pushed)))
		return
	}
	if p.ID != "" {
		// Not at once: where something comes of the push it is saved with that, and where nothing
		// does, taking it again after a power cut does no harm.
		r.state.once(pushIDs, p.ID)
		r.do(effect{kind: effSaveSoon})
	}
	ttl := p.TTL
	if ttl > 0 {
		ttl = max(ttl-age, minTTL)
	}
	switch {
	case governed:
		r.pushToRules(p)
	case p.Op == OpEvent:
		r.pushEvent(p, class, to, ttl)
	case p.Op == OpRaise:
		r.pushRaise(p, class, to, ttl)
	default:
		r.pushClear(p)
	}
}

// urgency is the class of the notice that may come of a push; open is the pushed incident of its name.
func (p *plan) urgency(in Push, class sms.Class, open *incident) sms.Class {
	if in.Op == OpClear && open != nil {
		class = open.Class
	}
	if p.governs(in) {
		class = sms.Telemetry
		for _, i := range p.bySensor[in.Name] {
			class = min(class, p.rules[i].class)
		}
	}
	return class
}

// pushIDs keeps the IDs of pushes apart from those of sensors' events: no sensor is called so.
const pushIDs = "\x00push"

func (r *run) answer(result PushResult) {
	r.do(effect{kind: effAnswer, result: result})
}

// governs tells whether a rule says what the push amounts to.
func (p *plan) governs(in Push) bool {
	if !slices.Contains(p.push.sensors, in.Name) {
		return false
	}
	return slices.ContainsFunc(p.rules, func(r *rule) bool {
		return slices.ContainsFunc(r.when.terms(), func(t term) bool {
			return t.sensor == in.Name && (t.verb == verbNew) == (in.Op == OpEvent)
		})
	})
}

// pushToRules makes a reading of the push. A pushed sensor is on from raise to clear and then off, over
// restarts too.
func (r *run) pushToRules(p Push) {
	in := Reading{Sensor: p.Name, At: p.At, Fields: map[string]string{"text": p.Text}}
	if p.Op == OpEvent {
		in.Value = Event(p.Text)
	} else {
		in.Value = State(p.Op == OpRaise)
		if in.At.IsZero() {
			in.At = wall(r.now)
		}
		r.state.held[p.Name] = in
	}
	r.do(effect{kind: effSave})
	old := r.state.pushed[p.Name] // raised before there was a rule
	first := len(r.effects)
	r.reading(in)
	result := PushResult{Effect: EffectNoted, Detail: "no text comes of it now"}
	for _, e := range r.effects[first:] {
		switch e.kind {
		case effNotify:
			result.Keys = append(result.Keys, e.notice.Key)
		case effChange:
			result.Alert, result.Incident, result.Detail = e.alert, e.incident, ""
			result.Class = r.state.find(e.incident).Class
			switch {
			case p.Op == OpEvent:
				result.Effect = EffectSent
			case e.state == StateFiring:
				result.Effect = EffectRaised
			default:
				result.Effect = EffectCleared
			}
		}
	}
	switch {
	case result.Effect == EffectNoted:
		r.explain(p, &result)
	case result.Effect == EffectRaised && len(result.Keys) == 0:
		result.Detail = flapDetail
	}
	if p.Op == OpClear && old != nil {
		r.pushClear(p)
		return
	}
	r.answer(result)
}

// explain says where the rules stand that took a push and had nothing to tell.
func (r *run) explain(p Push, result *PushResult) {
	for _, i := range r.plan.bySensor[p.Name] {
		a, name := r.state.alerts[i], r.plan.rules[i].name
		switch {
		case a.incident != nil && p.Op == OpRaise:
			result.Effect, result.Alert, result.Incident, result.Class = EffectAlready, name, a.incident.ID, a.incident.Class
			result.Detail = "people were told when it began"
			if a.incident.Quiet {
				result.Detail = flapDetail
			}
			return
		case a.state == StateRising:
			result.Alert, result.Detail = name, fmt.Sprintf("alert %s waits: %s", name, r.plan.rules[i].when)
			return
		case a.state == StateClearing:
			result.Alert, result.Detail = name, fmt.Sprintf("alert %s waits: %s", name, r.plan.rules[i].until)
			return
		}
	}
	if p.Op == OpClear {
		result.Effect, result.Detail = EffectNothing, "no incident was open: nobody is told"
	}
}

func (r *run) pushEvent(p Push, class sms.Class, to []string, ttl time.Duration) {
	i := r.state.newIncident(p.Name, class, r.now)
	i.Pushed = true
	keys := r.notify(i, ReasonEvent, to, r.plan.pushText(p.Text, class, p.At, r.now), ttl)
	r.state.retire(i, r.now)
	r.do(effect{kind: effSave})
	r.do(effect{kind: effChange, alert: p.Name, incident: i.ID, state: StateCalm, why: "event"})
	r.answer(PushResult{Effect: EffectSent, Alert: p.Name, Incident: i.ID, Class: class, Keys: keys})
}

func (r *run) pushRaise(p Push, class sms.Class, to []string, ttl time.Duration) {
	i, subject := r.state.pushed[p.Name], p.Text
	if strings.TrimSpace(subject) == "" {
		subject = p.Name
		if i != nil {
			subject = i.Subject
		}
	}
	switch {
	case i == nil:
		i = r.state.newIncident(p.Name, class, r.now)
		i.Pushed, i.Subject, i.To, i.TTL, i.Raised = true, subject, to, p.TTL, 1
		r.state.pushed[p.Name] = i
		keys := r.notify(i, ReasonFirst, to, r.plan.pushText(subject, class, p.At, r.now), ttl)
		i.schedule(r.plan.push.repeat, r.now)
		r.do(effect{kind: effSave})
		r.do(effect{kind: effChange, alert: p.Name, incident: i.ID, state: StateFiring, why: "raise"})
		r.answer(PushResult{Effect: EffectRaised, Alert: p.Name, Incident: i.ID, Class: class, Keys: keys})
	case class < i.Class:
		i.Class, i.Subject, i.Raised, i.TTL = class, subject, i.Raised+1, p.TTL
		if len(p.To) > 0 { // besides those who know already
			i.To, _ = r.plan.people.resolve(slices.Concat(r.plan.people.present(i.To), to))
		}
		i.Repeats++
		r.withdraw(i.ID)
		keys := r.notify(i, ReasonRepeat, i.To, r.plan.pushText(subject, class, p.At, r.now), ttl)
		i.schedule(r.plan.push.repeat, r.now)
		r.do(effect{kind: effSave})
		r.answer(PushResult{Effect: EffectRaised, Alert: p.Name, Incident: i.ID, Class: class, Keys: keys,
			Detail: "it was raised before with a lower class"})
	default:
		i.Subject, i.Raised = subject, i.Raised+1
		r.do(effect{kind: effSaveSoon})
		r.answer(PushResult{Effect: EffectAlready, Alert: p.Name, Incident: i.ID, Class: i.Class,
			Detail: fmt.Sprintf("raised %d times, people were told when it began", i.Raised)})
	}
}

func (r *run) pushClear(p Push) {
	i := r.state.pushed[p.Name]
	if i == nil {
		detail := "no incident of that name is open: nobody is told" + didYouMean(p.Name, sortedKeys(r.state.pushed))
		r.answer(PushResult{Effect: EffectNothing, Class: r.plan.push.class, Detail: detail})
		return
	}
	subject := p.Text
	if strings.TrimSpace(subject) == "" {
		subject = "over after " + roughSpan(i.age(r.now)) + ": " + i.Subject
	}
	keys := r.notify(i, ReasonCleared, i.people(), r.plan.pushText(subject, i.Class, p.At, r.now), i.TTL)
	r.withdrawRepeats(i.ID)
	delete(r.state.pushed, p.Name)
	r.state.retire(i, r.now)
	r.do(effect{kind: effSave})
	r.do(effect{kind: effChange, alert: p.Name, incident: i.ID, state: StateCalm, why: "clear"})
	r.answer(PushResult{Effect: EffectCleared, Alert: p.Name, Incident: i.ID, Class: i.Class, Keys: keys})
}

// repeatPushed says again what was raised and still lasts.
func (r *run) repeatPushed() {
	for _, name := range sortedKeys(r.state.pushed) {
		i := r.state.pushed[name]
		if i.next.IsZero() || r.now.Before(i.next) {
			continue
		}
		i.Repeats++
		subject := "still, after " + roughSpan(i.age(r.now)) + ": " + i.Subject
		r.notify(i, ReasonRepeat, i.To, r.plan.pushText(subject, i.Class, time.Time{}, r.now), i.TTL)
		i.schedule(r.plan.push.repeat, r.now)
	}
}
