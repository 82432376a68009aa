package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"smppagent/internal/bridge"
)

// texts gives n texts that no other call gives.
func texts(what string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s %d", what, i+1)
	}
	return list
}

// accept hands texts to the agent, several at a time, and fails unless it accepts all.
func (s *site) accept(texts ...string) {
	s.t.Helper()
	work := make(chan string)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for text := range work {
				if known, err := s.send(context.Background(), text, text); !known || err != nil {
					s.t.Errorf("%q not accepted: %v", text, err)
				}
			}
		})
	}
	for _, text := range texts {
		work <- text
	}
	close(work)
	wg.Wait()
}

// arrived counts how often each text has reached the SMSC in full.
func (s *site) arrived() map[string]int {
	n := map[string]int{}
	for _, m := range s.smsc.Messages() {
		n[m.Text] += m.Copies
	}
	return n
}

// deliver waits until the agent has nothing left to send, and fails unless each of texts has
// arrived, most times at most.
func (s *site) deliver(most int, texts ...string) {
	s.t.Helper()
	s.until("everything is settled", func() bool {
		st, err := s.status()
		out := st.Queue.Lanes[bridge.LaneOut]
		return err == nil && st.Way.Links[0].State == "bound" && out.Live()-out.Buried == 0
	})
	got := s.arrived()
	for _, text := range texts {
		if n := got[text]; n == 0 || n > most {
			s.t.Errorf("%q arrived %d times, want 1 to %d", text, n, most)
		}
	}
}

// tells fails unless the agent's log has exactly n lines with all the parts.
func (s *site) tells(n int, parts ...string) {
	s.t.Helper()
	if lines := s.logged(parts...); len(lines) != n {
		s.t.Errorf("%d lines with %q, want %d:\n%s\nlog:\n%s", len(lines), parts, n, strings.Join(lines, "\n"), s.log())
	}
}

// quiet fails when the agent's log has more than most lines.
func (s *site) quiet(most int) {
	s.t.Helper()
	if n := len(s.logged()); n > most {
		s.t.Errorf("%d lines of log, want at most %d:\n%s", n, most, s.log())
	}
}

// ends stops the agent and fails unless it ends in order.
func (s *site) ends() {
	s.t.Helper()
	if code, took := s.stop(); code != exitOK || took.Seconds() > 5 {
		s.t.Errorf("ended with %d after %v, want %d within 5 s\n%s", code, took, exitOK, s.log())
	}
}
