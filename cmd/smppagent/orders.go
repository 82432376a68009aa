package main

import (
	"context"
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
	codeOptedOut = "opted_out" // the recipient wants no bulk texts
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

	outs *optOuts // who wants no bulk texts

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
		opQuery:     o.query,
		opCancel:    o.cancel,
		opReplace:   o.replace,
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
