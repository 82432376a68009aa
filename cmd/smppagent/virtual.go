package main

import (
	"context"
	"errors"
	"time"

	"smppagent/internal/alerts"
	"smppagent/internal/bridge"
	"smppagent/internal/modem/virtual"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// virtualAgent is what the modems that others use need of the agent.
func virtualAgent(cfg *config, q *queue.Queue, way *bridge.Bridge, zone *time.Location) virtual.Agent {
	floor := cfg.queueConfig().ClockFloor
	return virtual.Agent{
		Accept: func(ctx context.Context, m sms.Message, key string) (uint64, error) {
			id, err := way.Accept(ctx, m, key)
			return uint64(id), acceptError(err)
		},
		Withdraw: func(ctx context.Context, id uint64, why string) error {
			return way.Withdraw(ctx, queue.ID(id), why)
		},
		Fates: func(ctx context.Context) <-chan virtual.Fate { return fates(ctx, way.Follow(ctx, 0)) },
		Pending: func(ctx context.Context, visit func(virtual.Pending)) error {
			return q.List(ctx, func(item queue.Item) bool {
				var m sms.Message
				if item.Lane == bridge.LaneOut && item.State != queue.Buried && virtual.Mine(item.Key) && m.UnmarshalBinary(item.Body) == nil {
					visit(virtual.Pending{ID: uint64(item.ID), Key: item.Key, To: m.To, At: item.Appended})
				}
				return true
			})
		},
		Open: func(ctx context.Context, id uint64) bool {
			item, err := q.Get(ctx, queue.ID(id))
			return err == nil && item.State != queue.Buried
		},
		Link: func() virtual.Link {
			l, up := way.Best()
			return virtual.Link{Up: up, Held: l.Hold != "", RTT: time.Duration(l.RTT), Name: l.Name, Since: l.Since}
		},
		Waiting: func(ctx context.Context) (int, error) {
			s, err := q.Stats(ctx)
			out := s.Lanes[bridge.LaneOut]
			return out.Ready + out.Delayed + out.Leased, err
		},
		Zone:     zone,
		ClockSet: func() bool { return time.Now().After(floor) },
	}
}

// portAlert gives what a notice says to the ports that want it.
func portAlert(ports *virtual.Ports, n *alerts.Notice) {
	ports.Alert(virtual.Alert{
		Key: n.Key, Incident: n.Incident, Name: n.Alert, Text: n.Text,
		Begins: n.Reason == alerts.ReasonFirst || n.Reason == alerts.ReasonRepeat, Ends: n.Reason == alerts.ReasonCleared,
	})
}

// acceptError gives the errors of Accept the names under which clients are told.
func acceptError(err error) error {
	switch {
	case err == nil, errors.Is(err, queue.ErrStorage), errors.Is(err, queue.ErrClosed),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, queue.ErrFull):
		return errors.Join(virtual.ErrFull, err)
	}
	return errors.Join(virtual.ErrInvalid, err) // what a message is refused for does not change
}

// fates turns the bridge's events into what ports want to know.
func fates(ctx context.Context, events <-chan bridge.Event) <-chan virtual.Fate {
	c := make(chan virtual.Fate)
	go func() {
		defer close(c)
		for e := range events {
			f := virtual.Fate{ID: uint64(e.ID), Status: e.Status}
			switch e.Step {
			case bridge.StepAccepted, bridge.StepDelivered:
				f.Taken = true
			case bridge.StepFailed, bridge.StepExpired, bridge.StepDropped:
				f.Failed = true
			default:
				continue
			}
			select {
			case c <- f:
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}
