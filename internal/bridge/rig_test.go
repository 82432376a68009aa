package bridge

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/sim"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// patience bounds every wait of a test for something that must happen.
const patience = 30 * time.Second

// A rig is a bridge with a queue on disk and an SMSC at the other end of a loopback connection.
type rig struct {
	t       *testing.T
	dir     string
	cfg     Config
	account smpp.Config
	profile Profile
	others  []Link // beside that to smsc
	forward []Person
	mailbox Mailbox
	before  func(ctx context.Context, key string, o sms.Outcome)

	far  sim.Config
	smsc *sim.SMSC
	b    *Bridge
	q    *queue.Queue
	stop func() // stops bridge and queue, not the SMSC

	log  *slog.Logger // nil: silent, or all with -v
	dial func(context.Context, string) (net.Conn, error)

	mu       sync.Mutex
	outcomes []string // "key person outcome", as the alerts would hear them
}

// newRig starts an SMSC that misbehaves as faults say, and the agent's side of it.
func newRig(t *testing.T, faults string, adjust func(*rig)) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), cfg: Default(), account: smpp.Default(), profile: DefaultProfile()}
	r.cfg.InDoubtWait = 50 * time.Millisecond
	r.cfg.RetryMin, r.cfg.RetryMax = 20*time.Millisecond, 100*time.Millisecond
	r.cfg.HoldMin, r.cfg.HoldMax = 20*time.Millisecond, 100*time.Millisecond
	r.account.SystemID, r.account.Password = "site", "secret"
	r.account.ReconnectMin, r.account.ReconnectMax = 20*time.Millisecond, 200*time.Millisecond
	r.account.ResponseTimer = time.Second
	r.account.BodyTimer = time.Second

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.account.Address = ln.Addr().String()
	r.far = sim.Default()
	r.far.Accounts = map[string]string{"site": "secret"}
	r.far.ReceiptDelay, r.far.RetryDelay, r.far.Seed, r.far.Faults = 10*time.Millisecond, 50*time.Millisecond, 1, faults
	if adjust != nil {
		adjust(r)
	}
	if r.smsc, err = sim.New(r.far); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = r.smsc.Serve(ctx, ln) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	r.start()
	t.Cleanup(func() { r.stop() })
	return r
}

// start opens the queue and runs the bridge on it.
func (r *rig) start() {
	r.t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if r.log != nil {
		log = r.log
	} else if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(r.t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	qc := queue.Default()
	qc.Dir, qc.SegmentSize, qc.Segments, qc.Volatile = r.dir+"/queue", 64<<10, 8, true
	q, _, err := queue.Open(qc, log)
	if err != nil {
		r.t.Fatal(err)
	}
	links := append([]Link{{Name: "test", Account: r.account, Profile: r.profile, Rank: DefaultRank()}}, r.others...)
	b, err := New(r.cfg, q, links, r.forward, r.noteOutcome, log)
	if err != nil {
		r.t.Fatal(err)
	}
	b.Deliver(r.mailbox)
	b.Foretell(r.before)
	if r.dial != nil {
		for _, l := range b.links {
			l.client.DialBy(r.dial)
		}
	}
	qctx, stopQueue := context.WithCancel(context.Background())
	bctx, stopBridge := context.WithCancel(context.Background())
	var qwg, bwg sync.WaitGroup
	qwg.Go(func() { _ = q.Run(qctx) })
	bwg.Go(func() {
		if err := b.Run(bctx); err != nil {
			r.t.Errorf("bridge: %v", err)
		}
	})
	var once sync.Once
	r.q, r.b = q, b
	r.stop = func() {
		once.Do(func() {
			stopBridge()
			bwg.Wait()
			stopQueue()
			qwg.Wait()
			if err := q.Close(); err != nil {
				r.t.Errorf("queue: %v", err)
			}
		})
	}
}

func (r *rig) noteOutcome(_ context.Context, key, person string, o sms.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes = append(r.outcomes, fmt.Sprint(key, " ", person, " ", o))
}

// message is a text with a receipt to a number that the SMSC delivers to.
func message(text string) sms.Message {
	to, err := sms.ParseAddress("+359888123456")
	if err != nil {
		panic(err)
	}
	return sms.Message{To: to, Text: text, Class: sms.Alarm, Receipt: true}
}

// accept puts a message on flash.
func (r *rig) accept(m sms.Message) queue.ID {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	id, err := r.b.Accept(ctx, m, "")
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// carry accepts a message and returns its events up to the final one, or up to the first that last
// names.
func (r *rig) carry(m sms.Message, last Step) []Event {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	events := r.b.Follow(ctx, 0)
	id := r.accept(m)
	return r.collect(events, id, last)
}

func (r *rig) collect(events <-chan Event, id queue.ID, last Step) []Event {
	r.t.Helper()
	var got []Event
	for e := range events {
		if e.ID != id {
			continue
		}
		got = append(got, e)
		if e.Final || e.Step == last {
			return got
		}
	}
	r.t.Fatalf("message %d did not get to its end; its steps: %s; link: %+v", id, steps(got), r.b.Status().Links[0])
	return nil
}

// steps is what happened, in words: "queued submitted accepted delivered".
func steps(events []Event) string {
	var s []string
	for _, e := range events {
		s = append(s, string(e.Step))
	}
	return strings.Join(s, " ")
}

// copies counts how often text arrived in full at the SMSC.
func (r *rig) copies(text string) int {
	n := 0
	for _, m := range r.smsc.Messages() {
		if m.Text == text {
			n += m.Copies
		}
	}
	return n
}

// await waits until cond holds, asking again whenever the bridge reports something, and a few times
// a second besides.
func (r *rig) await(what string, cond func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	events := r.b.Follow(ctx, 0)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-events:
		case <-tick.C:
		case <-ctx.Done():
			r.t.Fatalf("%s did not happen; status: %+v", what, r.b.Status())
		}
	}
}

// list returns the records that want names.
func (r *rig) list(want func(queue.Item) bool) (items []queue.Item) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.q.List(ctx, func(item queue.Item) bool {
		if want(item) {
			items = append(items, item)
		}
		return true
	}); err != nil {
		r.t.Fatal(err)
	}
	return items
}
