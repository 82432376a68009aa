package sms

import (
	"fmt"
	"time"
)

// Class is how urgent a message is. It sets the order in the queue, the priority at the SMSC and how
// long a message is worth delivering. The zero Class is Emergency: a message that forgot its class is
// sent, not held back.
type Class byte

// The classes, most urgent first. The numbers are kept on flash: they never change.
const (
	Emergency Class = 0
	Alarm     Class = 1
	Warning   Class = 2
	Info      Class = 3
	Telemetry Class = 4
)

const classes = "emergency, alarm, warning, info or telemetry"

// String gives the class as it is written in the configuration.
func (c Class) String() string {
	switch c {
	case Emergency:
		return "emergency"
	case Alarm:
		return "alarm"
	case Warning:
		return "warning"
	case Info:
		return "info"
	case Telemetry:
		return "telemetry"
	}
	return fmt.Sprintf("Class(%d)", byte(c))
}

// ParseClass reads what String writes, in lower case.
func ParseClass(s string) (Class, error) {
	for c := Emergency; c <= Telemetry; c++ {
		if s == c.String() {
			return c, nil
		}
	}
	return 0, fmt.Errorf("sms: class %q: must be %s", s, classes)
}

// MarshalText writes the class as String does; a number that is no class is an error.
func (c Class) MarshalText() ([]byte, error) {
	if c > Telemetry {
		return nil, fmt.Errorf("sms: class %d: must be %s", byte(c), classes)
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (c *Class) UnmarshalText(text []byte) (err error) {
	*c, err = ParseClass(string(text))
	return err
}

// PriorityFlag is the class's priority_flag, 3 the highest: SMPP 3.4 §5.2.14. On GSM anything above 0
// makes the SMSC try even when the network says that the phone is away.
func (c Class) PriorityFlag() uint8 {
	switch c {
	case Emergency:
		return 3
	case Alarm:
		return 2
	case Warning:
		return 1
	}
	return 0
}

// Validity is how long a message of this class is worth delivering, from the moment it was accepted.
func (c Class) Validity() time.Duration {
	switch c {
	case Emergency:
		return 24 * time.Hour
	case Alarm:
		return 6 * time.Hour
	case Warning:
		return 2 * time.Hour
	}
	return time.Hour
}
