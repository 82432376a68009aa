package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"smppagent/internal/alerts"
	"smppagent/internal/bridge"
	"smppagent/internal/door"
	"smppagent/internal/modem/virtual"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// The operations of the door that are the agent's own, beside those of the push door.
const (
	opSend      = "send"
	opEvents    = "events"
	opStatus    = "status"
	opQueueList = "queue.list"
	opQueueShow = "queue.show"
	opQueueDrop = "queue.drop"
	opQueueKick = "queue.retry"
)

// The codes of refusals, for the verbs to choose their exit code by.
const (
	codeInvalid  = "invalid"   // the message or the order is wrong
	codeFull     = "full"      // the queue takes no more of this class
	codeNotFound = "not_found" // no such record
	codeState    = "state"     // the record is not in a state for it
)

// orders carries out what people and programs ask through the door.
type orders struct {
	started time.Time
	cfg     *config
	q       *queue.Queue
	way     *bridge.Bridge
	engine  *alerts.Engine
	ports   *virtual.Ports
	push    map[string]door.Handler // raise, clear and event

	following atomic.Int32 // orders that last until a message's fate is known, or for ever
}

// maxFollowing leaves some of the door's connections to the orders that are answered at once: whoever
// waits for receipts must not keep people from status and queue.
const maxFollowing = door.MaxConnections - 4

// follows takes one of the places of orders that last; done gives it back.
func (o *orders) follows() (done func(), err error) {
	if o.following.Add(1) > maxFollowing {
		o.following.Add(-1)
		return nil, &door.RemoteError{Code: door.CodeBusy, Message: fmt.Sprintf(
			"%d programs wait for what becomes of messages, which is all there may be; try again, or send with --no-wait", maxFollowing)}
	}
	return func() { o.following.Add(-1) }, nil
}

func (o *orders) handlers() map[string]door.Handler {
	h := map[string]door.Handler{
		opSend:      o.send,
		opEvents:    o.events,
		opStatus:    o.status,
		opQueueList: o.queueList,
		opQueueShow: o.queueShow,
		opQueueDrop: o.queueDrop,
		opQueueKick: o.queueRetry,
	}
	maps.Copy(h, o.push)
	maps.Copy(h, editionHandlers(o))
	return h
}

// noLink is the refusal of an order for a link that the config does not have.
func noLink(cfg *config, name string) error {
	return &door.RemoteError{Code: codeNotFound, Message: fmt.Sprintf("there is no [smsc.%s]; there are %s",
		name, strings.Join(slices.Sorted(maps.Keys(cfg.SMSC)), ", "))}
}

// sendOrder is one text to send.
type sendOrder struct {
	To       string        `json:"to"`
	From     string        `json:"from,omitempty"`
	Text     string        `json:"text,omitempty"`
	Data     string        `json:"data,omitempty"` // hexadecimal, instead of text
	Class    sms.Class     `json:"class"`
	Flash    bool          `json:"flash,omitempty"`
	Receipt  bool          `json:"receipt,omitempty"`
	At       time.Time     `json:"at,omitzero"`
	Validity time.Duration `json:"validity,omitempty"` // nanoseconds
	Alphabet sms.Alphabet  `json:"alphabet,omitempty"`
	Key      string        `json:"key,omitempty"`
	Wait     bool          `json:"wait,omitempty"`
}

// message makes the order a message, or says which part of it is wrong.
func (s *sendOrder) message() (m sms.Message, err error) {
	m = sms.Message{
		Text: s.Text, Class: s.Class, Receipt: s.Receipt, NotBefore: s.At,
		Validity: s.Validity, Alphabet: s.Alphabet,
	}
	if m.To, err = sms.ParseAddress(s.To); err != nil {
		return m, fmt.Errorf("to: %w", err)
	}
	if s.From != "" {
		if m.From, err = sms.ParseAddress(s.From); err != nil {
			return m, fmt.Errorf("from: %w", err)
		}
	}
	if s.Data != "" {
		if m.Data, err = hex.DecodeString(s.Data); err != nil {
			return m, fmt.Errorf("data: %q is not hexadecimal: %w", s.Data, err)
		}
	}
	if s.Flash {
		m.MessageClass = sms.Flash
	}
	return m, m.Check()
}

// sent is the first answer to a sendOrder: the message is on flash.
type sent struct {
	ID       queue.ID     `json:"id"`
	Segments int          `json:"segments"`
	Alphabet sms.Alphabet `json:"alphabet"`
}

func (o *orders) send(ctx context.Context, r door.Request, send func(any) error) error {
	var s sendOrder
	if err := r.Decode(&s); err != nil {
		return err
	}
	m, err := s.message()
	if err != nil {
		return &door.RemoteError{Code: codeInvalid, Message: err.Error()}
	}
	size, err := o.way.Size(&m)
	if err != nil {
		return &door.RemoteError{Code: codeInvalid, Message: err.Error()}
	}
	if s.Wait {
		done, err := o.follows()
		if err != nil {
			return err
		}
		defer done()
	}
	// The events are asked for before the message exists, so that none is missed.
	follow, stop := context.WithCancel(ctx)
	defer stop()
	events := o.way.Follow(follow, 0)
	id, err := o.way.Accept(ctx, m, s.Key)
	if err != nil {
		return coded(err)
	}
	if err := send(sent{ID: id, Segments: size.Segments, Alphabet: size.Alphabet}); err != nil || !s.Wait {
		return err
	}
	return o.follow(ctx, id, events, send)
}

