//go:build !tiny

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"smppagent/internal/sim"
)

func simCommand(a *app) *cobra.Command {
	cfg := sim.Default()
	var (
		accounts         []string
		idBase, receipts = sim.Decimal.String(), sim.ReceiptBoth.String()
		cert, key        string
		noConsole        bool
	)
	c := &cobra.Command{
		Use:   "sim",
		Short: "run an SMSC of our own, for trying things out",
		Long: "Runs an SMSC on this machine: it checks the password, prints what arrives, answers, and sends\n" +
			"delivery receipts after a while. Type \"+359888123456: hello\" to send a text to the agent as a\n" +
			"phone would, and \"help\" for the orders that make it misbehave. It keeps nothing when it ends,\n" +
			"and is not for the open internet.\n\n" +
			"What real SMSCs do, and what may befall any: quirks, for --quirk, several with commas; --quirk list\n" +
			"explains them. docs/interop.md says what the agent does about each.",
		Example: "  smppagent sim --account demo:secret\n" +
			"  smppagent sim --listen 127.0.0.1:2776 --quirk throttle=5,late=15s\n" +
			"  smppagent sim --json --receipt-delay 500ms",
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if cfg.Faults == "list" {
				fmt.Fprint(a.out, sim.FaultHelp())
				return nil
			}
			if cfg.IDBase, err = sim.ParseIDBase(idBase); err != nil {
				return fail(exitUsage, err)
			}
			if cfg.ReceiptForm, err = sim.ParseReceiptForm(receipts); err != nil {
				return fail(exitUsage, err)
			}
			cfg.Accounts = map[string]string{}
			for _, account := range accounts {
				id, password, ok := strings.Cut(account, ":")
				if !ok {
					return failf(exitUsage, "--account %q: write SYSTEM_ID:PASSWORD", account)
				}
				cfg.Accounts[id] = password
			}
			if cert != "" || key != "" {
				pair, err := tls.LoadX509KeyPair(cert, key)
				if err != nil {
					return fail(exitUsage, fmt.Errorf("--tls-cert, --tls-key: %w", err))
				}
				cfg.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
			}
			return a.sim(c.Context(), cfg, !noConsole)
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.Address, "listen", cfg.Address, "`address` to listen on")
	f.StringSliceVar(&accounts, "account", nil, "`SYSTEM_ID:PASSWORD` that may bind; may be given again (default: everybody may)")
	f.StringVar(&cfg.SystemID, "system-id", cfg.SystemID, "the SMSC's own `name`")
	f.StringVar(&cfg.Faults, "quirk", "", "misbehave from the start: `names`, or list to explain them")
	f.StringVar(&cfg.Faults, "fault", "", "the same as --quirk")
	_ = f.MarkHidden("fault") // its name of old
	f.DurationVar(&cfg.ReceiptDelay, "receipt-delay", cfg.ReceiptDelay, "time from acceptance to the receipt")
	f.DurationVar(&cfg.Latency, "latency", cfg.Latency, "time that every response takes")
	f.StringVar(&idBase, "id-base", idBase, "message_ids in `base` decimal or hex")
	f.StringVar(&receipts, "receipts", receipts, "`form` of receipts: both, text or tlv")
	f.IntVar(&cfg.Window, "window", cfg.Window, "submit_sm without response that are let through, 0 for any number")
	f.BoolVar(&cfg.SingleSession, "single-session", cfg.SingleSession, "refuse a second bind with ESME_RALYBND")
	f.Uint64Var(&cfg.Seed, "seed", cfg.Seed, "makes chance repeatable")
	f.StringVar(&cert, "tls-cert", "", "PEM `file` with the certificate: speak TLS")
	f.StringVar(&key, "tls-key", "", "PEM `file` with its key")
	f.BoolVar(&noConsole, "no-console", false, "read no orders from standard input")
	a.jsonFlag(c)
	return c
}

// sim runs the SMSC until ctx ends, printing its events.
func (a *app) sim(ctx context.Context, cfg sim.Config, console bool) error {
	var mu sync.Mutex // events and the console's answers do not mix within a line
	cfg.OnEvent = func(e sim.Event) {
		mu.Lock()
		defer mu.Unlock()
		if a.json {
			_ = a.printLine(e) // nobody reads any more: go on all the same
			return
		}
		fmt.Fprintln(a.out, e)
	}
	s, err := sim.New(cfg)
	if err != nil {
		return fail(exitUsage, err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if console {
		go func() { // ends with standard input or the program
			err := s.Console(ctx, a.in, writerFunc(func(b []byte) (int, error) {
				mu.Lock()
				defer mu.Unlock()
				return a.err.Write(b)
			}))
			if err != nil && !errors.Is(err, context.Canceled) {
				fmt.Fprintln(a.err, err)
			}
		}()
	}
	err = s.Run(ctx)
	if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(a.err, "%s\n", s.Stats())
		return nil
	}
	return err
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// within returns how long ago began was, for timelines.
func within(began time.Time) string { return fmt.Sprintf("%6.2fs", time.Since(began).Seconds()) }
