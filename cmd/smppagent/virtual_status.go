package main

import (
	"fmt"
	"text/tabwriter"

	"smppagent/internal/modem/virtual"
)

// printPorts prints the modems that the agent is for others.
func (a *app) printPorts(ports []virtual.Status) {
	if len(ports) == 0 {
		return
	}
	fmt.Fprintln(a.out, "\nports:")
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, p := range ports {
		state := "nobody has opened it"
		switch {
		case p.Problem != "":
			state = "CLOSED: " + p.Problem
		case p.Clients > 0:
			state = "in use"
		case p.Commands > 0:
			state = "last used " + ago(p.Seen)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%d texts taken, %d refused\n", p.Name, p.Place, state, p.Taken, p.Refused)
		if p.Error != "" {
			fmt.Fprintf(w, "\t\tlast refusal\t%s\n", p.Error)
		}
	}
	_ = w.Flush() // to standard output: who would be told?
}
