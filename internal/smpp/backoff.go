package smpp

import (
	"errors"
	"math/rand/v2"
	"time"

	"smppagent/internal/pdu"
)

// backoff decides how long to wait before the next try.
type backoff struct {
	cfg    *Config
	failed int // tries in a row that brought no lasting session
}

// lasting is how long a session must stay bound to count as a success: an SMSC that binds and drops
// us in a circle is not hammered.
const lasting = 30 * time.Second

// lasting is the shorter of that and the longest pause.
func (b *backoff) lasting() time.Duration { return min(lasting, b.cfg.ReconnectMax) }

// alreadyBound is the first pause after ESME_RALYBND: the SMSC still holds our former session and
// needs its own timers to notice.
const alreadyBound = 30 * time.Second

// next is the pause after a session or a try that ended with err after having been bound for up.
func (b *backoff) next(err error, up time.Duration) time.Duration {
	if up >= b.lasting() {
		b.failed = 0
		return 0 // it worked until now: most likely it does again
	}
	b.failed++
	if e, ok := errors.AsType[*StatusError](err); ok && up == 0 {
		switch judge(e.Status) {
		case accountRefused:
			return jitterUp(max(b.cfg.ReconnectRefused, b.cfg.ReconnectMax))
		case stillBound:
			return jitter(b.doubled(min(alreadyBound, b.cfg.ReconnectMax)))
		}
	}
	return jitter(b.doubled(b.cfg.ReconnectMin))
}

// doubled is first, doubled for each failure before this one, at most reconnect_max.
func (b *backoff) doubled(first time.Duration) time.Duration {
	d := first
	for range b.failed - 1 {
		if d >= b.cfg.ReconnectMax/2 {
			return b.cfg.ReconnectMax
		}
		d *= 2
	}
	return min(d, b.cfg.ReconnectMax)
}

// jitter takes up to half off d, so that a thousand devices do not come back in step. It does not
// use the system's entropy, which a board may not have at boot.
func jitter(d time.Duration) time.Duration {
	if d <= 1 {
		return d
	}
	return d - rand.N(d/2)
}

// jitterUp adds up to a tenth to a pause that must not be shortened.
func jitterUp(d time.Duration) time.Duration { return d + rand.N(d/10+1) }

// refusal is what a bind's command_status means for the next try.
type refusal uint8

const (
	passing        refusal = iota // the SMSC's trouble; ordinary pauses
	accountRefused                // somebody must correct the configuration; trying on locks accounts
	stillBound                    // our former session is still held
)

// judge lists the statuses of SMPP 3.4 §5.1.3, and 5.0 §4.7.6, that are no passing trouble.
func judge(s pdu.Status) refusal {
	switch s {
	case pdu.StatusRINVPASWD, pdu.StatusRINVSYSID, pdu.StatusRINVSYSTYP, pdu.StatusRPROHIBITED:
		return accountRefused
	case pdu.StatusRALYBND:
		return stillBound
	}
	return passing
}

// refusesAccount reports that somebody must correct the account before a bind can succeed.
func refusesAccount(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	return ok && judge(e.Status) == accountRefused
}

// remedy says what to do about a refused bind; empty when there is nothing to say.
func remedy(s pdu.Status) string {
	switch s {
	case pdu.StatusRINVPASWD:
		return "correct the password"
	case pdu.StatusRINVSYSID:
		return "correct system_id"
	case pdu.StatusRINVSYSTYP:
		return "correct system_type"
	case pdu.StatusRPROHIBITED:
		return "ask the operator to allow this kind of bind"
	case pdu.StatusRALYBND:
		return "the SMSC still holds an earlier session, or another program uses the account"
	case pdu.StatusRINVCMDID:
		return "try another bind: some SMSCs know no transceiver"
	}
	return ""
}
