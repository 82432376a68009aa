package smpp

import (
	"sync/atomic"
	"time"
)

// The values of Status.State.
const (
	StateStopped    = "stopped"    // Run is not running
	StateConnecting = "connecting" // looking up the name, connecting, TLS
	StateBinding    = "binding"    // bind sent, no response yet
	StateBound      = "bound"      // messages can pass
	StateUnbinding  = "unbinding"  // finishing what is in flight, then closing
	StateWaiting    = "waiting"    // for the next try
)

// Status is a snapshot of a client for people and programs to read.
type Status struct {
	State string    `json:"state"` // one of the State constants
	Since time.Time `json:"since"` // when the state was entered
	// Down is since when no message can pass, zero while they can. Refused: because the SMSC does not take
	// the account.
	Down    time.Time `json:"down,omitzero"`
	Refused bool      `json:"refused,omitempty"`
	// Address is the configured host and port, Peer the address that was connected to.
	Address  string `json:"address"`
	Peer     string `json:"peer,omitempty"`
	SystemID string `json:"system_id"`
	Bind     string `json:"bind"`          // transceiver, transmitter or receiver
	TLS      string `json:"tls,omitempty"` // "TLS 1.3", empty without TLS
	// SMSC is the system_id in the bind response; Version its sc_interface_version, 0x34 for 3.4,
	// 0 when it did not say.
	SMSC    string `json:"smsc,omitempty"`
	Version uint8  `json:"sc_interface_version,omitempty"`
	// LastError is why the last try or session ended, empty when there was no failure yet.
	LastError   string    `json:"last_error,omitempty"`
	LastErrorAt time.Time `json:"last_error_at,omitzero"`
	Failures    int       `json:"failures,omitempty"` // tries in a row that failed
	NextTry     time.Time `json:"next_try,omitzero"`  // in StateWaiting
	RTT         Duration  `json:"rtt,omitempty"`      // of the last bind or enquire_link
	InFlight    int       `json:"in_flight"`          // requests without response
	Window      int       `json:"window"`             // how many there may be
	Counters    Counters  `json:"counters"`
}

// Duration is a time.Duration that JSON shows as "1.5s".
type Duration time.Duration

// String is time.Duration's.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes "1.5s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// Counters count since the client was made; they never go down.
type Counters struct {
	Binds            uint64 `json:"binds"`              // sessions that got as far as bound
	Requests         uint64 `json:"requests"`           // calls written or about to be
	Responses        uint64 `json:"responses"`          // answers to calls, in time
	Refusals         uint64 `json:"refusals"`           // of these, with a status other than ESME_ROK
	Timeouts         uint64 `json:"timeouts"`           // calls that ended with ErrResponseTimer
	Late             uint64 `json:"late"`               // responses after that
	Unmatched        uint64 `json:"unmatched"`          // responses and generic_nacks to nothing we asked
	Deliveries       uint64 `json:"deliveries"`         // deliver_sm handed over
	Turned           uint64 `json:"deliveries_refused"` // deliver_sm answered ESME_RX_T_APPN, nobody took them
	Nacks            uint64 `json:"generic_nacks"`      // sent: commands we do not know
	Oddities         uint64 `json:"oddities"`           // PDUs that decoding had to tolerate or could not read
	EnquiresSent     uint64 `json:"enquires_sent"`
	EnquiresAnswered uint64 `json:"enquires_answered"`
	OctetsSent       uint64 `json:"octets_sent"` // without TLS and TCP overhead
	OctetsReceived   uint64 `json:"octets_received"`
}

// counters is what the sessions count in; Counters is its picture.
type counters struct {
	binds, requests, responses, refusals, timeouts, late, unmatched atomic.Uint64
	deliveries, turned, nacks, oddities                             atomic.Uint64
	enquiresSent, enquiresAnswered, octetsSent, octetsReceived      atomic.Uint64

	inFlight atomic.Int64
	rtt      atomic.Int64
}

func (c *counters) snapshot() Counters {
	return Counters{
		Binds: c.binds.Load(), Requests: c.requests.Load(), Responses: c.responses.Load(),
		Refusals: c.refusals.Load(), Timeouts: c.timeouts.Load(), Late: c.late.Load(),
		Unmatched: c.unmatched.Load(), Deliveries: c.deliveries.Load(), Turned: c.turned.Load(),
		Nacks: c.nacks.Load(), Oddities: c.oddities.Load(),
		EnquiresSent: c.enquiresSent.Load(), EnquiresAnswered: c.enquiresAnswered.Load(),
		OctetsSent: c.octetsSent.Load(), OctetsReceived: c.octetsReceived.Load(),
	}
}
