package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
	"smppagent/internal/queue"
)

// queueItem is a record of the queue for people and programs.
type queueItem struct {
	ID        queue.ID `json:"id"`
	Direction string   `json:"direction"` // "out", "in", "receipt"
	State     string   `json:"state"`
	bridge.Description
	Tries     int       `json:"tries,omitempty"`
	Key       string    `json:"key,omitempty"`
	Appended  time.Time `json:"appended,omitzero"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
	Reason    string    `json:"reason,omitempty"`
}

// describeItem says what a record holds.
func describeItem(item queue.Item) queueItem {
	q := queueItem{
		ID: item.ID, State: item.State.String(), Description: bridge.Describe(item),
		Tries: item.Tries, Key: item.Key, Appended: item.Appended,
		NotBefore: item.NotBefore, Expires: item.Expires, Reason: item.Reason,
	}
	switch item.Lane {
	case bridge.LaneOut:
		q.Direction = "out"
		switch {
		case q.InDoubt:
			q.State = "in doubt"
		case item.State == queue.Waiting:
			q.State = "accepted"
		case item.State == queue.Buried:
			q.State = "failed"
		}
	case bridge.LaneIn, bridge.LaneMailbox:
		q.Direction = "in"
	case bridge.LaneSegment:
		q.Direction, q.State = "in", "incomplete"
	case bridge.LaneReceipt:
		q.Direction = "receipt"
	}
	return q
}

// wants says whether order lists item.
func (o queueOrder) wants(item queue.Item) bool {
	switch {
	case o.Inbound:
		return item.Lane == bridge.LaneIn || item.Lane == bridge.LaneMailbox || item.Lane == bridge.LaneSegment
	case o.Failed:
		return item.Lane == bridge.LaneOut && item.State == queue.Buried
	}
	return item.Lane == bridge.LaneOut
}

func queueCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "queue",
		Short: "look at the messages on flash, drop them or send them again",
		Long: "Looks at the messages on flash. list and show also work when the agent does not run: they then\n" +
			"read the files and change nothing. retry and drop need the agent. check and dump look at the files\n" +
			"themselves, whether the agent runs or not.",
		Example: "  smppagent queue list\n  smppagent queue retry 17",
	}
	c.AddCommand(queueListCommand(a), queueShowCommand(a), queueDropCommand(a), queueRetryCommand(a),
		queueCheckCommand(a), queueDumpCommand(a))
	return c
}

func queueListCommand(a *app) *cobra.Command {
	var o queueOrder
	c := &cobra.Command{
		Use:   "list",
		Short: "list the messages that are not settled",
		Long: "Lists the messages whose fate is open, in the order of their IDs: ready to be sent, accepted by\n" +
			"the SMSC with the receipt awaited, in doubt, or failed and kept for a person to look at.",
		Example: "  smppagent queue list\n  smppagent queue list --failed --json\n  smppagent queue list --inbound",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return a.queueList(c.Context(), cfg, o)
		},
	}
	c.Flags().BoolVar(&o.Inbound, "inbound", false, "the short messages received instead")
	c.Flags().BoolVar(&o.Failed, "failed", false, "only those that failed")
	c.MarkFlagsMutuallyExclusive("inbound", "failed")
	a.jsonFlag(c)
	return c
}

// queueList prints the records that o wants, asking the agent, or reading its files when it does not
// run.
func (a *app) queueList(ctx context.Context, cfg *config, o queueOrder) error {
	zone, err := cfg.Site.Location()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	n := 0
	show := func(q queueItem) error {
		if n++; a.json {
			return a.printLine(q)
		}
		if n == 1 {
			fmt.Fprintln(w, "ID\tSTATE\tCLASS\tADDRESS\tAGE\tTEXT")
		}
		state := q.State
		if q.NotBefore.After(time.Now()) {
			state += " at " + clockTime(q.NotBefore.In(zone), time.Now().In(zone))
		}
		if q.Reason != "" {
			state += ": " + q.Reason
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", q.ID, state, q.Class, q.Address, age(time.Since(q.Appended)), shorten(q.Text, 60))
		return nil
	}
	err = door.Call(ctx, cfg.Agent.Socket, opQueueList, o, func(line json.RawMessage) error {
		var q queueItem
		if err := json.Unmarshal(line, &q); err != nil {
			return err
		}
		return show(q)
	})
	if errors.Is(err, door.ErrNotRunning) {
		err = a.inspect(cfg, func(item queue.Item) error {
			if !o.wants(item) {
				return nil
			}
			return show(describeItem(item))
		})
	}
	if err != nil {
		return callError(err)
	}
	if n == 0 && !a.json {
		fmt.Fprintln(a.out, "nothing there")
	}
	return w.Flush()
}

// inspect reads the queue's files without the agent.
func (a *app) inspect(cfg *config, visit func(queue.Item) error) error {
	var visitErr error
	found, err := queue.Inspect(cfg.queueConfig(), func(item queue.Item) bool {
		visitErr = visit(item)
		return visitErr == nil
	})
	if err == nil && visitErr == nil {
		fmt.Fprintf(a.err, "the agent does not run; read from its files: %s\n", found)
	}
	return errors.Join(err, visitErr)
}

func queueShowCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:     "show ID",
		Short:   "show one message with everything known of it",
		Long:    "Shows one message: text, addresses, times, and what the SMSC has said of each segment.",
		Example: "  smppagent queue show 17",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := parseID(args[0])
			if err != nil {
				return err
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			var found *queueItem
			err = door.Call(c.Context(), cfg.Agent.Socket, opQueueShow, queueOrder{ID: id}, func(line json.RawMessage) error {
				found = new(queueItem)
				return json.Unmarshal(line, found)
			})
			if errors.Is(err, door.ErrNotRunning) {
				err = a.inspect(cfg, func(item queue.Item) error {
					if item.ID == id {
						q := describeItem(item)
						found = &q
					}
					return nil
				})
				if err == nil && found == nil {
					err = coded(fmt.Errorf("%w: %d", queue.ErrNotFound, id))
				}
			}
			if err != nil {
				return callError(err)
			}
			if a.json {
				return a.printJSON(found)
			}
			zone, err := cfg.Site.Location()
			if err != nil {
				return err
			}
			return a.printItem(*found, zone)
		},
	}
	a.jsonFlag(c)
	return c
}

// printItem prints a record field by field, its times in zone.
func (a *app) printItem(q queueItem, zone *time.Location) error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format("2006-01-02 15:04:05")
	}
	row("id", fmt.Sprint(q.ID))
	row("direction", q.Direction)
	row("state", q.State)
	row("reason", q.Reason)
	row("class", q.Class)
	row("address", q.Address)
	row("text", q.Text)
	row("key", q.Key)
	row("appended", at(q.Appended))
	row("not before", at(q.NotBefore))
	row("expires", at(q.Expires))
	if q.Tries > 0 {
		row("tries", fmt.Sprint(q.Tries))
	}
	for i, s := range q.Segments {
		row(fmt.Sprintf("segment %d", i+1), strings.TrimSpace(s.State+" "+s.MessageID+" "+s.Status))
	}
	return w.Flush()
}

func queueDropCommand(a *app) *cobra.Command {
	var why string
	c := &cobra.Command{
		Use:     "drop ID...",
		Short:   "take messages out of the queue for good",
		Long:    "Takes messages out of the queue for good. One that the SMSC already has may still arrive.",
		Example: "  smppagent queue drop 17 18 --reason \"wrong number\"",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.eachID(c.Context(), args, opQueueDrop, why, "dropped")
		},
	}
	c.Flags().StringVar(&why, "reason", "", "why, for the log")
	a.jsonFlag(c)
	return c
}

func queueRetryCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "retry ID...",
		Short: "send messages again that failed or are in doubt",
		Long: "Sends messages again: those that failed, those in doubt (which may then arrive twice), and those\n" +
			"that wait for their next attempt. Their time of expiry is lifted.",
		Example: "  smppagent queue retry 17",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.eachID(c.Context(), args, opQueueKick, "", "goes out again")
		},
	}
	a.jsonFlag(c)
	return c
}

// queueDone is what drop and retry print for programs, a line for each message.
type queueDone struct {
	ID   queue.ID `json:"id"`
	Done string   `json:"done"` // "dropped" or "goes out again"
}

// eachID gives the agent an order for each of the records that args name. When some were done and others
// not, it ends with exitFailure: the codes of the others say that nothing was done.
func (a *app) eachID(ctx context.Context, args []string, op, why, done string) error {
	ids := make([]queue.ID, len(args))
	for i, arg := range args {
		var err error
		if ids[i], err = parseID(arg); err != nil {
			return err
		}
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		if err := door.Call(ctx, cfg.Agent.Socket, op, queueOrder{ID: id, Reason: why}, nil); err != nil {
			errs = append(errs, callError(err))
			continue
		}
		if a.json {
			if err := a.printLine(queueDone{id, done}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(a.out, "message %d %s\n", id, done)
	}
	err = errors.Join(errs...)
	if len(errs) > 0 && len(errs) < len(ids) {
		return fail(exitFailure, fmt.Errorf("%d of %d were not done: %w", len(errs), len(ids), err))
	}
	return err
}

// clockTime is t's time of day, with the date unless that is now's.
func clockTime(t, now time.Time) string {
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04:05")
}

// shorten cuts s at n characters.
func shorten(s string, n int) string {
	r := []rune(strings.ReplaceAll(s, "\n", " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-2]) + ".."
}
