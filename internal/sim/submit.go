package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"smppagent/internal/pdu"
	"smppagent/internal/sms"
)

// refusal is why a submit_sm is not accepted.
type refusal struct {
	status pdu.Status
	fault  string // empty: the submit_sm is at fault
	err    error
}

// submit acts on a submit_sm, and says whether the session is over.
func (s *session) submit(ctx context.Context, h pdu.Header, m *pdu.SubmitSM) (stop bool) {
	f := s.smsc.faults
	now := time.Now()
	if s.kind.transmits() && f.happens("lose") {
		s.fault("lose")
		s.end(errFault)
		return true
	}
	s.last.Store(h.Sequence)
	if n := f.group("small-window"); n > 0 && s.waiting.Load() >= int32(n) {
		s.fault("small-window")
		return false
	}
	sub := &Submit{At: now, SystemID: s.systemID, From: display(m.Source), To: display(m.Dest), State: Enroute.String(), PDU: m}
	c, no := s.judge(m)
	sub.Text, sub.Part, sub.Parts = c.text, c.part, c.parts
	var end fate
	if no.status == pdu.StatusROK {
		end, no = s.fate(m, now)
	}
	if no.status != pdu.StatusROK {
		s.refuse(ctx, h, sub, no)
		return false
	}
	end.submit, end.id = sub, s.smsc.book.id()
	sub.MessageID = s.smsc.cfg.IDBase.format(end.id)
	if f.happens("same-id") {
		s.fault("same-id")
		sub.MessageID, end.id = "msg_id_not_implemented", 0
	}
	if f.happens("long-id") {
		s.fault("long-id")
		sub.MessageID += strings.Repeat("-0123456789", 9)[:90]
	}
	end.receipt = s.wantsReceipt(m.RegisteredDelivery, end)
	whole := s.smsc.book.accept(sub, c)
	if c.parts == 0 {
		whole = ""
	}
	s.event(Event{Kind: KindSubmitted, From: sub.From, To: sub.To, Text: sub.Text, MessageID: sub.MessageID,
		Part: sub.Part, Parts: sub.Parts, Whole: whole, Copy: sub.Copy})

	if end.receipt && f.happens("receipt-first") {
		s.fault("receipt-first")
		end.due = now
		s.smsc.clock.add(end)
		return s.answer(ctx, h, sub.MessageID, now.Add(receiptLead))
	}
	defer s.smsc.clock.add(end) // behind the response
	return s.answer(ctx, h, sub.MessageID, time.Time{})
}

// receiptLead is how long a response waits for a receipt that is to come first.
const receiptLead = 500 * time.Millisecond

// judge reads a submit_sm, and says why it is refused.
func (s *session) judge(m *pdu.SubmitSM) (content, refusal) {
	c, status, err := readContent(m)
	f := s.smsc.faults
	if status == pdu.StatusROK {
		s.readAs(m, &c)
	}
	switch {
	case !s.kind.transmits():
		return c, refusal{status: pdu.StatusRINVBNDSTS, err: fmt.Errorf("the session is bound as %v", s.kind)}
	case s.smsc.cfg.Window > 0 && int(s.waiting.Load()) >= s.smsc.cfg.Window:
		return c, refusal{status: pdu.StatusRTHROTTLED, err: fmt.Errorf("more than %d without a response", s.smsc.cfg.Window)}
	case f.happens("throttle"):
		return c, refusal{status: pdu.StatusRTHROTTLED, fault: "throttle"}
	case f.happens("queue-full"):
		return c, refusal{status: pdu.StatusRMSGQFUL, fault: "queue-full"}
	case f.happens("throttle-nack"):
		return c, refusal{status: pdu.StatusRTHROTTLED, fault: "throttle-nack"}
	case f.happens("nack"):
		return c, refusal{status: pdu.StatusRSYSERR, fault: "nack"}
	}
	if status := f.status("refuse"); status != pdu.StatusROK {
		return c, refusal{status: status, fault: "refuse"}
	}
	if no := s.strictSubmit(m, c); no.status != pdu.StatusROK {
		return c, no
	}
	if status, err := checkAddresses(m); err != nil {
		return c, refusal{status: status, err: err}
	}
	return c, refusal{status: status, err: err}
}

