package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// pass waits for a time in which the guest has nothing to say.
func (s *series) pass(ctx context.Context, m *machine, d time.Duration) error {
	err := s.await(ctx, m, nil, d)
	if errors.Is(err, errLate) {
		return nil
	}
	return err
}

// errLate is that something did not happen in time.
var errLate = errors.New("it did not happen in time")

// await waits for an event, at most for d.
func (s *series) await(ctx context.Context, m *machine, event <-chan struct{}, d time.Duration) error {
	limit := time.NewTimer(d)
	defer limit.Stop()
	select {
	case <-event:
		return nil
	case line, ok := <-m.says:
		if !ok {
			return fmt.Errorf("the machine is gone\n%s", s.consoleEnd())
		}
		return fmt.Errorf("the guest: %s %s\n%s", line.word, line.rest, s.consoleEnd())
	case <-limit.C:
		return errLate
	case <-ctx.Done():
		return ctx.Err()
	}
}

// forget takes an event that was not awaited.
func forget(c <-chan struct{}) {
	select {
	case <-c:
	default:
	}
}
