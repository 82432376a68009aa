// Package bridge carries notices and short messages to the link that delivers them, by way of the
// queue, and brings their outcomes home. It decides which way a message goes and what a refusal
// means; it decides neither what people are told nor how octets reach the SMSC.
package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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

// A Bridge owns the way from the queue to one SMSC and back.
// Accept and Raise may be called from any goroutine while Run runs.
type Bridge struct {
	cfg     Config
	q       *queue.Queue
	client  *smpp.Client
	name    string // of the link: the key of its [smsc.NAME] table
	sender  sms.Address
	forward []Person
	outcome OutcomeFunc
	log     *slog.Logger

	track   *tracker
	hold    *hold
	events  *hub
	senders sync.WaitGroup // one count per message in flight

	unanswered unanswered

	turned      atomic.Bool // what the SMSC delivers is not taken for now
	unwritten   atomic.Bool // the medium takes no writes
	tlvsRefused atomic.Bool // the SMSC took no optional parameters
}

// New returns the bridge between q and the SMSC behind client, known as name. forward are the
// people who get inbound short messages; outcome may be nil. Nothing runs before Run.
func New(cfg Config, q *queue.Queue, name string, client *smpp.Client, forward []Person, outcome OutcomeFunc, log *slog.Logger) (*Bridge, error) {
	b := &Bridge{
		cfg: cfg, q: q, client: client, name: name, forward: forward, outcome: outcome,
		log:   log.With("smsc", name),
		track: newTracker(), hold: newHold(cfg.HoldMin, cfg.HoldMax), events: newHub(),
	}
	if cfg.Sender != "" {
		a, err := sms.ParseAddress(cfg.Sender)
		if err != nil {
			return nil, fmt.Errorf("bridge: sender: %w", err)
		}
		b.sender = a
	}
	return b, nil
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
	link, unbind := context.WithCancel(work)
	defer unbind()
	var wg sync.WaitGroup
	wg.Go(func() { _ = b.client.Run(link) })
	wg.Go(func() { b.takeLate(work) })
	wg.Go(func() { b.takeExpired(work) })
	wg.Go(func() { b.keepFailed(work) })
	wg.Go(func() { b.forwardInbound(ctx) })
	for range inboundWorkers {
		wg.Go(func() { b.takeInbound(work) })
	}
	err := b.dispatch(ctx, work)
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
	Link     smpp.Status `json:"link"`
	Name     string      `json:"name"`
	Hold     string      `json:"hold,omitempty"` // why and until when nothing is sent
	InDoubt  int         `json:"in_doubt"`       // messages that the SMSC may or may not have
	Orphans  int         `json:"orphans"`        // receipts that no message claims
	Accepted uint64      `json:"accepted"`       // messages, since the start
	Delivers uint64      `json:"delivered"`
	Failed   uint64      `json:"failed"`
	Expired  uint64      `json:"expired"`
	Resent   uint64      `json:"resent_in_doubt"`
	Recent   []Event     `json:"recent"`
}

// Status returns a snapshot.
func (b *Bridge) Status() Status {
	s := Status{Link: b.client.Status(), Name: b.name, Hold: b.hold.String()}
	b.track.count(&s)
	b.events.count(&s)
	return s
}

// Follow returns the events of message id from now on, or of all messages when id is 0, until ctx
// ends. A reader that is too slow misses events rather than holding up the way.
func (b *Bridge) Follow(ctx context.Context, id queue.ID) <-chan Event {
	return b.events.follow(ctx, id)
}
