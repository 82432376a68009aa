//go:build !tiny

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"smppagent/internal/bridge"
)

const (
	// captureEvery is how often at most a file is saved for one link.
	captureEvery = 10 * time.Minute
	// captureAfter is how long after the breach the file is written, so that what follows is in it.
	captureAfter = time.Second
	// captureFiles is how many files are kept; the oldest go.
	captureFiles = 16
)

// A breach is that the SMSC of a link broke the protocol.
type breach struct{ link, what string }

// breaches saves the last PDUs of a link whose SMSC breaks the protocol.
type breaches struct {
	dir  string
	way  *bridge.Bridge
	log  *slog.Logger
	come chan breach
	last map[string]time.Time // when a file was saved, by link
}

// watchBreaches hears of breaches from now on; way must not run yet.
func watchBreaches(dir string, way *bridge.Bridge, log *slog.Logger) *breaches {
	w := &breaches{dir: dir, way: way, log: log, come: make(chan breach, 8), last: map[string]time.Time{}}
	for _, l := range way.Status().Links {
		client, _ := way.Link(l.Name)
		client.OnTrouble(func(what string) {
			select {
			case w.come <- breach{l.Name, what}:
			default: // one file will tell of them all
			}
		})
	}
	return w
}

// run saves until ctx ends.
func (w *breaches) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case b := <-w.come:
			if at := w.last[b.link]; !at.IsZero() && time.Since(at) < captureEvery {
				continue
			}
			if !pauseFor(ctx, captureAfter) {
				return ctx.Err()
			}
			w.last[b.link] = time.Now()
			file, err := w.save(b.link)
			if err != nil {
				w.log.Warn("protocol broken; the last PDUs could not be saved", "smsc", b.link, "what", b.what, "err", err)
			} else if file != "" {
				w.log.Warn("protocol broken; the last PDUs are saved", "smsc", b.link, "what", b.what, "file", file)
			}
		}
	}
}

// save writes what is remembered of the link into a file of its own, and removes the oldest of too many. The
// name is "" when nothing is remembered.
func (w *breaches) save(link string) (file string, err error) {
	client, ok := w.way.Link(link)
	if !ok {
		return "", fmt.Errorf("there is no [smsc.%s]", link)
	}
	taken := client.Taken()
	if len(taken) == 0 {
		return "", nil
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return "", err
	}
	names, err := captureNames(w.dir)
	if err != nil {
		return "", err
	}
	next := 1
	if len(names) > 0 {
		next = captureNumber(names[len(names)-1]) + 1
	}
	for len(names) >= captureFiles {
		if err := os.Remove(filepath.Join(w.dir, names[0])); err != nil {
			return "", err
		}
		names = names[1:]
	}
	file = filepath.Join(w.dir, fmt.Sprintf("%06d-%s.pcapng", next, fileName(link)))
	if err := os.WriteFile(file, captureFile([]capturedLink{{link, taken}}), 0o600); err != nil {
		_ = os.Remove(file) // half of it is worth nothing
		return "", err
	}
	return file, nil
}

// captureNames lists the files that save made, the oldest first. The count in the name orders them, for the
// clock may not be set.
func captureNames(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if captureNumber(e.Name()) > 0 {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return captureNumber(a) - captureNumber(b) })
	return names, nil
}

// captureNumber is the count in the name of a file that save made; 0 for any other.
func captureNumber(name string) int {
	digits, rest, found := strings.Cut(name, "-")
	if !found || !strings.HasSuffix(rest, ".pcapng") {
		return 0
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// pauseFor waits for d; it is false when ctx ends first.
func pauseFor(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
