package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// segmentWith returns the file of the queue, and the offset in it, where octets stand.
func (s *site) segmentWith(octets string) (name string, at int) {
	s.t.Helper()
	names, err := filepath.Glob(s.path("state/queue/seg-*"))
	if err != nil || len(names) == 0 {
		s.t.Fatalf("no segments: %v", err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			s.t.Fatal(err)
		}
		if at := bytes.Index(b, []byte(octets)); at >= 0 {
			return name, at
		}
	}
	s.t.Fatalf("%q stands in no segment", octets)
	return "", 0
}

// Octets that are wrong in the middle of the queue's files cost the messages they are in. The agent
// starts, one line says what is damaged, how much is lost and where the copy is, and all others arrive.
func TestCorruptSegment(t *testing.T) {
	tests := []struct {
		name string
		harm func(b []byte, at int) // spoils a segment in which text 60 stands at an offset
		lost int                    // texts, at the most
	}{
		{"one octet", func(b []byte, at int) { b[at] ^= 0x20 }, 1},
		{"a sector of zeros", func(b []byte, at int) { at &^= 511; clear(b[at : at+512]) }, 12},
		{"a page of noise", func(b []byte, at int) {
			at &^= 4095
			copy(b[at:at+4096], bytes.Repeat([]byte("\xde\xad\xbe\xef"), 1024))
		}, 60},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, `queue.segment_size = 16384`, `queue.segments = 16`)
			s.unplugged()
			s.start()
			accepted := make([]string, 120)
			for i := range accepted {
				accepted[i] = fmt.Sprintf("text %d.", i+1)
			}
			s.accept(accepted...)
			s.ends()
			name, at := s.segmentWith("text 60.")
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tt.harm(b, at)
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			copied := filepath.Join("damaged", filepath.Base(name))
			if out, errs, code := s.verb("queue", "list"); code != exitOK || !has(errs, "DAMAGED", filepath.Base(name), "LOST") || !strings.Contains(out, "text 1.") {
				t.Errorf("queue list of the damaged files ended with %d: %s%s", code, out, errs)
			}
			s.start()
			s.tells(1, "DAMAGED", filepath.Base(name)+" at ", copied, "LOST")
			s.plug()
			s.until("the others have arrived", func() bool { return s.settled() })
			lost := 0
			for _, text := range accepted {
				switch n := s.arrived()[text]; {
				case n > 1:
					t.Errorf("%q arrived %d times", text, n)
				case n == 0:
					lost++
				}
			}
			if lost == 0 || lost > tt.lost || s.arrived()["text 60."] != 0 {
				t.Errorf("%d texts are lost, want 1 to %d, text 60 among them", lost, tt.lost)
			}
			if line := s.logged("DAMAGED"); len(line) == 1 && !strings.Contains(line[0], fmt.Sprintf("records LOST: %d", lost)) {
				t.Errorf("%d texts are lost, and the log says\n%s", lost, line[0])
			}
			s.copyHolds(b[at : at+8])
			s.accept("text 60.") // said again it is a text like any other
			s.deliver(1, "text 60.")
			s.ends()
		})
	}
}

// settled tells whether the link is up and nothing waits for it.
func (s *site) settled() bool {
	st, err := s.status()
	return err == nil && st.Way.Links[0].State == "bound" && st.Queue.Lanes[0].Live()-st.Queue.Lanes[0].Buried == 0
}

// copyHolds fails unless a copy of what was damaged has the octets.
func (s *site) copyHolds(octets []byte) {
	s.t.Helper()
	found := false
	err := filepath.WalkDir(s.path("state/queue/damaged"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		found = found || bytes.Contains(b, octets)
		return err
	})
	if err != nil || !found {
		s.t.Errorf("no copy in damaged/ has the octets %x: %v", octets, err)
	}
}

