package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"smppagent/internal/alerts"
	"smppagent/internal/alerts/source/push"
	"smppagent/internal/door"
)

// pushHelp says what the three verbs of the push door have in common.
const pushHelp = "\n\nIt returns when what came of it is on flash: with the agent, or, when no agent answers, in the\n" +
	"spool directory, where the agent finds it. Either way it counts and the exit code is 0. The same --id\n" +
	"counts once, however often it is said."

func raiseCommand(a *app) *cobra.Command {
	p := alerts.Push{Op: alerts.OpRaise}
	c := &cobra.Command{
		Use:   "raise NAME",
		Short: "tell the agent that something has begun",
		Long: "Tells the agent that something has begun that lasts until \"clear NAME\". People are told once,\n" +
			"however often it is raised." + pushHelp,
		Example: "  smppagent raise cellar-water --text \"Water in the cellar\" --class emergency\n" +
			"  smppagent raise backup --text \"Backup failed\" --to ivan",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			p.Name = args[0]
			return a.push(c.Context(), p)
		},
	}
	a.pushFlags(c, &p)
	return c
}

func clearCommand(a *app) *cobra.Command {
	p := alerts.Push{Op: alerts.OpClear}
	c := &cobra.Command{
		Use:     "clear NAME",
		Short:   "tell the agent that it is over",
		Long:    "Tells the agent that what was raised is over. Those who were told of it are told." + pushHelp,
		Example: "  smppagent clear cellar-water\n  smppagent clear cellar-water --text \"Cellar is dry again\"",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			p.Name = args[0]
			return a.push(c.Context(), p)
		},
	}
	c.Flags().StringVar(&p.Text, "text", "", "what people read")
	c.Flags().StringVar(&p.ID, "id", "", "an `identity` of your own: the same counts once")
	a.jsonFlag(c)
	return c
}

func eventCommand(a *app) *cobra.Command {
	p := alerts.Push{Op: alerts.OpEvent}
	c := &cobra.Command{
		Use:   "event NAME --text TEXT",
		Short: "tell the agent that something has happened",
		Long:  "Tells the agent that something has happened that does not last: each event is a text." + pushHelp,
		Example: "  smppagent event door --text \"Front door opened by key 7\" --class info\n" +
			"  smppagent event ups --text \"$NOTIFYTYPE\" --id \"$UPSNAME-$(date +%s)\"",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			p.Name = args[0]
			return a.push(c.Context(), p)
		},
	}
	a.pushFlags(c, &p)
	return c
}

func (a *app) pushFlags(c *cobra.Command, p *alerts.Push) {
	f := c.Flags()
	f.StringVar(&p.Text, "text", "", "what people read")
	f.StringVar(&p.Class, "class", "", "emergency, alarm, warning, info or telemetry (default: push.class)")
	f.StringSliceVar(&p.To, "to", nil, "`people` and groups, with commas (default: push.to)")
	f.StringVar(&p.ID, "id", "", "an `identity` of your own: the same counts once")
	f.Var((*span)(&p.TTL), "ttl", "how long a text about it is worth delivering, 1m to 168h (default: by class)")
	a.jsonFlag(c)
}

// pushed is what the verb prints for programs.
type pushed struct {
	alerts.PushResult
	Spooled string `json:"spooled,omitempty"` // the file that keeps it until the agent runs
}

// push brings p to the agent or into its spool.
func (a *app) push(ctx context.Context, p alerts.Push) error {
	if err := p.Check(); err != nil {
		return fail(exitUsage, err)
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	sent, err := push.Send(ctx, cfg.Agent.Socket, cfg.spoolDir(), p)
	if err != nil {
		return pushError(err)
	}
	if a.json {
		return a.printJSON(pushed{sent.Result, sent.Spooled})
	}
	if sent.Spooled != "" {
		fmt.Fprintf(a.out, "kept for the agent in %s: %v\n", sent.Spooled, sent.Why)
		return nil
	}
	r := sent.Result
	line := r.Effect
	if r.Incident != "" {
		line += ", incident " + r.Incident
	}
	if r.Detail != "" {
		line += ": " + r.Detail
	}
	if len(r.Keys) > 0 && !r.Queued {
		line += " (kept by the engine until the queue takes it)"
	}
	fmt.Fprintln(a.out, strings.TrimSpace(line))
	return nil
}

// pushError gives an error of the push door its exit code.
func pushError(err error) error {
	if _, ok := errors.AsType[*alerts.PushError](err); ok {
		return fail(exitUsage, err)
	}
	if e, ok := errors.AsType[*door.RemoteError](err); ok {
		switch e.Code {
		case push.CodeLimit, push.CodeFull, door.CodeBusy:
			return fail(exitLater, err)
		case push.CodeRefused:
			return fail(exitUsage, err)
		}
	}
	return err
}
