package bridge

import (
	"context"
	"errors"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// queryTimer is how long a query_sm may wait for a place in the window and for its answer.
const queryTimer = 10 * time.Second

// tellingTime is until when a message in doubt waits under the policy query_first: an SMSC that has it brings
// its receipt soon after the session stands again. It is zero when there is nothing to wait for.
func (b *Bridge) tellingTime(l *link, m *tracked) time.Time {
	if b.cfg.Policy != QueryFirst || m.progress.count(attempted) == 0 {
		return time.Time{}
	}
	if since := l.client.BoundSince(); !since.IsZero() && time.Since(since) < b.cfg.InDoubtWait {
		return since.Add(b.cfg.InDoubtWait)
	}
	return time.Time{}
}

// asked asks the SMSCs what became of a message whose receipt never came, and says what that makes it.
func (b *Bridge) asked(ctx context.Context, m *tracked) (o sms.Outcome, detail string) {
	for i := range m.progress.Ways {
		w := &m.progress.Ways[i]
		l := b.linkNamed(w.Link)
		if l == nil {
			continue
		}
		for j := range w.Segments {
			if s := &w.Segments[j]; s.State == accepted {
				b.query(ctx, l, m, s)
			}
		}
	}
	if o, final := m.fates(true); final {
		return o, "no receipt came; so says query_sm"
	}
	return sms.Accepted, "the SMSC has it; no receipt came"
}

// query asks l's SMSC for the state of segment s, SMPP 3.4 §4.8, if it is bound and answers such questions.
// It reports whether the SMSC has the segment. The caller has m.
func (b *Bridge) query(ctx context.Context, l *link, m *tracked, s *segment) (known bool) {
	if s.MessageID == "" || l.Profile.Query == QueryNever || l.queryRefused.Load() || !b.track.hasNames(l.Name) || !l.client.Bound() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, queryTimer)
	defer cancel()
	p, err := l.client.Do(ctx, &pdu.QuerySM{MessageID: s.MessageID, Source: l.Profile.address(b.source(l, m.msg.From))})
	if resp, ok := p.(*pdu.QuerySMResp); ok && err == nil {
		if state, final := fateOf(resp.State); final {
			s.State = state
		}
		l.log.Info("query_sm answered", "id", m.item.ID, "message_id", s.MessageID, "state", resp.State)
		return resp.State != pdu.StateUnknown
	}
	refusal, refused := errors.AsType[*smpp.StatusError](err)
	switch {
	case refused && refusal.Status == pdu.StatusRQUERYFAIL: // it does not know the message
		return false
	case refused && !refusal.Nack && !ailing(refusal.Status):
		return false
	case refused, errors.Is(err, smpp.ErrResponseTimer), errors.Is(err, context.DeadlineExceeded):
		if !l.queryRefused.Swap(true) {
			l.log.Warn("SMSC does not answer query_sm; it is not asked again", "err", err)
		}
	}
	return false
}
