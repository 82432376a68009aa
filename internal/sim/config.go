package sim

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"
)

// Config describes one simulated SMSC. Default gives a usable one; New fills in nothing.
type Config struct {
	// Address is the TCP address Run listens on. Default 127.0.0.1:2775, the port registered for SMPP.
	Address string
	// TLS, when set, makes every connection TLS with this configuration. Default: plain TCP.
	TLS *tls.Config
	// SystemID is the SMSC's own name in its bind responses (§5.2.1). Default "smppsim".
	SystemID string
	// Accounts are the system_ids that may bind, each with its password. When it is empty, every
	// system_id with any password may.
	Accounts map[string]string
	// SingleSession refuses a second session of a system_id in a direction that it has already bound
	// with ESME_RALYBND.
	SingleSession bool
	// Number is what a mobile-originated message is addressed to before the ESME has sent anything
	// from a number that could be answered. Default "1234".
	Number string

	// Seed makes chance repeatable and message_ids the same on every start; 0 takes both from the
	// clock, so that a restart does not give out the same message_ids again.
	Seed uint64
	// IDBase is how a message_id is written in submit_sm_resp and receipts. Default Decimal.
	IDBase IDBase
	// ReceiptForm is where a delivery receipt says what it says. Default ReceiptBoth.
	ReceiptForm ReceiptForm
	// ReceiptDelay is the time from acceptance, or from the scheduled time, to the final state of a
	// message, and thereby to its receipt. Default 2s; 0 is at once.
	ReceiptDelay time.Duration
	// Latency is the time every response takes. Default 0.
	Latency time.Duration
	// Faults is what to do wrong from the start: see Faults.Set.
	Faults string

	// Window is how many submit_sm of one session may wait for their response before more are refused
	// with ESME_RTHROTTLED. Default 0, no limit.
	Window int
	// DeliverWindow is how many deliver_sm of one session may wait for their response. Default 10.
	DeliverWindow int
	// Lists are the distribution lists of submit_multi, by name.
	Lists map[string][]string
	// MaxPDU is the longest PDU taken, in octets. Longer ones get ESME_RINVCMDLEN and the connection is
	// closed. Default 70000, room for the longest message_payload.
	MaxPDU int
	// Keep is how many messages are remembered; the oldest finished ones are forgotten. Default 65536.
	Keep int

	// SessionInitTimer closes a connection that has not bound (§7.2). Default 10s.
	SessionInitTimer time.Duration
	// ReadTimer closes a connection on which a PDU has begun and does not end. Default 10s.
	ReadTimer time.Duration
	// ResponseTimer is how long the ESME may take to answer deliver_sm, which is then sent again, and
	// enquire_link, after which the connection is closed (§7.2). Default 10s.
	ResponseTimer time.Duration
	// EnquireLinkTimer is the silence after which the SMSC asks whether the ESME is there (§7.2).
	// Default 60s; 0 is never.
	EnquireLinkTimer time.Duration
	// RetryDelay is the time from a deliver_sm that was refused for now, or not answered, to the next
	// attempt. Default 3s.
	RetryDelay time.Duration

	// OnEvent, when set, is told everything that happens, in order, from one goroutine of Serve. It may
	// call any method. What happens while it blocks is kept for it up to a limit.
	OnEvent func(Event)
}

// Default returns the configuration of an SMSC on the loopback address that lets everybody in and
// behaves.
func Default() Config {
	return Config{
		Address:          "127.0.0.1:2775",
		SystemID:         "smppsim",
		Number:           "1234",
		ReceiptDelay:     2 * time.Second,
		DeliverWindow:    10,
		MaxPDU:           70000,
		Keep:             65536,
		SessionInitTimer: 10 * time.Second,
		ReadTimer:        10 * time.Second,
		ResponseTimer:    10 * time.Second,
		EnquireLinkTimer: 60 * time.Second,
		RetryDelay:       3 * time.Second,
	}
}

