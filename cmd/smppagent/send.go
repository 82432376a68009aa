package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

func sendCommand(a *app) *cobra.Command {
	var (
		o        sendOrder
		class    = "info"
		at       string
		alphabet = "auto"
		noWait   bool
		priority int
		schedule string
		ussd     string
		to       []string
		bulk     bulkOrder
		timeout  time.Duration
	)
	c := &cobra.Command{
		Use:   "send",
		Short: "send one text and wait for its fate",
		Long: "Hands one text to the running agent, which keeps it on flash until its fate is known, and shows\n" +
			"each step of its way. It ends when the text is delivered (with --receipt), accepted (without), or\n" +
			"has failed; the text goes on its way all the same when you interrupt it.\n\n" +
			"Exit codes: 0 delivered or accepted, 4 failed or expired, 5 in doubt or not known in time,\n" +
			"3 the agent does not run, 7 the queue has no room for its class now.",
		Example: "  smppagent send --to +359888123456 --text \"Pump 2 is running again\" --receipt\n" +
			"  smppagent send --to +359888123456 --text \"Good morning\" --at 07:30 --class info\n" +
			"  smppagent send --to +359888123456 --to +359888123457 --text \"Evacuate\" --priority 3 --replace\n" +
			"  smppagent send --to +359888123456 --text \"Call me\" --data-sm --notify\n" +
			"  smppagent send --to +359888123456 --data 0605040B8423F0 --no-wait --json",
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if o.Class, err = sms.ParseClass(class); err != nil {
				return fail(exitUsage, fmt.Errorf("--class: %w", err))
			}
			if o.Alphabet, err = sms.ParseAlphabet(alphabet); err != nil {
				return fail(exitUsage, fmt.Errorf("--alphabet: %w", err))
			}
			if bulk.asked() {
				if len(to)+len(o.Lists) > 0 || o.Text != "" || o.Data != "" || o.Key != "" {
					return failf(exitUsage, "--file has the recipients and --template the text: without --to, --list, --text, --data and --key")
				}
			} else if c.Flags().Changed("text") == c.Flags().Changed("data") {
				return failf(exitUsage, "give the message as --text \"…\" or as --data in hexadecimal, one of the two")
			}
			if len(to) == 0 && len(o.Lists) == 0 && !bulk.asked() {
				return failf(exitUsage, "say who it is for: --to, several times for several, or --list")
			}
			if len(to) > 0 {
				o.To, o.Others = to[0], to[1:]
			}
			if c.Flags().Changed("priority") {
				if priority < 0 || priority > 3 {
					return failf(exitUsage, "--priority: %d is outside 0 to 3, 3 being the highest", priority)
				}
				p := uint8(priority)
				o.Priority = &p
			}
			if o.USSD, err = parseUSSD(ussd); err != nil {
				return fail(exitUsage, err)
			}
			check := o
			if bulk.asked() {
				check.To = "+359888123456" // for the rest of the order; each row has its own
			}
			if _, err := check.messages(false); err != nil {
				return fail(exitUsage, err)
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			zone, err := cfg.Site.Location()
			if err != nil {
				return err
			}
			if o.At, err = parseAt(at, time.Now().In(zone)); err != nil {
				return fail(exitUsage, err)
			}
			if o.Schedule, err = parseAt(schedule, time.Now().In(zone)); err != nil {
				return fail(exitUsage, fmt.Errorf("--schedule: %s", strings.TrimPrefix(err.Error(), "--at: ")))
			}
			if bulk.asked() {
				return a.bulk(c.Context(), cfg, o, bulk)
			}
			o.Wait = !noWait
			return a.send(c.Context(), cfg, o, timeout)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&to, "to", nil, "destination `number`, with the country: +359888123456; may be given again")
	f.StringArrayVar(&o.Lists, "list", nil, "`NAME` of a distribution list that the SMSC keeps; may be given again")
	f.StringVar(&o.From, "from", "", "source `address`: number, short code or up to 11 letters (default: route.sender)")
	f.StringVar(&o.Text, "text", "", "the text, UTF-8; a long one goes in several segments")
	f.StringVar(&o.Data, "data", "", "8-bit data in `hex` instead of a text")
	f.StringVar(&class, "class", class, "emergency, alarm, warning, info or telemetry")
	f.BoolVar(&o.Flash, "flash", false, "show it on the screen at once (message class 0)")
	f.BoolVar(&o.Receipt, "receipt", false, "ask for a delivery receipt and wait for it")
	f.StringVar(&at, "at", "", "not before this `time` at the site: 07:30, \"2026-12-24 07:30\", or in 90m")
	f.Var((*span)(&o.Validity), "validity", "how long it is worth delivering, such as 30m (default: by class, info 1h)")
	f.StringVar(&alphabet, "alphabet", alphabet, "auto, gsm7 or ucs2")
	f.StringVar(&o.Key, "key", "", "an identity of your own: the same `key` is sent once")
	f.BoolVar(&noWait, "no-wait", false, "return as soon as it is on flash")
	bulk.flags(f)
	f.Var((*span)(&timeout), "timeout", "stop waiting after this time (default: wait on)")
	f.IntVar(&priority, "priority", 0, "priority_flag, `0` to 3 (default: by class)")
	f.StringVar(&schedule, "schedule", "", "have the SMSC hold it until this `time`, as --at: it needs no agent then")
	f.StringVar(&o.ServiceType, "service-type", "", "service_type, such as `CMT` (default: that of the SMSC's profile)")
	f.BoolVar(&o.Replace, "replace", false, "replace an earlier text to the same number that the phone does not have yet")
	f.BoolVar(&o.DataSM, "data-sm", false, "send it as data_sm")
	f.BoolVar(&o.Notify, "notify", false, "ask for a receipt and, if the phone cannot be reached, wait until the SMSC tells that it is back")
	f.StringVar(&ussd, "ussd", "", "USSD `operation`: "+strings.Join(ussdNames, ", ")+", or its number")
	a.jsonFlag(c)
	return c
}

// parseAt reads --at: a time of day (the next one), a date and time, or "in" a duration. Times are those
// of the clock that shows now.
func parseAt(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(strings.TrimSpace(strings.TrimPrefix(s, "in "))); err == nil && d >= 0 {
		return now.Add(d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			if t.Before(now) {
				return t, fmt.Errorf("--at: %s has passed", s)
			}
			return t, nil
		}
	}
	if t, err := time.ParseInLocation("15:04", s, now.Location()); err == nil {
		t = time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, now.Location())
		if t.Before(now) {
			t = time.Date(now.Year(), now.Month(), now.Day()+1, t.Hour(), t.Minute(), 0, 0, now.Location())
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("--at: %q is no time; write 07:30, \"2026-12-24 07:30\" or \"in 90m\"", s)
}

// send hands o to the agent and follows the message.
func (a *app) send(ctx context.Context, cfg *config, o sendOrder, timeout time.Duration) error {
	if timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, timeout)
		defer stop()
	}
	var ids []queue.ID
	last := map[queue.ID]bridge.Event{}
	began := time.Now()
	err := door.Call(ctx, cfg.Agent.Socket, opSend, o, func(line json.RawMessage) error {
		var e bridge.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		if e.Step == "" {
			var s sent
			if err := json.Unmarshal(line, &s); err != nil {
				return err
			}
			ids = append(ids, s.ID)
			if a.json {
				return a.printLine(s)
			}
			whom := ""
			if s.To > 1 {
				whom = fmt.Sprintf(" to %d recipients", s.To)
			}
			fmt.Fprintf(a.out, "message %d%s is on flash: %s, %s\n", s.ID, whom, count(s.Segments, "segment"), s.Alphabet)
			return nil
		}
		if e.Step != bridge.StepRecipient {
			last[e.ID] = e
		}
		if a.json {
			return a.printLine(e)
		}
		text := eventText(e)
		if e.Step == bridge.StepRecipient {
			text = "  " + e.To + " " + strings.TrimPrefix(text, "recipient: ")
		}
		if len(ids) > 1 {
			text = fmt.Sprintf("message %d %s", e.ID, text)
		}
		fmt.Fprintf(a.out, "%7.1fs  %s\n", time.Since(began).Seconds(), text)
		return nil
	})
	switch {
	case err != nil && len(ids) > 0 && (errors.Is(err, door.ErrNoAnswer) || ctx.Err() != nil):
		return onItsWay(ids[0])
	case err != nil:
		return callError(err)
	case !o.Wait:
		return nil
	}
	var worst error
	for _, id := range ids {
		err := sendEnd(id, last[id], (o.Receipt || o.Notify) && cfg.Route.Receipts != bridge.ReceiptsNever)
		if worst == nil || exitCode(worst) == exitInDoubt && err != nil {
			worst = err
		}
	}
	return worst
}

