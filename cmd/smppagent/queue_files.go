package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"smppagent/internal/queue"
)

func queueCheckCommand(a *app) *cobra.Command {
	var keyFile string
	c := &cobra.Command{
		Use:   "check [DIR]",
		Short: "verify the files of the queue and say what a start would do",
		Long: "Reads every record of the queue with its checksum and says what a start of the agent would do with\n" +
			"the files. It changes nothing and takes no lock, so it may be used while the agent runs. Without DIR it\n" +
			"is the directory of config.toml. Ends with 1 when something that was stored is not there as it was.",
		Example: "  smppagent queue check\n  smppagent queue check /mnt/card/queue --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg := queue.Config{}
			if len(args) == 1 {
				cfg.Dir, cfg.KeyFile = args[0], keyFile
			} else {
				file, err := a.loadConfig()
				if err != nil {
					return err
				}
				if cfg = file.queueConfig(); keyFile != "" {
					cfg.KeyFile, cfg.KeyCredential = keyFile, ""
				}
			}
			v, err := queue.Verify(cfg)
			if err != nil {
				return err
			}
			if a.json {
				if err := a.printJSON(v); err != nil {
					return err
				}
			} else {
				printVerdict(a.out, v)
			}
			if !v.Sound() {
				return failf(exitFailure, "the queue in %s is harmed", cfg.Dir)
			}
			return nil
		},
	}
	c.Flags().StringVar(&keyFile, "key-file", "", "the keys of a sealed queue, instead of those in config.toml")
	a.jsonFlag(c)
	return c
}

// printVerdict prints v for people.
func printVerdict(out io.Writer, v *queue.Verdict) {
	state := "sound"
	if !v.Sound() {
		state = "HARMED"
	}
	fmt.Fprintf(out, "%s: %s\n", v.Dir, state)
	if v.Holder != "" {
		fmt.Fprintf(out, "  in use by %s: it may change while it is read\n", v.Holder)
	}
	fmt.Fprintf(out, "  %d live records (%d wait for their fate, %d are set aside) of %d in %d of %d segments\n",
		v.Live, v.Waiting, v.Buried, v.Records, v.InUse, v.Segments)
	for _, d := range v.Damaged {
		fmt.Fprintf(out, "  damaged: %s\n", d)
	}
	for _, u := range v.Unreadable {
		fmt.Fprintf(out, "  unreadable: record %d: %s\n", u.ID, u.Problem)
	}
	for _, n := range v.Notes {
		fmt.Fprintf(out, "  note: %s\n", n)
	}
	if len(v.Kept) > 0 {
		fmt.Fprintf(out, "  kept from earlier damage, to be looked at and removed by hand: %s, %d octets: %s\n",
			count(len(v.Kept), "file"), v.KeptOctets, strings.Join(v.Kept, ", "))
	}
	fmt.Fprintln(out, "a start would")
	for _, s := range v.Start {
		fmt.Fprintf(out, "  - %s\n", s)
	}
}

func queueDumpCommand(a *app) *cobra.Command {
	var keyFile string
	c := &cobra.Command{
		Use:   "dump FILE|DIR",
		Short: "print what a file of the queue holds, record by record",
		Long: "Prints each record of a segment file, or of all those of a directory in the order in which they were\n" +
			"written: as it is on the medium, settled or not, with its place and what is harmed between. It changes\n" +
			"nothing, takes no lock, and reads segments that were put aside too. docs/queue.md explains the names.",
		Example: "  smppagent queue dump /var/lib/smppagent/queue/seg-0003\n  smppagent queue dump /var/lib/smppagent/queue --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) (err error) {
			var keys queue.Keys
			if keyFile != "" {
				if keys, err = queue.ReadKeys(keyFile); err != nil {
					return err
				}
			}
			if a.json {
				return queue.Dump(args[0], keys, func(d queue.Dumped) error { return a.printLine(d) })
			}
			w := tabwriter.NewWriter(a.out, 0, 0, 1, ' ', 0)
			err = queue.Dump(args[0], keys, func(d queue.Dumped) error { return printDumped(w, d) })
			if flushErr := w.Flush(); err == nil {
				err = flushErr
			}
			return err
		},
	}
	c.Flags().StringVar(&keyFile, "key-file", "", "the keys of a sealed queue; without them sealed records stay closed")
	a.jsonFlag(c)
	return c
}

