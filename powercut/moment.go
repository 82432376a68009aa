package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smppagent/powercut/report"
)

// burden lets producers at the agent and returns when the power is to go, with words for it.
func (s *series) burden(ctx context.Context, m *machine) (when string, err error) {
	forget(s.ledger.ok)
	forget(s.ledger.refusal)
	way := s.chance.IntN(3)
	if err := s.reach(way != reunion && s.chance.IntN(4) != 0); err != nil {
		return "", err
	}
	producers := 1 + s.chance.IntN(6)
	if err := m.ask(report.Load, fmt.Sprint(producers)); err != nil {
		return "", err
	}
	if s.medium.kind == emulated { // the file system ends it
		began := time.Now()
		if err := s.await(ctx, m, s.ledger.refusal, patience); errors.Is(err, errLate) {
			return "no cut came: killed only", nil
		} else if err != nil {
			return "", err
		}
		return fmt.Sprintf("%.2fs of load by %d", time.Since(began).Seconds(), producers), nil
	}
	if err := s.await(ctx, m, s.ledger.ok, patience); err != nil {
		return "", fmt.Errorf("nothing is acknowledged: %w", err)
	}
	load := s.upTo(4 * time.Second)
	if err := s.pass(ctx, m, load); err != nil {
		return "", err
	}
	switch way {
	case quiet:
		return s.afterLoad(ctx, m)
	case reunion:
		return s.afterReunion(ctx, m)
	}
	return fmt.Sprintf("%.2fs of load by %d", load.Seconds(), producers), nil
}

// The ways to choose a moment other than in the middle of a load.
const (
	quiet   = 1 // some time after the last message was offered
	reunion = 2 // just when the SMSC can be reached again, and what has piled up begins to go out
)

func (s *series) afterLoad(ctx context.Context, m *machine) (when string, err error) {
	if err := m.ask(report.Pause, ""); err != nil {
		return "", err
	}
	d := s.upTo(time.Second)
	return fmt.Sprintf("%.2fs after the load", d.Seconds()), s.pass(ctx, m, d)
}

func (s *series) afterReunion(ctx context.Context, m *machine) (when string, err error) {
	if err := m.ask(report.Pause, ""); err != nil {
		return "", err
	}
	if err := s.pass(ctx, m, time.Second); err != nil { // what was on its way to the SMSC has come
		return "", err
	}
	forget(s.ledger.accepted)
	if err := s.reach(true); err != nil {
		return "", err
	}
	if err := s.await(ctx, m, s.ledger.accepted, patience); err != nil {
		return "", fmt.Errorf("the agent sends nothing: %w", err)
	}
	d := s.upTo(300 * time.Millisecond)
	return fmt.Sprintf("%.2fs after the first send", d.Seconds()), s.pass(ctx, m, d)
}

// upTo chooses a duration.
func (s *series) upTo(d time.Duration) time.Duration { return time.Duration(s.chance.Int64N(int64(d))) }

// reach makes the SMSC take connections, or break them and take none.
func (s *series) reach(yes bool) error {
	if !yes {
		s.ledger.broken(time.Now())
	}
	return s.smsc.reachable(yes)
}

// drain lets the agent finish: everything acknowledged must reach the SMSC, but for what the policy once
// leaves in doubt. Then the balance is drawn for the last time. It may take as long as it gets on.
func (s *series) drain(ctx context.Context, m *machine) error {
	if s.medium.kind == emulated {
		s.ledger.broken(time.Now())
		if err := m.ask(report.Calm, ""); err != nil {
			return err
		}
		if err := s.expect(ctx, m, report.Agent, nil); err != nil {
			return err
		}
	}
	if err := s.reach(true); err != nil {
		return err
	}
	least, since := -1, time.Now()
	for {
		listed, err := s.list(ctx, m)
		if err != nil {
			return err
		}
		waiting := 0
		for _, state := range listed {
			if !(s.once && state == "in_doubt") {
				waiting++
			}
		}
		if err := s.weigh(ctx, m, listed); err != nil {
			return err
		}
		if waiting == 0 || !s.last.holds(s.once) {
			return nil
		}
		if least < 0 || waiting < least {
			least, since = waiting, time.Now()
		}
		if time.Since(since) > patience {
			return fmt.Errorf("%d messages wait for %v without one going", waiting, patience)
		}
		if err := s.pass(ctx, m, time.Second); err != nil {
			return err
		}
	}
}