// ussdNames are the operations of USSD in the order of their numbers, 0 to 3 and 16 to 19: SMPP 3.4 §5.3.2.44.
var ussdNames = []string{"pssd-indication", "pssr-indication", "ussr-request", "ussn-request",
	"pssd-response", "pssr-response", "ussr-confirm", "ussn-confirm"}

// parseUSSD reads --ussd; nil is none.
func parseUSSD(s string) (*uint8, error) {
	if s == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(s, 0, 8)
	if i := slices.Index(ussdNames, s); i >= 0 {
		if n, err = uint64(i), nil; i > 3 {
			n += 12
		}
	}
	if err != nil {
		return nil, fmt.Errorf("--ussd: %q is none of %s, and no number from 0 to 255", s, strings.Join(ussdNames, ", "))
	}
	op := uint8(n)
	return &op, nil
}

// onItsWay is how send ends when it no longer waits for message id.
func onItsWay(id queue.ID) error {
	return failf(exitInDoubt, "no longer waiting for message %d: it stays on its way; ask with: smppagent queue show %d", id, id)
}

// sendEnd is how send ends after the last event of message id; receipt says that one was waited for.
func sendEnd(id queue.ID, last bridge.Event, receipt bool) error {
	switch {
	case !last.Final: // the agent ends
		return onItsWay(id)
	case last.Step == bridge.StepApart:
		return failf(exitInDoubt, "message %d %s", id, last.Detail)
	case last.Step == bridge.StepReachable:
		return failf(exitFailed, "message %d was not delivered; the phone is back: send it again with: smppagent queue retry %d", id, id)
	case last.Step == bridge.StepDelivered:
		return nil
	case last.Step == bridge.StepAccepted && !receipt:
		return nil
	case last.Step == bridge.StepAccepted:
		return failf(exitInDoubt, "message %d was accepted, and whether it was delivered is not known: %s", id, last.Detail)
	case last.Step == bridge.StepInDoubt:
		return failf(exitInDoubt, "message %d is in doubt: %s", id, last.Detail)
	case last.Step == bridge.StepSettled:
		return failf(exitInDoubt, "message %d was sent before: %s", id, last.Detail)
	}
	return failf(exitFailed, "message %d %s: %s", id, last.Step, last.Detail)
}