// printDumped prints one thing that was found in a segment file, its offset first.
func printDumped(w *tabwriter.Writer, d queue.Dumped) (err error) {
	switch {
	case d.Segment != nil:
		_, err = fmt.Fprintln(w, dumpedSegment(d.Segment))
	case d.Record != nil:
		r := d.Record
		id := ""
		if r.ID != 0 {
			id = fmt.Sprint(r.ID)
		}
		_, err = fmt.Fprintf(w, "  %d\t%s\t%s\t%d octets\tbatch %d\t%s\n", r.Offset, r.Kind, id, r.Octets, r.Batch, dumpedRecord(r))
	case d.Damage != nil:
		h := d.Damage
		what := "hole"
		if h.Proven {
			what = "DAMAGED"
		}
		_, err = fmt.Fprintf(w, "  %d\t%s\t\t%d octets\t\t%s\n", h.Offset, what, h.Octets, h.Cause)
	case d.End != nil:
		e := d.End
		line := fmt.Sprintf("  %d\tends after %s", e.Offset, count(e.Records, "record"))
		if e.Torn > 0 {
			line += fmt.Sprintf("; a write of %d octets was not finished", e.Torn)
		}
		if e.Stale > 0 {
			line += fmt.Sprintf("; behind it %s of former lives", count(e.Stale, "record"))
		}
		fmt.Fprintln(w, line)
		err = w.Flush()
	}
	return err
}

// dumpedSegment is a line about a segment file.
func dumpedSegment(s *queue.DumpedSegment) string {
	line := s.File + ": "
	switch {
	case s.Pool == "":
		return line + cmp.Or(s.Problem, s.Header)
	case s.Life == 0:
		line += "never used"
	default:
		line += fmt.Sprintf("life %d", s.Life)
	}
	line += fmt.Sprintf(", format %s, %d octets, pool %s", cmp.Or(s.Version, "unknown"), s.Octets, s.Pool)
	if s.Previous != 0 {
		line += fmt.Sprintf("; before it life %d up to %d", s.Previous, s.PreviousEnd)
		if s.Recovered {
			line += " as a recovery found it"
		}
	}
	if s.Head != 0 {
		line += fmt.Sprintf("; the log begins at life %d", s.Head)
	}
	if s.Problem != "" {
		line += "; PROBLEM: " + s.Problem
	}
	return line
}

// dumpedRecord says what a record holds.
func dumpedRecord(r *queue.DumpedRecord) string {
	var parts []string
	add := func(when bool, format string, args ...any) {
		if when {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	add(!r.Known, "of a later version")
	add(r.Sealed, "sealed")
	if r.Lane != nil {
		add(true, "lane %d class %d %s, appended %s", *r.Lane, *r.Class, r.State, at(r.Appended))
	}
	add(r.Outcome != nil && r.Kind == "DONE", "outcome %d", deref(r.Outcome))
	add(r.Replaces != 0, "replaces %d", r.Replaces)
	add(r.Tries > 0, "tries %d", r.Tries)
	add(r.Attempted, "may have been sent")
	add(!r.NotBefore.IsZero(), "not before %s", at(r.NotBefore))
	add(!r.Expires.IsZero(), "expires %s", at(r.Expires))
	add(r.Key != "", "key %q", r.Key)
	add(r.Reason != "", "reason %q", r.Reason)
	add(len(r.Note) > 0, "note of %d: %s", len(r.Note), shortOctets(r.Note))
	add(len(r.Body) > 0, "body of %d: %s", len(r.Body), shortOctets(r.Body))
	add(len(r.Payload) > 0, "payload of %d: %s", len(r.Payload), shortOctets(r.Payload))
	add(r.Keys > 0, "%d keys", r.Keys)
	if t := r.Totals; t != nil {
		add(true, "next id %d, log begins at life %d, totals: %d appended, %d done, %d dropped, %d expired, %d lost",
			r.Next, r.Head, t.Appended, t.Done, t.Dropped, t.Expired, t.Lost)
	}
	return strings.Join(parts, ", ")
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// shortOctets quotes the first of b.
func shortOctets(b []byte) string {
	const most = 48
	if len(b) > most {
		return fmt.Sprintf("%q..", b[:most])
	}
	return fmt.Sprintf("%q", b)
}
