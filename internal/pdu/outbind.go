package pdu

import "fmt"

// Outbind asks an ESME to bind as a receiver: SMPP 3.4 §4.1.7. An SMSC sends it on a connection that it
// made itself; it has no response.
type Outbind struct {
	// SystemID names the SMSC: at most 15 octets.
	SystemID string
	// Password is at most 8 octets by the standard; up to 16 are encoded.
	Password string
}

func (m *Outbind) fields(c *codec) {
	c.cstring("system_id", &m.SystemID, 16)
	c.secret("password", &m.Password, 9, 17)
}

// Command is CmdOutbind.
func (*Outbind) Command() Command { return CmdOutbind }

// String gives the fields with the password masked, so that printing an outbind does not leak it.
func (m Outbind) String() string {
	m.Password = "***"
	type plain Outbind // without this method
	return fmt.Sprintf("%+v", plain(m))
}

// GoString is String.
func (m Outbind) GoString() string { return m.String() }

// MarshalText is String, so that no encoder for logs finds the password either.
func (m Outbind) MarshalText() ([]byte, error) { return []byte(m.String()), nil }
