package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
)

// operateFlags are those of query, cancel and replace.
func operateFlags(a *app, c *cobra.Command, o *operateOrder) *cobra.Command {
	f := c.Flags()
	f.StringVar(&o.MessageID, "message-id", "", "the `message_id` that the SMSC gave, instead of our ID")
	f.StringVar(&o.Link, "smsc", "", "`NAME` of the [smsc.NAME] that gave it (default: the only one)")
	f.StringVar(&o.From, "from", "", "source `address` of that message (default: the sender of the SMSC or the route)")
	a.jsonFlag(c)
	return c
}

// byID takes our ID off the arguments, unless --message-id names the message.
func (o *operateOrder) byID(args []string) (rest []string, err error) {
	if o.MessageID != "" {
		return args, nil
	}
	if len(args) == 0 {
		return nil, failf(exitUsage, "say which message: its ID, as send and queue list print it, or --message-id")
	}
	o.ID, err = parseID(args[0])
	return args[1:], err
}

func queryCommand(a *app) *cobra.Command {
	var o operateOrder
	return operateFlags(a, &cobra.Command{
		Use:   "query [ID]",
		Short: "ask the SMSC what became of a message",
		Long: "Asks the SMSC by query_sm for the state of a message, of each segment of a long one. The queue knows a\n" +
			"message until its fate is known; later name it by the message_id that send showed. An SMSC may not\n" +
			"answer such questions: that is said, and is exit code 1.",
		Example: "  smppagent query 17\n  smppagent query --message-id 4F2A01 --smsc main --json",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.operate(c.Context(), opQuery, o, args) },
	}, &o)
}

func cancelCommand(a *app) *cobra.Command {
	var o operateOrder
	return operateFlags(a, &cobra.Command{
		Use:   "cancel [ID]",
		Short: "take a message back before the phone has it",
		Long: "Takes a message out of the queue when it is still there, and asks the SMSC by cancel_sm to forget what it\n" +
			"has of it. When the SMSC refuses, the phone has the message already, or soon will.",
		Example: "  smppagent cancel 17\n  smppagent cancel --message-id 4F2A01",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.operate(c.Context(), opCancel, o, args) },
	}, &o)
}

func replaceCommand(a *app) *cobra.Command {
	var o operateOrder
	return operateFlags(a, &cobra.Command{
		Use:   "replace [ID] TEXT",
		Short: "give a message another text before the phone has it",
		Long: "Gives a message another text: in the queue while it is there, under a new ID; at the SMSC by replace_sm,\n" +
			"which can replace one segment by one of the same alphabet.",
		Example: "  smppagent replace 17 \"Good morning, all is well\"",
		Args:    cobra.RangeArgs(1, 2),
		RunE:    func(c *cobra.Command, args []string) error { return a.operate(c.Context(), opReplace, o, args) },
	}, &o)
}

// operate asks the agent for op and prints what the SMSCs answered.
func (a *app) operate(ctx context.Context, op string, o operateOrder, args []string) error {
	rest, err := o.byID(args)
	if err != nil {
		return err
	}
	if op == opReplace && len(rest) != 1 {
		return failf(exitUsage, "give the new text, in quotes, behind the ID")
	}
	if len(rest) > 0 {
		if op != opReplace {
			return failf(exitUsage, "%q is too much beside --message-id", rest[0])
		}
		o.Text = rest[0]
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	var refused []string
	n := 0
	err = door.Call(ctx, cfg.Agent.Socket, op, o, func(line json.RawMessage) error {
		n++
		var s sent
		if json.Unmarshal(line, &s) == nil && s.ID != 0 {
			if a.json {
				return a.printLine(s)
			}
			fmt.Fprintf(a.out, "message %d had not been sent; message %d is in its place\n", o.ID, s.ID)
			return nil
		}
		var r bridge.Reply
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		if r.Problem != "" || r.Status != "ESME_ROK" {
			refused = append(refused, replyText(op, r))
		}
		if a.json {
			return a.printLine(r)
		}
		fmt.Fprintln(a.out, replyText(op, r))
		return nil
	})
	switch {
	case err != nil:
		return callError(err)
	case len(refused) > 0:
		return failf(exitFailure, "%s", strings.Join(refused, "; "))
	case n == 0 && op == opCancel && !a.json:
		fmt.Fprintf(a.out, "message %d had not been sent; it is out of the queue\n", o.ID)
	}
	return nil
}

// replyText is what an SMSC answered, in a line.
func replyText(op string, r bridge.Reply) string {
	what := fmt.Sprintf("message_id %s at %s: ", r.MessageID, r.Link)
	switch {
	case r.Problem != "":
		return what + r.Problem
	case r.Status != "ESME_ROK":
		return what + r.Status
	case op == opCancel:
		return what + "cancelled"
	case op == opReplace:
		return what + "replaced"
	}
	what += r.State
	if r.FinalDate != "" {
		what += " since " + r.FinalDate
	}
	if r.ErrorCode != 0 {
		what += fmt.Sprintf(", error_code %d", r.ErrorCode)
	}
	return what
}
