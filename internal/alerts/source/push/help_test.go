package push

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"smppagent/internal/alerts"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "push")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// taker is an engine reduced to what it takes: what it was given, and what it is to answer.
type taker struct {
	mu     sync.Mutex
	got    []alerts.Push
	answer func(p alerts.Push) (alerts.PushResult, error) // nil: everything makes a text
}

func (k *taker) push(_ context.Context, p alerts.Push) (alerts.PushResult, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.got = append(k.got, p)
	if k.answer != nil {
		return k.answer(p)
	}
	return alerts.PushResult{Effect: alerts.EffectSent, Keys: []string{"K-1/event/0"}, Queued: true}, nil
}

func (k *taker) texts() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var texts []string
	for _, p := range k.got {
		texts = append(texts, p.Text)
	}
	return texts
}

func event(name, text string) alerts.Push {
	return alerts.Push{Op: alerts.OpEvent, Name: name, Text: text}
}

func mustSpool(t *testing.T, dir string, p alerts.Push) string {
	t.Helper()
	file, err := writeSpool(dir, p)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// in gives the names in dir, the directory damaged/ aside.
func in(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != damagedDir {
			names = append(names, e.Name())
		}
	}
	return names
}

// logbook is a log that a test can read while others write.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func logged() (*slog.Logger, *logbook) {
	l := &logbook{}
	return slog.New(slog.NewTextHandler(l, nil)), l
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o640); err != nil {
		t.Fatal(err)
	}
}
