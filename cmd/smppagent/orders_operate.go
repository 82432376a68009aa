package main

import (
	"context"
	"errors"
	"fmt"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// The operations on messages that an SMSC may have.
const (
	opQuery   = "query"
	opCancel  = "cancel"
	opReplace = "replace"
)

// operateOrder names a message: by our ID, or as an SMSC calls it.
type operateOrder struct {
	ID        queue.ID `json:"id,omitempty"`
	Link      string   `json:"smsc,omitempty"`
	MessageID string   `json:"message_id,omitempty"`
	From      string   `json:"from,omitempty"` // source_addr of that message
	Text      string   `json:"text,omitempty"` // of replace
}

// ref reads an order about a message.
func (o *orders) ref(r door.Request) (order operateOrder, ref bridge.Ref, err error) {
	if err := r.Decode(&order); err != nil {
		return order, ref, err
	}
	invalid := func(format string, args ...any) (operateOrder, bridge.Ref, error) {
		return order, ref, &door.RemoteError{Code: codeInvalid, Message: fmt.Sprintf(format, args...)}
	}
	ref = bridge.Ref{ID: order.ID, Link: order.Link, MessageID: order.MessageID}
	if (order.ID == 0) == (order.MessageID == "") {
		return invalid("give the message's id, or its message_id at the SMSC: one of the two")
	}
	if order.From != "" {
		if ref.Source, err = sms.ParseAddress(order.From); err != nil {
			return invalid("from: %v", err)
		}
	}
	if order.ID != 0 {
		return order, ref, nil
	}
	if ref.Link == "" && len(o.cfg.SMSC) == 1 {
		for name := range o.cfg.SMSC {
			ref.Link = name
		}
	}
	if _, ok := o.way.Link(ref.Link); !ok {
		if ref.Link == "" {
			return invalid("there are several SMSCs: say which one has given this message_id")
		}
		return order, ref, noLink(o.cfg, ref.Link)
	}
	return order, ref, nil
}

func (o *orders) query(ctx context.Context, r door.Request, send func(any) error) error {
	_, ref, err := o.ref(r)
	if err != nil {
		return err
	}
	replies, err := o.way.Query(ctx, ref)
	return o.replies(replies, err, send)
}

func (o *orders) cancel(ctx context.Context, r door.Request, send func(any) error) error {
	_, ref, err := o.ref(r)
	if err != nil {
		return err
	}
	replies, err := o.way.Cancel(ctx, ref)
	return o.replies(replies, err, send)
}

func (o *orders) replace(ctx context.Context, r door.Request, send func(any) error) error {
	order, ref, err := o.ref(r)
	if err != nil {
		return err
	}
	if order.Text == "" {
		return &door.RemoteError{Code: codeInvalid, Message: "the new text is missing"}
	}
	id, replies, err := o.way.Replace(ctx, ref, order.Text)
	if err == nil && id != ref.ID {
		return send(sent{ID: id, Segments: 1})
	}
	if err = coded(err); err != nil && !errors.Is(err, bridge.ErrNotSent) {
		if _, known := errors.AsType[*door.RemoteError](err); !known && ctx.Err() == nil {
			return &door.RemoteError{Code: codeInvalid, Message: err.Error()} // the text
		}
	}
	return o.replies(replies, err, send)
}

// replies sends what the SMSCs have answered.
func (o *orders) replies(replies []bridge.Reply, err error, send func(any) error) error {
	for _, reply := range replies {
		if err := send(reply); err != nil {
			return err
		}
	}
	if errors.Is(err, bridge.ErrNotSent) {
		return &door.RemoteError{Code: codeState, Message: err.Error()}
	}
	return coded(err)
}
