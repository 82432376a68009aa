package smpp

import (
	"time"

	"smppagent/internal/pdu"
)

// The values of Config.Bind.
const (
	BindTransceiver = "transceiver"
	BindTransmitter = "transmitter"
	BindReceiver    = "receiver"
)

// Config says which account at which SMSC, and how patient to be. Start from Default; Check judges
// the result.
type Config struct {
	// Address is the SMSC's host and port: a name, an IPv4 address or an IPv6 address in brackets.
	// Without a port it is 2775, and 3550 with TLS. No default.
	Address string `toml:"address"`
	// Addresses are further addresses of the same SMSC, tried in order when Address does not serve.
	// Default none.
	Addresses []string `toml:"addresses"`
	// ReturnAfter is how long to stay at one of Addresses before Address is tried again, once nothing is in
	// flight; the time doubles while that fails. "0s" is never. 0 or 10s to 24h, default 15m.
	ReturnAfter time.Duration `toml:"return_after"`
	// Bind is what to bind as: "transceiver" submits and receives over one connection (SMPP 3.4
	// §4.1.5), "transmitter" only submits, "receiver" only receives. An SMSC that answers
	// ESME_RINVCMDID is bound otherwise: as transmitter and receiver over two connections in the place of a
	// transceiver, as transceiver in the place of the others. Default "transceiver".
	Bind string `toml:"bind"`
	// SystemID is the account's name, 1 to 15 octets: system_id, §5.2.1. No default.
	SystemID string `toml:"system_id"`
	// Password is the account's password. The standard allows 8 octets (§5.2.2); 9 to 16 are sent
	// with a warning. Give it here, in PasswordFile or in PasswordEnv. Default none.
	Password Secret `toml:"password"`
	// PasswordFile is a file whose first line is the password; it should be readable by its owner
	// only (mode 0600). It is read at each bind. Default none.
	PasswordFile string `toml:"password_file"`
	// PasswordEnv is the environment variable that holds the password. Default none.
	PasswordEnv string `toml:"password_env"`
	// SystemType is the kind of ESME, as agreed with the operator, at most 12 octets; most want it
	// empty: system_type, §5.2.3. Default empty.
	SystemType string `toml:"system_type"`
	// InterfaceVersion is the protocol version to ask for, "3.3", "3.4" or "5.0"; some SMSCs refuse
	// all but 3.4, and one that refuses 5.0 is bound with 3.4: interface_version, §5.2.4. Default "3.4".
	InterfaceVersion string `toml:"interface_version"`
	// AddrTON is the type of number of AddressRange, 0 to 6: addr_ton, §5.2.5. Default 0.
	AddrTON uint8 `toml:"addr_ton"`
	// AddrNPI is the numbering plan of AddressRange, 0, 1, 3, 4, 6, 8, 9, 10, 14 or 18: addr_npi,
	// §5.2.6. Default 0.
	AddrNPI uint8 `toml:"addr_npi"`
	// AddressRange is the addresses that we serve, as agreed with the operator, at most 40 octets:
	// address_range, §5.2.7. Default empty.
	AddressRange string `toml:"address_range"`

	// TLS encrypts the connection.
	TLS TLSConfig `toml:"tls"`
	// Insecure allows to send the password and all texts unencrypted to an address on the public
	// internet. Loopback, private and link-local addresses need no such leave. Default false.
	Insecure bool `toml:"insecure"`

	// LocalAddress is the address of this machine to connect from. Default "": the system chooses.
	LocalAddress string `toml:"local_address"`
	// Interface is the network interface to connect by, whatever the routes say: a VPN's, so that it is used
	// or nothing. Linux only. Default "".
	Interface string `toml:"interface"`
	// Proxy is a proxy to connect through, "socks5://host:port" or "http://host:port", with user:password@
	// in front of the host if it asks for them. It looks up the name in Address. Default "".
	Proxy Secret `toml:"proxy"`
	// Keepalive is after how long without traffic TCP itself asks the other end, which costs less than
	// enquire_link and finds less. "0s" is never; without enquire_link_timer it is then "1m", for else a dead
	// connection is not found. 0 or 1s to 2h, default 0.
	Keepalive time.Duration `toml:"keepalive"`
	// Outbind is how the SMSC may ask us to bind.
	Outbind Outbind `toml:"outbind"`

	// Window is how many requests may be without response at once, 1 to 1000. Default 10.
	Window int `toml:"window"`
	// Inbound is how many deliver_sm may wait to be taken before the SMSC is told to send them again
	// later, 1 to 1000. Default 128.
	Inbound int `toml:"inbound"`
	// MaxPDU is the longest PDU accepted, 1024 to 131072 octets. Default 8192.
	MaxPDU int `toml:"max_pdu"`
	// Capture is how many octets of the last PDUs in both directions are kept in memory, passwords masked, for
	// "smppagent capture" and for the file that is written when the SMSC breaks the protocol. The tiny edition
	// keeps none. 0 or 4096 to 16777216, default 65536.
	Capture int `toml:"capture"`

	// SessionInitTimer is how long each of connecting, the TLS handshake and the bind may take:
	// session_init_timer, §7.2. 1s to 2m, default 10s.
	SessionInitTimer time.Duration `toml:"session_init_timer"`
	// EnquireLinkTimer is after how long without a PDU from the SMSC it is asked whether it is there;
	// "0s" is never: enquire_link_timer, §7.2. 0 or 250ms to 1h, default 30s.
	EnquireLinkTimer time.Duration `toml:"enquire_link_timer"`
	// EnquireResponse is how long the SMSC may take to answer that before the connection is given up.
	// 250ms to 5m, default 10s.
	EnquireResponse time.Duration `toml:"enquire_response"`
	// ResponseTimer is how long to wait for the response to a submit before the message is in doubt:
	// response_timer, §7.2. Short ones make duplicates. 1s to 5m, default 30s.
	ResponseTimer time.Duration `toml:"response_timer"`
	// BodyTimer is how long the rest of a PDU may take to arrive once it has begun. 1s to 5m,
	// default 10s.
	BodyTimer time.Duration `toml:"body_timer"`
	// WriteTimer is how long the network may take to accept what we send. 1s to 5m, default 10s.
	WriteTimer time.Duration `toml:"write_timer"`
	// UnbindTimer is how long an orderly end may take: responses still due, then unbind. 100ms to
	// 30s, default 2s.
	UnbindTimer time.Duration `toml:"unbind_timer"`

	// ReconnectMin is the pause after the first failure; it doubles with each further one. The pauses
	// vary at random by half. 100ms to 1h, default 1s.
	ReconnectMin time.Duration `toml:"reconnect_min"`
	// ReconnectMax is the longest such pause. reconnect_min to 24h, default 2m.
	ReconnectMax time.Duration `toml:"reconnect_max"`
	// ReconnectRefused is the pause after the SMSC refused the account or its password; many tries
	// get accounts locked. reconnect_max to 24h, default 10m.
	ReconnectRefused time.Duration `toml:"reconnect_refused"`
}