// A second agent on the same state directory is refused by name and leaves the first alone.
func TestSecondAgent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	pid := fmt.Sprint(s.agent.Process.Pid)
	for _, differs := range [][]string{nil, {`queue.dir = "other"`}, {`queue.dir = "other"`, `agent.socket = "other.sock"`}} {
		s.configure(differs...)
		s.fails(exitLocked, []string{"state directory " + s.path("state") + " is in use by smppagent run, pid " + pid}, "run")
	}
	if _, err := os.Stat(s.path("other")); err == nil {
		t.Error("a queue was made before the agent was refused")
	}
	s.configure(`agent.state_dir = "other"`, `agent.socket = "state/agent.sock"`)
	if _, errs, code := s.verb("run"); code != exitLocked || !has(errs, " is served by process "+pid+" (smppagent) already") {
		t.Errorf("run with the same socket ended with %d: %s", code, errs)
	}
	s.configure()
	s.accept("text")
	s.deliver(1, "text")
	s.tells(0, "level=WARN")
	s.ends()
	s.start() // when the first has gone there is nothing in the way
	s.ends()
}

// The state directory is emptied while the agent runs, by a hand that meant another one. What was
// accepted before still goes out; the verbs say that they reach nobody, or keep what they have for the
// next agent, and that one begins anew.
func TestStateDirectoryEmptied(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.unplugged()
	s.start()
	accepted := texts("text", 20)
	s.accept(accepted...)
	s.until("the directory is empty", func() bool { return os.RemoveAll(s.path("state")) == nil }) // the agent makes its spool anew
	if err := os.MkdirAll(s.path("state"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.fails(exitNotRunning, []string{"there is no socket at " + s.socket()}, "send", "--to", "+359888123456", "--text", "after")
	s.plug()
	s.until("what was accepted has arrived", func() bool { return len(s.arrived()) == len(accepted) })
	if out, errs, code := s.verb("raise", "water", "--text", "Water!"); code != exitOK || !has(out, "kept for the agent in "+s.path("state/spool")) {
		t.Errorf("raise ended with %d: %s%s", code, out, errs)
	}
	s.ends()
	s.start()
	s.until("the raise has arrived", func() bool { return s.arrived()["Test: Water!"] > 0 })
	s.deliver(1, append(accepted, "Test: Water!")...)
	s.ends()
}

// What is open is kept twice, in turn: with one copy spoilt the other one counts; with both spoilt the
// agent says that open incidents are forgotten, and goes on.
func TestCorruptIncidents(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	for _, name := range []string{"smoke", "water"} {
		if out, errs, code := s.verb("raise", name, "--text", name); code != exitOK {
			t.Fatalf("raise ended with %d: %s%s", code, out, errs)
		}
	}
	s.deliver(1, "Test: smoke", "Test: water")
	s.ends()
	files, err := filepath.Glob(s.path("state/alerts/*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("the incidents are in %v, %v; want two files", files, err)
	}
	for _, spoilt := range [][]string{files[:1], files[1:], files} {
		kept := map[string][]byte{}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			kept[name] = b
		}
		for _, name := range spoilt {
			b := bytes.Clone(kept[name])
			b[100] ^= 0x10
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s.start()
		st, err := s.status()
		if err != nil {
			t.Fatal(err)
		}
		if open := len(st.Alerts.Incidents); (open == 0) != (len(spoilt) == 2) {
			t.Errorf("%d incidents are open with %q spoilt\n%s", open, spoilt, s.log())
		}
		s.kill()
		for name, b := range kept {
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.tells(2, "level=WARN", "alert state unreadable, the other generation is used", "checksum")
	s.tells(2, "level=WARN", "alert state unreadable, open incidents are forgotten", "checksum") // a line for each file
	s.start()
	if out, errs, code := s.verb("raise", "fire", "--text", "Fire!"); code != exitOK {
		t.Errorf("raise ended with %d: %s%s", code, out, errs)
	}
	s.deliver(1, "Test: smoke", "Test: water", "Test: Fire!")
	s.ends()
}
