package push

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"smppagent/internal/alerts"
)

// The test program is also the agent, and the program that pushes, as processes of their own that can
// be killed at a chosen moment.
func TestMain(m *testing.M) {
	if role := os.Getenv("PUSH_TEST_ROLE"); role != "" {
		if err := child(role, os.Getenv("PUSH_TEST_DIR"), os.Getenv("PUSH_TEST_KILL")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child does one thing with the spool in dir/in and dies by SIGKILL at the moment called kill.
func child(role, dir, kill string) error {
	spool := filepath.Join(dir, "in")
	if role == "send" {
		sent, err := Send(context.Background(), filepath.Join(dir, "none.sock"), spool, event("nas", "RAID degraded"))
		if err == nil && sent.Spooled == "" {
			err = errors.New("not spooled")
		}
		return errors.Join(err, die(kill == "sent"))
	}
	outbox := filepath.Join(dir, "outbox") // the message queue: a key a line, each once
	cfg := alerts.Default()
	cfg.Site.Name = "Cabin"
	cfg.People = map[string]alerts.Person{"ivan": {Phone: "+359888123456"}}
	engine, err := alerts.New(cfg, filepath.Join(dir, "state"), func(_ context.Context, n alerts.Notice) error {
		return errors.Join(die(kill == "before queue"), enqueue(outbox, n.Key+" "+n.Text), die(kill == "queued"))
	}, quiet())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- engine.Run(ctx) }()
	s := NewSpool(spool, func(ctx context.Context, p alerts.Push) (alerts.PushResult, error) {
		result, err := engine.Push(ctx, p)
		fmt.Println(result.Effect, err)
		return result, errors.Join(err, die(kill == "before removal"))
	}, DefaultLimits(), quiet())
	s.round(ctx)
	cancel()
	return <-ran
}

func die(now bool) error {
	if !now {
		return nil
	}
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// enqueue adds a line durably unless its first word is there already.
func enqueue(path, line string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	key, _, _ := strings.Cut(line, " ")
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), key+" ") {
			return nil
		}
	}
	_, err = fmt.Fprintln(f, line)
	return errors.Join(err, f.Sync())
}

func run(t *testing.T, role, dir, kill string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PUSH_TEST_ROLE="+role, "PUSH_TEST_DIR="+dir, "PUSH_TEST_KILL="+kill,
		"GORACE=atexit_sleep_ms=0") // a race build waits a second before it exits
	out, err := cmd.CombinedOutput()
	killed := false
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		status, _ := exit.Sys().(syscall.WaitStatus)
		killed = status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	if killed != (kill != "") || !killed && err != nil {
		t.Fatalf("%s, to be killed %q: %v\n%s", role, kill, err, out)
	}
	return string(out)
}

// Whenever the agent or the sender is killed, one event that was kept makes one text.
func TestKilled(t *testing.T) {
	for _, c := range []struct {
		name         string
		sender       string   // when the sender is killed
		agents       []string // when each run of the agent is killed; "" is one that ends well
		lastEffect   string   // that the last run sees
		stillSpooled bool     // before the last run
	}{
		{"nobody", "", []string{""}, alerts.EffectSent, true},
		{"sender when its file is written, agent never ran", "sent", []string{""}, alerts.EffectSent, true},
		{"agent before the text is queued", "", []string{"before queue", ""}, alerts.EffectDuplicate, true},
		{"agent when the text is queued", "", []string{"queued", ""}, alerts.EffectDuplicate, true},
		{"agent before the file is removed", "", []string{"before removal", ""}, alerts.EffectDuplicate, true},
		{"agent again and again", "", []string{"before queue", "before removal", "before removal", ""}, alerts.EffectDuplicate, true},
		{"agent started twice", "", []string{"", ""}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := shortDir(t)
			if err := os.MkdirAll(filepath.Join(dir, "state"), 0o700); err != nil {
				t.Fatal(err)
			}
			run(t, "send", dir, c.sender)
			out := ""
			for i, kill := range c.agents {
				if names, last := in(t, filepath.Join(dir, "in")), i == len(c.agents)-1; last && (len(names) == 1) != c.stillSpooled {
					t.Errorf("before the last run the spool has %q", names)
				}
				out = run(t, "agent", dir, kill)
			}
			if !strings.Contains(out, c.lastEffect) {
				t.Errorf("the last run saw %q, want %q", out, c.lastEffect)
			}
			if names := in(t, filepath.Join(dir, "in")); len(names) != 0 {
				t.Errorf("the spool still has %q", names)
			}
			queued, err := os.ReadFile(filepath.Join(dir, "outbox"))
			if n := strings.Count(string(queued), "\n"); err != nil || n != 1 || !strings.Contains(string(queued), "RAID degraded") {
				t.Errorf("%d texts are queued, want one: %q, %v", n, queued, err)
			}
		})
	}
}
