package bridge

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sim"
	"smppagent/internal/smpp"
)

// A bubble is a rig in bent time: the timers of both sides are those of real life, and nobody waits for them.
// It is for synctest.
type bubble struct {
	*rig
	began time.Time
	lines ledger

	mu   sync.Mutex
	seen []sim.Event // of the SMSC
	got  map[queue.ID][]Event
	news chan struct{}
}

// newBubble starts an SMSC with quirks and the agent's side of it, over a pipe.
func newBubble(t *testing.T, quirks string, adjust func(*rig)) *bubble {
	t.Helper()
	u := &bubble{
		rig:   &rig{t: t, dir: t.TempDir(), cfg: Default(), account: smpp.Default(), profile: DefaultProfile()},
		began: time.Now(), got: map[queue.ID][]Event{}, news: make(chan struct{}, 1),
	}
	u.lines.counts = map[string]int{}
	u.log = slog.New(&u.lines)
	u.account.Address, u.account.SystemID, u.account.Password = "smsc.example:2775", "site", "secret"
	u.far = sim.Default()
	u.far.Seed, u.far.Faults = 1, quirks
	u.far.Latency, u.far.ReceiptDelay = 20*time.Millisecond, time.Second
	u.far.OnEvent = u.note
	if adjust != nil {
		adjust(u.rig)
	}
	var err error
	if u.smsc, err = sim.New(u.far); err != nil {
		t.Fatal(err)
	}
	pipe := sim.NewPipe()
	u.dial = func(ctx context.Context, _ string) (net.Conn, error) { return pipe.Dial(ctx) }
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = u.smsc.Serve(ctx, pipe) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	u.rig.start()
	events := u.b.Follow(ctx, 0)
	wg.Go(func() {
		for e := range events {
			u.mu.Lock()
			u.got[e.ID] = append(u.got[e.ID], e)
			u.mu.Unlock()
			u.poke()
		}
	})
	t.Cleanup(func() { u.stop() })
	return u
}

func (u *bubble) poke() {
	select {
	case u.news <- struct{}{}:
	default:
	}
}

func (u *bubble) note(e sim.Event) {
	u.mu.Lock()
	u.seen = append(u.seen, e)
	u.mu.Unlock()
	u.poke()
}

// until waits for cond in bent time, and says whether it came to hold within d.
func (u *bubble) until(d time.Duration, cond func() bool) bool {
	end := time.After(d)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for !cond() {
		select {
		case <-u.news:
		case <-tick.C:
		case <-end:
			return cond()
		}
	}
	return true
}

// events returns what the SMSC has told of this kind.
func (u *bubble) events(kind sim.Kind) (all []sim.Event) {
	synctest.Wait() // it tells a moment later
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, e := range u.seen {
		if e.Kind == kind {
			all = append(all, e)
		}
	}
	return all
}

// told counts how often the named quirk happened.
func (u *bubble) told(quirk string) (n int) {
	for _, e := range u.events(sim.KindFault) {
		if e.Fault == quirk {
			n++
		}
	}
	return n
}

// steps is what happened to message id so far, and the last of it.
func (u *bubble) steps(id queue.ID) (all string, last Event) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if got := u.got[id]; len(got) > 0 {
		last = got[len(got)-1]
	}
	return steps(u.got[id]), last
}

// ended reports whether all of ids have come to their end.
func (u *bubble) ended(ids []queue.ID) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return !slices.ContainsFunc(ids, func(id queue.ID) bool {
		return !slices.ContainsFunc(u.got[id], func(e Event) bool { return e.Final })
	})
}

// binds returns how often the SMSC was bound to, and the longest time that it was not: from the beginning, and
// from the end of one session to the next.
func (u *bubble) binds() (n int, gap time.Duration) {
	synctest.Wait()
	u.mu.Lock()
	defer u.mu.Unlock()
	bound := map[uint64]bool{}
	free := u.began
	for _, e := range u.seen {
		switch {
		case e.Kind == sim.KindBound:
			n++
			if len(bound) == 0 {
				gap = max(gap, e.Time.Sub(free))
			}
			bound[e.Session] = true
		case e.Kind == sim.KindClosed && bound[e.Session]:
			delete(bound, e.Session)
			free = e.Time
		}
	}
	return n, gap
}

// sockets is how many connections stood at once, at most.
func (u *bubble) sockets() (most int) {
	synctest.Wait()
	u.mu.Lock()
	defer u.mu.Unlock()
	n := 0
	for i, e := range u.seen {
		switch e.Kind {
		case sim.KindConnected:
			n++
		case sim.KindClosed:
			n--
		}
		if i+1 == len(u.seen) || u.seen[i+1].Time.After(e.Time) { // in one moment the order is by chance
			most = max(most, n)
		}
	}
	return most
}

// inbound returns the texts that are on flash.
func (u *bubble) inbound() (texts []string) {
	for _, item := range u.list(func(item queue.Item) bool { return item.Lane == LaneIn }) {
		var in Inbound
		if err := in.UnmarshalBinary(item.Body); err != nil {
			u.t.Errorf("record %d: %v", item.ID, err)
		}
		texts = append(texts, in.Text())
	}
	return texts
}

// A ledger counts the lines of a log by their message, those that people see.
type ledger struct {
	mu     sync.Mutex
	counts map[string]int
	all    []string
}

func (l *ledger) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
func (l *ledger) WithAttrs([]slog.Attr) slog.Handler               { return l }
func (l *ledger) WithGroup(string) slog.Handler                    { return l }

func (l *ledger) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[r.Message]++
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", r.Time.Format("15:04:05.000"), r.Level, r.Message)
	r.Attrs(func(a slog.Attr) bool { fmt.Fprintf(&b, " %s", a); return true })
	l.all = append(l.all, b.String())
	return nil
}

// count is how many lines have this message.
func (l *ledger) count(message string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[message]
}

// has reports whether a line has text anywhere.
func (l *ledger) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.all, func(line string) bool { return strings.Contains(line, text) })
}

func (l *ledger) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}
