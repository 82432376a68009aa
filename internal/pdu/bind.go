package pdu

import "fmt"

// Bind is the body that bind_transmitter, bind_receiver and bind_transceiver share: SMPP 3.4 §4.1.
type Bind struct {
	// SystemID names the account: at most 15 octets.
	SystemID string
	// Password is at most 8 octets by the standard. Real accounts have longer ones, so up to 16 are
	// encoded.
	Password string
	// SystemType is at most 12 octets; most SMSCs want it empty.
	SystemType string
	// InterfaceVersion is Version34, Version33 or Version50.
	InterfaceVersion uint8
	// AddrTON, AddrNPI and AddressRange say which addresses the ESME serves; AddressRange is at most
	// 40 octets and may be a regular expression.
	AddrTON, AddrNPI uint8
	AddressRange     string
}

// The values of interface_version that are sent: SMPP 3.4 §5.2.4, 5.0 §4.7.13.
const (
	Version33 = 0x33
	Version34 = 0x34
	Version50 = 0x50
)

func (m *Bind) fields(c *codec) {
	c.cstring("system_id", &m.SystemID, 16)
	c.secret("password", &m.Password, 9, 17)
	c.cstring("system_type", &m.SystemType, 13)
	octet(c, "interface_version", (*version)(&m.InterfaceVersion))
	c.limit(version(m.InterfaceVersion).known(), uint32(m.InterfaceVersion),
		"51 (0x33), 52 (0x34: SMPP 3.4), 80 (0x50) (§5.2.4)")
	octet(c, "addr_ton", (*ton)(&m.AddrTON))
	c.limit(ton(m.AddrTON).known(), uint32(m.AddrTON), "0 to 6 (§5.2.5)")
	octet(c, "addr_npi", (*npi)(&m.AddrNPI))
	c.limit(npi(m.AddrNPI).known(), uint32(m.AddrNPI), "0, 1, 3, 4, 6, 8, 9, 10, 14, 18 (§5.2.6)")
	c.cstring("address_range", &m.AddressRange, 41)
}

// BindTransmitter asks for a session that submits: §4.1.1.
type BindTransmitter struct{ Bind }

// BindReceiver asks for a session that is delivered to: §4.1.3.
type BindReceiver struct{ Bind }

// BindTransceiver asks for a session that does both: §4.1.5.
type BindTransceiver struct{ Bind }

// BindResp is the body of the three bind responses. With a status other than ESME_ROK there is none on
// the wire: §4.1.2.
type BindResp struct {
	// SystemID names the SMSC: at most 15 octets.
	SystemID string
	// TLVs may hold sc_interface_version.
	TLVs TLVs
}

func (m *BindResp) fields(c *codec) {
	c.answer("system_id", &m.SystemID, 16, &m.TLVs, inBindResp, true)
}

// BindTransmitterResp answers bind_transmitter: §4.1.2.
type BindTransmitterResp struct{ BindResp }

// BindReceiverResp answers bind_receiver: §4.1.4.
type BindReceiverResp struct{ BindResp }

// BindTransceiverResp answers bind_transceiver: §4.1.6.
type BindTransceiverResp struct{ BindResp }

// Command is CmdBindTransmitter.
func (*BindTransmitter) Command() Command { return CmdBindTransmitter }

// Command is CmdBindReceiver.
func (*BindReceiver) Command() Command { return CmdBindReceiver }

// Command is CmdBindTransceiver.
func (*BindTransceiver) Command() Command { return CmdBindTransceiver }

// Command is CmdBindTransmitterResp.
func (*BindTransmitterResp) Command() Command { return CmdBindTransmitterResp }

// Command is CmdBindReceiverResp.
func (*BindReceiverResp) Command() Command { return CmdBindReceiverResp }

// Command is CmdBindTransceiverResp.
func (*BindTransceiverResp) Command() Command { return CmdBindTransceiverResp }

// String gives the fields with the password masked, so that printing a bind does not leak it.
func (m Bind) String() string {
	m.Password = "***"
	type plain Bind // without this method
	return fmt.Sprintf("%+v", plain(m))
}

// GoString is String.
func (m Bind) GoString() string { return m.String() }

// MarshalText is String, so that no encoder for logs finds the password either.
func (m Bind) MarshalText() ([]byte, error) { return []byte(m.String()), nil }
