package alerts

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

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
	Op   Op     // raise, clear or event
	Name string // what it is about: letters, digits and - _ . : @, 1 to 40
	// Text is what people read, UTF-8, at most 1000 octets; line ends become blanks. "" says the name; an
	// event needs one. When rules govern the name it is their {NAME.text}.
	Text  string
	Class string        // emergency … telemetry; "" is [push] class. Not for clear; rules have their own.
	To    []string      // people or groups; none is [push] to. Not for clear; rules have their own.
	ID    string        // at most 128 octets; of the last 256 IDs each counts once. May be empty.
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

// The errors of Engine.Push and Engine.Emit that pass with time.
var (
	// ErrFull: too many pushed incidents are open, or too many notices wait for the queue.
	ErrFull = errors.New("alerts: full")
	// ErrNotStored: it counts, but could not be written to flash; a power cut now would lose it.
	ErrNotStored = errors.New("alerts: not on flash")
	// ErrClosed: the engine has stopped.
	ErrClosed = errors.New("alerts: stopped")
)

// PushError says what in a push is wrong. Saying it again does not help.
type PushError struct {
	Field   string // as in JSON: "op", "name", "text", "class", "to", "id", "ttl"
	Problem string
}

// Error gives the field and the problem.
func (e *PushError) Error() string { return "alerts: push: " + e.Field + ": " + e.Problem }

// The limits of a push.
const (
	maxPushName = 40
	maxPushID   = 128
	minTTL      = time.Minute
	maxTTL      = 7 * 24 * time.Hour
)

// Check judges p alone, without the configuration. The error is a *PushError.
func (p Push) Check() error {
	wrong := func(field, format string, args ...any) error {
		return &PushError{field, fmt.Sprintf(format, args...)}
	}
	switch p.Op {
	case OpRaise, OpClear, OpEvent:
	default:
		return wrong("op", "%q must be raise, clear or event", p.Op)
	}
	if p.Name == "" || len(p.Name) > maxPushName || strings.IndexFunc(p.Name, notPushChar) >= 0 {
		return wrong("name", `%.60q must be 1 to 40 letters, digits and "-", "_", ".", ":", "@"`, p.Name)
	}
	switch {
	case len(p.Text) > maxText:
		return wrong("text", "%d octets are more than %d", len(p.Text), maxText)
	case !utf8.ValidString(p.Text):
		return wrong("text", "it is not UTF-8")
	case p.Op == OpEvent && strings.TrimSpace(p.Text) == "":
		return wrong("text", "an event needs one: say what happened")
	case p.Op == OpClear && p.Class != "":
		return wrong("class", "clear has the class of what was raised: leave it out")
	case p.Op == OpClear && len(p.To) > 0:
		return wrong("to", "clear tells those who were told: leave it out")
	case len(p.ID) > maxPushID:
		return wrong("id", "%d octets are more than %d", len(p.ID), maxPushID)
	}
	if _, err := parseClass(p.Class, defaultClass); err != nil {
		return wrong("class", "%v", err)
	}
	if p.TTL != 0 && (p.TTL < minTTL || p.TTL > maxTTL) {
		return wrong("ttl", `%v must be 1m to 168h, with a unit, for example "6h"`, p.TTL)
	}
	return nil
}

func notPushChar(r rune) bool { return notNameChar(r) && !strings.ContainsRune(".:@", r) }
