// Command powercut boots small machines in QEMU with the agent on a file system under load, takes their power
// away at random moments, boots them again, and compares what the agent has with what it had acknowledged to
// the outside world. It is a module of its own and knows the agent only as a program. What it needs,
// scripts/powercut builds and fetches.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// all are the series. A share is how many of 60 cuts it has; planted faults are given up to that many to be
// found, whatever the count is.
var all = []*series{
	{name: "ext4", medium: ext4, share: 18},
	{name: "ext4-once", medium: ext4, share: 10, once: true},
	{name: "f2fs", medium: f2fs, share: 10},
	{name: "jffs2", medium: jffs2, share: 10},
	{name: "ubifs", medium: ubifs, share: 12},
	{name: "ext4-noflush", medium: ext4, plant: noFlush, share: 5},
	{name: "f2fs-noflush", medium: f2fs, plant: noFlush, share: 5},
	{name: "ubifs-noflush", medium: ubifs, plant: noFlush, share: 8},
	{name: "once-noattempt", medium: ext4, plant: noAttempt, share: 15, once: true},
}

// shortCuts is how many cuts -short has; it is to end within three minutes on two processors.
const shortCuts = 6

func main() {
	if len(os.Args) == 3 && os.Args[1] == "connect" {
		if err := connect(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "powercut:", err)
			os.Exit(1)
		}
		return
	}
	cuts := flag.Int("cuts", 60, "how many losses of power, in all series without a planted fault together")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "makes chance repeatable as far as it is ours: moments and lost blocks")
	only := flag.String("series", "", "which series, with commas (default: all)")
	short := flag.Bool("short", false, "a few cuts on ext4 and the proof that they find a fault, for the checks")
	jobs := flag.Int("jobs", 2, "how many machines at once")
	limit := flag.Duration("limit", time.Hour, "after how long to give up")
	root := flag.String("root", "..", "the agent's source")
	build := flag.String("build", "../build", "what make built")
	flag.Parse()
	if *short {
		*only, *cuts = "ext4,ext4-noflush", shortCuts
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, end := context.WithTimeout(ctx, *limit)
	defer end()
	wanted, err := choose(*only)
	if err == nil {
		err = run(ctx, wanted, *cuts, *jobs, *seed, *root, *build)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "powercut:", err)
		os.Exit(1)
	}
}

// choose returns the series that a list names, all for an empty one.
func choose(list string) (chosen []*series, err error) {
	if list == "" {
		return all, nil
	}
	for _, name := range strings.Split(list, ",") {
		i := slices.IndexFunc(all, func(s *series) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no series %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// counts says how many cuts each series has: those without a fault share cuts, at least one each.
func counts(list []*series, cuts int) []int {
	shares := 0
	for _, s := range list {
		if s.plant.file == "" {
			shares += s.share
		}
	}
	n := make([]int, len(list))
	for i, s := range list {
		if n[i] = s.share; s.plant.file == "" {
			n[i] = max(1, (cuts*s.share+shares/2)/shares)
		}
	}
	return n
}

// run runs the series, jobs at once, prints the table, and returns what did not hold.
func run(ctx context.Context, list []*series, cuts, jobs int, seed uint64, root, build string) error {
	build, err := filepath.Abs(build)
	if err != nil {
		return err
	}
	at := place{root: root, build: build, work: filepath.Join(build, "powercut")}
	fmt.Printf("seed %d\n", seed)
	out := &lines{to: os.Stdout}
	problems := make([]error, len(list))
	slots := make(chan struct{}, max(1, jobs))
	var wg sync.WaitGroup
	for i, n := range counts(list, cuts) {
		s := list[i]
		s.out = out
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if problems[i] = s.prepare(ctx, at, seed); problems[i] == nil {
				problems[i] = s.run(ctx, n)
			}
			if problems[i] != nil {
				fmt.Fprintf(out, "%-14s %v\n", s.name, problems[i])
			}
		})
	}
	wg.Wait()
	return summary(list, problems)
}

// summary prints the table, removes what is of no use any more, and says whether all held.
func summary(list []*series, problems []error) error {
	bad := 0
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nSERIES\tCUTS\tACKNOWLEDGED\tREFUSED\tDELIVERED\tIN QUEUE\tTWICE\tAT MOST BEFORE CUT\tUNFLUSHED BLOCKS\tLOST\tVERDICT")
	for i, s := range list {
		verdict := s.verdict(problems[i])
		if !strings.HasPrefix(verdict, "holds") && !strings.HasPrefix(verdict, "found") {
			bad++
		} else {
			s.remove()
		}
		b, farthest := s.last, time.Duration(0)
		if s.ledger != nil {
			farthest = s.ledger.farthest
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%v\t%d\t%d\t%s\n", s.name, len(s.done), b.Acknowledged, b.Refused, b.Delivered, b.Found,
			b.Twice, farthest.Round(time.Millisecond), s.unsure, len(b.Lost), verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d series did not hold", bad)
	}
	return nil
}

// verdict says in a word or two what a series has shown.
func (s *series) verdict(problem error) string {
	held := s.last.holds(s.once)
	switch {
	case problem != nil:
		return "the rig failed"
	case s.plant.file == "" && held:
		return "holds"
	case s.plant.file == "":
		return "DOES NOT HOLD"
	case held:
		return "THE PLANTED FAULT WAS NOT FOUND"
	}
	return "found, as it must be"
}

// lines lets several goroutines print whole lines.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}
