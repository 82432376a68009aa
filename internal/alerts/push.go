package alerts

import (
	"time"

	"smppagent/internal/sms"
)

// Op is what a program outside wants to say.
type Op string

// The operations of a push.
const (
	OpRaise Op = "raise" // something lasts from now on
	OpClear Op = "clear" // it is over
	OpEvent Op = "event" // something happened
)

// Push is an alert that a program outside raises, clears or reports.
type Push struct {
	Op    Op            // raise, clear or event
	Name  string        // what it is about: letters, digits and - _ . : @, 1 to 40
	Text  string        // what people read, UTF-8 in one line, at most 1000 octets; "" says the name. An event needs one.
	Class string        // emergency … telemetry; "" is [push] class. Not for clear.
	To    []string      // people or groups; none is [push] to. Not for clear.
	ID    string        // at most 128 octets; a push with an ID that was seen before counts once. May be empty.
	TTL   time.Duration // how long a text about it is worth delivering, 1m to 168h; 0: as the class says
	At    time.Time     // when it happened, if it was kept before it got here; zero: now
}

// The effects of a push, in PushResult.Effect.
const (
	EffectRaised    = "raised"           // an incident began, people are told
	EffectAlready   = "already raised"   // the incident was open: nobody is told again
	EffectCleared   = "cleared"          // the incident is over
	EffectNothing   = "nothing to clear" // no incident of that name was open: nobody is told
	EffectSent      = "sent"             // an event: people are told
	EffectDuplicate = "duplicate"        // this ID was seen before: nothing done
	EffectNoted     = "noted"            // the rules that name it took it, and no text came of it (yet)
	EffectExpired   = "expired"          // older than its ttl when it got here: nothing done
)

// PushResult is what became of a push.
type PushResult struct {
	Effect   string    `json:"effect"`             // one of the Effect constants
	Alert    string    `json:"alert,omitempty"`    // the alert that fired or ended: a rule's name or the pushed one
	Incident string    `json:"incident,omitempty"` // its incident's ID
	Class    sms.Class `json:"class"`              // the class of the text
	Keys     []string  `json:"keys,omitempty"`     // the keys of the notices that came of it
	Queued   bool      `json:"queued"`             // those notices are in the message queue; false: kept on flash here, and tried again
	Detail   string    `json:"detail,omitempty"`   // one sentence for a person
}
