package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"time"

	"smppagent/powercut/report"
)

// A series is a number of cuts on one medium with one agent, and what the agent is left to do at the end.
type series struct {
	name   string
	medium medium
	once   bool  // policy once instead of at_least_once
	plant  plant // a fault put into the agent, which must be found
	share  int   // of all cuts

	// Set by run.
	dir     string
	self    string // this program
	chance  *rand.Rand
	kernel  kernel
	disk    *disk
	smsc    *smsc
	ledger  *ledger
	reports *net.TCPListener
	out     io.Writer
	open    []cut // not compared yet
	done    []cut
	last    balance
	unsure  int // blocks that were in the disk's cache at all cuts
}

// cut is one loss of power.
type cut struct {
	n     int
	when  string
	media string // what the medium lost
}

// run does cuts losses of power and prints a line for each. A planted fault ends it when it is found. What it
// returns is that the rig itself failed; what the agent did is in last.
func (s *series) run(ctx context.Context, cuts int) (err error) {
	s.ledger = newLedger()
	if s.reports, err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		return err
	}
	defer s.reports.Close()
	if s.smsc, err = startSMSC(ctx, s.file("sim"), s.ledger); err != nil {
		return err
	}
	defer s.smsc.stop()

	ctx, end := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer end()
	served := make(chan error, 1)
	if s.medium.kind == cached {
		ln, err := net.Listen("unix", s.file("nbd"))
		if err != nil {
			return err
		}
		wg.Go(func() { _ = serveNBD(ctx, ln, s.disk, served) }) // its errors reach served, or QEMU
	}
	var m *machine
	defer func() {
		if m != nil {
			m.kill()
		}
	}()
	for n := 1; n <= cuts+1 && !s.found(); n++ {
		if m == nil {
			if m, err = s.boot(ctx, n); err != nil {
				return err
			}
		}
		last := n == cuts+1
		again := !last && n > 1 && s.medium.kind != emulated && s.chance.IntN(6) == 0
		if again {
			wait := s.upTo(1500 * time.Millisecond)
			if err := s.pass(ctx, m, wait); err != nil {
				return err
			}
			if err := s.take(ctx, &m, n, fmt.Sprintf("%.2fs into the start", wait.Seconds()), served); err != nil {
				return err
			}
			continue
		}
		if err := s.compare(ctx, m); errors.Is(err, errEnded) && s.medium.kind == emulated {
			if err := s.take(ctx, &m, n, "in the start", served); err != nil {
				return err
			}
			continue
		} else if err != nil {
			return err
		}
		if last {
			return s.drain(ctx, m)
		}
		when, err := s.burden(ctx, m)
		if err != nil {
			return err
		}
		if err := s.take(ctx, &m, n, when, served); err != nil {
			return err
		}
	}
	return nil
}

// found says whether there is no need to go on: a planted fault was found.
func (s *series) found() bool { return s.plant.file != "" && !s.last.holds(s.once) }

// compare asks for the queue, compares it with the ledger, and prints the cuts since the last time.
func (s *series) compare(ctx context.Context, m *machine) error {
	listed, err := s.list(ctx, m)
	if err != nil {
		return err
	}
	if err := s.weigh(ctx, m, listed); err != nil {
		return err
	}
	for _, c := range s.open {
		s.print(c)
	}
	s.done, s.open = append(s.done, s.open...), nil
	return nil
}

// weigh sets last from a list of the queue. What the agent has settled just before may be on its way from the
// SMSC to the ledger, and is waited for.
func (s *series) weigh(ctx context.Context, m *machine, listed map[string]string) error {
	for range 30 {
		if s.last = s.ledger.compare(keys(listed)); len(s.last.Lost) == 0 {
			break
		}
		if err := s.pass(ctx, m, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// print prints what there is to say of a cut.
func (s *series) print(c cut) {
	b := s.last
	verdict := "holds"
	if !b.holds(s.once) {
		verdict = fmt.Sprintf("LOST %d", len(b.Lost))
		if b.Unsound > 0 || s.once && b.Twice > 0 {
			verdict += fmt.Sprintf(", TWICE WITHOUT NEED %d", max(b.Unsound, b.Twice))
		}
		for _, what := range b.Strange {
			verdict += ", " + what
		}
	}
	fmt.Fprintf(s.out, "%-14s cut %2d  %-28s acknowledged %5d  found %5d  delivered %5d  twice %3d  %s  %s\n",
		s.name, c.n, c.when, b.Acknowledged, b.Found, b.Delivered, b.Twice, c.media, verdict)
}

// list asks the agent what is in its queue: state by text.
func (s *series) list(ctx context.Context, m *machine) (map[string]string, error) {
	listed := map[string]string{}
	if err := m.ask(report.List, ""); err != nil {
		return nil, err
	}
	err := s.expect(ctx, m, report.Listed, func(line said) {
		if line.word == report.Have {
			state, text := report.Parse(line.rest)
			listed[text] = state
		}
	})
	return listed, err
}

func keys(listed map[string]string) map[string]bool {
	k := make(map[string]bool, len(listed))
	for text := range listed {
		k[text] = true
	}
	return k
}

// take takes the power away, and has the medium lose what it may. *m is nil afterwards unless the
// machine goes on.
func (s *series) take(ctx context.Context, m **machine, n int, when string, served <-chan error) error {
	c := cut{n: n, when: when, media: "-"}
	if s.medium.kind == emulated {
		s.ledger.broken(time.Now())
		if err := (*m).ask(report.Cycle, ""); err != nil {
			return err
		}
		if err := s.expect(ctx, *m, report.Agent, nil); err != nil {
			return fmt.Errorf("%w\n%s", err, s.consoleEnd())
		}
		s.open = append(s.open, c)
		return nil
	}
	if s.medium.kind == cached {
		if s.chance.IntN(4) != 0 { // while the disk is at work
			if err := s.await(ctx, *m, s.disk.failAt(s.chance.IntN(20)), time.Second); err != nil && !errors.Is(err, errLate) {
				return err
			}
		}
		s.disk.failAt(0)
	}
	s.ledger.broken(time.Now())
	(*m).kill()
	*m = nil
	if s.medium.kind == cached {
		select {
		case err := <-served:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		unsure, kept := s.disk.restore(s.chance)
		c.media = fmt.Sprintf("%d of %d blocks kept", kept, unsure)
		s.unsure += unsure
	}
	s.open = append(s.open, c)
	return nil
}

// remove removes what the series made, unless it is of use to somebody who looks for a fault.
func (s *series) remove() { _ = os.RemoveAll(s.dir) }