// refuse answers a submit_sm that is not accepted.
func (s *session) refuse(ctx context.Context, h pdu.Header, sub *Submit, no refusal) {
	e := Event{Kind: KindRefused, From: sub.From, To: sub.To, Text: sub.Text, Part: sub.Part, Parts: sub.Parts,
		Status: no.status.String()}
	if no.err != nil {
		e.Note = no.err.Error()
	}
	if no.fault != "" {
		s.fault(no.fault)
	}
	s.event(e)
	if no.fault == "nack" || no.fault == "throttle-nack" {
		s.nack(ctx, no.status, h.Sequence, goOn)
		return
	}
	b := s.encode(no.status, h.Sequence, &pdu.Unknown{ID: h.Command.Response()})
	s.send(ctx, outgoing{octets: s.shape(b, no.status)})
}

// fate decides what becomes of m.
func (s *session) fate(m *pdu.SubmitSM, now time.Time) (fate, refusal) {
	start, err := parseTime(m.ScheduleDeliveryTime, now)
	if err != nil {
		return fate{}, refusal{status: pdu.StatusRINVSCHED, err: fmt.Errorf("schedule_delivery_time: %w", err)}
	}
	expiry, err := parseTime(m.ValidityPeriod, now)
	if err == nil && m.ValidityPeriod != "" && !expiry.After(now) {
		err = errors.New("over already")
	}
	if err != nil {
		return fate{}, refusal{status: pdu.StatusRINVEXPIRY, err: fmt.Errorf("validity_period %q: %w", m.ValidityPeriod, err)}
	}
	if start.Before(now) {
		start = now
	}
	f := fate{due: start.Add(s.smsc.cfg.ReceiptDelay)}
	var silent bool
	f.state, silent = s.smsc.outcome(m.Dest.Addr)
	f.silent = silent
	if !expiry.IsZero() && f.due.After(expiry) {
		f.due, f.state = expiry, Expired
	}
	return f, refusal{}
}

// wantsReceipt reads registered_delivery, §5.2.17, where 3 is of SMPP 5.0.
func (s *session) wantsReceipt(r pdu.RegisteredDelivery, f fate) bool {
	want := false
	switch uint8(r) & 3 {
	case 1:
		want = true
	case 2:
		want = f.state != Delivered
	case 3:
		want = f.state == Delivered
	}
	if !want && s.smsc.faults.happens("unasked-receipt") {
		s.fault("unasked-receipt")
		want = true
	}
	if want && s.smsc.faults.happens("no-receipt") {
		s.fault("no-receipt")
		return false
	}
	return want && !f.silent
}

// checkAddresses refuses what a strict SMSC would: numbers with a plus or with letters, and numbers
// that say they are international and begin with 0.
func checkAddresses(m *pdu.SubmitSM) (pdu.Status, error) {
	if m.Dest.Addr == "" {
		return pdu.StatusRINVDSTADR, errors.New("destination_addr is empty")
	}
	if sms.TON(m.Dest.TON) == sms.TONAlphanumeric {
		return pdu.StatusRINVDSTTON, errors.New("destination_addr is alphanumeric")
	}
	if err := checkNumber(m.Dest); err != nil {
		return pdu.StatusRINVDSTADR, fmt.Errorf("destination_addr %w", err)
	}
	if sms.TON(m.Source.TON) == sms.TONAlphanumeric {
		if n := len(m.Source.Addr); n == 0 || n > 11 {
			return pdu.StatusRINVSRCADR, fmt.Errorf("source_addr %q has %d characters, alphanumeric ones 1 to 11", m.Source.Addr, n)
		}
		return pdu.StatusROK, nil
	}
	if err := checkNumber(m.Source); err != nil {
		return pdu.StatusRINVSRCADR, fmt.Errorf("source_addr %w", err)
	}
	return pdu.StatusROK, nil
}

func checkNumber(a pdu.Address) error {
	if rest := strings.Trim(a.Addr, "0123456789*#"); rest != "" {
		return fmt.Errorf("%q is no number", a.Addr)
	}
	if sms.TON(a.TON) == sms.TONInternational && strings.HasPrefix(a.Addr, "0") {
		return fmt.Errorf("%q begins with 0 and says it is international", a.Addr)
	}
	return nil
}

// display returns an address as people write it.
func display(a pdu.Address) string {
	return sms.Address{TON: sms.TON(a.TON), NPI: sms.NPI(a.NPI), Addr: a.Addr}.String()
}
