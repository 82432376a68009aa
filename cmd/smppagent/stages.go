package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// A part is something that runs until its context ends.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// runStages starts the parts, stage by stage, and runs them until ctx ends or one of them does.
// It then stops the last stage first, and each stage only when everything behind it has ended: what
// comes in is cut off before that which carries it. It returns the errors of the parts, by name.
func runStages(ctx context.Context, stages ...[]part) error {
	var (
		mu    sync.Mutex
		errs  []error
		stops = make([]context.CancelFunc, len(stages))
		waits = make([]sync.WaitGroup, len(stages))
	)
	ended, end := context.WithCancel(ctx)
	defer end()
	base := context.WithoutCancel(ctx)
	for i, stage := range stages {
		var sctx context.Context
		sctx, stops[i] = context.WithCancel(base)
		for _, p := range stage {
			waits[i].Go(func() {
				defer end() // one part gone: the agent goes
				err := p.run(sctx)
				if err == nil && sctx.Err() == nil {
					err = errors.New("ended by itself")
				}
				if err != nil && !(sctx.Err() != nil && errors.Is(err, context.Canceled)) {
					mu.Lock()
					defer mu.Unlock()
					errs = append(errs, fmt.Errorf("%s: %w", p.name, err))
				}
			})
		}
	}
	<-ended.Done()
	for i := len(stages) - 1; i >= 0; i-- {
		stops[i]()
		waits[i].Wait()
	}
	return errors.Join(errs...)
}
