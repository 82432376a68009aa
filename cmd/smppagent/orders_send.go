package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// sendOrder is one text to send.
type sendOrder struct {
	To       string        `json:"to,omitempty"`
	Others   []string      `json:"others,omitempty"` // further recipients of the same text
	Lists    []string      `json:"lists,omitempty"`  // distribution lists that the SMSC keeps
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

	Priority    *uint8    `json:"priority,omitempty"` // 0 to 3, instead of that of the class
	ServiceType string    `json:"service_type,omitempty"`
	Replace     bool      `json:"replace_if_present,omitempty"`
	Schedule    time.Time `json:"schedule,omitzero"` // the SMSC holds it until then
	DataSM      bool      `json:"data_sm,omitempty"`
	Notify      bool      `json:"notify,omitempty"` // tell when a phone that was not reached is back; asks for a receipt
	USSD        *uint8    `json:"ussd_service_op,omitempty"`
	Bulk        bool      `json:"bulk,omitempty"` // not to who opted out of bulk texts
}

// message makes the order a message to To, or says which part of it is wrong.
func (s *sendOrder) message() (m sms.Message, err error) {
	m = sms.Message{
		Text: s.Text, Class: s.Class, Receipt: s.Receipt || s.Notify, NotBefore: s.At,
		Validity: s.Validity, Alphabet: s.Alphabet,
	}
	if s.To != "" || len(s.Lists) == 0 {
		if m.To, err = sms.ParseAddress(s.To); err != nil {
			return m, fmt.Errorf("to: %w", err)
		}
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
	m.Submit = s.submission()
	return m, m.Check()
}

// submission is what the order asks of the SMSC beyond the text; nil when it asks for nothing.
func (s *sendOrder) submission() *sms.Submission {
	w := sms.Submission{
		ServiceType: s.ServiceType, Replace: s.Replace, Schedule: s.Schedule, DataSM: s.DataSM, Alert: s.Notify, Lists: s.Lists,
	}
	asks := w.ServiceType != "" || w.Replace || !w.Schedule.IsZero() || w.DataSM || w.Alert || len(w.Lists) > 0
	if s.Priority != nil {
		w.Priority, w.HasPriority, asks = *s.Priority, true, true
	}
	if s.USSD != nil {
		w.USSD, w.HasUSSD, asks = *s.USSD, true, true
	}
	if !asks {
		return nil
	}
	return &w
}

// maxSend is how many recipients one order may have.
const maxSend = 1000

// messages makes the order messages: one for each recipient, or with many, where the SMSC takes that, one for as
// many as may be together.
func (s *sendOrder) messages(many bool) (all []sms.Message, err error) {
	if n := len(s.Others) + len(s.Lists); n > maxSend {
		return nil, fmt.Errorf("%d recipients: an order has at most %d; send --file has as many as you like", n, maxSend)
	}
	first := *s
	if s.To == "" && len(s.Others) > 0 {
		first.To, s.Others = s.Others[0], s.Others[1:]
	}
	m, err := first.message()
	if err != nil {
		return nil, err
	}
	all = append(all, m)
	seen := []sms.Address{m.To}
	for _, to := range s.Others {
		a, err := sms.ParseAddress(to)
		if err != nil {
			return nil, fmt.Errorf("to: %w", err)
		}
		if slices.Contains(seen, a) {
			continue // nobody gets it twice
		}
		seen = append(seen, a)
		if last := &all[len(all)-1]; many && last.Recipients() < sms.MaxRecipients {
			w := sms.Submission{}
			if last.Submit != nil {
				w = *last.Submit
			}
			w.Others = append(slices.Clone(w.Others), a)
			last.Submit = &w
			continue
		}
		one := m
		if one.To = a; m.Submit != nil {
			w := *m.Submit
			w.Lists, w.Others = nil, nil
			one.Submit = &w
		}
		all = append(all, one)
	}
	for i := range all {
		if err := all[i].Check(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// sent is the first answer to a sendOrder, one for each message that is on flash.
type sent struct {
	ID       queue.ID     `json:"id"`
	Segments int          `json:"segments"`
	Alphabet sms.Alphabet `json:"alphabet"`
	To       int          `json:"recipients,omitempty"` // when there are several
}

func (o *orders) send(ctx context.Context, r door.Request, send func(any) error) error {
	var s sendOrder
	if err := r.Decode(&s); err != nil {
		return err
	}
	best, _ := o.way.Best()
	messages, err := s.messages(o.cfg.SMSC[best.Name].SubmitMulti && !s.DataSM)
	if err != nil {
		return &door.RemoteError{Code: codeInvalid, Message: err.Error()}
	}
	if s.Bulk && o.optedOut(messages) {
		return &door.RemoteError{Code: codeOptedOut, Message: "the recipient wants no bulk texts"}
	}
	size, err := o.way.Size(&messages[0])
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
	var ids []queue.ID
	for i, m := range messages {
		key := s.Key
		if i > 0 && key != "" {
			key = fmt.Sprintf("%s/%d", s.Key, i)
		}
		id, err := o.way.Accept(ctx, m, key)
		if err != nil {
			return coded(err)
		}
		line := sent{ID: id, Segments: size.Segments, Alphabet: size.Alphabet}
		if n := m.Recipients(); n > 1 {
			line.To = n
		}
		if err := send(line); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if !s.Wait {
		return nil
	}
	return o.follow(ctx, ids, s.Notify, events, send)
}

// How often follow looks whether the message is still in the queue, and how long the event that says
// what became of one that is not may take.
const (
	followEvery = 10 * time.Second
	followGrace = time.Second
)

// follow sends the events of messages up to the final one of each. That one may never come: under a key the
// message may be one that was settled before, and events can be missed when there are very many. So
// it looks into the queue too, at first and now and then. With notify it goes on after a phone was not reached,
// until that is back.
func (o *orders) follow(ctx context.Context, ids []queue.ID, notify bool, events <-chan bridge.Event, send func(any) error) error {
	look := time.NewTimer(0)
	defer look.Stop()
	open := make(map[queue.ID]*bridge.Event, len(ids)) // what the queue says of one that is not on its way
	for _, id := range ids {
		open[id] = nil
	}
	absent, back := map[queue.ID]bool{}, map[queue.ID]bool{} // whose phone was not reached, and whose can be again
	for len(open) > 0 {
		select {
		case e, ok := <-events:
			if !ok {
				return ctx.Err()
			}
			if _, mine := open[e.ID]; !mine || e.Step == bridge.StepQueued {
				continue
			}
			switch {
			case e.Step == bridge.StepReachable: // which may be told before the receipt that the phone was not
				e.Final, back[e.ID] = absent[e.ID], true
			case e.Final && notify && !back[e.ID] && (e.Step == bridge.StepFailed || e.Step == bridge.StepExpired):
				e.Final, absent[e.ID] = false, true
			}
			if err := send(e); err != nil {
				return err
			}
			if e.Final {
				delete(open, e.ID)
			}
		case <-look.C:
			again := followEvery
			for id, settled := range open {
				if absent[id] {
					continue
				}
				if settled != nil {
					if err := send(*settled); err != nil {
						return err
					}
					delete(open, id)
					continue
				}
				settled, err := o.settled(ctx, id)
				if err != nil {
					return coded(err)
				}
				if open[id] = settled; settled != nil {
					again = followGrace
				}
			}
			look.Reset(again)
		}
	}
	return nil
}
