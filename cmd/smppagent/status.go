package main

import (
	"cmp"
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
	"smppagent/internal/smpp"
)

func statusCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "status",
		Short: "show what the agent is doing",
		Long: "Shows whether texts can leave, what waits on flash, which incidents are open, and what the\n" +
			"sensors read. Ends with 3 when the agent does not run; what its files hold is shown all the same.",
		Example: "  smppagent status\n  smppagent status --json",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			err = door.Call(c.Context(), cfg.Agent.Socket, opStatus, nil, func(line json.RawMessage) error {
				raw = append(raw, line...)
				return nil
			})
			if errors.Is(err, door.ErrNotRunning) {
				a.offline(cfg)
			}
			if err != nil {
				return callError(err)
			}
			if a.json {
				return a.printJSON(raw)
			}
			var s agentStatus
			if err := json.Unmarshal(raw, &s); err != nil {
				return err
			}
			zone, err := cfg.Site.Location()
			if err != nil {
				return err
			}
			return a.printStatus(s, zone)
		},
	}
	a.jsonFlag(c)
	return c
}

// offline prints what the queue's files hold when no agent runs.
func (a *app) offline(cfg *config) {
	if !exists(cfg.queueConfig().Dir) || a.json {
		return
	}
	states := map[string]int{}
	if err := a.inspect(cfg, func(item queue.Item) error {
		if item.Lane == bridge.LaneOut {
			states[describeItem(item).State]++
		}
		return nil
	}); err != nil {
		fmt.Fprintf(a.err, "smppagent: %v\n", err)
		return
	}
	fmt.Fprintf(a.out, "on flash: %d ready, %d accepted, %d in doubt, %d failed\n",
		states["ready"], states["accepted"], states["in doubt"], states["failed"])
}

// printStatus prints s for people, the most important first; times of day are those of zone.
func (a *app) printStatus(s agentStatus, zone *time.Location) error {
	fmt.Fprintf(a.out, "%s  %s, up %s, pid %d\n", s.Site, s.Version, age(time.Since(s.Started)), s.PID)
	fmt.Fprintf(a.out, "\ntexts can leave: %s\n", canLeave(s.Way))
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, l := range s.Way.Links {
		fmt.Fprintf(w, "  smsc %s\t%s\n", l.Name, linkText(l))
		if l.LastError != "" {
			fmt.Fprintf(w, "    last error\t%s, %s\n", l.LastError, ago(l.LastErrorAt))
		}
	}
	out := s.Queue.Lanes[bridge.LaneOut]
	fmt.Fprintf(w, "  on flash\t%d ready, %d on the way, %d await a receipt, %d failed; %d in doubt\n", out.Ready, out.Leased, out.Waiting, out.Buried, s.Way.InDoubt)
	fmt.Fprintf(w, "  since start\t%d accepted, %d delivered, %d failed, %d expired\n", s.Way.Accepted, s.Way.Delivers, s.Way.Failed, s.Way.Expired)
	fmt.Fprintf(w, "  queue\t%s\n", s.Queue)
	fmt.Fprintf(w, "  flash\t%s\n", s.Queue.Wear())
	if in := s.Queue.Lanes[bridge.LaneIn].Ready; in > 0 {
		fmt.Fprintf(w, "  received\t%d short messages; see: smppagent queue list --inbound\n", in)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	a.printPorts(s.Ports)
	a.printIncidents(s)
	if len(s.Way.Recent) > 0 {
		fmt.Fprintln(a.out, "\nlast events:")
		for _, e := range s.Way.Recent[max(0, len(s.Way.Recent)-8):] {
			fmt.Fprintf(a.out, "  %s  message %d to %s  %s\n", clockTime(e.Time.In(zone), time.Now().In(zone)), e.ID, e.To, eventText(e))
		}
	}
	return nil
}

// printIncidents prints what is going on at the site: incidents with whom they were told to, and the
// sensors.
func (a *app) printIncidents(s agentStatus) {
	if s.Alerts.Store != "" {
		fmt.Fprintf(a.out, "\nincidents cannot be written to flash: %s\n", s.Alerts.Store)
	}
	if s.Alerts.Pending > 0 {
		fmt.Fprintf(a.out, "\n%s not in the queue yet\n", count(s.Alerts.Pending, "notice"))
	}
	if len(s.Alerts.Incidents) == 0 {
		fmt.Fprintln(a.out, "\nno incident is open")
	} else {
		fmt.Fprintln(a.out, "\nopen incidents:")
	}
	for _, i := range s.Alerts.Incidents {
		fmt.Fprintf(a.out, "  %s  %s, %s, since %s: %s\n", i.ID, i.Alert, i.Class, ago(i.Began), i.Text)
		for _, t := range i.Told {
			fmt.Fprintf(a.out, "      %s: %s, %s\n", t.Person, t.Reason, t.Outcome)
		}
	}
	if len(s.Alerts.Sensors) == 0 {
		return
	}
	fmt.Fprintln(a.out, "\nsensors:")
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, x := range s.Alerts.Sensors {
		quality := x.Quality
		if x.Reason != "" {
			quality += ": " + x.Reason
		}
		fmt.Fprintf(w, "  %s\t%s %s\t%s\t%s ago\n", x.Name, x.Value, x.Unit, quality, age(x.Age))
	}
	_ = w.Flush() // to standard output: who would be told?
}

// linkText says how one link stands.
func linkText(l bridge.LinkStatus) string {
	text := fmt.Sprintf("%s, %s as %s, %s, rtt %v, window %d of %d", l.State, l.Address, l.SystemID, l.Bind,
		time.Duration(l.RTT).Round(10*time.Microsecond), l.InFlight, l.Window)
	if l.Hold != "" {
		text += "; held: " + l.Hold
	}
	if l.Breaker != "" {
		text += "; not used: " + l.Breaker
	}
	return text
}

// canLeave says yes or no, and why not.
func canLeave(s bridge.Status) string {
	var down *bridge.LinkStatus // the first that would carry texts and does not
	held := s.Hold
	for i := range s.Links {
		l := &s.Links[i]
		switch {
		case l.Bind == smpp.BindReceiver:
		case l.State == smpp.StateBound && l.Hold == "" && s.Hold == "":
			return fmt.Sprintf("yes, by smsc %s, bound for %s", l.Name, age(time.Since(l.Since)))
		case l.State == smpp.StateBound:
			held = cmp.Or(held, l.Hold)
		case down == nil:
			down = l
		}
	}
	switch {
	case held != "":
		return "HELD: " + held
	case down == nil:
		return `NO: bind = "receiver" only receives; they wait on flash`
	}
	why := down.State
	if down.LastError != "" {
		why += ": " + strings.TrimPrefix(down.LastError, "smpp: ")
	}
	return fmt.Sprintf("NO, for %s (%s); they wait on flash", age(time.Since(down.Down)), why)
}