// Check reports every field that is out of range, joined into one error.
func (c *Config) Check() error {
	var errs []error
	bad := func(field, problem string, args ...any) {
		errs = append(errs, fmt.Errorf("sim: %s: "+problem, append([]any{field}, args...)...))
	}
	atLeast := func(field string, got, least int) {
		if got < least {
			bad(field, "%d is too small, at least %d", got, least)
		}
	}
	positive := func(field string, got time.Duration) {
		if got <= 0 {
			bad(field, "%v must be longer than nothing", got)
		}
	}
	notNegative := func(field string, got time.Duration) {
		if got < 0 {
			bad(field, "%v must not be negative", got)
		}
	}
	if len(c.SystemID) > 15 {
		bad("SystemID", "%q has %d octets, at most 15 (SMPP 3.4 §5.2.1)", c.SystemID, len(c.SystemID))
	}
	for id := range c.Accounts {
		if id == "" || len(id) > 15 {
			bad("Accounts", "system_id %q has %d octets, 1 to 15 (SMPP 3.4 §5.2.1)", id, len(id))
		}
	}
	if c.IDBase > Hex {
		bad("IDBase", "unknown value %d", c.IDBase)
	}
	if c.ReceiptForm > ReceiptTLV {
		bad("ReceiptForm", "unknown value %d", c.ReceiptForm)
	}
	atLeast("Window", c.Window, 0)
	atLeast("DeliverWindow", c.DeliverWindow, 1)
	atLeast("MaxPDU", c.MaxPDU, 1024)
	atLeast("Keep", c.Keep, 1)
	notNegative("ReceiptDelay", c.ReceiptDelay)
	notNegative("Latency", c.Latency)
	notNegative("EnquireLinkTimer", c.EnquireLinkTimer)
	positive("SessionInitTimer", c.SessionInitTimer)
	positive("ReadTimer", c.ReadTimer)
	positive("ResponseTimer", c.ResponseTimer)
	positive("RetryDelay", c.RetryDelay)
	return errors.Join(errs...)
}

// IDBase is the base a message_id is written in. SMSCs differ, and some write the response in one and
// the receipt in the other.
type IDBase uint8

// The bases a message_id can be written in.
const (
	Decimal IDBase = iota
	Hex
)

// String returns "decimal" or "hex".
func (b IDBase) String() string {
	if b == Hex {
		return "hex"
	}
	return "decimal"
}

// ParseIDBase reads what String writes.
func ParseIDBase(s string) (IDBase, error) {
	switch s {
	case "decimal":
		return Decimal, nil
	case "hex":
		return Hex, nil
	}
	return 0, fmt.Errorf("sim: message_id base %q: want decimal or hex", s)
}

// other returns the base that b is not.
func (b IDBase) other() IDBase { return Hex - b }

// format writes id in base b: decimal as it is, hex in upper case.
func (b IDBase) format(id uint64) string {
	if b == Hex {
		return fmt.Sprintf("%08X", id)
	}
	return fmt.Sprintf("%010d", id)
}

// ReceiptForm is where a delivery receipt says what became of a message.
type ReceiptForm uint8

// The forms of a delivery receipt.
const (
	ReceiptBoth ReceiptForm = iota // the text of SMPP 3.4 Appendix B, and TLVs
	ReceiptText                    // the text alone
	ReceiptTLV                     // receipted_message_id, message_state and network_error_code alone
)

// String returns "both", "text" or "tlv".
func (f ReceiptForm) String() string {
	switch f {
	case ReceiptText:
		return "text"
	case ReceiptTLV:
		return "tlv"
	}
	return "both"
}

// ParseReceiptForm reads what String writes.
func ParseReceiptForm(s string) (ReceiptForm, error) {
	for f := ReceiptBoth; f <= ReceiptTLV; f++ {
		if s == f.String() {
			return f, nil
		}
	}
	return 0, fmt.Errorf("sim: receipt form %q: want both, text or tlv", s)
}
