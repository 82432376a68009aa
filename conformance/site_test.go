package conformance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A site is an agent with one port, and an SMSC.
type site struct {
	t     *testing.T
	dir   string
	port  string // the pseudo-terminal
	phone io.Writer

	mu     sync.Mutex
	events []event
}

// An event is what the tests read of `smppagent sim --json`.
type event struct {
	Kind  string `json:"kind"`
	From  string `json:"from"`
	To    string `json:"to"`
	Text  string `json:"text"`
	Whole string `json:"whole"`
	Parts int    `json:"parts"`
}

// newSite starts both; port is more lines of [[virtual]].
func newSite(t *testing.T, port string) *site {
	t.Helper()
	dir := t.TempDir()
	s := &site{t: t, dir: dir, port: filepath.Join(dir, "ttyVM0")}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("at the SMSC:\n%s", strings.Join(s.submitted(), "\n"))
			for _, name := range []string{"agent.log", "client.log"} {
				log, _ := os.ReadFile(s.path(name))
				t.Logf("%s ends:\n%s", name, log[max(0, len(log)-9000):])
			}
		}
	})
	address := s.startSMSC()
	s.write("config.toml", fmt.Sprintf(`
[agent]
state_dir = "state"
log_level = "debug"
[site]
name = "Test"
[people.you]
phone = "+359888123456"
[smsc.sim]
address = "%s"
system_id = "demo"
password = "demo"
[[virtual]]
name = "vm0"
pty = "ttyVM0"
sender = "+447700900999"
inbound = "all"
number = "+447700900999"
%s
`, address, port))
	s.start("agent.log", nil, agentFile, "run", "--config", s.path("config.toml"))
	s.until("the port is there", func() bool { _, err := os.Stat(s.port); return err == nil })
	s.until("the agent is bound", func() bool { return s.count(func(e event) bool { return e.Kind == "bound" }) > 0 })
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) until(what string, ok func() bool) { s.t.Helper(); eventually(s.t, what, ok) }

// write makes a file of the site, and the directories on its way.
func (s *site) write(name, text string) string {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
	return s.path(name)
}

// start runs a program until the test ends.
func (s *site) start(log string, out io.Writer, name string, args ...string) (stdin io.WriteCloser) {
	s.t.Helper()
	file, err := os.OpenFile(s.path(log), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, file, file
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "LC_ALL=C.UTF-8")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if out != nil {
		cmd.Stdout = out
	}
	if stdin, err = cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		file.Close()
	})
	return stdin
}

// run runs a program to its end and gives what it said.
func (s *site) run(stdin string, name string, args ...string) (string, error) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), name, args...)
	cmd.Dir, cmd.Stdin = s.dir, strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if log, err := os.OpenFile(s.path("client.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
		fmt.Fprintf(log, "$ %s %q\n%s\n", name, args, out)
		log.Close()
	}
	return string(out), err
}

// mustRun is run of a program that is to end well.
func (s *site) mustRun(stdin string, name string, args ...string) string {
	s.t.Helper()
	out, err := s.run(stdin, name, args...)
	if err != nil {
		s.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return out
}

// startSMSC starts the simulated SMSC and returns its address.
func (s *site) startSMSC() string {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	r, w := io.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() {
		for lines := bufio.NewScanner(r); lines.Scan(); {
			var e event
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				s.mu.Lock()
				s.events = append(s.events, e)
				s.mu.Unlock()
			}
		}
	})
	s.t.Cleanup(func() { w.Close(); wg.Wait() }) // runs after the one that ends the SMSC
	s.phone = s.start("sim.log", w, agentFile, "sim", "--json", "--listen", address, "--receipt-delay", "300ms")
	s.until("the SMSC listens", func() bool { return s.count(func(e event) bool { return e.Kind == "listening" }) > 0 })
	return address
}

func (s *site) count(is func(event) bool) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if is(e) {
			n++
		}
	}
	return n
}

// arrives waits until a phone has got the text, once.
func (s *site) arrives(to, text string) {
	s.t.Helper()
	got := func(e event) bool {
		return e.Kind == "submitted" && e.To == to && (e.Whole == text || e.Parts == 0 && e.Text == text)
	}
	eventually(s.t, fmt.Sprintf("%q arrives at %s", text, to), func() bool { return s.count(got) > 0 })
	if n := s.count(got); n != 1 {
		s.t.Errorf("%q arrived %d times at %s", text, n, to)
	}
}

// submitted gives the texts that have arrived, for failures.
func (s *site) submitted() (texts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Kind == "submitted" {
			texts = append(texts, fmt.Sprintf("%s: %q (%d, %q)", e.To, e.Text, e.Parts, e.Whole))
		}
	}
	return texts
}

// text sends a text from a phone to the agent.
func (s *site) text(from, text string) {
	s.t.Helper()
	if _, err := fmt.Fprintf(s.phone, "%s>+447700900999: %s\n", from, text); err != nil {
		s.t.Fatal(err)
	}
}
