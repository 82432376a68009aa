// Package bridge carries notices and short messages to the link that delivers them, by way of the
// queue, and brings their outcomes home. It decides which way a message goes and what a refusal
// means; it decides neither what people are told nor how octets reach the SMSC.
package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"smppagent/internal/queue"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// The lanes of the queue, which never mix.
const (
	LaneOut     queue.Lane = 0 // messages on their way to the SMSC
	LaneIn      queue.Lane = 1 // short messages from the SMSC
	LaneReceipt queue.Lane = 2 // delivery receipts that no message claims yet
	LaneMailbox queue.Lane = 3 // short messages from the SMSC that the mailbox is to take
	LaneSegment queue.Lane = 4 // segments of long messages from the SMSC that are not whole yet
)

// A Person is somebody to whom inbound short messages are forwarded.
type Person struct {
	Name  string
	Phone sms.Address
}

// An OutcomeFunc is told what became of the text that the notice key brought to person. It is
// called after the outcome is on flash, and again when a better one is known; it must not block
// for long.
type OutcomeFunc func(ctx context.Context, key, person string, o sms.Outcome)

// A Bridge owns the ways from the queue to the SMSCs and back.
// Accept and Raise may be called from any goroutine while Run runs.
type Bridge struct {
	cfg     Config
	q       *queue.Queue
	links   []*link // by order; in that of the configuration within it
	sender  sms.Address
	forward []Person
	mailbox Mailbox
	text    func(sms.Address, string) // told of texts that came in; may be nil
	outcome OutcomeFunc
	before  func(ctx context.Context, key string, o sms.Outcome) // the outcome is on flash
	log     *slog.Logger

	track    *tracker
	hold     *hold // nothing is sent by any link
	dests    *destinations
	assemble *assemblies
	events   *hub
	senders  sync.WaitGroup // one count per message in flight

	offers  chan *link    // links that could send
	changed chan struct{} // the state of a link, or who is in flight, has changed
	broken  chan error    // why a link cannot go on

	unanswered unanswered
	unwritten  atomic.Bool // the medium takes no writes
}

// New returns the bridge between q and the SMSCs behind links, of which there is one at least. forward are
// the people who get inbound short messages; outcome may be nil. Nothing runs before Run.
func New(cfg Config, q *queue.Queue, links []Link, forward []Person, outcome OutcomeFunc, log *slog.Logger) (*Bridge, error) {
	b := &Bridge{
		cfg: cfg, q: q, forward: forward, outcome: outcome, log: log,
		track: newTracker(), hold: newHold(cfg.HoldMin, cfg.HoldMax), events: newHub(),
		dests: newDestinations(cfg.HoldMin, cfg.HoldMax), assemble: newAssemblies(),
		offers: make(chan *link), changed: make(chan struct{}, 1), broken: make(chan error, 1),
	}
	if cfg.Sender != "" {
		a, err := sms.ParseAddress(cfg.Sender)
		if err != nil {
			return nil, fmt.Errorf("bridge: sender: %w", err)
		}
		b.sender = a
	}
	for _, c := range links {
		l, err := newLink(c, cfg.HoldMin, cfg.HoldMax, log)
		if err != nil {
			return nil, err
		}
		l.client.OnChange(b.poke)
		b.links = append(b.links, l)
	}
	sort.SliceStable(b.links, func(i, j int) bool { return b.links[i].Rank.Order < b.links[j].Rank.Order })
	return b, nil
}

// Foretell makes the bridge tell the final outcome of each message with a key before it is on flash: who has
// something of its own to write loses nothing to a power cut in between, and may hear the same again after one.
// It must not block for long. To be called before Run.
func (b *Bridge) Foretell(before func(ctx context.Context, key string, o sms.Outcome)) {
	b.before = before
}

// poke makes the dispatcher look again which links may be used.
func (b *Bridge) poke() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// Run carries messages until ctx ends. It then stops taking from the queue, waits up to
// DrainTimer for the responses still due, unbinds, writes what became of every message in flight,
// and returns. The queue must run for longer than that.
func (b *Bridge) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx)) // outlives ctx by the drain
	defer stop()
	if err := b.recover(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	bound, unbind := context.WithCancel(work)
	defer unbind()
	sending, endSending := context.WithCancel(ctx)
	defer endSending()
	var wg, senders sync.WaitGroup
	for _, l := range b.links {
		wg.Go(func() { _ = l.client.Run(bound) })
		wg.Go(func() { b.takeLate(work, l) })
		wg.Go(func() { b.takeAlerts(work, l) })
		workers := make([]chan *smpp.Delivery, inboundWorkers)
		for i := range workers {
			workers[i] = make(chan *smpp.Delivery, 1)
			wg.Go(func() { b.storeInbound(work, l, workers[i]) })
		}
		wg.Go(func() { b.takeInbound(work, l, workers) })
		senders.Go(func() { b.runLink(sending, work, l) })
	}
	wg.Go(func() { b.letGo(work) })
	wg.Go(func() { b.takeExpired(work) })
	wg.Go(func() { b.keepFailed(work) })
	wg.Go(func() { b.forwardInbound(ctx) })
	wg.Go(func() { b.fillMailbox(ctx) })
	err := b.dispatch(sending, work)
	endSending()
	senders.Wait()
	if !b.drained(b.cfg.DrainTimer) {
		b.log.Warn("stopped waiting for responses", "after", b.cfg.DrainTimer)
	}
	unbind()
	b.senders.Wait() // the client completes every call before its Run returns
	stop()
	wg.Wait()
	b.events.close()
	if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
		return nil
	}
	return err
}

// drained waits at most d for the messages in flight.
func (b *Bridge) drained(d time.Duration) bool {
	idle := make(chan struct{})
	go func() { b.senders.Wait(); close(idle) }()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-idle:
		return true
	case <-t.C:
		return false
	}
}

// Status is a snapshot of the bridge for people to read.
type Status struct {
	Links    []LinkStatus `json:"links"`          // in the order in which they are preferred
	Hold     string       `json:"hold,omitempty"` // why and until when nothing is sent at all
	InDoubt  int          `json:"in_doubt"`       // messages that an SMSC may or may not have
	Orphans  int          `json:"orphans"`        // receipts that no message claims
	Accepted uint64       `json:"accepted"`       // messages, since the start
	Delivers uint64       `json:"delivered"`
	Failed   uint64       `json:"failed"`
	Expired  uint64       `json:"expired"`
	Resent   uint64       `json:"resent_in_doubt"`
	Recent   []Event      `json:"recent"`
}

// Status returns a snapshot.
func (b *Bridge) Status() Status {
	s := Status{Hold: b.hold.String()}
	for _, l := range b.links {
		s.Links = append(s.Links, l.status())
	}
	b.track.count(&s)
	b.events.count(&s)
	return s
}

// Follow returns the events of message id from now on, or of all messages when id is 0, until ctx
// ends. A reader that is too slow misses events rather than holding up the way.
func (b *Bridge) Follow(ctx context.Context, id queue.ID) <-chan Event {
	return b.events.follow(ctx, id)
}
