package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"smppagent/internal/queue"
)

// programName is what the agent calls itself in the directories that it holds.
const programName = "smppagent run"

// holdState makes the state directory if it is missing, and takes it for this agent until Close.
func holdState(dir string) (io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	return queue.Lock(dir, programName)
}

// How often the state directories are looked at, and how often it is said that one is gone.
const (
	stateEvery = time.Minute
	stateNag   = time.Hour
)

// watchState looks at the directories now and then and says so when one was removed or another one is
// in its place, which nothing else notices: the files that are open go on being written, and are gone when
// the agent ends.
func watchState(ctx context.Context, dirs []string, log *slog.Logger) error {
	made := make([]os.FileInfo, len(dirs))
	for i, dir := range dirs {
		made[i], _ = os.Stat(dir)
	}
	look := time.NewTicker(stateEvery)
	defer look.Stop()
	var said time.Time
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
		for i, dir := range dirs {
			now, err := os.Stat(dir)
			if made[i] == nil || err == nil && os.SameFile(now, made[i]) || err != nil && !errors.Is(err, os.ErrNotExist) {
				continue
			}
			if said.IsZero() || time.Since(said) >= stateNag {
				said = time.Now()
				log.Error("a state directory was removed while the agent runs: what comes in now is lost when it ends; start it again", "dir", dir)
			}
		}
	}
}
