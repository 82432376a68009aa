package virtual

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// A Link is the agent's way to the SMSC, which the modem shows as its radio.
type Link struct {
	Up    bool          // messages can leave
	Held  bool          // it is up, and nothing is sent for a while
	RTT   time.Duration // of the latest exchange with the SMSC, 0: none yet
	Name  string        // of the SMSC, for people
	Since time.Time     // of its state
}

// What +CREG says: TS 27.007 §7.2.
const (
	notRegistered     = 0
	registeredHome    = 1
	searching         = 2
	registeredRoaming = 5
)

// What +CSQ says: TS 27.007 §8.5. A link whose exchanges take slowest or longer has the signal slow.
const (
	unknownSignal = 99
	maxRSSI       = 31
	slowSignal    = 14
	heldSignal    = 9
	downSignal    = 4
	slowest       = 2 * time.Second
)

// The place that +CREG=2 shows, and the kind of network.
const (
	areaCode  = "00C3"
	cellID    = "0000A1B2"
	accessLTE = 7
)

// radio is what the modem says of its radio. It is the truth about the link: registered at home while
// messages can leave, with a signal as good as the SMSC is near; what the port's config says while they
// wait on flash.
type radio struct {
	registration int
	signal       int // 0 to 31, 99 unknown: TS 27.007 §8.5
	operator     string
}

func (s *session) radio() radio {
	l := s.port.agent.Link()
	r := radio{registration: registeredHome, operator: s.port.persona.operator}
	if r.operator == "" {
		r.operator = l.Name
	}
	switch {
	case s.set.off:
		return radio{registration: notRegistered, signal: unknownSignal}
	case !l.Up && s.port.cfg.WhenDown == DownSearching:
		return radio{registration: searching, signal: unknownSignal}
	case !l.Up:
		r.signal = downSignal
		if s.port.cfg.WhenDown == DownRoaming {
			r.registration = registeredRoaming
		}
	case l.Held:
		r.signal = heldSignal
	default:
		r.signal = maxRSSI - int(int64(min(l.RTT, slowest))*(maxRSSI-slowSignal)/int64(slowest))
	}
	return r
}

// service reports whether the modem says that it has a network.
func (r radio) service() bool {
	return r.registration == registeredHome || r.registration == registeredRoaming
}

// signalQuality is +CSQ: TS 27.007 §8.5.
func signalQuality(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info("+CSQ: (0-31,99),(0-7,99)")
	case opExecute:
		s.info("+CSQ: %s", s.radio().quality())
	default:
		return cmeBadParameters
	}
	return nil
}

func (r radio) quality() string {
	if r.signal == unknownSignal {
		return "99,99"
	}
	return fmt.Sprintf("%d,0", r.signal)
}

// extendedQuality is +CESQ: TS 27.007 §8.69.
func extendedQuality(_ context.Context, s *session, c *command) error {
	switch r := s.radio(); {
	case c.op == opTest:
		s.info("+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)")
	case c.op != opExecute:
		return cmeBadParameters
	case r.signal == unknownSignal:
		s.info("+CESQ: 99,99,255,255,255,255")
	default:
		s.info("+CESQ: %d,0,255,255,%d,%d", r.signal*2, 10+r.signal*24/maxRSSI, 20+r.signal*77/maxRSSI)
	}
	return nil
}

// registration is +CREG, +CGREG and +CEREG: TS 27.007 §7.2, §10.1.20, §10.1.22.
func registration(_ context.Context, s *session, c *command) error {
	mode := &s.set.creg
	switch c.name {
	case "+CGREG":
		mode = &s.set.cgreg
	case "+CEREG":
		mode = &s.set.cereg
	}
	switch c.op {
	case opTest:
		s.info("%s: (0-2)", c.name)
	case opRead:
		s.info("%s: %d,%s", c.name, *mode, s.registrationText(c.name, *mode))
	case opSet:
		n, ok := c.arg(0).number()
		if !ok || n > 2 || len(c.args) > 1 {
			return cmeBadParameters
		}
		*mode = n
	default:
		return cmeBadParameters
	}
	return nil
}

// registrationText is the state, with the place for those who asked for it with 2.
func (s *session) registrationText(name string, mode int) string {
	r := s.radio()
	switch {
	case mode < 2 || !r.service():
		return fmt.Sprint(r.registration)
	case name == "+CEREG":
		return fmt.Sprintf("%d,%q,%q,%d", r.registration, areaCode, cellID, accessLTE)
	}
	return fmt.Sprintf("%d,%q,%q", r.registration, areaCode, cellID)
}

// operatorSelection is +COPS: TS 27.007 §7.3.
func operatorSelection(_ context.Context, s *session, c *command) error {
	r := s.radio()
	switch c.op {
	case opTest:
		if r.service() {
			s.info(`+COPS: (2,%q,%q,%q,%d),,(0,1,3,4),(0-2)`, s.encode(r.operator), s.encode(short(r.operator)), testNetwork, accessLTE)
		} else {
			s.info("+COPS: ,,(0,1,3,4),(0-2)")
		}
	case opRead:
		name := testNetwork
		switch s.set.operator {
		case 0:
			name = s.encode(r.operator)
		case 1:
			name = s.encode(short(r.operator))
		}
		if r.service() {
			s.info("+COPS: 0,%d,%q,%d", s.set.operator, name, accessLTE)
		} else {
			s.info("+COPS: 0")
		}
	case opSet:
		mode, format, access := 0, s.set.operator, 0
		name := c.arg(2).text
		if len(c.args) > 2 {
			c.args[2] = argument{}
		}
		if !c.numbers(&mode, &format, new(int), &access) || mode > 4 || format > 2 {
			return cmeBadParameters
		}
		if (mode == 1 || mode == 4) && !strings.EqualFold(name, testNetwork) && name != s.encode(r.operator) && name != s.encode(short(r.operator)) {
			return cmeNoService // there is no other
		}
		s.set.operator = format
	default:
		return cmeBadParameters
	}
	return nil
}

// short is the name of a network in 8 characters.
func short(name string) string {
	if r := []rune(name); len(r) > 8 {
		return string(r[:8])
	}
	return name
}

// attached is +CGATT: TS 27.007 §10.1.9.
func attached(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info("+CGATT: (0,1)")
	case opRead:
		n := 0
		if s.radio().service() {
			n = 1
		}
		s.info("+CGATT: %d", n)
	}
	return nil
}
