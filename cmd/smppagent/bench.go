//go:build !tiny

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"smppagent/internal/pdu"
	"smppagent/internal/smpp"
	"smppagent/internal/sms"
)

// laterStatus answers what an SMSC brings to a trial: it is to bring it again.
const laterStatus = pdu.StatusRXTAPPN

// benchOrder says what to measure.
type benchOrder struct {
	to      string
	count   int
	window  int
	octets  int
	anybody bool
}

func benchCommand(a *app) *cobra.Command {
	o := benchOrder{to: "+359888123456", count: 10000, octets: 140}
	c := &cobra.Command{
		Use:   "bench NAME",
		Short: "measure the submit rate of a test SMSC",
		Long: "Binds as [smsc.NAME] and submits texts as fast as the window allows; prints the rate and how long the\n" +
			"responses took. The texts are really sent: use a test SMSC. An address on the public internet is\n" +
			"refused without --public. The agent must not run meanwhile.",
		Example: "  smppagent sim --no-console &\n  smppagent bench main --count 50000 --window 10",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			to, err := sms.ParseAddress(o.to)
			if err != nil {
				return fail(exitUsage, fmt.Errorf("--to: %w", err))
			}
			if o.count < 1 || o.octets < 0 || o.octets > 160 || o.window < 0 || o.window > 1000 {
				return failf(exitUsage, "--count is from 1 on, --octets 0 to 160, --window 1 to 1000")
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return a.bench(c.Context(), cfg, args[0], to, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", o.to, "destination `number`")
	f.IntVar(&o.count, "count", o.count, "how many submit_sm")
	f.IntVar(&o.window, "window", 0, "how many without response at once (default: that of [smsc.NAME])")
	f.IntVar(&o.octets, "octets", o.octets, "length of each text")
	f.BoolVar(&o.anybody, "public", false, "measure a public address too; whoever runs it should know")
	a.jsonFlag(c)
	return c
}

// benchResult is what was measured. Times are in milliseconds.
type benchResult struct {
	Link    string             `json:"smsc"`
	Window  int                `json:"window"`
	Octets  int                `json:"octets"`
	Count   int                `json:"count"`
	Seconds float64            `json:"seconds"`
	Rate    float64            `json:"per_second"`
	Latency map[string]float64 `json:"latency_ms"`
	Refused map[string]int     `json:"refused,omitempty"`
}

// bench measures.
func (a *app) bench(ctx context.Context, cfg *config, name string, to sms.Address, o benchOrder) error {
	account, ok := cfg.SMSC[name]
	if !ok {
		return fail(exitUsage, noLink(cfg, name))
	}
	if !o.anybody {
		if err := private(ctx, &account.Config); err != nil {
			return fail(exitUsage, err)
		}
	}
	t, err := a.tryLink(ctx, cfg, name, func(s *smscConfig) {
		if o.window > 0 {
			s.Window = o.window
		}
		s.Capture = 0
	})
	if err != nil {
		return err
	}
	defer t.stop()
	m := &pdu.SubmitSM{
		ServiceType: account.ServiceType, Dest: pdu.Address{TON: uint8(to.TON), NPI: uint8(to.NPI), Addr: to.Addr},
		ShortMessage: []byte(strings.Repeat("smppagent bench ", 10)[:o.octets]),
	}
	r := benchResult{Link: name, Window: t.cfg.Window, Octets: o.octets, Count: o.count, Refused: map[string]int{}}
	took, err := t.submitMany(ctx, m, o.count, &r)
	if err != nil {
		return err
	}
	slices.Sort(took)
	at := func(q float64) float64 {
		return float64(took[int(q*float64(len(took)-1))]) / float64(time.Millisecond)
	}
	r.Latency = map[string]float64{"p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "p99.9": at(0.999), "max": at(1)}
	if a.json {
		return a.printJSON(r)
	}
	fmt.Fprintf(a.out, "%s: %d submit_sm of %d octets at window %d in %.2f s: %.0f a second\n", name, r.Count, r.Octets, r.Window, r.Seconds, r.Rate)
	fmt.Fprintf(a.out, "response after p50 %.3f ms, p90 %.3f, p99 %.3f, p99.9 %.3f, at most %.3f\n",
		r.Latency["p50"], r.Latency["p90"], r.Latency["p99"], r.Latency["p99.9"], r.Latency["max"])
	for status, n := range r.Refused {
		fmt.Fprintf(a.out, "%d refused: %s\n", n, status)
	}
	return nil
}

// submitMany submits m so many times, a window at once, and returns how long each response took.
func (t *trial) submitMany(ctx context.Context, m *pdu.SubmitSM, n int, r *benchResult) (took []time.Duration, err error) {
	window := t.cfg.Window
	done := make(chan *smpp.Call, window)
	free := make([]*smpp.Call, 0, window)
	for range window {
		free = append(free, &smpp.Call{Request: m, Done: done})
	}
	took = make([]time.Duration, 0, n)
	began := time.Now()
	for sent := 0; len(took) < n; {
		if len(free) > 0 && sent < n {
			c := free[len(free)-1]
			free = free[:len(free)-1]
			c.Tag = uint64(time.Since(began))
			if err := t.Start(ctx, c); err != nil {
				return nil, err
			}
			sent++
			continue
		}
		c := <-done // every call that was started comes back
		took = append(took, time.Since(began)-time.Duration(c.Tag))
		refusal, refused := errors.AsType[*smpp.StatusError](c.Err)
		switch {
		case refused:
			r.Refused[refusal.Status.String()]++
		case c.Err != nil:
			return nil, fmt.Errorf("after %d responses: %w", len(took)-1, c.Err)
		}
		free = append(free, c)
	}
	r.Seconds = time.Since(began).Seconds()
	r.Rate = float64(n) / r.Seconds
	return took, nil
}

// private reports whether all that the addresses of an account stand for is on this machine or a private network.
func private(ctx context.Context, c *smpp.Config) error {
	if c.Proxy != "" {
		return errors.New("bench: what is behind a proxy is not known to be a test SMSC: use --public if it is one")
	}
	for _, address := range append([]string{c.Address}, c.Addresses...) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			host = strings.Trim(address, "[]")
		}
		ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		for _, ip := range ips {
			if ip = ip.Unmap(); !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast() && ip != netip.IPv6Unspecified() {
				return fmt.Errorf("bench: %s is the public address %v: thousands of texts to people cost money and accounts; use --public if it is a test SMSC", host, ip)
			}
		}
	}
	return nil
}
