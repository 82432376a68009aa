package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"smppagent/internal/door"
	"smppagent/internal/sim"
	"smppagent/internal/sms"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "smppagent")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	buildDir = dir
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() == "" {
		_ = flag.Set("test.parallel", "8") // tests of a site wait most of the time
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

var buildDir string

// buildAgent builds the agent, once for all tests.
var buildAgent = sync.OnceValues(func() (exe string, err error) {
	exe = filepath.Join(buildDir, "smppagent")
	if out, err := exec.Command("go", "build", "-o", exe, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return exe, nil
})

// A site is an agent as a process of its own, with an SMSC of the test's.
type site struct {
	t      *testing.T
	dir    string
	exe    string
	addr   string // of the SMSC
	smsc   *sim.SMSC
	unplug func() // takes the SMSC off the network; nil when it is off
	agent  *exec.Cmd
	waited chan error
}

// newSite gives a site whose SMSC is up and whose agent is not. set are lines of its config,
// "table.key = value", in place of the default ones.
func newSite(t *testing.T, set ...string) *site {
	t.Helper()
	exe, err := buildAgent()
	if err != nil {
		t.Fatal(err)
	}
	// A port that no outgoing connection is ever given, on a loopback address of the site's own.
	ip := rand.Uint32()
	s := &site{t: t, dir: t.TempDir(), exe: exe, addr: fmt.Sprintf("127.%d.%d.%d:2775", byte(ip>>16), byte(ip>>8), 1+byte(ip)%250)}
	s.newSMSC(func(*sim.Config) {})
	t.Cleanup(func() { s.kill(); s.unplugged() })
	s.plug()
	s.configure(set...)
	return s
}

// newSMSC puts another SMSC in the place of the one that is there, which must be off.
func (s *site) newSMSC(change func(*sim.Config)) {
	s.t.Helper()
	cfg := sim.Default()
	cfg.ReceiptDelay, cfg.RetryDelay = 20*time.Millisecond, 100*time.Millisecond
	change(&cfg)
	var err error
	if s.smsc, err = sim.New(cfg); err != nil {
		s.t.Fatal(err)
	}
}

// configure writes the config: the default lines, those in set in their place.
func (s *site) configure(set ...string) {
	s.t.Helper()
	keys := map[string]string{}
	for _, line := range append([]string{
		`agent.state_dir = "state"`,
		`site.name = "Test"`,
		`people.you.phone = "+359888123456"`,
		fmt.Sprintf(`smsc.test.address = %q`, s.addr),
		`smsc.test.system_id = "test"`,
		`smsc.test.password = "secret"`,
		`smsc.test.reconnect_min = "100ms"`,
		`smsc.test.reconnect_max = "200ms"`,
		`smsc.test.response_timer = "1s"`,
		`route.in_doubt_wait = "100ms"`,
		`route.retry_min = "1s"`,
		`route.retry_max = "2s"`,
		`queue.segments = 16`,
		`queue.segment_size = 65536`,
		`queue.volatile = true`,
	}, set...) {
		key, _, _ := strings.Cut(line, " =")
		keys[key] = line
	}
	text := strings.Join(slices.Sorted(maps.Values(keys)), "\n") + "\n"
	if err := os.WriteFile(s.path("config.toml"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }
func (s *site) socket() string          { return s.path("state/agent.sock") }

// listen takes the SMSC's address. A listener that was just closed may live a moment longer, in a
// process that another test is starting.
func (s *site) listen() (ln net.Listener) {
	s.t.Helper()
	s.until("the address "+s.addr+" is free", func() bool {
		var err error
		ln, err = net.Listen("tcp", s.addr)
		return err == nil
	})
	return ln
}

// plug brings the SMSC onto the network.
func (s *site) plug() {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ln := s.listen()
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.smsc.Serve(ctx, ln) })
	s.unplug = func() { stop(); wg.Wait() }
}

// unplugged takes the SMSC off the network; what it has, it keeps.
func (s *site) unplugged() {
	if s.unplug != nil {
		s.unplug()
		s.unplug = nil
	}
}

// faults sets what the SMSC does wrong; "" is nothing.
func (s *site) faults(set string) {
	s.t.Helper()
	for _, f := range []string{"off", set} {
		if err := s.smsc.Faults().Set(f); err != nil {
			s.t.Fatal(err)
		}
	}
}

// run starts the agent and does not wait for anything.
func (s *site) run() {
	s.t.Helper()
	logFile, err := os.OpenFile(s.path("agent.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer logFile.Close()
	s.agent = exec.Command(s.exe, "run", "--config", s.path("config.toml"))
	s.agent.Stderr = logFile
	if err := s.agent.Start(); err != nil {
		s.t.Fatal(err)
	}
	agent, waited := s.agent, make(chan error, 1)
	go func() { waited <- agent.Wait() }()
	s.waited = waited
}

// start starts the agent; it returns when the door answers.
func (s *site) start() {
	s.t.Helper()
	s.run()
	s.until("the agent answers", func() bool {
		_, err := s.status()
		return err == nil
	})
}

// kill ends the agent with SIGKILL.
func (s *site) kill() {
	if s.agent != nil {
		_ = s.agent.Process.Kill()
		<-s.waited
		s.agent = nil
	}
}

// stop ends the agent with SIGTERM and says with which code it ended, and after how long.
func (s *site) stop() (code int, took time.Duration) {
	s.t.Helper()
	began := time.Now()
	if err := s.agent.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	return s.wait(), time.Since(began)
}

// wait waits for the agent to end by itself, and says with which code.
func (s *site) wait() (code int) {
	s.t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	select {
	case <-s.waited:
	case <-deadline.C:
		s.t.Fatalf("the agent still runs after a minute\n%s", s.log())
	}
	code = s.agent.ProcessState.ExitCode()
	s.agent = nil
	return code
}

// log is what the agent has logged last.
func (s *site) log() string {
	b, _ := os.ReadFile(s.path("agent.log"))
	return string(b[max(0, len(b)-4000):])
}

// logged returns the lines of the agent's log that have all the parts.
func (s *site) logged(parts ...string) (lines []string) {
	b, _ := os.ReadFile(s.path("agent.log"))
	for line := range strings.Lines(string(b)) {
		if has(line, parts...) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func has(text string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

func (s *site) status() (st agentStatus, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = door.Call(ctx, s.socket(), opStatus, nil, func(line json.RawMessage) error {
		return json.Unmarshal(line, &st)
	})
	return st, err
}

// until polls the other process: there is nothing here to be told by.
func (s *site) until(what string, cond func() bool) {
	s.t.Helper()
	deadline := time.NewTimer(60 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline.C:
			s.t.Fatalf("%s: not within a minute\n%s", what, s.log())
		}
	}
}

// send hands a text to the agent. known says that the agent told us it has it.
func (s *site) send(ctx context.Context, text, key string) (known bool, err error) {
	return s.order(ctx, sendOrder{To: "+359888123456", Text: text, Key: key, Class: sms.Warning, Receipt: true})
}

func (s *site) order(ctx context.Context, o sendOrder) (known bool, err error) {
	err = door.Call(ctx, s.socket(), opSend, o, func(json.RawMessage) error { known = true; return nil })
	return known, err
}

// verb runs a verb as a script on the site would.
func (s *site) verb(args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.exe, append([]string{"--config", s.path("config.toml")}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		s.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
