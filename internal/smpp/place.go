package smpp

import (
	"errors"
	"time"
)

// A place is one address of the SMSC. Run's alone.
type place struct {
	cfg     Config // with Address the place's
	dialer  dialer
	backoff backoff
	retry   time.Time // not before
	returns int       // tries to return to it that failed, in a row
}

// places are the addresses in the order in which they are tried.
type places []*place

func newPlaces(cfg *Config) places {
	var all places
	secure := newEncrypter(1 + len(cfg.Addresses))
	for _, address := range append([]string{cfg.Address}, cfg.Addresses...) {
		p := &place{cfg: *cfg}
		p.cfg.Address = address
		p.dialer = dialer{cfg: &p.cfg, tls: secure}
		p.backoff = backoff{cfg: &p.cfg}
		all = append(all, p)
	}
	return all
}

// best is the place to try next, and how long to wait before: the first of those that may be tried now,
// else the one whose time comes first.
func (all places) best(now time.Time) (*place, time.Duration) {
	first := all[0]
	for _, p := range all {
		if !now.Before(p.retry) {
			return p, 0
		}
		if p.retry.Before(first.retry) {
			first = p
		}
	}
	return first, first.retry.Sub(now)
}

// errReturn is why a session ends that was to give way to one at an earlier address.
var errReturn = errors.New("smpp: returning to the first address")

// after notes how a session or a try at p ended that was bound for up. What the SMSC says of the account
// holds for all of its addresses.
func (all places) after(p *place, err error, up time.Duration, now time.Time) {
	if errors.Is(err, errReturn) {
		p.backoff.failed = 0
		for _, x := range all {
			if x == p {
				break
			}
			x.retry = time.Time{}
			x.returns++
		}
		return
	}
	p.retry = now.Add(p.backoff.next(err, up))
	if up == 0 && aboutAccount(err) {
		for _, x := range all {
			if x.retry.Before(p.retry) {
				x.retry = p.retry
			}
		}
	}
}

// aboutAccount reports a refusal that another address of the same SMSC would repeat.
func aboutAccount(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	return ok && judge(e.Status) != passing
}

// returnAfter is how long a session at p may last before an earlier address is tried again; 0: for ever.
func (all places) returnAfter(p *place) time.Duration {
	if p == all[0] || p.cfg.ReturnAfter == 0 {
		return 0
	}
	return p.cfg.ReturnAfter << min(max(0, all[0].returns-1), 4)
}

// bound notes that a session stands at p.
func (all places) bound(p *place) {
	if p == all[0] {
		p.returns = 0
	}
}
