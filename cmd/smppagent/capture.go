//go:build !tiny

package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"smppagent/internal/door"
	"smppagent/internal/smpp"
)

// opCapture asks for the last PDUs.
const opCapture = "capture"

func captureCommand(a *app) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "capture [NAME]",
		Short: "save the last PDUs of a link for Wireshark",
		Long: "Saves the last PDUs of [smsc.NAME], or of all links, as pcapng. The running agent remembers them\n" +
			"all the time (capture in [smsc.NAME] says how many octets), so that what went wrong is still there\n" +
			"when you ask; it needs no root and no tcpdump, and what went through TLS is readable. Passwords are\n" +
			"asterisks; the texts of messages and the numbers of people are in the file.\n\n" +
			"When an SMSC breaks the protocol the agent saves such a file by itself, in captures under state_dir.",
		Example: "  smppagent capture\n" +
			"  smppagent capture main -o main.pcapng\n" +
			"  smppagent capture -o - | tshark -r - -Y smpp",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return a.capture(c.Context(), cfg, strings.Join(args, ""), file)
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "", "`file` to write, - for standard output (default: smppagent[-NAME].pcapng)")
	a.jsonFlag(c)
	return c
}

// captureOrder names the link; "" is all of them.
type captureOrder struct {
	Link string `json:"link,omitempty"`
}

// captured is a line of the answer: first what there is, then the file in pieces.
type captured struct {
	Links []capturedCount `json:"links,omitempty"`
	Part  string          `json:"pcapng,omitempty"` // base64
}

// capturedCount says how much there is of one link.
type capturedCount struct {
	Name   string `json:"name"`
	PDUs   int    `json:"pdus"`
	Octets int    `json:"octets"`
}

// capture gets the file from the agent and writes it.
func (a *app) capture(ctx context.Context, cfg *config, link, file string) error {
	if file == "" {
		file = "smppagent.pcapng"
		if link != "" {
			file = "smppagent-" + fileName(link) + ".pcapng"
		}
	}
	var first captured
	var all []byte
	err := door.Call(ctx, cfg.Agent.Socket, opCapture, captureOrder{link}, func(line json.RawMessage) error {
		var c captured
		if err := json.Unmarshal(line, &c); err != nil {
			return err
		}
		first.Links = append(first.Links, c.Links...)
		part, err := base64.StdEncoding.DecodeString(c.Part)
		all = append(all, part...)
		return err
	})
	if err != nil {
		return callError(err)
	}
	say := a.out
	if file == "-" {
		say = io.Discard
		_, err = a.out.Write(all)
	} else {
		err = os.WriteFile(file, all, 0o600)
	}
	if err != nil {
		return err
	}
	if a.json && file != "-" {
		return a.printJSON(struct {
			File  string          `json:"file"`
			Links []capturedCount `json:"links"`
		}{file, first.Links})
	}
	for _, l := range first.Links {
		fmt.Fprintf(say, "%s: %s, %d octets\n", l.Name, count(l.PDUs, "PDU"), l.Octets)
	}
	fmt.Fprintf(say, "saved in %s; open it with Wireshark, or: smppagent decode %s\n", file, file)
	return nil
}

// capture hands out what is remembered as pcapng.
func (o *orders) capture(ctx context.Context, r door.Request, send func(any) error) error {
	var c captureOrder
	if err := r.Decode(&c); err != nil {
		return err
	}
	var links []capturedLink
	for _, l := range o.way.Status().Links {
		if client, ok := o.way.Link(l.Name); ok && cmp.Or(c.Link, l.Name) == l.Name {
			links = append(links, capturedLink{l.Name, client.Taken()})
		}
	}
	if len(links) == 0 {
		return noLink(o.cfg, c.Link)
	}
	slices.SortFunc(links, func(a, b capturedLink) int { return strings.Compare(a.name, b.name) })
	var first captured
	for _, l := range links {
		n := capturedCount{Name: l.name}
		for _, x := range l.taken {
			if x.Kind == smpp.TakenSent || x.Kind == smpp.TakenReceived {
				n.PDUs, n.Octets = n.PDUs+1, n.Octets+x.Length
			}
		}
		first.Links = append(first.Links, n)
	}
	if err := send(first); err != nil {
		return err
	}
	const part = door.MaxLine / 2 // base64 makes four of three
	for b := range slices.Chunk(captureFile(links), part) {
		if err := send(captured{Part: base64.StdEncoding.EncodeToString(b)}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// fileName is the name of a link as it may stand in that of a file.
func fileName(link string) string {
	return strings.Map(func(r rune) rune {
		if isBare(r) {
			return r
		}
		return '_'
	}, filepath.Base(link))
}
