//go:build !tiny

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func demoCommand(a *app) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "demo",
		Short: "show the main job end to end on this machine",
		Long: "Shows the main job with real processes and real files: starts the built-in SMSC and an agent\n" +
			"that reads this machine's own sensors, lets a rule fire, pulls the link away, raises an alarm,\n" +
			"kills the agent with SIGKILL, raises another while it is dead, starts it again, brings the link\n" +
			"back, and prints what happens as it happens. It needs no account, no hardware and no root, uses\n" +
			"the loopback address alone, and ends with 0 only if every step held.",
		Example: "  smppagent demo\n  smppagent demo --dir /tmp/demo   # keep the files to look at",
		RunE: func(c *cobra.Command, _ []string) error {
			keep := dir != ""
			if !keep {
				tmp, err := os.MkdirTemp("", "smppagent-demo-")
				if err != nil {
					return err
				}
				dir = tmp
			}
			d, err := newDemo(a, dir)
			if err != nil {
				return err
			}
			if exists(d.path("state")) {
				return failf(exitUsage, "demo: %s has the files of an earlier one: name another directory, or remove it", dir)
			}
			err = d.run(c.Context())
			if err == nil && !keep {
				return os.RemoveAll(dir)
			}
			fmt.Fprintf(a.out, "\nfiles and logs: %s\n", dir)
			return err
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "new `directory` for the demo's files, kept afterwards (default: a temporary one)")
	return c
}

// A demo is one run: its processes, and what it has seen them do.
type demo struct {
	a     *app
	dir   string
	exe   string
	began time.Time
	log   *timeline
	relay *relay

	smsc, agent *child
	steps       []demoStep
}

type demoStep struct {
	what string
	took time.Duration
	err  error
}

// stepTimer bounds every step: what takes longer has failed.
const stepTimer = 40 * time.Second

func newDemo(a *app, dir string) (*demo, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	began := time.Now()
	return &demo{a: a, dir: dir, exe: exe, began: began, log: newTimeline(a.out, began)}, nil
}

func (d *demo) path(name string) string { return filepath.Join(d.dir, name) }

// step runs one step of the demo; once one has failed the others are left out.
func (d *demo) step(ctx context.Context, what string, f func(ctx context.Context) error) {
	if n := len(d.steps); n > 0 && d.steps[n-1].err != nil || ctx.Err() != nil {
		return
	}
	d.log.title(what)
	began := time.Now()
	ctx, stop := context.WithTimeout(ctx, stepTimer)
	defer stop()
	err := f(ctx)
	if err != nil {
		d.log.say("demo", "FAILED: "+err.Error())
	}
	d.steps = append(d.steps, demoStep{what, time.Since(began), err})
}

