package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// stopTimer is how long a part may take to stop when it does not name a time of its own. One that hangs, in
// a read from a disk that does not answer, say, must not keep the others from ending in order.
const stopTimer = 15 * time.Second

// A part is something that runs until its context ends.
type part struct {
	name string
	run  func(ctx context.Context) error
	stop time.Duration // how long it may take to stop, 0: stopTimer
}

// A stage is parts that are started and stopped together.
type stage struct {
	stop    context.CancelFunc
	within  time.Duration // the longest time that a part may take to stop
	done    chan struct{} // closed when all have ended
	mu      sync.Mutex
	running []string
	errs    []error
}

// runStages starts the parts, stage by stage, and runs them until ctx ends or one of them does.
// It then stops the last stage first, and each stage only when everything behind it has ended, or has
// been waited for long enough: what comes in is cut off before that which carries it. It returns the
// errors of the parts, by name.
func runStages(ctx context.Context, log *slog.Logger, parts ...[]part) error {
	ended, end := context.WithCancel(ctx)
	defer end()
	stages := make([]*stage, len(parts))
	for i := range parts {
		stages[i] = startStage(context.WithoutCancel(ctx), parts[i], end)
	}
	<-ended.Done()
	var errs []error
	for _, s := range slices.Backward(stages) {
		s.stop()
		select {
		case <-s.done:
		case <-time.After(s.within):
		}
		s.mu.Lock()
		if len(s.running) > 0 {
			log.Error("does not stop; going on without it", "parts", strings.Join(s.running, ", "), "after", s.within)
		}
		errs = append(errs, s.errs...)
		s.mu.Unlock()
	}
	return errors.Join(errs...)
}

// startStage runs parts; end is called when the first of them has ended.
func startStage(ctx context.Context, parts []part, end func()) *stage {
	s := &stage{done: make(chan struct{})}
	ctx, s.stop = context.WithCancel(ctx)
	var wg sync.WaitGroup
	for _, p := range parts {
		s.running = append(s.running, p.name)
		s.within = max(s.within, cmp.Or(p.stop, stopTimer))
	}
	for _, p := range parts {
		wg.Go(func() {
			defer end() // one part gone: the agent goes
			err := p.run(ctx)
			if err == nil && ctx.Err() == nil {
				err = errors.New("ended by itself")
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.running = slices.DeleteFunc(s.running, func(name string) bool { return name == p.name })
			if err != nil && !(ctx.Err() != nil && errors.Is(err, context.Canceled)) {
				s.errs = append(s.errs, fmt.Errorf("%s: %w", p.name, err))
			}
		})
	}
	go func() { wg.Wait(); close(s.done) }()
	return s
}
