package sms

import "fmt"

// Outcome is what became of a message.
type Outcome uint8

// The outcomes. The numbers are kept on flash: they never change.
const (
	Pending   Outcome = 0 // not settled: queued, held or on its way
	Accepted  Outcome = 1 // the SMSC or the network took it; no word of the phone
	Delivered Outcome = 2 // the phone has it
	Failed    Outcome = 3 // accepted, and then not deliverable
	Expired   Outcome = 4 // its validity ended first
	InDoubt   Outcome = 5 // sent, and no response came: it may or may not have been taken
	Rejected  Outcome = 6 // the SMSC or the network refused it for good
)

const outcomes = "pending, accepted, delivered, failed, expired, in doubt or rejected"

// String gives the outcome in words.
func (o Outcome) String() string {
	switch o {
	case Pending:
		return "pending"
	case Accepted:
		return "accepted"
	case Delivered:
		return "delivered"
	case Failed:
		return "failed"
	case Expired:
		return "expired"
	case InDoubt:
		return "in doubt"
	case Rejected:
		return "rejected"
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

// ParseOutcome reads what String writes.
func ParseOutcome(s string) (Outcome, error) {
	for o := Pending; o <= Rejected; o++ {
		if s == o.String() {
			return o, nil
		}
	}
	return 0, fmt.Errorf("sms: outcome %q: must be %s", s, outcomes)
}

// MarshalText writes the outcome as String does; a number that is no outcome is an error.
func (o Outcome) MarshalText() ([]byte, error) {
	if o > Rejected {
		return nil, fmt.Errorf("sms: outcome %d: must be %s", uint8(o), outcomes)
	}
	return []byte(o.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (o *Outcome) UnmarshalText(text []byte) (err error) {
	*o, err = ParseOutcome(string(text))
	return err
}

// Final is true when nothing more can become of the message. Accepted is not final, since a receipt
// may follow; whoever asked for none may stop there. InDoubt is not final, since a late response or a
// receipt may settle it.
func (o Outcome) Final() bool {
	switch o {
	case Delivered, Failed, Expired, Rejected:
		return true
	}
	return false
}