// run plays the whole story.
func (d *demo) run(ctx context.Context) error {
	defer d.end()
	smscAddr, err := freeAddress()
	if err != nil {
		return err
	}
	if d.relay, err = newRelay(smscAddr); err != nil {
		return err
	}
	defer d.relay.close()
	text, watched, err := demoConfig(d.relay.address(), d.path("state"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.path("config.toml"), []byte(text), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(d.a.out, "A site, its agent and an SMSC on this machine. Everything below is what the processes report.\n")

	d.step(ctx, "The built-in SMSC and the agent start", func(ctx context.Context) error {
		d.smsc, err = d.start(ctx, "smsc", "sim", "--json", "--no-console", "--listen", smscAddr,
			"--account", "demo:secret", "--receipt-delay", "700ms")
		if err != nil {
			return err
		}
		go d.log.readSMSC(d.smsc.out)
		if err := d.log.until(ctx, "the SMSC listens", func(x entry) bool { return x.is("smsc", "listening") }); err != nil {
			return err
		}
		if err := d.startAgent(ctx); err != nil {
			return err
		}
		return d.log.until(ctx, "the agent binds", func(x entry) bool { return x.is("smsc", "bound") })
	})
	d.step(ctx, "A reading of this machine makes a rule fire: "+watched, func(ctx context.Context) error {
		return d.log.until(ctx, "a text about the reading and its receipt", func(x entry) bool {
			return x.is("agent", "delivered") && strings.Contains(x.text, readingText)
		})
	})
	d.step(ctx, "The link goes away, and water comes in", func(ctx context.Context) error {
		d.log.say("demo", "the relay between agent and SMSC closes every connection and takes none")
		d.relay.cut()
		if err := d.log.until(ctx, "the SMSC loses the session", func(x entry) bool { return x.is("smsc", "closed") }); err != nil {
			return err
		}
		if err := d.verb(ctx, "raise", "cellar-water", "--class", "emergency", "--text", waterText); err != nil {
			return err
		}
		return d.log.until(ctx, "the text on flash", func(x entry) bool {
			return x.is("agent", "queued") && strings.Contains(x.text, waterText)
		})
	})
	d.step(ctx, "SIGKILL", func(ctx context.Context) error {
		d.log.say("demo", fmt.Sprintf("kill -9 %d", d.agent.cmd.Process.Pid))
		d.agent.kill()
		return d.verb(ctx, "raise", "freezer", "--class", "alarm", "--text", freezerText)
	})
	d.step(ctx, "The agent starts again, still without a link", func(ctx context.Context) error {
		if err := d.startAgent(ctx); err != nil {
			return err
		}
		if err := d.log.until(ctx, "the text from before the kill", func(x entry) bool {
			return x.is("agent", "recovered") && strings.Contains(x.text, waterText)
		}); err != nil {
			return err
		}
		return d.log.until(ctx, "the text from the spool", func(x entry) bool {
			return x.is("agent", "queued") && strings.Contains(x.text, freezerText)
		})
	})
	d.step(ctx, "The link comes back", func(ctx context.Context) error {
		if err := d.relay.restore(); err != nil {
			return err
		}
		for _, text := range []string{waterText, freezerText} {
			if err := d.log.until(ctx, fmt.Sprintf("the receipt for %q", text), func(x entry) bool {
				return x.is("agent", "delivered") && strings.Contains(x.text, text)
			}); err != nil {
				return err
			}
		}
		return nil
	})
	d.step(ctx, "The water is gone: the incident is resolved", func(ctx context.Context) error {
		if err := d.verb(ctx, "clear", "cellar-water", "--text", clearText); err != nil {
			return err
		}
		return d.log.until(ctx, "the text that says so, delivered", func(x entry) bool {
			return x.is("agent", "delivered") && strings.Contains(x.text, clearText)
		})
	})
	d.step(ctx, "The agent stops in order, and the count is right", func(ctx context.Context) error {
		if err := d.agent.stop(ctx); err != nil {
			return err
		}
		return d.countTexts()
	})
	return d.summary(ctx)
}

// The texts of the demo.
const (
	readingText = "The reading is"
	waterText   = "Water in the cellar!"
	freezerText = "Freezer door is open."
	clearText   = "Cellar is dry again."
)

// countTexts compares what arrived at the SMSC with what was raised.
func (d *demo) countTexts() error {
	var errs []error
	for _, want := range []string{readingText, waterText, freezerText, clearText} {
		n := d.log.count(func(x entry) bool { return x.is("smsc", "submitted") && strings.Contains(x.text, want) })
		d.log.say("demo", fmt.Sprintf("at the SMSC %d× %q", n, want))
		if n != 1 {
			errs = append(errs, fmt.Errorf("%q arrived %d times, not once", want, n))
		}
	}
	return errors.Join(errs...)
}

// summary prints the steps and returns an error unless every one of them held.
func (d *demo) summary(ctx context.Context) error {
	fmt.Fprintf(d.a.out, "\nSummary\n")
	for _, s := range d.steps {
		mark := "held  "
		if s.err != nil {
			mark = "FAILED"
		}
		fmt.Fprintf(d.a.out, "  %s  %5.1fs  %s\n", mark, s.took.Seconds(), s.what)
	}
	last := d.steps[len(d.steps)-1]
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case last.err != nil:
		d.tail("agent.log")
		return failf(exitFailure, "demo: the step %q did not hold: %w", last.what, last.err)
	}
	fmt.Fprintf(d.a.out, "Every step held: nothing was lost, nothing came twice.\n")
	return nil
}

// tail prints the end of a log, for a step that failed.
func (d *demo) tail(name string) {
	b, err := os.ReadFile(d.path(name))
	if err != nil {
		return
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	fmt.Fprintf(d.a.out, "\nthe end of %s:\n", name)
	for _, l := range lines[max(0, len(lines)-15):] {
		fmt.Fprintln(d.a.out, "  "+l)
	}
}

// end stops whatever still runs.
func (d *demo) end() {
	for _, c := range []*child{d.agent, d.smsc} {
		if c != nil {
			c.kill()
		}
	}
}
