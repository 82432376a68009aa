package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smppagent/internal/queue"
)

// TestQueueFiles: check and dump read a queue beside the process that has it, find what is harmed, say so
// in words and in JSON, and change nothing.
func TestQueueFiles(t *testing.T) {
	dir := t.TempDir()
	cfg := queue.Default()
	cfg.Dir, cfg.SegmentSize, cfg.Segments, cfg.Volatile = dir, 8<<10, 4, true
	q, _, err := queue.Open(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- q.Run(ctx) }()
	for _, e := range []queue.Entry{{Body: []byte("boiler on fire"), Key: "k1", Expires: time.Now().Add(time.Hour)}, {Body: []byte("second")}} {
		if _, err := q.Append(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	out, errs, code := invoke(t, "", "queue", "check", dir)
	if code != exitOK || !strings.Contains(out, ": sound\n  in use by ") || !strings.Contains(out, "go on with 2 live records") {
		t.Errorf("check beside the running process: %d %s%s", code, out, errs)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	var name string
	var b []byte
	files, _ := filepath.Glob(filepath.Join(dir, "seg-*"))
	for _, name = range files {
		if b, err = os.ReadFile(name); err == nil && strings.Contains(string(b), "boiler") {
			break
		}
	}
	out, errs, code = invoke(t, "", "queue", "dump", name)
	for _, part := range []string{"life 1, format 1.0, 8192 octets", "PUT", `body of 14: "boiler on fire"`, `key "k1"`, "ends after 3 records"} {
		if code != exitOK || !strings.Contains(out, part) {
			t.Errorf("dump does not say %q: %d %s%s", part, code, out, errs)
		}
	}
	b[strings.Index(string(b), "boiler")] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code = invoke(t, "", "queue", "check", dir)
	if code != exitFailure || !strings.Contains(out, ": HARMED\n") || !strings.Contains(out, "damaged: "+filepath.Base(name)+" at ") || !strings.Contains(errs, "is harmed") {
		t.Errorf("check of a harmed queue: %d %s%s", code, out, errs)
	}
	out, _, _ = invoke(t, "", "queue", "dump", "--json", dir)
	damaged := 0
	for line := range strings.Lines(out) {
		var d queue.Dumped
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if d.Damage != nil {
			damaged++
		}
	}
	if damaged != 1 {
		t.Errorf("%d damaged places, want 1: %s", damaged, out)
	}
	if after, err := os.ReadFile(name); err != nil || string(after) != string(b) {
		t.Errorf("the file was changed: %v", err)
	}
	if _, errs, code := invoke(t, "", "queue", "check", filepath.Join(dir, "nowhere")); code != exitFailure || !strings.Contains(errs, "nowhere") {
		t.Errorf("no such directory: %d %s", code, errs)
	}
}
