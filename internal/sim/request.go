package sim

import (
	"context"
	"fmt"
	"time"

	"smppagent/internal/pdu"
)

// answer is the header of a response of the ESME.
type answer struct {
	command  pdu.Command
	status   pdu.Status
	sequence uint32
}

// asked is a request that the SMSC waits for an answer to.
type asked struct {
	command  pdu.Command
	delivery *delivery // of deliver_sm
	until    time.Time
}

// requester is what the goroutine of request knows.
type requester struct {
	*session
	kind     bindKind
	account  string
	sequence uint32
	began    time.Time
	open     map[uint32]asked
	leaving  bool // unbind was sent
	asking   bool // enquire_link is under way
}

// request asks the ESME what the SMSC has to ask: it delivers what the outbox holds, makes sure that the
// ESME is there, and unbinds when told. It runs while the session is bound.
func (s *session) request(ctx context.Context, kind bindKind, systemID string) {
	r := &requester{session: s, kind: kind, account: systemID, began: time.Now(), open: map[uint32]asked{}}
	defer r.giveUp()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		next, err := r.step(ctx, time.Now())
		if err != nil {
			s.end(err)
			return
		}
		pause := time.Hour
		if !next.IsZero() {
			pause = time.Until(next)
		}
		timer.Reset(pause)
		select {
		case a := <-s.answers:
			if err := r.answered(a, time.Now()); err != nil {
				s.end(err)
				return
			}
		case <-s.wake:
		case <-s.quit:
			r.leave(ctx)
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// step sends what can be sent now, and returns when to look again: zero when something must happen first.
func (r *requester) step(ctx context.Context, now time.Time) (next time.Time, err error) {
	sooner := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	cfg := &r.smsc.cfg
	delivering := 0
	for sequence, a := range r.open {
		switch {
		case now.Before(a.until):
			sooner(a.until)
			if a.delivery != nil {
				delivering++
			}
		case a.delivery == nil && !r.hung.Load(): // an SMSC that hangs does not notice
			return next, errMuteESME
		case a.delivery == nil:
			delete(r.open, sequence)
		default:
			delete(r.open, sequence)
			r.retry(a.delivery, now.Add(cfg.RetryDelay), pdu.StatusROK, "no response in "+cfg.ResponseTimer.String())
		}
	}
	if until, muted := r.smsc.faults.muted(); muted {
		if until.IsZero() {
			until = now.Add(time.Second) // nobody says when it ends
		}
		sooner(until)
		return next, nil
	}
	if r.leaving || r.hung.Load() {
		return next, nil
	}
	again, err := r.habits(ctx, now)
	if sooner(again); err != nil || r.leaving {
		return next, err
	}
	for r.kind.receives() && (delivering < cfg.DeliverWindow || r.punishes("flood", true)) {
		d, again := r.smsc.outbox.lease(r.account, now)
		if d == nil {
			sooner(again)
			break
		}
		r.deliver(ctx, d)
		delivering++
		sooner(now.Add(cfg.ResponseTimer))
	}
	if cfg.EnquireLinkTimer > 0 && !r.asking {
		due := time.Unix(0, r.heard.Load()).Add(cfg.EnquireLinkTimer)
		if due.After(now) {
			sooner(due)
		} else {
			r.asking = true
			r.ask(ctx, &pdu.EnquireLink{}, nil)
			sooner(now.Add(cfg.ResponseTimer))
		}
	}
	return next, nil
}

// ask sends one request and waits for its answer in r.open.
func (r *requester) ask(ctx context.Context, p pdu.PDU, d *delivery) {
	cfg := &r.smsc.cfg
	sequence := r.number(d != nil)
	b := r.encode(pdu.StatusROK, sequence, p)
	if d != nil {
		b = r.disguise(b, d)
	}
	r.open[sequence] = asked{p.Command(), d, time.Now().Add(cfg.ResponseTimer + cfg.Latency)}
	r.send(ctx, outgoing{octets: b})
}

// leave asks the ESME to go, once.
func (r *requester) leave(ctx context.Context) {
	if !r.leaving {
		r.leaving = true
		r.orderly.Store(true)
		r.ask(ctx, &pdu.Unbind{}, nil)
	}
}

func (r *requester) deliver(ctx context.Context, d *delivery) {
	if d.alert != nil { // which has no response
		r.sequence++
		r.send(ctx, outgoing{octets: r.encode(pdu.StatusROK, r.sequence, d.alert)})
		r.smsc.outbox.done(d)
		r.event(d.about)
		return
	}
	kind := KindMOSent
	if d.receipt {
		kind = KindReceiptSent
	}
	e := d.about
	e.Kind = kind
	if d.tries > 1 {
		e.Note = fmt.Sprintf("attempt %d", d.tries)
	}
	r.ask(ctx, r.dress(d), d)
	r.event(e)
}

// answered acts on a response.
func (r *requester) answered(a answer, now time.Time) error {
	q, ok := r.open[a.sequence]
	if !ok || a.command != pdu.CmdGenericNack && a.command != q.command.Response() {
		r.event(Event{Kind: KindOdd, Note: fmt.Sprintf("%v for sequence_number %d, which nobody waits for", a.command, a.sequence)})
		return nil
	}
	delete(r.open, a.sequence)
	switch {
	case q.command == pdu.CmdUnbind:
		r.event(Event{Kind: KindUnbound})
		return errUnbound
	case q.delivery == nil:
		r.asking = false
	case a.status == pdu.StatusROK && a.command != pdu.CmdGenericNack:
		r.smsc.outbox.done(q.delivery)
		r.tell(q.delivery, KindMOAcked, KindReceiptAcked, pdu.StatusROK, "")
	case a.status == pdu.StatusRXPAPPN || a.status == pdu.StatusRXRAPPN:
		r.smsc.outbox.done(q.delivery)
		r.tell(q.delivery, KindMOLost, KindReceiptLost, a.status, "refused for good")
	default:
		r.retry(q.delivery, now.Add(r.smsc.cfg.RetryDelay), a.status, "")
	}
	return nil
}

// retry keeps d until the given time; another session may be the one to try then.
func (r *requester) retry(d *delivery, at time.Time, status pdu.Status, why string) {
	r.smsc.outbox.giveBack(d, at)
	r.tell(d, KindMORetry, KindReceiptRetry, status, why)
	r.smsc.hall.wake(d.systemID)
}

// tell raises the event about d that goes with its kind.
func (r *requester) tell(d *delivery, mo, receipt Kind, status pdu.Status, note string) {
	e := d.about
	e.Kind, e.Status, e.Note = mo, statusName(status), note
	if d.receipt {
		e.Kind = receipt
	}
	r.event(e)
}

// giveUp returns what was under way when the session ended: it goes out again on the next.
func (r *requester) giveUp() {
	now := time.Now()
	for _, a := range r.open {
		if a.delivery != nil {
			r.retry(a.delivery, now, pdu.StatusROK, "the session ended before the response")
		}
	}
}
