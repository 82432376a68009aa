//go:build !tiny

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"smppagent/internal/bridge"
	"smppagent/internal/door"
	"smppagent/internal/sim"
)

// A timeline collects what the processes report, prints it, and lets the demo wait for it.
type timeline struct {
	out   io.Writer
	began time.Time

	mu      sync.Mutex
	entries []entry
	changed chan struct{} // closed and replaced with each entry
	seen    map[string]bool
}

// An entry is one line of the timeline.
type entry struct {
	who, what, text string
}

func (x entry) is(who, what string) bool { return x.who == who && x.what == what }

func newTimeline(out io.Writer, began time.Time) *timeline {
	return &timeline{out: out, began: began, changed: make(chan struct{}), seen: make(map[string]bool)}
}

func (t *timeline) title(s string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "\n%s\n", s)
}

func (t *timeline) say(who, text string) { t.add(entry{who: who, text: text}) }

func (t *timeline) add(x entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := x.text
	if x.what != "" {
		line = fmt.Sprintf("%-13s %s", x.what, x.text)
	}
	fmt.Fprintf(t.out, "  %s  %-6s %s\n", within(t.began), x.who, line)
	t.entries = append(t.entries, x)
	close(t.changed)
	t.changed = make(chan struct{})
}

// until waits for an entry that match knows, one from before the call included.
func (t *timeline) until(ctx context.Context, what string, match func(entry) bool) error {
	for i := 0; ; {
		t.mu.Lock()
		for ; i < len(t.entries); i++ {
			if match(t.entries[i]) {
				t.mu.Unlock()
				return nil
			}
		}
		changed := t.changed
		t.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("did not see %s: %w", what, ctx.Err())
		}
	}
}

func (t *timeline) count(match func(entry) bool) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range t.entries {
		if match(x) {
			n++
		}
	}
	return n
}

// readSMSC brings in what the SMSC prints.
func (t *timeline) readSMSC(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		var e sim.Event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		switch e.Kind {
		case sim.KindListening:
			t.add(entry{"smsc", string(e.Kind), e.Peer})
		case sim.KindBound, sim.KindClosed, sim.KindBindRefused:
			t.add(entry{"smsc", string(e.Kind), strings.TrimSpace(e.SystemID + " " + e.Note)})
		case sim.KindSubmitted:
			copies := ""
			if e.Copy > 1 {
				copies = fmt.Sprintf(" (copy %d)", e.Copy)
			}
			t.add(entry{"smsc", string(e.Kind), fmt.Sprintf("%q to %s%s", e.Text, e.To, copies)})
		case sim.KindReceiptAcked:
			t.add(entry{"smsc", string(e.Kind), "message_id " + e.MessageID + " " + e.State})
		}
	}
}

// followAgent brings in the events of the agent behind socket until it has ended.
func (t *timeline) followAgent(done <-chan struct{}, socket string) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { <-done; stop() }()
	for ctx.Err() == nil {
		_ = door.Call(ctx, socket, opEvents, nil, func(line json.RawMessage) error {
			var e bridge.Event
			if err := json.Unmarshal(line, &e); err != nil {
				return err
			}
			t.event(e)
			return nil
		})
		select { // not up yet
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// event adds an event of the agent, once.
func (t *timeline) event(e bridge.Event) {
	key := fmt.Sprint(e.Time.UnixNano(), e.ID, e.Step)
	t.mu.Lock()
	known := t.seen[key]
	t.seen[key] = true
	t.mu.Unlock()
	if known {
		return
	}
	text := fmt.Sprintf("message %d %q to %s", e.ID, e.Text, e.To)
	for _, s := range []string{e.Status, e.Detail} {
		if s != "" {
			text += ", " + s
		}
	}
	t.add(entry{"agent", string(e.Step), text})
}
