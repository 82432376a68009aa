package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"smppagent/internal/door"
)

// TestInjectedFaults lets the kernel fail or kill the agent as it is delivered, at its n-th write or sync, under
// load, with the SMSC away. What it had accepted is there for the next one, and arrives.
func TestInjectedFaults(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("strace is missing: make setup installs it")
		}
		t.Skip("strace is missing: make setup installs it")
	}
	for _, c := range []struct {
		inject string
		dies   bool
	}{
		{"fdatasync:error=EIO:when=3+5", false},
		{"pwrite64:error=ENOSPC:when=4+7", false},
		{"pwrite64:error=EIO:when=2+9", false},
		{"fdatasync:signal=KILL:when=8", true},
		{"fdatasync:signal=KILL:when=13", true},
		{"pwrite64:signal=KILL:when=6", true},
		{"pwrite64:signal=KILL:when=11", true},
	} {
		t.Run(c.inject, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "queue.segments = 4") // few, so that starting syncs little
			s.unplugged()
			s.start() // the pool is made
			s.kill()
			exe := s.exe
			s.exe = filepath.Join(s.dir, "traced")
			script := fmt.Sprintf("#!/bin/sh\nexec %s -D -f -qq -o %s -e trace=fdatasync,pwrite64 -e 'inject=%s' %s \"$@\"\n",
				strace, filepath.Join(s.dir, "trace"), c.inject, exe)
			if err := os.WriteFile(s.exe, []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			s.start()
			s.exe = exe

			var mu sync.Mutex
			accepted := map[string]bool{}
			load, end := context.WithTimeout(t.Context(), 20*time.Second)
			defer end()
			var wg sync.WaitGroup
			for p := range 4 {
				wg.Go(func() {
					for n := 0; n < 25 && load.Err() == nil; n++ {
						text := fmt.Sprintf("text %d of producer %d", n, p)
						known, err := s.send(load, text, text)
						if known {
							mu.Lock()
							accepted[text] = true
							mu.Unlock()
						}
						if errors.Is(err, door.ErrNotRunning) || errors.Is(err, door.ErrNoAnswer) {
							return
						}
					}
				})
			}
			wg.Wait()
			if c.dies {
				s.wait() // it did not live to see the end of the load
			} else {
				st, err := s.status()
				if err != nil {
					t.Fatal(err)
				}
				if st.Queue.Faults == 0 || len(s.logged("sealed after a failed write")) == 0 && len(s.logged("storage failed")) == 0 {
					t.Errorf("%d faults counted, and nothing in the log\n%s", st.Queue.Faults, s.log())
				}
				s.kill()
			}
			if len(accepted) == 0 {
				t.Fatal("nothing was accepted: that is no load")
			}
			s.plug()
			s.start()
			s.until("what was accepted has arrived", func() bool {
				arrived := map[string]bool{}
				for _, m := range s.smsc.Messages() {
					arrived[m.Text] = true
				}
				for text := range accepted {
					if !arrived[text] {
						return false
					}
				}
				return true
			})
			t.Logf("%d accepted, all arrived", len(accepted))
		})
	}
}
