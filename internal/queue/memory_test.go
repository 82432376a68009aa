package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// memoryEnv names the directory of the queue that the test binary is to open, and to say what that takes.
const memoryEnv = "QUEUE_TEST_MEMORY"

// pendingMany is how many records must fit the memory of a small board.
const pendingMany = 100_000

func manyConfig(dir string) Config {
	cfg := testConfig(dir)
	cfg.SegmentSize, cfg.Segments, cfg.Records = 1<<20, 64, 2*pendingMany
	return cfg
}

// memoryChild opens the queue in dir, leases the first record, and prints the most memory that was resident, in KiB,
// how much of the processor it took up to then, and how long that was, in milliseconds.
func memoryChild(dir string) error {
	start := time.Now()
	q, rec, err := Open(manyConfig(dir), quiet)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go q.Run(ctx)
	if _, err := q.Next(ctx, 0); err != nil {
		return err
	}
	first := time.Since(start)
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return err
	}
	busy := time.Duration(used.Utime.Nano() + used.Stime.Nano())
	cancel()
	<-q.stopped
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			fmt.Println(f[1], busy.Milliseconds(), first.Milliseconds(), rec.Live)
		}
	}
	return q.Close()
}

// TestMemory: 100,000 pending records with keys and times of expiry take less than 32 MB of resident memory,
// recovery included, and a start with them takes less than a second up to the first lease: of the processor, because
// other work of the machine may be in the way.
func TestMemory(t *testing.T) {
	if underRace {
		return // what the race detector takes is not ours
	}
	cfg := manyConfig(t.TempDir())
	q, _, stop := serve(t, cfg)
	body := bytes.Repeat([]byte("b"), 200)
	expires := time.Now().Add(24 * time.Hour)
	for i := range pendingMany / 100 {
		entries := make([]Entry, 100)
		for j := range entries {
			entries[j] = Entry{Class: uint8(j % 4), Key: fmt.Sprintf("incident-%07d/person", i*100+j), Expires: expires, Body: body}
		}
		must(q.Append(t.Context(), entries...))
	}
	stop()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), memoryEnv+"="+cfg.Dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if errors.Is(err, syscall.ENOEXEC) {
		t.Skip("this binary runs in an emulator and the kernel has no binfmt_misc entry for it; the native run has this test")
	}
	if err != nil {
		t.Fatal(err)
	}
	var n [4]int
	for i, f := range strings.Fields(string(out)) {
		n[i] = must(strconv.Atoi(f))
	}
	t.Logf("%d records: at most %d KiB resident, first lease after %d ms of the processor, %d ms in all", n[3], n[0], n[1], n[2])
	if n[3] != pendingMany || n[0]*1024 >= 32_000_000 {
		t.Errorf("%d records take %d KiB of resident memory, want %d in less than 32 MB", n[3], n[0], pendingMany)
	}
	if n[1] >= 1000 {
		t.Errorf("the first record is leased after %d ms of work, want less than 1000", n[1])
	}
}
