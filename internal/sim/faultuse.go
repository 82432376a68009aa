package sim

import (
	"time"

	"smppagent/internal/pdu"
)

// happens says whether the named fault happens this time, and counts it.
func (f *Faults) happens(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.take(name, time.Now())
	return ok
}

// delay returns by how much the named fault delays this time, 0 when it does not happen.
func (f *Faults) delay(name string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one, ok := f.take(name, time.Now()); ok {
		return one.by
	}
	return 0
}

// by returns by how much the named fault delays while it is on, 0 when it is off, and counts nothing.
func (f *Faults) by(name string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one, ok := f.active[name]; ok {
		return one.by
	}
	return 0
}

// status returns the command_status of the named fault, ESME_ROK when it does not happen.
func (f *Faults) status(name string) pdu.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one, ok := f.take(name, time.Now()); ok {
		return one.status
	}
	return pdu.StatusROK
}

// group returns how many the named fault wants at a time, 0 when it is off.
func (f *Faults) group(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one, ok := f.active[name]; ok {
		return one.count
	}
	return 0
}

// muted says whether the SMSC writes nothing now, and until when: zero when nobody knows.
func (f *Faults) muted() (until time.Time, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one, ok := f.active["mute"]
	if !ok || one.over(time.Now()) {
		return time.Time{}, false
	}
	return one.until, true
}

// random fills b from the seed.
func (f *Faults) random(b []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range b {
		b[i] = byte(f.rng.Uint32())
	}
}

func (one *fault) over(now time.Time) bool {
	return one.left == 0 || !one.until.IsZero() && !now.Before(one.until)
}

// take counts one occasion for the named fault and says whether it happens. The caller holds mu.
func (f *Faults) take(name string, now time.Time) (*fault, bool) {
	one, ok := f.active[name]
	if !ok {
		return nil, false
	}
	if one.rate > 0 {
		if now.Sub(one.second) >= time.Second {
			one.second, one.count = now, 0
		}
		one.count++
		return one, one.count > one.rate
	}
	if one.chance > 0 && f.rng.Float64() >= one.chance {
		return nil, false
	}
	if one.left > 0 {
		one.left--
		if one.left == 0 {
			delete(f.active, name)
		} else if one.kind.unit == nth {
			return nil, false // not yet the one that was named
		}
	}
	return one, true
}
