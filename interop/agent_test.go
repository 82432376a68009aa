package interop

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// An agent is the agent as a process with a site of its own.
type agent struct {
	t    *testing.T
	dir  string
	cmd  *exec.Cmd
	done chan error // gets what the process ended with
}

// account is what the agent knows of the SMSC.
type account struct {
	port           int
	password, bind string
	smsc           string // more lines of [smsc.far]
	route          string // lines of [route]
}

// startAgent starts the agent with an account and waits for its socket.
func startAgent(t *testing.T, a account) *agent {
	t.Helper()
	ag := &agent{t: t, dir: t.TempDir()}
	ag.configure(a)
	ag.start()
	t.Cleanup(func() {
		if ag.cmd != nil {
			_ = ag.cmd.Process.Kill()
			<-ag.done
		}
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(ag.dir, "log"))
			t.Logf("the agent's log ends:\n%s", log[max(0, len(log)-6000):])
		}
	})
	return ag
}

func (ag *agent) configure(a account) {
	ag.t.Helper()
	text := fmt.Sprintf(`
[agent]
state_dir = "state"
log_level = "debug"
[site]
name = "Test"
[people.you]
phone = "+359888123456"
[smsc.far]
address = "127.0.0.1:%d"
system_id = "cabin"
password = %q
bind = %q
reconnect_min = "100ms"
reconnect_max = "500ms"
reconnect_refused = "500ms"
%s
[route]
sender = "Cabin"
in_doubt_wait = "1s"
retry_min = "1s"
hold_min = "100ms"
%s
`, a.port, a.password, a.bind, a.smsc, a.route)
	if err := os.WriteFile(filepath.Join(ag.dir, "config.toml"), []byte(text), 0o600); err != nil {
		ag.t.Fatal(err)
	}
}

// start starts the process.
func (ag *agent) start() {
	ag.t.Helper()
	log, err := os.OpenFile(filepath.Join(ag.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		ag.t.Fatal(err)
	}
	defer log.Close()
	ag.cmd = exec.Command(agentFile, "run", "--config", filepath.Join(ag.dir, "config.toml"))
	ag.cmd.Stderr = log
	if err := ag.cmd.Start(); err != nil {
		ag.t.Fatal(err)
	}
	cmd, done := ag.cmd, make(chan error, 1)
	ag.done = done
	go func() { done <- cmd.Wait() }()
	eventually(ag.t, "the agent answers on its socket", func() bool {
		code, _, _ := ag.verb("status")
		return code == 0
	})
}

// stop ends the process in order, by SIGTERM, which comes twice as from timeout(1).
func (ag *agent) stop() {
	ag.t.Helper()
	for range 2 {
		if err := ag.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			ag.t.Fatal(err)
		}
	}
	if err := <-ag.done; err != nil {
		ag.t.Errorf("the agent ended with %v", err)
	}
	ag.cmd = nil
}

// verb runs a verb of the agent to its end.
func (ag *agent) verb(args ...string) (code int, stdout, stderr string) {
	ag.t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ag.t.Context(), agentFile, append(args, "--config", filepath.Join(ag.dir, "config.toml"))...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), out.String(), errs.String()
	}
	if err != nil {
		ag.t.Fatal(err)
	}
	return 0, out.String(), errs.String()
}

// send sends one text with the verb and says how that ended.
func (ag *agent) send(text string, args ...string) (code int, said string) {
	ag.t.Helper()
	if !slices.Contains(args, "--to") {
		args = append([]string{"--to", "+359888123456"}, args...)
	}
	code, out, errs := ag.verb(slices.Concat([]string{"send", "--text", text, "--timeout", "20s"}, args)...)
	return code, out + errs
}

// mustSend is send of a text that is to end well.
func (ag *agent) mustSend(text string, args ...string) {
	ag.t.Helper()
	if code, said := ag.send(text, args...); code != 0 {
		ag.t.Fatalf("send ended with %d:\n%s", code, said)
	}
}

// agentStatus is what the tests read of `status --json`.
type agentStatus struct {
	SMSC struct {
		Links []struct {
			State     string `json:"state"`
			LastError string `json:"last_error"`
			Counters  struct {
				Binds            int `json:"binds"`
				Timeouts         int `json:"timeouts"`
				Unmatched        int `json:"unmatched"`
				EnquiresSent     int `json:"enquires_sent"`
				EnquiresAnswered int `json:"enquires_answered"`
			} `json:"counters"`
		} `json:"links"`
		InDoubt   int `json:"in_doubt"`
		Accepted  int `json:"accepted"`
		Delivered int `json:"delivered"`
	} `json:"smsc"`
	Queue struct {
		Written int `json:"written"`
	} `json:"queue"`
}

func (ag *agent) status() (s agentStatus) {
	ag.t.Helper()
	code, out, errs := ag.verb("status", "--json")
	if code != 0 {
		ag.t.Fatalf("status ended with %d: %s", code, errs)
	}
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		ag.t.Fatalf("status --json: %v\n%s", err, out)
	}
	return s
}

func (ag *agent) waitBound() {
	ag.t.Helper()
	eventually(ag.t, "the agent is bound", func() bool { return ag.status().SMSC.Links[0].State == "bound" })
}

// queued is what the tests read of `queue list --json`.
type queued struct {
	State   string `json:"state"`
	Address string `json:"address"`
	Text    string `json:"text"`
}

func (ag *agent) queue(args ...string) (items []queued) {
	ag.t.Helper()
	code, out, errs := ag.verb(append([]string{"queue", "list", "--json"}, args...)...)
	if code != 0 {
		ag.t.Fatalf("queue list ended with %d: %s", code, errs)
	}
	for line := range strings.Lines(out) {
		var q queued
		if err := json.Unmarshal([]byte(line), &q); err != nil {
			ag.t.Fatalf("queue list --json: %v\n%s", err, line)
		}
		items = append(items, q)
	}
	return items
}

// pour puts many texts into the queue over the agent's socket, as programs would, and returns when all
// are on flash.
func (ag *agent) pour(texts []string, receipt bool) {
	ag.t.Helper()
	const programs = 4
	errs := make(chan error, programs)
	for i := range programs {
		go func() {
			errs <- pourSome(filepath.Join(ag.dir, "state", "agent.sock"), texts[len(texts)*i/programs:len(texts)*(i+1)/programs], receipt)
		}()
	}
	for range programs {
		if err := <-errs; err != nil {
			ag.t.Fatal(err)
		}
	}
}

// pourSome is one of the programs: one JSON object per line out, and the answer's lines in, the last of
// which says that it is.
func pourSome(socket string, texts []string, receipt bool) error {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	answers := bufio.NewScanner(conn)
	enc := json.NewEncoder(conn)
	for _, text := range texts {
		order := map[string]any{"op": "send", "to": "+359888123456", "text": text, "class": "info", "receipt": receipt}
		if err := enc.Encode(order); err != nil {
			return err
		}
		for done := false; !done; {
			if !answers.Scan() {
				return fmt.Errorf("the socket was closed: %w", cmp.Or(answers.Err(), io.EOF))
			}
			var a struct {
				Done  bool   `json:"done"`
				Error string `json:"error"`
			}
			if err := json.Unmarshal(answers.Bytes(), &a); err != nil || a.Error != "" {
				return fmt.Errorf("send over the socket: %s", answers.Bytes())
			}
			done = a.Done
		}
	}
	return nil
}
