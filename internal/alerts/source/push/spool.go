package push

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// The times of the spool.
const (
	pollSlow   = 30 * time.Second // behind inotify, which may miss things
	pollFast   = 5 * time.Second  // without it
	retryMin   = 5 * time.Second  // after the engine could not take a push
	retryMax   = 5 * time.Minute
	abandonAge = 10 * time.Minute // until a file that is not being finished is removed
)

// Spool hands the pushes in a directory to the engine, in order, and removes each file once what came
// of it is on flash. A file that is none is set aside in damaged/.
type Spool struct {
	dir     string
	push    Pusher
	limiter *limiter
	log     *slog.Logger

	// What follows belongs to Run's goroutine.
	done      map[string]bool      // files that were handed over and could not be removed
	waiting   map[string]waiting   // files that could not go yet
	abandoned map[string]time.Time // unfinished files, by when they were first seen
	pause     time.Duration        // after the latest failure of the engine; 0: there was none
	trouble   string               // with the directory, as reported
}

// waiting is why a file is not looked at for a while.
type waiting struct {
	name  string // of its push; "" when not known
	until time.Time
}

// NewSpool makes the reader of dir. It has its own count of limits, so that what waited here takes
// nothing from those who use the door; what meets a limit here waits until it may go.
func NewSpool(dir string, push Pusher, limits Limits, log *slog.Logger) *Spool {
	return &Spool{dir: dir, push: push, limiter: newLimiter(limits), log: log,
		done: map[string]bool{}, waiting: map[string]waiting{}, abandoned: map[string]time.Time{}}
}

// Run reads what is there, then what comes, until ctx ends; it returns nil. The directory is made when
// it is missing; while that fails, or it cannot be read, Run says so once and keeps trying.
func (s *Spool) Run(ctx context.Context) error {
	s.report(s.makeDir())
	wake := make(chan struct{}, 1)
	w, err := newWatch()
	if err != nil {
		s.log.Info("spool is polled", "dir", s.dir, "every", pollFast, "err", err)
		s.serve(ctx, nil, wake)
		return nil
	}
	defer w.close()
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wg.Go(func() { w.run(ctx, wake) })
	s.serve(ctx, w, wake)
	return nil
}

// serve makes a round whenever something woke it, something is due, or it is time to look.
func (s *Spool) serve(ctx context.Context, w *watch, wake <-chan struct{}) {
	for {
		poll := pollFast
		if w.add(s.dir) == nil { // again each time: the directory may have been replaced
			poll = pollSlow
		}
		due := min(poll, s.round(ctx))
		timer := time.NewTimer(due)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (s *Spool) makeDir() error {
	err := makeSpool(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(s.dir), 0o755); err == nil {
			err = makeSpool(s.dir)
		}
	}
	return err
}

// report says what is wrong with the directory, once until it changes.
func (s *Spool) report(err error) {
	switch {
	case err == nil && s.trouble != "":
		s.log.Info("spool readable again", "dir", s.dir)
		s.trouble = ""
	case err != nil && err.Error() != s.trouble:
		s.log.Warn("spool not readable, pushes made while the agent is down are not seen", "dir", s.dir, "err", err)
		s.trouble = err.Error()
	}
}

// round takes every file there is once and returns how long nothing will be due.
func (s *Spool) round(ctx context.Context) time.Duration {
	entries, err := list(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.makeDir(); err == nil {
			entries, err = list(s.dir)
		}
	}
	s.report(err)
	s.removeAbandoned(entries)
	names := finished(entries)
	s.forget(names)
	r := round{s: s, held: map[string]time.Time{}, due: pollSlow, now: time.Now()}
	for _, file := range names {
		if ctx.Err() != nil || r.rushed {
			break
		}
		r.file(ctx, file)
	}
	switch {
	case r.failed:
		s.pause = r.pause()
	case r.handed:
		s.pause = 0
	}
	return r.due
}

// forget drops what is known of files that are gone.
func (s *Spool) forget(names []string) {
	gone := func(file string) bool { _, found := slices.BinarySearch(names, file); return !found }
	maps.DeleteFunc(s.done, func(file string, _ bool) bool { return gone(file) })
	maps.DeleteFunc(s.waiting, func(file string, _ waiting) bool { return gone(file) })
}

// removeAbandoned removes what a writer left that died before its file had its name. Ages are
// counted from when a file was first seen: its own time may come from another clock.
func (s *Spool) removeAbandoned(names []string) {
	now := time.Now()
	seen := map[string]time.Time{}
	for _, name := range names {
		if !strings.HasPrefix(name, unfinished) {
			continue
		}
		first, known := s.abandoned[name]
		switch {
		case !known:
			seen[name] = now
		case now.Sub(first) < abandonAge:
			seen[name] = first
		default:
			err := remove(filepath.Join(s.dir, name))
			s.log.Warn("unfinished spool file removed: its writer died, and was not told that it is kept", "file", name, "err", err)
		}
	}
	s.abandoned = seen
}
