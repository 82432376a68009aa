package bridge

import (
	"fmt"
	"strings"
	"time"

	"smppagent/internal/sms"
)

// Config says how messages are sent and what their outcomes mean: the table [route].
type Config struct {
	// Sender is the source_addr of messages that name none, where the SMSC's profile has none: a number, a short code or up to 11
	// letters. Empty: the SMSC puts in the account's own. Default empty.
	Sender string `toml:"sender"`
	// Policy says what becomes of a message in doubt: one that was written to the SMSC whose
	// response never came. "at_least_once" sends it again, so that a person may get it twice;
	// "once" never does so by itself; "query_first" first gives the SMSC the chance to tell: it asks for a
	// receipt of every message, waits InDoubtWait from when the session stands again, and asks by query_sm
	// where a message_id is known. Default "at_least_once".
	Policy Policy `toml:"policy"`
	// InDoubtWait is how long a late response may still settle a message in doubt before it is
	// sent again; from the second time on it is the pause of RetryMin and RetryMax if that is longer.
	// 0s to 10m, default 20s.
	InDoubtWait time.Duration `toml:"in_doubt_wait"`
	// Receipts says for which messages a delivery receipt is asked: "asked" for those whose
	// sender asks, "always", "never". Default "asked". SMPP 3.4 §5.2.17.
	Receipts Receipts `toml:"receipts"`
	// FailoverAfter is how long the SMSC that comes first may be down before messages go by the next one.
	// 0s to 1h, default 10s.
	FailoverAfter time.Duration `toml:"failover_after"`
	// RetryMin and RetryMax bound the time between attempts of a message that the SMSC could not
	// take; it doubles. 1s to 1h, default 10s and 10m.
	RetryMin time.Duration `toml:"retry_min"`
	RetryMax time.Duration `toml:"retry_max"`
	// HoldMin and HoldMax bound how long the link is held after ESME_RTHROTTLED or
	// ESME_RMSGQFUL; it doubles. 100ms to 10m, default 1s and 1m.
	HoldMin time.Duration `toml:"hold_min"`
	HoldMax time.Duration `toml:"hold_max"`
	// KeepFailed is how many failed messages stay in the queue for a person to look at; the
	// oldest goes first. 0 to 10000, default 100.
	KeepFailed int `toml:"keep_failed"`
	// KeepInbound is how many inbound short messages that are not forwarded stay in the queue;
	// the oldest goes first. 0 to 10000, default 200.
	KeepInbound int `toml:"keep_inbound"`
	// Forward is the person or group to whom inbound short messages are forwarded, at most 10 an hour of
	// one sender: the others are kept. Default empty: all are kept, and shown by "queue list --inbound".
	Forward string `toml:"forward"`
	// DrainTimer is how long a stop waits for responses still due. 0s to 1m, default 5s.
	DrainTimer time.Duration `toml:"drain_timer"`
}

// The values of the keys that take a word.
type (
	Policy   string
	Receipts string
)

// The words.
const (
	AtLeastOnce Policy = "at_least_once"
	Once        Policy = "once"
	QueryFirst  Policy = "query_first"

	ReceiptsAsked  Receipts = "asked"
	ReceiptsAlways Receipts = "always"
	ReceiptsNever  Receipts = "never"
)

// Default returns the configuration of an empty [route] table.
func Default() Config {
	return Config{
		Policy: AtLeastOnce, InDoubtWait: 20 * time.Second,
		Receipts: ReceiptsAsked, FailoverAfter: 10 * time.Second,
		RetryMin: 10 * time.Second, RetryMax: 10 * time.Minute,
		HoldMin: time.Second, HoldMax: time.Minute,
		KeepFailed: 100, KeepInbound: 200, DrainTimer: 5 * time.Second,
	}
}

// Check calls bad for each key that cannot be used, with what would be right.
func (c Config) Check(bad func(key, problem string)) {
	if c.Sender != "" {
		if _, err := sms.ParseAddress(c.Sender); err != nil {
			bad("sender", err.Error())
		}
	}
	word(bad, "policy", c.Policy, AtLeastOnce, Once, QueryFirst)
	word(bad, "receipts", c.Receipts, ReceiptsAsked, ReceiptsAlways, ReceiptsNever)
	span(bad, "in_doubt_wait", c.InDoubtWait, 0, 10*time.Minute)
	span(bad, "failover_after", c.FailoverAfter, 0, time.Hour)
	span(bad, "retry_min", c.RetryMin, time.Second, time.Hour)
	span(bad, "retry_max", c.RetryMax, time.Second, time.Hour)
	span(bad, "hold_min", c.HoldMin, 100*time.Millisecond, 10*time.Minute)
	span(bad, "hold_max", c.HoldMax, 100*time.Millisecond, 10*time.Minute)
	span(bad, "drain_timer", c.DrainTimer, 0, time.Minute)
	if c.RetryMin > c.RetryMax {
		bad("retry_min", fmt.Sprintf("%v is above retry_max = %v", c.RetryMin, c.RetryMax))
	}
	if c.HoldMin > c.HoldMax {
		bad("hold_min", fmt.Sprintf("%v is above hold_max = %v", c.HoldMin, c.HoldMax))
	}
	for key, n := range map[string]int{"keep_failed": c.KeepFailed, "keep_inbound": c.KeepInbound} {
		if n < 0 || n > 10000 {
			bad(key, fmt.Sprintf("%d is outside 0 to 10000", n))
		}
	}
}

// word reports a value that is none of the words that key takes.
func word[T ~string](bad func(key, problem string), key string, got T, words ...T) {
	names := make([]string, len(words))
	for i, w := range words {
		if got == w {
			return
		}
		names[i] = string(w)
	}
	last := len(names) - 1
	bad(key, fmt.Sprintf("%q is none of %s and %s", got, strings.Join(names[:last], ", "), names[last]))
}

// span reports a duration out of range; a number without a unit decodes as nanoseconds.
func span(bad func(key, problem string), key string, d, lo, hi time.Duration) {
	if d < lo || d > hi || d != 0 && d < time.Millisecond {
		bad(key, fmt.Sprintf("%v is outside %v to %v; write a number with its unit, such as \"30s\"", d, lo, hi))
	}
}
