package pdu

import "fmt"

// String is the name in the standard, "user_message_reference". A tag without a name is given in hex with
// whose it is: "0x1401 (vendor)" for the range left to SMSC vendors, else "0x0099 (reserved)".
func (t Tag) String() string {
	if name := t.spec().name; name != "" {
		return name
	}
	if t >= 0x1400 && t <= 0x3FFF {
		return fmt.Sprintf("0x%04X (vendor)", uint16(t))
	}
	return fmt.Sprintf("0x%04X (reserved)", uint16(t))
}

// section is where SMPP 3.4 describes the tag, "§5.3.2.17", or 5.0 what is new in it, "5.0 §4.8.4.18"; empty
// when neither does.
func (s *tagSpec) section() string {
	switch {
	case s.v34 > 0:
		return fmt.Sprintf("§5.3.2.%d", s.v34)
	case s.v50 > 0:
		return fmt.Sprintf("5.0 §4.8.4.%d", s.v50)
	}
	return ""
}

// section50 is where SMPP 5.0 describes the tag; empty when it does not.
func (s *tagSpec) section50() string {
	if s.v50 == 0 {
		return ""
	}
	return fmt.Sprintf("5.0 §4.8.4.%d", s.v50)
}
