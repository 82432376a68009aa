package bridge

import (
	"context"
	"errors"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/queue"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// collect takes the responses of one message to addr by l; the last one settles it.
func (b *Bridge) collect(ctx context.Context, l *link, id queue.ID, m *tracked, addr string, done <-chan *smpp.Call) {
	defer b.senders.Done()
	defer b.poke()
	defer b.dests.end(addr)
	defer l.breaker.tried()
	defer b.track.drop(id, m)
	for left := -1; left != 0; {
		call := <-done // the client completes every call that it took
		b.learn(l, addr, call)
		l.flow.give(false)
		m.mu.Lock()
		m.calls--
		left = m.calls
		if err := b.answer(ctx, l, id, m, call); err != nil {
			b.log.Error("outcome of the message not written", "id", id, "err", err)
		}
		m.mu.Unlock()
	}
}

// answer notes what a response says of one segment, and settles the message with the last one.
// The caller has m.
func (b *Bridge) answer(ctx context.Context, l *link, id queue.ID, m *tracked, call *smpp.Call) error {
	_, seg := untag(call.Tag)
	w := m.progress.on(l.Name)
	if m.settled || w == nil {
		return nil
	}
	if seg == everyone {
		return b.answerMany(ctx, l, id, m, w, call)
	}
	if seg >= len(w.Segments) {
		return nil
	}
	s := &w.Segments[seg]
	var refusal *smpp.StatusError
	switch {
	case call.Err == nil:
		messageID := acceptedAs(call)
		if s.State.fate() || s.State == accepted && s.MessageID != "" {
			break // its receipt was faster, or the late response to an attempt before: that has its name
		}
		*s = segment{State: accepted}
		s.MessageID = keepID(messageID, len(w.Segments))
		b.track.index(id, m)
		if err := b.claim(ctx, l, m, s); err != nil { // the message itself must be settled all the same
			b.log.Error("receipt that came before its response not used", "id", id, "err", err)
		}
	case errors.As(call.Err, &refusal):
		b.judge(l, id, m, s, refusal.Status, hasTLVs(call))
	case errors.Is(call.Err, smpp.ErrNotSent):
		if s.State == attempted {
			*s = segment{State: unsent}
		}
	default: // ErrResponseTimer, ErrInDoubt: the segment stays attempted
		if m.doubted == "" {
			m.doubted = call.Err.Error()
		}
	}
	if m.calls > 0 {
		return ignoreGone(b.kept(b.q.Note(ctx, id, m.progress.appendBinary(nil), false)))
	}
	return b.conclude(ctx, id, m, false)
}

// learn draws from a response about a message to addr, or from its absence, what it says of the link.
func (b *Bridge) learn(l *link, addr string, call *smpp.Call) {
	var refusal *smpp.StatusError
	switch {
	case call.Err == nil:
		l.count.accepted.Add(1)
		l.hold.clear()
		b.dests.taken(addr)
		l.flow.grow(congestion(call))
		if l.breaker.success() {
			b.poke()
			l.log.Info("SMSC takes messages again")
		}
		return
	case errors.As(call.Err, &refusal):
		l.count.refused.Add(1)
		if verdicts[refusal.Status] == pause {
			l.flow.shrink()
		}
		if !ailing(refusal.Status) {
			return
		}
	case errors.Is(call.Err, smpp.ErrResponseTimer):
		l.count.unanswered.Add(1)
		l.flow.shrink()
	default: // the session has ended
		return
	}
	if d := l.breaker.failure(call.Err.Error()); d > 0 {
		l.flow.collapse()
		b.poke()
		l.log.Log(context.Background(), l.hold.level("breaker"), "SMSC takes no messages; others are preferred", "err", call.Err, "for", d)
	}
}

// congestion is the congestion_state that came with the response, 0 when there is none: SMPP 5.0 §4.8.4.18.
func congestion(call *smpp.Call) uint8 {
	var tlvs pdu.TLVs
	switch resp := call.Response.(type) {
	case *pdu.SubmitSMResp:
		tlvs = resp.TLVs
	case *pdu.SubmitMultiResp:
		tlvs = resp.TLVs
	case *pdu.DataSMResp:
		tlvs = resp.TLVs
	}
	v, _ := tlvs.CongestionState()
	return uint8(v)
}

// hasTLVs reports whether the submit_sm that call is about had optional parameters.
func hasTLVs(call *smpp.Call) bool {
	switch p := call.Request.(type) {
	case *pdu.SubmitSM:
		return len(p.TLVs) > 0
	case *pdu.SubmitMulti:
		return len(p.TLVs) > 0
	}
	return false // data_sm is made of them
}

// judge applies the verdict on status to segment s, which had optional parameters when tlvs says so. A
// segment that the SMSC has taken meanwhile by an earlier attempt, as a late response or a receipt has told,
// stays as it is: only the link may be held.
func (b *Bridge) judge(l *link, id queue.ID, m *tracked, s *segment, status pdu.Status, tlvs bool) {
	if s.State >= accepted {
		taken := *s
		s = &taken
	}
	*s = segment{State: unsent, Status: status}
	m.refused, m.refusedNow = true, status
	switch verdicts[status] {
	case pause, rebind:
		m.throttled = true
		b.pause(l, m.msg.To.Addr, status)
	case noTLVs:
		if l.Profile.TLVs == TLVsAuto && tlvs { // a whole window may have been written with them
			m.throttled = true
			if !l.tlvsRefused.Swap(true) {
				l.log.Warn("SMSC refuses optional parameters; sending without", "command_status", status)
			}
			return
		}
		s.State = refused
	case bury:
		s.State = refused
	case retry:
		level := l.hold.level("refused with " + status.String()) // an SMSC that cannot refuses all of a backlog, again and again
		l.log.Log(context.Background(), level, "submit_sm refused for now",
			"id", id, "to", mask(m.msg.To.Addr), "command_status", status, "tries", m.item.Tries+1)
	}
}

// phonesFull is from how many phones on a full queue is taken for the SMSC's own.
const phonesFull = 3

// pause holds the link after status; after ESME_RMSGQFUL only the messages to addr, unless others have had
// the same. The log is told of the first hold of many.
func (b *Bridge) pause(l *link, addr string, status pdu.Status) {
	why := "SMSC answered " + status.String()
	if status == pdu.StatusRMSGQFUL {
		d, others := b.dests.refused(addr, time.Now())
		if others+1 < phonesFull {
			if d > 0 {
				l.log.Log(context.Background(), l.hold.level(why), "messages to one phone held", "to", mask(addr), "command_status", status, "for", d)
			}
			return
		}
	}
	if d, began := l.hold.extend(why); began {
		l.log.Log(context.Background(), l.hold.level(why), "link held", "command_status", status, "for", d)
		b.poke()
	}
}

// conclude writes what the message has come to. The caller has m and no response is due. durable
// asks for an error that matches queue.ErrStorage when that is not on flash: it counts all the same.
func (b *Bridge) conclude(ctx context.Context, id queue.ID, m *tracked, durable bool) error {
	note := m.progress.appendBinary(nil)
	o, final := m.outcome()
	switch {
	case o == sms.Failed, o == sms.Rejected:
		why := b.failure(m)
		if m.progress.count(attempted) > 0 {
			o, why = sms.InDoubt, why+"; another SMSC may or may not have the message"
		}
		if err := b.bury(ctx, id, m, o, why); err != nil || !durable {
			return err
		}
		return b.q.Sync(ctx)
	case final:
		b.foretell(ctx, m, o)
		if err := b.kept(b.q.Done(ctx, id, uint8(o), durable)); err != nil {
			return ignoreGone(err)
		}
		m.settled = true
		b.track.forget(id, m)
		detail := ""
		if o == sms.Expired {
			detail = b.failure(m)
		}
		b.report(ctx, m, o, detail)
		if durable {
			return b.q.Sync(ctx)
		}
	case o == sms.Accepted:
		if err := b.kept(b.q.Submitted(ctx, id, note)); err != nil {
			return ignoreGone(err)
		}
		if m.progress.count(undelivered, expired, delivered) == 0 {
			b.emit(m, StepAccepted, Event{MessageID: m.progress.messageID()})
			b.tell(ctx, m, o)
		}
	case o == sms.InDoubt && b.cfg.Policy == Once && m.progress.current().count(unsent) == 0:
		if err := b.kept(b.q.Submitted(ctx, id, note)); err != nil {
			return ignoreGone(err)
		}
		b.track.index(id, m)
		b.doubt(ctx, id, m, "not sent again: policy once")
	case o == sms.InDoubt && b.cfg.Policy != Once:
		d := b.doubtWait(m.item.Tries)
		if err := b.kept(b.q.Retry(ctx, id, time.Now().Add(d), note, true)); err != nil {
			return ignoreGone(err)
		}
		b.doubt(ctx, id, m, "again in "+d.String())
	default: // unsent, all or some
		b.track.index(id, m) // it is in doubt no longer
		m.doubted = ""
		at := time.Time{}
		if o == sms.InDoubt && !m.refused {
			// Under the policy once nothing goes by another SMSC than the one that may have some of it: it waits for
			// that one, and must not go round in circles meanwhile.
			at = time.Now().Add(b.backoff(m.item.Tries))
		} else if m.refused && !m.throttled {
			d := b.backoff(m.item.Tries)
			at = time.Now().Add(d)
			b.emit(m, StepRetry, Event{Status: m.refusedNow.String(), Detail: "again in " + d.String()})
		} else if m.refused {
			b.emit(m, StepRetry, Event{Status: m.refusedNow.String(), Detail: "link held"})
		}
		return ignoreGone(b.kept(b.q.Retry(ctx, id, at, note, !at.IsZero())))
	}
	return nil
}

// doubt says that the SMSC may or may not have the message.
func (b *Bridge) doubt(ctx context.Context, id queue.ID, m *tracked, next string) {
	level := b.hold.level("no response") // an SMSC that is mute leaves all of a backlog in doubt
	b.log.Log(ctx, level, "message in doubt", "id", id, "to", mask(m.msg.To.Addr), "why", m.doubted, "next", next)
	// Under once only a receipt may say more, and where none was asked for nobody need wait for it.
	b.emit(m, StepInDoubt, Event{Detail: next, Final: b.cfg.Policy == Once && !m.msg.Receipt})
	m.doubted = ""
	b.tell(ctx, m, sms.InDoubt)
}

// bury gives the message up: it stays in the queue for a person to look at.
func (b *Bridge) bury(ctx context.Context, id queue.ID, m *tracked, o sms.Outcome, why string) error {
	if err := b.kept(b.q.Note(ctx, id, m.progress.appendBinary(nil), false)); err != nil {
		return ignoreGone(err)
	}
	b.foretell(ctx, m, o)
	if err := b.kept(b.q.Bury(ctx, id, why)); err != nil {
		return ignoreGone(err)
	}
	m.settled = true
	b.track.forget(id, m)
	if m.msg.Many() {
		why = m.tally() + "; " + why
	}
	b.log.Warn("message failed", "id", id, "to", mask(m.msg.To.Addr), "why", why)
	b.report(ctx, m, o, why)
	return nil
}

// failure says in words why the message failed.
func (b *Bridge) failure(m *tracked) string {
	if st := m.progress.refusal(); st != 0 {
		return "SMSC answered " + st.String()
	}
	for _, w := range m.progress.Ways {
		for _, s := range w.Segments {
			switch s.State {
			case undelivered:
				return "not delivered, says the receipt for message_id " + s.MessageID
			case expired:
				return "not delivered in time, says the receipt for message_id " + s.MessageID
			}
		}
	}
	return "not delivered"
}

// backoff is the time before attempt number tries+2.
func (b *Bridge) backoff(tries int) time.Duration {
	d := b.cfg.RetryMin
	for range tries {
		if d *= 2; d >= b.cfg.RetryMax {
			return b.cfg.RetryMax
		}
	}
	return d
}

// doubtWait is how long a message in doubt waits before it is sent again: InDoubtWait, and from the
// second time on as long as any other retry if that is longer, for an SMSC that takes messages and never
// answers must not bring a person the same text every minute.
func (b *Bridge) doubtWait(tries int) time.Duration {
	if tries == 0 {
		return b.cfg.InDoubtWait
	}
	return max(b.cfg.InDoubtWait, b.backoff(tries-1))
}

// takeLate brings in responses of l that came after their timer.
func (b *Bridge) takeLate(ctx context.Context, l *link) {
	for {
		select {
		case <-ctx.Done():
			return
		case call := <-l.client.Late():
			id, _ := untag(call.Tag)
			if err := b.late(ctx, l, id, call); err != nil {
				b.log.Error("late response not written", "id", id, "err", err)
			}
		}
	}
}

func (b *Bridge) late(ctx context.Context, l *link, id queue.ID, call *smpp.Call) error {
	m := b.track.acquire(id)
	defer b.track.release(id, m)
	if ok, err := b.load(ctx, id, m); !ok {
		return err
	}
	_, seg := untag(call.Tag)
	w := m.progress.on(l.Name)
	if w == nil || seg != everyone && (seg >= len(w.Segments) || w.Segments[seg].State != attempted) {
		return nil // settled otherwise
	}
	if w == m.progress.current() && m.calls > 0 && call.Err != nil {
		return nil // it was refused, and has been sent again since: that decides
	}
	l.log.Info("late response", "id", id, "command_status", call.Status)
	if call.Err == nil {
		b.learn(l, m.msg.To.Addr, call)
	}
	return b.answer(ctx, l, id, m, call)
}

// kept takes a change of state that could not be written for made: it holds in memory, and gets to
// flash as soon as the medium takes writes again. What people must hear goes on being sent meanwhile; a
// restart in between may send some of it a second time. It says so once per failure of the medium.
func (b *Bridge) kept(err error) error {
	if !errors.Is(err, queue.ErrStorage) {
		if err == nil && b.unwritten.Swap(false) {
			b.log.Warn("the queue can be written again")
		}
		return err
	}
	if !b.unwritten.Swap(true) {
		b.log.Error("the queue cannot be written: messages go on being sent, what becomes of them is kept in memory", "err", err)
	}
	return nil
}

// ignoreGone takes "no such record" for success: somebody else settled or dropped the message.
func ignoreGone(err error) error {
	if errors.Is(err, queue.ErrNotFound) || errors.Is(err, queue.ErrState) {
		return nil
	}
	return err
}
