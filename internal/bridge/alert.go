package bridge

import (
	"context"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
)

// takeAlerts tells of phones that can be reached again: alert_notification, SMPP 3.4 §4.12.
func (b *Bridge) takeAlerts(ctx context.Context, l *link) {
	for {
		select {
		case <-ctx.Done():
			return
		case p := <-l.client.Alerts():
			b.reachable(ctx, l, p)
		}
	}
}

// reachable tells that the phone of p is back, for each message that asked to be told, and lets what waits
// for that phone go.
func (b *Bridge) reachable(ctx context.Context, l *link, p *pdu.AlertNotification) {
	detail := ""
	if s, ok := p.TLVs.MsAvailabilityStatus(); ok {
		detail = s.String()
		if s != pdu.MsAvailable {
			l.log.Info("phone cannot be reached yet", "phone", mask(p.Source.Addr), "status", detail)
			return
		}
	}
	l.log.Info("phone can be reached again", "phone", mask(p.Source.Addr), "status", detail)
	b.dests.back(p.Source.Addr)
	b.poke()
	e := Event{Step: StepReachable, To: mask(p.Source.Addr), Detail: detail}
	var ids []queue.ID
	err := b.q.List(ctx, func(item queue.Item) bool {
		var m tracked
		if body, _ := m.read(item); item.Lane == LaneOut && body == nil && m.msg.Submit != nil && m.msg.Submit.Alert &&
			sameNumber(m.msg.To.Addr, p.Source.Addr) {
			ids = append(ids, item.ID)
		}
		return true
	})
	if err != nil {
		l.log.Warn("messages to the phone not found", "err", err)
	}
	if len(ids) == 0 {
		b.events.emit(e)
	}
	for _, id := range ids {
		e.ID = id
		b.events.emit(e)
	}
}
