package alerts

import (
	"slices"
	"time"

	"smppagent/internal/sms"
)

// notify makes a notice of the incident for those of people who are still in the configuration, and
// gives its key; none when there is nobody. ttl 0 is the class's.
func (r *run) notify(i *incident, reason string, people []string, text string, ttl time.Duration) []string {
	people = r.plan.people.present(people)
	if len(people) == 0 {
		return nil
	}
	if ttl == 0 {
		ttl = i.Class.Validity()
	}
	n := pending{
		Key: i.key(reason), Incident: i.ID, Alert: i.Alert, Reason: reason, To: people,
		Class: i.Class, Text: text, TTL: ttl, Made: wall(r.now),
	}
	i.Text, i.Last = text, wall(r.now)
	if reason == ReasonRepeat {
		r.withdrawRepeats(i.ID)
	}
	i.tell(people, n.Key, reason, r.now)
	if !r.makeRoom(n) {
		i.giveUp(n, sms.Failed)
		return nil
	}
	r.state.pending = append(r.state.pending, n)
	r.do(effect{kind: effNotify, notice: n})
	return []string{n.Key}
}

// withdraw takes back what did not get into the queue about an incident: a more urgent word replaces it.
// What waits about one incident is therefore of one class, and goes in order.
func (r *run) withdraw(id string) {
	r.state.pending = slices.DeleteFunc(r.state.pending, func(n pending) bool { return n.Incident == id })
}

// withdrawRepeats takes back the repeats of an incident that did not get into the queue: a later word
// about it says more.
func (r *run) withdrawRepeats(id string) {
	r.state.pending = slices.DeleteFunc(r.state.pending, func(n pending) bool {
		return n.Incident == id && n.Reason == ReasonRepeat
	})
}

// drop gives a notice up and remembers that people were not told.
func (r *run) drop(n pending, o sms.Outcome, why string) {
	if i := r.state.find(n.Incident); i != nil {
		i.giveUp(n, o)
	}
	r.do(effect{kind: effDropped, notice: n, why: why})
}

// full tells whether a notice of the class finds no room: as many as may wait do, and none is less urgent.
func (r *run) full(c sms.Class) bool {
	return len(r.state.pending) >= maxPending &&
		!slices.ContainsFunc(r.state.pending, func(n pending) bool { return n.Class > c })
}

const tooMany = "too many notices wait for the message queue"

// makeRoom gives up the oldest of the least urgent notices when too many wait. It tells whether there
// is room for n, which may be the least urgent itself.
func (r *run) makeRoom(n pending) bool {
	if len(r.state.pending) < maxPending {
		return true
	}
	worst := 0
	for i, have := range r.state.pending {
		if have.Class > r.state.pending[worst].Class {
			worst = i
		}
	}
	if r.state.pending[worst].Class < n.Class {
		r.drop(n, sms.Failed, tooMany)
		return false
	}
	r.drop(r.state.pending[worst], sms.Failed, tooMany)
	r.state.pending = slices.Delete(r.state.pending, worst, worst+1)
	return true
}

// raised takes a notice that is in the queue off the list.
func (r *run) raised(key string) {
	before := len(r.state.pending)
	r.state.pending = slices.DeleteFunc(r.state.pending, func(n pending) bool { return n.Key == key })
	if len(r.state.pending) != before {
		r.do(effect{kind: effSaveSoon})
	}
}

// outcome notes what became of the text of a notice to one person.
func (r *run) outcome(key, person string, o sms.Outcome) {
	i := r.state.find(incidentOf(key))
	if i == nil {
		return
	}
	if t := i.toldOf(person); t != nil && t.Key == key && t.Outcome != o {
		t.Outcome = o
		r.do(effect{kind: effSaveSoon})
	}
}
