//go:build !tiny

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"smppagent/internal/door"
	"smppagent/internal/sms"
)

// opOptOut lists who wants no bulk texts, adds to them and takes from them.
const opOptOut = "optout"

// optOuts are the numbers to which no bulk text goes, one a line in a file. Texts to single people, and alerts,
// go to them all the same.
type optOuts struct {
	file string
	mu   sync.Mutex
	all  map[string]bool
}

// openOptOuts reads the file; there may be none yet.
func openOptOuts(dir string) (*optOuts, error) {
	o := &optOuts{file: filepath.Join(dir, "optout"), all: map[string]bool{}}
	text, err := os.ReadFile(o.file)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if number := strings.TrimSpace(line); number != "" {
			o.all[number] = true
		}
	}
	return o, nil
}

// has reports whether a wants no bulk texts.
func (o *optOuts) has(a sms.Address) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all[a.String()]
}

// list returns them in order.
func (o *optOuts) list() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Sorted(maps.Keys(o.all))
}

// set adds or takes away a; it returns with that on flash. changed is false when it was so already.
func (o *optOuts) set(a sms.Address, out bool) (changed bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	number := a.String()
	if o.all[number] == out {
		return false, nil
	}
	next := maps.Clone(o.all)
	if next[number] = true; !out {
		delete(next, number)
	}
	var b bytes.Buffer
	for _, n := range slices.Sorted(maps.Keys(next)) {
		b.WriteString(n + "\n")
	}
	if err := writeWhole(o.file, b.Bytes()); err != nil {
		return false, err
	}
	o.all = next
	return true, nil
}

// writeWhole puts b in the place of the file, all or nothing, and durably.
func writeWhole(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// stopWords are texts that mean: no more bulk texts to me.
var stopWords = []string{"STOP", "STOPALL", "UNSUBSCRIBE"}

// inbound takes a text that came in: STOP adds whose it is. It returns before the SMSC is answered.
func (o *optOuts) inbound(from sms.Address, text string, log *slog.Logger) {
	word := strings.ToUpper(strings.Trim(text, " \t\r\n.!\"'"))
	if !slices.Contains(stopWords, word) || from.Addr == "" {
		return
	}
	changed, err := o.set(from, true)
	switch {
	case err != nil:
		log.Error("opt-out not written", "err", err)
	case changed:
		log.Info("somebody opted out of bulk texts", "word", word)
	}
}

// optOutOrder is an order about the list; without Number it lists.
type optOutOrder struct {
	Number string `json:"number,omitempty"`
	Remove bool   `json:"remove,omitempty"`
}

func (o *orders) optOut(_ context.Context, r door.Request, send func(any) error) error {
	var order optOutOrder
	if err := r.Decode(&order); err != nil {
		return err
	}
	if order.Number == "" {
		for _, n := range o.outs.list() {
			if err := send(optOutOrder{Number: n}); err != nil {
				return err
			}
		}
		return nil
	}
	a, err := sms.ParseAddress(order.Number)
	if err != nil {
		return &door.RemoteError{Code: codeInvalid, Message: err.Error()}
	}
	changed, err := o.outs.set(a, !order.Remove)
	if err != nil {
		return err
	}
	if order.Remove && !changed {
		return &door.RemoteError{Code: codeNotFound, Message: order.Number + " is not on the list"}
	}
	return send(order)
}

func optOutCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "optout",
		Short: "who wants no bulk texts: list, add, remove",
		Long: "The numbers to which \"send --file\" sends nothing. Who answers STOP, STOPALL or UNSUBSCRIBE is added.\n" +
			"Alerts and texts to single people go to them all the same.",
	}
	add := func(use, short, long string, args cobra.PositionalArgs, order func(args []string) optOutOrder) {
		sub := &cobra.Command{
			Use: use, Short: short, Long: long, Args: args, Example: "  smppagent optout " + strings.Replace(use, "NUMBER", "+359888123456", 1),
			RunE: func(c *cobra.Command, args []string) error {
				cfg, err := a.loadConfig()
				if err != nil {
					return err
				}
				o := order(args)
				return callError(door.Call(c.Context(), cfg.Agent.Socket, opOptOut, o, func(line json.RawMessage) error {
					if a.json {
						_, err := fmt.Fprintf(a.out, "%s\n", line)
						return err
					}
					var x optOutOrder
					if err := json.Unmarshal(line, &x); err != nil {
						return err
					}
					if o.Number == "" {
						_, err := fmt.Fprintln(a.out, x.Number)
						return err
					}
					return nil
				}))
			},
		}
		a.jsonFlag(sub)
		c.AddCommand(sub)
	}
	add("list", "print the numbers", "Prints the numbers that get no bulk texts, one a line.", cobra.NoArgs, func([]string) optOutOrder { return optOutOrder{} })
	add("add NUMBER", "send no bulk texts to a number", "Adds a number to those that get no bulk texts, as if its owner had answered STOP.",
		cobra.ExactArgs(1), func(args []string) optOutOrder { return optOutOrder{Number: args[0]} })
	add("remove NUMBER", "send them again", "Takes a number off the list, so that it gets bulk texts again: its owner has to agree to that.",
		cobra.ExactArgs(1), func(args []string) optOutOrder { return optOutOrder{args[0], true} })
	return c
}
