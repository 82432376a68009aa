package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"smppagent/internal/modem/virtual"
)

// saidPort is a modem for others as check says it back.
type saidPort struct {
	Name     string   `json:"name"`
	Place    string   `json:"place"`
	Sends    string   `json:"sends"`           // under which class and sender, and to whom
	Limits   string   `json:"limits"`          // of a storm
	Receives string   `json:"receives"`        // what comes to it
	Answers  string   `json:"answers"`         // when a message counts as taken
	Notes    []string `json:"notes,omitempty"` // what else is out of the ordinary
}

func sayPort(c *virtual.Config) saidPort {
	p := saidPort{Name: c.Name, Place: c.Place()}
	if c.PIN != "" {
		p.Place += ", with a PIN"
	}
	to := "anybody"
	if len(c.Destinations) > 0 {
		to = strings.Join(c.Destinations, ", ")
	}
	p.Sends = fmt.Sprintf("%v as %s to %s", c.Class, cmp.Or(c.Sender, "the sender of [route]"), to)
	p.Limits = fmt.Sprintf("%d at once, %d an hour", c.Burst, c.PerHour)
	if c.Collapse > 0 {
		p.Limits += fmt.Sprintf("; the same text %d times in %s, then one that counts", c.Identical, plainDuration(c.Collapse))
	}
	if c.QuietHours != "" {
		p.Limits += "; quiet " + c.QuietHours
	}
	switch {
	case c.Inbound == virtual.InboundAll:
		p.Receives = "all texts from the SMSC"
	case c.Inbound == virtual.InboundNumber && c.Number != "":
		p.Receives = "texts to " + c.Number
	default:
		p.Receives = "no texts"
	}
	if len(c.Alerts) > 0 {
		p.Receives += fmt.Sprintf("; alerts %s as %s", strings.Join(c.Alerts, ", "), c.AlertsAs)
	}
	p.Answers = "when the text is on flash"
	if c.Ack == virtual.AckSubmitted {
		p.Answers = fmt.Sprintf("when the SMSC has the text; after 8 s %s", c.AckLate)
	}
	if c.Modem != "" {
		p.Notes = append(p.Notes, fmt.Sprintf("the modem at %s stands behind it; texts go by way of the agent: %s", c.Modem, c.Divert))
	}
	if c.Local {
		p.Notes = append(p.Notes, "texts to the numbers of other ports stay here")
	}
	if c.Learn != "" {
		p.Notes = append(p.Notes, "what clients say is written to "+c.Learn)
	}
	if c.Inbound == virtual.InboundNumber && c.Number == "" {
		p.Notes = append(p.Notes, `nothing comes in: name its number, or write inbound = "all"`)
	}
	return p
}

func (p *saidPort) print(w io.Writer) {
	fmt.Fprintf(w, "\nport %s: a modem at %s\n  sends %s; %s\n  receives %s\n  AT+CMGS is answered %s\n", p.Name, p.Place, p.Sends, p.Limits, p.Receives, p.Answers)
	for _, n := range p.Notes {
		fmt.Fprintf(w, "  %s\n", n)
	}
}
