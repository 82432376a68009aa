package push

import (
	"fmt"
	"sync"
	"time"

	"smppagent/internal/alerts"
)

// Limits protect people and their telephone bill from a script in a loop. What counts is a push that
// makes a text: raising what is raised already costs nothing. A clear is never refused for the number
// of texts, since it ends them; an emergency only for those of its own name.
type Limits struct {
	// PerName is how many texts raise and event of one name may start in an hour. 1 to 3600, default 30.
	PerName int `toml:"per_name"`
	// PerHour is the same for all names together. 1 to 36000, default 120.
	PerHour int `toml:"per_hour"`
	// Names is how many different names may make texts within an hour, emergencies as many again. 1 to
	// 10000, default 100.
	Names int `toml:"names"`
}

// DefaultLimits are the limits with every default in place.
func DefaultLimits() Limits { return Limits{PerName: 30, PerHour: 120, Names: 100} }

// Check reports every limit that is out of range: the key and what would be right.
func (l Limits) Check(bad func(key, problem string)) {
	for _, c := range []struct {
		key        string
		value, max int
	}{{"per_name", l.PerName, 3600}, {"per_hour", l.PerHour, 36000}, {"names", l.Names, 10000}} {
		if c.value < 1 || c.value > c.max {
			bad(c.key, fmt.Sprintf("%d must be 1 to %d", c.value, c.max))
		}
	}
}

// What any pushes may cost the machine, whether texts come of them or not: each is written to flash.
const (
	rushSize   = 120         // at once
	rushRefill = time.Second // then one each
)

// limitRate is LimitError.Limit for those.
const limitRate = "rate"

// LimitError says which limit a push met and when it may be said again.
type LimitError struct {
	Limit   string // "per_name", "per_hour", "names", or "rate"
	Problem string
	Retry   time.Duration
}

// Error says what would be right.
func (e *LimitError) Error() string {
	return fmt.Sprintf("push: %s; say it again in %v", e.Problem, e.Retry.Round(time.Second))
}

// limiter counts for Limits. Its methods may be called from any goroutine.
type limiter struct {
	limits Limits

	mu    sync.Mutex
	rush  bucket
	sos   bucket // the same for emergencies: a script in a loop does not stand in their way
	total bucket
	names map[string]*named
}

// named is what one name did.
type named struct {
	bucket
	last time.Time // its latest text; zero: none came of what it said
}

func newLimiter(l Limits) *limiter {
	now := time.Now()
	return &limiter{
		limits: l,
		rush:   newBucket(rushSize, rushRefill, now),
		sos:    newBucket(rushSize, rushRefill, now),
		total:  newBucket(l.PerHour, time.Hour/time.Duration(l.PerHour), now),
		names:  map[string]*named{},
	}
}

// take lets p pass or says why not (*LimitError). giveBack is for a push that made no text.
func (l *limiter) take(p alerts.Push) (giveBack func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	emergency := p.Class == "emergency"
	rush := &l.rush
	if emergency {
		rush = &l.sos
	}
	if d := rush.lacks(now); d > 0 {
		return nil, &LimitError{limitRate, fmt.Sprintf("there were %d in a rush, and one a second after that is all that may come", rushSize), d}
	}
	if p.Op == alerts.OpClear {
		rush.tokens--
		return func() {}, nil
	}
	most := l.limits.Names
	if emergency {
		most *= 2 // memory has a bound all the same
	}
	own, err := l.of(p.Name, most, now)
	if err != nil {
		return nil, err
	}
	if d := own.lacks(now); d > 0 {
		return nil, &LimitError{"per_name", fmt.Sprintf("%q started %d texts in an hour, which is all one name may (per_name)", p.Name, l.limits.PerName), d}
	}
	if d := l.total.lacks(now); d > 0 && !emergency {
		return nil, &LimitError{"per_hour", fmt.Sprintf("programs started %d texts in an hour, which is all they may (per_hour)", l.limits.PerHour), d}
	}
	rush.tokens--
	own.tokens--
	if !emergency {
		l.total.tokens--
	}
	before := own.last
	own.last = now
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		own.tokens++
		own.last = before
		if !emergency {
			l.total.tokens++
		}
	}, nil
}

// of finds what name did, in place of a name that was silent for an hour when there are most.
func (l *limiter) of(name string, most int, now time.Time) (*named, error) {
	if n := l.names[name]; n != nil {
		return n, nil
	}
	if len(l.names) >= most {
		soonest := time.Hour
		for other, n := range l.names {
			if d := n.last.Add(time.Hour).Sub(now); d <= 0 {
				delete(l.names, other)
			} else {
				soonest = min(soonest, d)
			}
		}
		if len(l.names) >= most {
			return nil, &LimitError{"names", fmt.Sprintf(
				"%d different names made texts within an hour, which is all that may be (names): keep the name the same and put what varies into the text",
				l.limits.Names), soonest}
		}
	}
	n := &named{bucket: newBucket(l.limits.PerName, time.Hour/time.Duration(l.limits.PerName), now)}
	l.names[name] = n
	return n, nil
}

// bucket holds up to size tokens and gains one every refill.
type bucket struct {
	tokens, size int
	refill       time.Duration
	counted      time.Time // up to when refilling is in tokens
}

func newBucket(size int, refill time.Duration, now time.Time) bucket {
	return bucket{size, size, refill, now}
}

// count brings the bucket up to now.
func (b *bucket) count(now time.Time) {
	if n := int64(now.Sub(b.counted) / b.refill); n > 0 {
		b.tokens = int(min(int64(b.tokens)+n, int64(b.size)))
		b.counted = b.counted.Add(time.Duration(n) * b.refill)
	}
	if b.tokens >= b.size {
		b.tokens, b.counted = b.size, now
	}
}

// lacks is how long until there is a token; 0: there is one.
func (b *bucket) lacks(now time.Time) time.Duration {
	b.count(now)
	if b.tokens > 0 {
		return 0
	}
	return b.counted.Add(b.refill).Sub(now)
}
