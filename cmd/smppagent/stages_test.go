package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Stages stop in the reverse order, each when those behind it have ended; one that hangs is named and
// left behind.
func TestStages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		slow := func(name string, d time.Duration) part {
			return part{name: name, stop: time.Minute, run: func(ctx context.Context) error {
				<-ctx.Done()
				<-time.After(d)
				mu.Lock()
				defer mu.Unlock()
				order = append(order, name)
				return ctx.Err()
			}}
		}
		release := make(chan struct{})
		hung := part{name: "hung", run: func(context.Context) error { <-release; return nil }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var journal bytes.Buffer
		began := time.Now()
		err := runStages(ctx, slog.New(slog.NewTextHandler(&journal, nil)),
			[]part{slow("queue", 0)}, []part{slow("bridge", 40*time.Second)}, []part{hung})
		if err != nil {
			t.Errorf("error %v, want none", err)
		}
		if want := []string{"bridge", "queue"}; !slices.Equal(order, want) {
			t.Errorf("stopped in the order %q, want %q", order, want)
		}
		if took, want := time.Since(began), time.Minute+stopTimer+40*time.Second; took != want {
			t.Errorf("took %v, want %v", took, want)
		}
		if strings.Count(journal.String(), "\n") != 1 || !strings.Contains(journal.String(), "hung") {
			t.Errorf("the log does not name the part that hangs, and it alone: %s", &journal)
		}
		close(release)
	})
}

// A part that ends ends the agent, with its name and its error.
func TestPartEnds(t *testing.T) {
	broken := errors.New("broken")
	wait := part{name: "wait", run: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
	err := runStages(t.Context(), slog.New(slog.DiscardHandler), []part{wait}, []part{{name: "queue", run: func(context.Context) error { return broken }}})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "queue: ") {
		t.Errorf("got %v, want the part's error with its name", err)
	}
}
