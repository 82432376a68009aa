package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"smppagent/internal/door"
	"smppagent/internal/sim"
	"smppagent/internal/sms"
)

// A site is an agent as a process of its own, with an SMSC of the test's.
type site struct {
	t      *testing.T
	dir    string
	exe    string
	smsc   *sim.SMSC
	cmd    *exec.Cmd
	waited chan error
}

// newSite builds the agent and starts an SMSC. extra goes into the config.
func newSite(t *testing.T, extra string) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir()}
	s.exe = filepath.Join(s.dir, "smppagent")
	if out, err := exec.Command("go", "build", "-o", s.exe, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := sim.Default()
	cfg.ReceiptDelay, cfg.RetryDelay = 20*time.Millisecond, 100*time.Millisecond
	if s.smsc, err = sim.New(cfg); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.smsc.Serve(ctx, ln) })
	t.Cleanup(func() { s.kill(); stop(); wg.Wait() })
	text := fmt.Sprintf(`
[agent]
state_dir = "state"
[site]
name = "Test"
[people.you]
phone = "+359888123456"
[smsc.test]
address       = %q
system_id     = "test"
password      = "secret"
reconnect_min = "100ms"
reconnect_max = "200ms"
response_timer = "1s"
[route]
in_doubt_wait = "100ms"
retry_min     = "1s"
[queue]
segments     = 16
segment_size = 65536
volatile     = true
%s`, ln.Addr(), extra)
	if err := os.WriteFile(s.path("config.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }
func (s *site) socket() string          { return s.path("state/agent.sock") }

// start starts the agent; it returns when the door answers.
func (s *site) start() {
	s.t.Helper()
	logFile, err := os.OpenFile(s.path("agent.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer logFile.Close()
	s.cmd = exec.Command(s.exe, "run", "--config", s.path("config.toml"))
	s.cmd.Stderr = logFile
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	cmd, waited := s.cmd, make(chan error, 1)
	go func() { waited <- cmd.Wait() }()
	s.waited = waited
	s.until("the agent answers", func() bool {
		_, err := s.status()
		return err == nil
	})
}

// kill ends the agent with SIGKILL.
func (s *site) kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		<-s.waited
		s.cmd = nil
	}
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
			log, _ := os.ReadFile(s.path("agent.log"))
			s.t.Fatalf("%s: not within a minute\n%s", what, log[max(0, len(log)-4000):])
		}
	}
}

// send hands a text to the agent. known says that the agent told us it has it.
func (s *site) send(ctx context.Context, text, key string) (known bool, err error) {
	o := sendOrder{To: "+359888123456", Text: text, Key: key, Class: sms.Warning, Receipt: true}
	err = door.Call(ctx, s.socket(), opSend, o, func(json.RawMessage) error { known = true; return nil })
	return known, err
}

// Under load the agent is killed with SIGKILL at random moments, over and over, while the SMSC
// misbehaves: every text that it accepted arrives, and only one in doubt arrives twice. The number of
// rounds is TORTURE_ROUNDS; the seed of a failure is printed, TORTURE_SEED repeats it.
func TestKillUnderLoad(t *testing.T) {
	rounds, seed := 8, uint64(time.Now().UnixNano())
	if n, err := strconv.Atoi(os.Getenv("TORTURE_ROUNDS")); err == nil {
		rounds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("TORTURE_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("TORTURE_SEED=%d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	s := newSite(t, "")
	faults := []string{"off", "lose=20", "drop-before=15", "drop-after=10", "throttle=20", "swallow-responses=3", "late=1200ms*5", "cut-pdu=2"}

	const producers = 4
	var mu sync.Mutex
	accepted := map[string]bool{}
	open := make([]string, producers) // the text that a producer does not know the fate of
	n := make([]int, producers)
	inDoubt := 0
	for round := range rounds {
		if err := s.smsc.Faults().Set("off"); err != nil {
			t.Fatal(err)
		}
		if err := s.smsc.Faults().Set(faults[rng.IntN(len(faults))]); err != nil {
			t.Fatal(err)
		}
		s.start()
		load, end := context.WithTimeout(t.Context(), time.Duration(100+rng.IntN(700))*time.Millisecond)
		var wg sync.WaitGroup
		for p := range producers {
			wg.Go(func() {
				for load.Err() == nil {
					if open[p] == "" {
						n[p]++
						open[p] = fmt.Sprintf("text %d of producer %d", n[p], p)
					}
					known, err := s.send(context.WithoutCancel(load), open[p], open[p])
					if known {
						mu.Lock()
						accepted[open[p]] = true
						mu.Unlock()
						open[p] = ""
					}
					if errors.Is(err, door.ErrNotRunning) || errors.Is(err, door.ErrNoAnswer) {
						return // killed; the text is offered again in the next round
					}
				}
			})
		}
		<-load.Done()
		if st, err := s.status(); err == nil {
			inDoubt += int(st.Way.Resent)
		}
		s.kill()
		end()
		wg.Wait()
		_ = round
	}
	if err := s.smsc.Faults().Set("off"); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.until("everything is settled", func() bool {
		st, err := s.status()
		lane := st.Queue.Lanes[0]
		return err == nil && st.Way.Link.State == "bound" && lane.Ready+lane.Leased == 0 && st.Way.InDoubt == 0
	})
	arrived := map[string]int{}
	twice := 0
	for _, m := range s.smsc.Messages() {
		arrived[m.Text] += m.Copies
		if m.Copies > 1 {
			twice++
		}
	}
	lost := 0
	for text := range accepted {
		if arrived[text] == 0 {
			lost++
			t.Errorf("%q was accepted and never arrived", text)
		}
	}
	invented := 0
	for text := range arrived {
		if !accepted[text] && !contains(open, text) {
			invented++
			t.Errorf("%q arrived, and nobody sent it", text)
		}
	}
	t.Logf("%d rounds: %d accepted, %d lost, %d arrived more than once (in doubt when the agent was killed or by the SMSC's fault)",
		rounds, len(accepted), lost, twice)
	// What was under way at a kill, at most a window, may arrive twice; so may what the SMSC made doubtful.
	if most := rounds * (10 + 20); twice > most {
		t.Errorf("%d texts arrived twice; at most %d can have been in doubt", twice, most)
	}
	if len(accepted) < rounds*producers {
		t.Errorf("only %d texts were accepted: that is no load", len(accepted))
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
