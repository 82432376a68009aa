package sim

import (
	"fmt"
	"strings"
)

// State is a message_state, §5.2.28.
type State uint8

// The states of a message.
const (
	Enroute       State = 1
	Delivered     State = 2
	Expired       State = 3
	Deleted       State = 4
	Undeliverable State = 5
	Accepted      State = 6
	Unknown       State = 7
	Rejected      State = 8
)

// String returns the name of §5.2.28.
func (s State) String() string {
	switch s {
	case Enroute:
		return "ENROUTE"
	case Delivered:
		return "DELIVERED"
	case Expired:
		return "EXPIRED"
	case Deleted:
		return "DELETED"
	case Undeliverable:
		return "UNDELIVERABLE"
	case Accepted:
		return "ACCEPTED"
	case Unknown:
		return "UNKNOWN"
	case Rejected:
		return "REJECTED"
	}
	return fmt.Sprintf("message_state %d", uint8(s))
}

// word returns the seven letters that the text of a receipt has for s, Appendix B.
func (s State) word() string {
	switch s {
	case Delivered:
		return "DELIVRD"
	case Undeliverable:
		return "UNDELIV"
	case Accepted:
		return "ACCEPTD"
	case Rejected:
		return "REJECTD"
	}
	return s.String() // ENROUTE, EXPIRED, DELETED and UNKNOWN have seven
}

// networkError returns a cause of TS 24.011 §8.2.5.4 that goes with s, 0 for none.
func (s State) networkError() uint16 {
	switch s {
	case Undeliverable:
		return 1 // unassigned number
	case Expired:
		return 27 // destination out of order
	case Rejected:
		return 21 // short message transfer rejected
	}
	return 0
}

// rule says what becomes of messages to certain destinations.
type rule struct {
	suffix string // of the digits of the destination; empty: all
	state  State
	silent bool // and no receipt about it
}

// SetOutcome makes messages to numbers that end in the digits of suffix end in the given final state,
// from now on; a later call for the same suffix replaces it, and of several suffixes the longest
// decides. With silent no receipt is sent.
func (s *SMSC) SetOutcome(suffix string, final State, silent bool) error {
	digits := strings.TrimPrefix(suffix, "+")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return fmt.Errorf("sim: outcome for %q: want the last digits of a number", suffix)
	}
	if final < Delivered || final > Rejected {
		return fmt.Errorf("sim: outcome %v of %s is not final", final, suffix)
	}
	s.rulesMu.Lock()
	defer s.rulesMu.Unlock()
	for i := range s.rules {
		if s.rules[i].suffix == digits {
			s.rules[i] = rule{digits, final, silent}
			return nil
		}
	}
	s.rules = append(s.rules, rule{digits, final, silent})
	return nil
}

// outcome decides what becomes of a message to addr.
func (s *SMSC) outcome(addr string) (State, bool) {
	s.rulesMu.Lock()
	best := rule{state: Delivered}
	for _, r := range s.rules {
		if strings.HasSuffix(addr, r.suffix) && len(r.suffix) > len(best.suffix) {
			best = r
		}
	}
	s.rulesMu.Unlock()
	switch {
	case s.faults.happens("fail"):
		best.state = Undeliverable
	case s.faults.happens("expire"):
		best.state = Expired
	case s.faults.happens("reject"):
		best.state = Rejected
	}
	return best.state, best.silent
}
