package alerts

import (
	"context"
	"time"

	"smppagent/internal/sms"
)

// The reasons for a notice.
const (
	ReasonFirst   = "first"   // the incident began
	ReasonRepeat  = "repeat"  // it still lasts
	ReasonCleared = "cleared" // it is over
	ReasonEvent   = "event"   // something happened that does not last
)

// Recipient is one person who is to be told.
type Recipient struct {
	Name  string // as in [people.NAME], at most 32 octets
	Phone sms.Address
}

// Notice is what some people are to be told about an incident.
type Notice struct {
	// Key names this notice for ever, INCIDENT/REASON/STEP, at most 31 octets of letters, digits, "-" and
	// "/". With "/" and a person's name behind it, it stays within 64 octets. A notice that is raised
	// again after a crash has the same key.
	Key      string
	Incident string // the incident's ID
	Alert    string // the rule's name, or the name that was pushed
	Reason   string // ReasonFirst, ReasonRepeat, ReasonCleared, ReasonEvent
	To       []Recipient
	Class    sms.Class
	Text     string        // begins with the site's name and fits the parts of the class
	TTL      time.Duration // how long it is worth delivering, from Raise on
	Receipt  bool          // ask for a delivery receipt
}

// Raiser puts a notice on its way. It returns nil when every text of the notice is on flash, an error
// when it has to be raised again; raising a key that is already known does nothing and returns nil.
// A few calls may run at a time, never two for one incident, from Engine.Run's goroutines.
type Raiser func(ctx context.Context, n Notice) error