// TLSConfig says how the connection is encrypted. The least version is TLS 1.2.
type TLSConfig struct {
	// Enabled turns TLS on. Default false.
	Enabled bool `toml:"enabled"`
	// CAFile is a PEM file of the certificate authorities to trust. When it is given, it alone counts
	// and the system's store is not even loaded, which takes 4 MB. Default: the system's store.
	CAFile string `toml:"ca_file"`
	// CertFile and KeyFile are our own certificate and its key in PEM, for SMSCs that ask for one.
	// Both or none. Default none.
	CertFile string `toml:"cert_file"`
	// KeyFile is the key that belongs to CertFile.
	KeyFile string `toml:"key_file"`
	// ServerName is the name that the SMSC's certificate must bear, and that is sent as SNI. Default:
	// the host in address.
	ServerName string `toml:"server_name"`
	// Pin is the SHA-256 of the public key in the SMSC's certificate (of its SubjectPublicKeyInfo), 64
	// hexadecimal digits. It is then what counts: neither authorities nor names nor dates do. Default "".
	Pin string `toml:"pin"`
	// InsecureSkipVerify accepts any certificate from anybody. For tests. Default false.
	InsecureSkipVerify bool `toml:"insecure_skip_verify"`
	// PostQuantum offers the hybrid ML-KEM key exchange too. It makes the first packet 1.5 kB instead
	// of 0.3 kB, which costs on metered links and is lost silently on paths that drop packets over
	// 1300 octets. Default false.
	PostQuantum bool `toml:"post_quantum"`
}

// Default returns a Config in which only Address, SystemID and the password are missing.
func Default() Config {
	return Config{
		Bind:             BindTransceiver,
		InterfaceVersion: "3.4",
		Window:           10,
		Inbound:          128,
		MaxPDU:           8192,
		Capture:          64 << 10,
		SessionInitTimer: 10 * time.Second,
		EnquireLinkTimer: 30 * time.Second,
		EnquireResponse:  10 * time.Second,
		ResponseTimer:    30 * time.Second,
		BodyTimer:        10 * time.Second,
		WriteTimer:       10 * time.Second,
		UnbindTimer:      2 * time.Second,
		ReturnAfter:      15 * time.Minute,
		ReconnectMin:     time.Second,
		ReconnectMax:     2 * time.Minute,
		ReconnectRefused: 10 * time.Minute,
	}
}

// version is InterfaceVersion as it goes over the wire; 0 when it is none of the three.
func (c *Config) version() uint8 {
	switch c.InterfaceVersion {
	case "3.3":
		return pdu.Version33
	case "3.4":
		return pdu.Version34
	case "5.0":
		return pdu.Version50
	}
	return 0
}

// bindPDU is the request that opens a session: §4.1.
func (c *Config) bindPDU(password Secret) pdu.PDU {
	b := pdu.Bind{
		SystemID: c.SystemID, Password: password.Reveal(), SystemType: c.SystemType,
		InterfaceVersion: c.version(),
		AddrTON:          c.AddrTON, AddrNPI: c.AddrNPI, AddressRange: c.AddressRange,
	}
	switch c.Bind {
	case BindTransmitter:
		return &pdu.BindTransmitter{Bind: b}
	case BindReceiver:
		return &pdu.BindReceiver{Bind: b}
	}
	return &pdu.BindTransceiver{Bind: b}
}
