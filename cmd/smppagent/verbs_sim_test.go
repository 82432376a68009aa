package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"smppagent/internal/sim"
)

// A simProcess is the verb sim as a person runs it: what it prints, and what is typed.
type simProcess struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser

	mu    sync.Mutex
	lines []string
}

// sim starts the verb sim at the SMSC's address, in place of the SMSC.
func (s *site) sim(args ...string) *simProcess {
	s.t.Helper()
	s.unplugged()
	p := &simProcess{t: s.t, cmd: exec.Command(s.exe, append([]string{"sim", "--listen", s.addr}, args...)...)}
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	p.cmd.Stderr = p.cmd.Stdout // the console's answers stand among the events
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.mu.Lock()
			p.lines = append(p.lines, lines.Text())
			p.mu.Unlock()
		}
	}()
	s.t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-done; _ = p.cmd.Wait() })
	return p
}

// typed is a line that a person types.
func (p *simProcess) typed(line string) {
	p.t.Helper()
	if _, err := fmt.Fprintln(p.stdin, line); err != nil {
		p.t.Fatal(err)
	}
}

// printed returns the lines that have all the parts.
func (p *simProcess) printed(parts ...string) (lines []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.lines {
		if has(line, parts...) {
			lines = append(lines, line)
		}
	}
	return lines
}

// The verb sim checks the password, prints what arrives, answers, sends receipts after a delay, lets the
// user type a text, and misbehaves when it is told to.
func TestSimVerb(t *testing.T) {
	t.Parallel()
	s := newSite(t, `smsc.test.reconnect_refused = "300ms"`, `smsc.test.reconnect_max = "200ms"`)
	p := s.sim("--account", "test:secret", "--account", "other:pass", "--receipt-delay", "1s")
	wait := func(parts ...string) {
		t.Helper()
		s.until(fmt.Sprintf("the SMSC prints %q", parts), func() bool { return len(p.printed(parts...)) > 0 })
	}
	wait("listening", s.addr)
	s.configure(`smsc.test.password = "wrong"`, `smsc.test.reconnect_refused = "300ms"`)
	s.start()
	wait("test", "ESME_RINVPASWD")
	s.ends()
	s.configure()
	s.start()
	wait("bound", "test")
	began := time.Now()
	s.sends(exitOK, []string{"accepted", "delivered"}, "--text", "Hello {€}", "--receipt")
	if d := time.Since(began); d < time.Second {
		t.Errorf("the receipt came after %v, want 1s", d)
	}
	wait("+359888123456", `"Hello {€}"`)
	wait("receipt_acked", "DELIVERED")

	p.typed("+359888123456: OK K7, thanks")
	s.until("the text is on flash", func() bool {
		out, _, code := s.verb("queue", "list", "--inbound")
		return code == exitOK && has(out, "+359888123456", "OK K7, thanks")
	})
	p.typed("throttle 1")
	wait("on: throttle=1")
	s.sends(exitOK, []string{"ESME_RTHROTTLED", "accepted"}, "--text", "again")
	wait("ESME_RTHROTTLED")
	p.typed("fail 1")
	wait("on: ", "fail=1")
	s.sends(exitFailed, []string{"accepted", "failed"}, "--text", "dead", "--receipt")
	p.typed("drop")
	wait("dropped")
	s.sends(exitOK, []string{"accepted"}, "--text", "after the drop")
	p.typed("nonsense")
	wait(`"nonsense" is not understood`)
	s.ends()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wait("submit_sm accepted")
}

// With --json each line of sim is an event for programs.
func TestSimJSON(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.sim("--json", "--no-console")
	s.start()
	s.sends(exitOK, []string{"accepted"}, "--text", "json")
	s.ends()
	s.until("a submit is printed", func() bool { return len(p.printed(`"text":"json"`)) > 0 })
	for _, line := range p.printed() {
		var e sim.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Kind == "" || e.Time.IsZero() {
			t.Errorf("no event: %v: %s", err, line)
		}
	}
}

// A short message from the SMSC is answered only when it is on flash: the agent is killed with SIGKILL
// while they come in, over and over, and each of them is in the queue. Twice is only what was on flash at a
// kill whose answer was not out.
func TestKillWhileReceiving(t *testing.T) {
	t.Parallel()
	s := newSite(t, `route.keep_inbound = 10000`, `queue.segments = 64`)
	const rounds = 6
	n := 0
	for range rounds {
		s.start()
		for range 100 {
			n++
			if err := s.smsc.SendMO("+359888123456", "1234", fmt.Sprintf("MO %d.", n)); err != nil {
				t.Fatal(err)
			}
		}
		wait := time.NewTimer(time.Duration(rand.IntN(150)) * time.Millisecond)
		<-wait.C
		s.kill()
	}
	s.start()
	got := map[string]int{}
	s.until("all have come in", func() bool {
		clear(got)
		out, _, _ := s.verb("queue", "list", "--inbound", "--json")
		for line := range strings.Lines(out) {
			var q queueItem
			if err := json.Unmarshal([]byte(line), &q); err != nil {
				t.Fatal(err)
			}
			got[q.Text]++
		}
		return len(got) == n
	})
	twice := 0
	for text, n := range got {
		if n > 2 {
			t.Errorf("%q is in the queue %d times", text, n)
		}
		twice += n - 1
	}
	if twice > rounds*8 {
		t.Errorf("%d are there twice; at most %d can have been on flash and not answered", twice, rounds*8)
	}
	s.ends()
	out, errs, code := s.verb("queue", "list", "--inbound", "--json")
	if code != exitOK || strings.Count(out, "\n") != n+twice {
		t.Errorf("after the end there are %d, want %d: %s", strings.Count(out, "\n"), n+twice, errs)
	}
}

// The quirks are explained by name, and an unknown one is refused with those that there are.
func TestSimQuirks(t *testing.T) {
	s := newSite(t)
	out, err := exec.Command(s.exe, "sim", "--quirk", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sim.FaultNames() {
		if !strings.Contains(string(out), "  "+name+"=") {
			t.Errorf("%s is not explained", name)
		}
	}
	if !strings.Contains(string(out), "(pitfall 12, §4.11)") {
		t.Errorf("no pitfall and section: %s", out)
	}
	out, err = exec.Command(s.exe, "sim", "--quirk", "nat-drop,nonsense").CombinedOutput()
	if err == nil || !strings.Contains(string(out), `unknown quirk "nonsense"; there are only-3.4, `) {
		t.Errorf("%v, %s", err, out)
	}
}
