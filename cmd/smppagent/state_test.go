package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A state directory that goes away, or is replaced, is told once an hour; one that stays is not.
func TestWatchState(t *testing.T) {
	for what, harm := range map[string]func(dir string) error{
		"nothing": func(string) error { return nil },
		"removed": os.Remove,
		"replaced": func(dir string) error {
			if err := os.Rename(dir, dir+".old"); err != nil {
				return err
			}
			return os.Mkdir(dir, 0o700)
		},
	} {
		dirs := []string{t.TempDir(), filepath.Join(t.TempDir(), "queue")}
		if err := os.Mkdir(dirs[1], 0o700); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			var journal bytes.Buffer
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- watchState(ctx, dirs, slog.New(slog.NewTextHandler(&journal, nil))) }()
			synctest.Wait()
			if err := harm(dirs[1]); err != nil {
				t.Fatal(err)
			}
			<-time.After(90 * time.Minute)
			cancel()
			<-ended
			want := 2
			if what == "nothing" {
				want = 0
			}
			if got := strings.Count(journal.String(), "level=ERROR"); got != want || want > 0 && !strings.Contains(journal.String(), dirs[1]) {
				t.Errorf("%s: told %d times, want %d:\n%s", what, got, want, &journal)
			}
		})
	}
}
