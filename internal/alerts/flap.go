package alerts

import (
	"slices"
	"time"

	"smppagent/internal/sms"
)

// A rule whose sentence goes on and off, as with a loose contact, is told flapMost times within an hour.
// What it begins after that is told only when it lasts, as long as there are as many.
const (
	flapMost   = 5
	flapLead   = "on and off, told again only if it lasts: "
	flapDetail = "it goes on and off: people are told if it lasts"
)

// firings is how often the rule has fired within d.
func (a *alertState) firings(d time.Duration, now time.Time) (n int) {
	for _, t := range a.fired {
		if now.Sub(t) < d {
			n++
		}
	}
	return n
}

// countFiring keeps {count}: the firings of the last 24 hours.
func (a *alertState) countFiring(now time.Time) {
	a.fired = slices.DeleteFunc(a.fired, func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })
	if len(a.fired) == maxFired {
		a.fired = slices.Delete(a.fired, 0, 1)
	}
	a.fired = append(a.fired, now)
}

// quiet keeps the incident from being told until it has lasted.
func (i *incident) quiet(now time.Time) {
	lasts := 10 * time.Minute
	if i.Class == sms.Emergency {
		lasts = 2 * time.Minute
	}
	i.Quiet, i.next = true, now.Add(lasts)
}