// How often follow looks whether the message is still in the queue, and how long the event that says
// what became of one that is not may take.
const (
	followEvery = 10 * time.Second
	followGrace = time.Second
)

// follow sends the events of message id up to the final one. That one may never come: under a key the
// message may be one that was settled before, and events can be missed when there are very many. So
// it looks into the queue too, at first and now and then.
func (o *orders) follow(ctx context.Context, id queue.ID, events <-chan bridge.Event, send func(any) error) error {
	look := time.NewTimer(0)
	defer look.Stop()
	var settled *bridge.Event // what the queue says, when the message is not on its way
	for {
		select {
		case e, ok := <-events:
			switch {
			case !ok:
				return ctx.Err()
			case e.ID != id || e.Step == bridge.StepQueued:
				continue
			}
			if err := send(e); err != nil || e.Final {
				return err
			}
		case <-look.C:
			if settled != nil {
				return send(*settled)
			}
			var err error
			if settled, err = o.settled(ctx, id); err != nil {
				return coded(err)
			}
			look.Reset(followEvery)
			if settled != nil {
				look.Reset(followGrace)
			}
		}
	}
}

// settled returns what the queue knows of the fate of message id; nil while it is open.
func (o *orders) settled(ctx context.Context, id queue.ID) (*bridge.Event, error) {
	e := bridge.Event{Time: time.Now(), ID: id, Final: true}
	item, err := o.q.Get(ctx, id)
	switch {
	case errors.Is(err, queue.ErrNotFound):
		e.Step, e.Detail = bridge.StepSettled, "it is no longer in the queue, and what became of it is not known here"
	case err != nil:
		return nil, err
	case item.State == queue.Buried:
		e.Step, e.Detail = bridge.StepFailed, item.Reason
	default:
		return nil, nil
	}
	return &e, nil
}

func (o *orders) events(ctx context.Context, _ door.Request, send func(any) error) error {
	done, err := o.follows()
	if err != nil {
		return err
	}
	defer done()
	live := o.way.Follow(ctx, 0)
	for _, e := range o.way.Status().Recent { // what a reader that comes late has missed
		if err := send(e); err != nil {
			return err
		}
	}
	for e := range live {
		if err := send(e); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// agentStatus is the answer to opStatus.
type agentStatus struct {
	Version string           `json:"version"`
	PID     int              `json:"pid"`
	Site    string           `json:"site"`
	Started time.Time        `json:"started"`
	State   string           `json:"state_dir"`
	Way     bridge.Status    `json:"smsc"`
	Queue   queue.Stats      `json:"queue"`
	Alerts  alerts.Status    `json:"alerts"`
	Ports   []virtual.Status `json:"ports,omitempty"`
}

func (o *orders) status(ctx context.Context, _ door.Request, send func(any) error) error {
	stats, err := o.q.Stats(ctx)
	if err != nil {
		return coded(err)
	}
	state, err := o.engine.Status(ctx)
	if err != nil {
		return err
	}
	return send(agentStatus{
		Version: buildVersion().Version, PID: os.Getpid(), Site: o.cfg.Site.Name, Started: o.started,
		State: o.cfg.Agent.StateDir, Way: o.way.Status(), Queue: stats, Alerts: state,
		Ports: o.ports.Status(),
	})
}

// queueOrder names a record, or which records to list.
type queueOrder struct {
	ID      queue.ID `json:"id,omitempty"`
	Inbound bool     `json:"inbound,omitempty"`
	Failed  bool     `json:"failed,omitempty"`
	Reason  string   `json:"reason,omitempty"`
}

func (o *orders) queueList(ctx context.Context, r door.Request, send func(any) error) error {
	var order queueOrder
	if err := r.Decode(&order); err != nil {
		return err
	}
	var sendErr error
	err := o.q.List(ctx, func(item queue.Item) bool {
		if order.wants(item) {
			sendErr = send(describeItem(item))
		}
		return sendErr == nil
	})
	return errors.Join(coded(err), sendErr)
}

func (o *orders) queueShow(ctx context.Context, r door.Request, send func(any) error) error {
	var order queueOrder
	if err := r.Decode(&order); err != nil {
		return err
	}
	item, err := o.q.Get(ctx, order.ID)
	if err != nil {
		return coded(err)
	}
	return send(describeItem(item))
}

func (o *orders) queueDrop(ctx context.Context, r door.Request, send func(any) error) error {
	var order queueOrder
	if err := r.Decode(&order); err != nil {
		return err
	}
	return coded(o.way.Drop(ctx, order.ID, order.Reason))
}

func (o *orders) queueRetry(ctx context.Context, r door.Request, send func(any) error) error {
	var order queueOrder
	if err := r.Decode(&order); err != nil {
		return err
	}
	return coded(o.way.Retry(ctx, order.ID))
}

// coded gives the errors of the queue their code on the door.
func coded(err error) error {
	code := ""
	switch {
	case err == nil:
		return nil
	case errors.Is(err, queue.ErrFull):
		code = codeFull
	case errors.Is(err, queue.ErrNotFound):
		err = fmt.Errorf("%w: it is settled, or there never was one; see the last events in: smppagent status", err)
		code = codeNotFound
	case errors.Is(err, queue.ErrState):
		code = codeState
	case errors.Is(err, queue.ErrTooLarge):
		code = codeInvalid
	default:
		return err
	}
	return &door.RemoteError{Code: code, Message: err.Error()}
}

// parseID reads a message's ID as the verbs print it.
func parseID(s string) (queue.ID, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, failf(exitUsage, "%q is no message ID: it is the number that send and queue list print", s)
	}
	return queue.ID(n), nil
}
