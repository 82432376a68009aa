package queue

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

const childEnv = "QUEUE_TEST_CHILD"

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if err := child(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv(memoryEnv); dir != "" {
		if err := memoryChild(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child appends as fast as it can from several goroutines and settles some, and prints each ID that
// was acknowledged ("+ID") or settled durably ("-ID"), until it is killed.
func child(dir string) error {
	q, _, err := Open(testConfig(dir), quiet)
	if err != nil {
		return err
	}
	ctx := context.Background()
	go q.Run(ctx)
	var mu sync.Mutex
	say := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf(format, args...)
	}
	errs := make(chan error)
	for worker := range 4 {
		go func() {
			for n := 0; ; n++ {
				ids, err := q.Append(ctx, Entry{Lane: Lane(worker), Body: fmt.Appendf(nil, "body %d.%d", worker, n)})
				if err != nil {
					errs <- err
					return
				}
				say("+%d body %d.%d\n", ids[0], worker, n)
				if n%8 == 0 { // the rest is settled by the order of IDs below
					continue
				}
				say("?%d\n", ids[0])
				if err := q.Done(ctx, ids[0], 1, true); err != nil {
					errs <- err
					return
				}
				say("-%d\n", ids[0])
			}
		}()
	}
	return <-errs
}

// TestKilled kills a process that appends, again and again on the same directory: everything it has
// acknowledged is there, what it has settled is not.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	there, gone, open := map[ID]string{}, map[ID]bool{}, map[ID]bool{}
	for round := range rounds {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		err = cmd.Start()
		if errors.Is(err, syscall.ENOEXEC) {
			t.Skip("this binary runs in an emulator and the kernel has no binfmt_misc entry for it; the native run has this test")
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if n == 150+97*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				// What it wrote before it died counts.
			}
			number, body, _ := strings.Cut(lines.Text()[1:], " ")
			id, err := strconv.ParseUint(number, 10, 64)
			if err != nil {
				continue // a line cut by the kill
			}
			switch lines.Text()[0] {
			case '+':
				there[ID(id)] = body
			case '?':
				open[ID(id)] = true
			case '-':
				delete(there, ID(id))
				gone[ID(id)] = true
			}
		}
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait() // "signal: killed"
		q, rec, stop := serve(t, testConfig(dir))
		if len(rec.Damaged) > 0 {
			t.Fatalf("round %d: %v", round, rec)
		}
		found := map[ID]string{}
		if err := q.List(t.Context(), func(it Item) bool { found[it.ID] = string(it.Body); return true }); err != nil {
			t.Fatal(err)
		}
		for id, body := range there {
			if found[id] == "" && open[id] {
				continue // its Done was on the way
			}
			if found[id] != body {
				t.Errorf("round %d: record %d was acknowledged as %q, now %q", round, id, body, found[id])
			}
		}
		for id := range found {
			if gone[id] {
				t.Errorf("round %d: record %d was settled and is back", round, id)
			}
		}
		// Make room for the next round; every other one stays over several kills.
		for id := range found {
			if id%2 == 0 || len(found) > 100 {
				if err := q.Drop(t.Context(), id, "test"); err != nil {
					t.Fatal(err)
				}
				delete(there, id)
				gone[id] = true
			}
		}
		stop()
	}
}
