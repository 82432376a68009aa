package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"smppagent/internal/door"
)

// SIGTERM under load, with an SMSC that has gone mute, ends the agent within seconds and loses nothing:
// what it accepted before arrives when it is started again.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	s := newSite(t, `smsc.test.response_timer = "30s"`, `route.drain_timer = "2s"`)
	s.start()
	s.accept("before")
	s.deliver(1, "before")
	s.faults("mute=on")
	var mu sync.Mutex
	var accepted []string
	var wg sync.WaitGroup
	for p := range 4 {
		wg.Go(func() {
			for n := 1; ; n++ {
				text := fmt.Sprintf("text %d of %d", n, p)
				known, err := s.send(context.Background(), text, text)
				if known {
					mu.Lock()
					accepted = append(accepted, text)
					mu.Unlock()
				}
				if errors.Is(err, door.ErrNotRunning) || errors.Is(err, door.ErrNoAnswer) || !known {
					return // the agent has stopped taking
				}
			}
		})
	}
	s.until("the window is full and more waits", func() bool {
		st, err := s.status()
		return err == nil && st.Way.Links[0].InFlight == st.Way.Links[0].Window && st.Queue.Lanes[0].Ready > 100
	})
	code, took := s.stop()
	wg.Wait()
	if code != exitOK || took > 8*time.Second {
		t.Errorf("ended with %d after %v, want %d within 8 s\n%s", code, took, exitOK, s.log())
	}
	s.tells(0, "level=ERROR")
	s.faults("")
	s.start()
	s.deliver(2, accepted...)
	twice := 0
	for _, n := range s.arrived() {
		if n > 1 {
			twice++
		}
	}
	if twice > 10 {
		t.Errorf("%d texts arrived twice, and the window that was in doubt is 10", twice)
	}
	t.Logf("%d texts accepted, %d in doubt; stopped within %v", len(accepted), twice, took)
	s.ends()
}

// What raise, clear and event say while the agent is down is kept in files, and told in order when it
// starts; a raise and its clear are a text each, the same id counts once, and rubbish in the spool is
// set aside with a line that says so.
func TestSpool(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	push := func(args ...string) {
		t.Helper()
		out, errs, code := s.verb(args...)
		if code != exitOK || errs != "" || !has(out, "kept for the agent in "+s.path("state/spool")) {
			t.Errorf("%q ended with %d: %s%s", args, code, out, errs)
		}
	}
	s.fails(exitFailure, []string{"not kept anywhere", s.path("state") + " is not there", "the agent makes it when it first runs"}, "raise", "early", "--text", "Early")
	s.start()
	s.ends()
	push("raise", "water", "--text", "Water!", "--class", "alarm")
	push("raise", "water", "--text", "Water!", "--class", "alarm")
	push("event", "door", "--text", "Door opened by key 7", "--id", "7")
	push("event", "door", "--text", "Door opened by key 7", "--id", "7")
	push("clear", "water", "--text", "Dry again")
	push("clear", "never-raised")
	push("raise", "smoke", "--text", "Smoke!")
	if err := os.WriteFile(s.path("state/spool/9999999999-rubbish.json"), []byte("{\"op\": \"rai"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.fails(exitUsage, []string{"text", "say what happened"}, "event", "door")
	s.fails(exitUsage, []string{"name"}, "raise", "no good name", "--text", "x")
	s.start()
	want := []string{"Test: Water!", "Test: Door opened by key 7", "Test: Dry again", "Test: Smoke!"}
	s.until("all four have arrived", func() bool { return len(s.arrived()) >= len(want) })
	s.deliver(1, want...)
	if got := s.arrived(); len(got) != len(want) {
		t.Errorf("arrived: %v, want these alone: %q", got, want)
	}
	left, err := filepath.Glob(s.path("state/spool/*.json"))
	if err != nil || len(left) > 0 {
		t.Errorf("left in the spool: %v, %v", left, err)
	}
	s.tells(1, "level=WARN")
	s.tells(1, "level=WARN", "spool file is no push", "damaged/9999999999-rubbish.json")
	// What is open stays open over a restart, and over a kill; saying it again tells nobody.
	for _, end := range []func(){s.ends, s.kill} {
		end()
		push("raise", "smoke", "--text", "Smoke!")
		s.start()
		s.until("the spool is empty", func() bool {
			left, err := filepath.Glob(s.path("state/spool/*.json"))
			return err == nil && len(left) == 0
		})
		out, errs, code := s.verb("raise", "smoke", "--text", "Smoke!")
		if code != exitOK || !strings.HasPrefix(out, "already raised, incident ") {
			t.Errorf("raise once more ended with %d: %s%s", code, out, errs)
		}
		if out, _, _ := s.verb("status"); !has(out, "open incidents:", "smoke", "Smoke!") {
			t.Errorf("status does not show the incident:\n%s", out)
		}
	}
	if out, errs, code := s.verb("clear", "smoke", "--text", "No smoke"); code != exitOK || !strings.HasPrefix(out, "cleared, incident ") {
		t.Errorf("clear ended with %d: %s%s", code, out, errs)
	}
	s.deliver(1, append(want, "Test: No smoke")...)
	if got := s.arrived(); len(got) != len(want)+1 {
		t.Errorf("arrived: %v, want one more than %q", got, want)
	}
	s.ends()
}

// A rule about a reading of this machine makes one text when it begins to hold, and none at a restart
// while it goes on, however the agent ended; when it is over, those who were told are told.
func TestReadingSurvivesRestart(t *testing.T) {
	t.Parallel()
	watch := []string{
		`sensor.disk.disk = "/"`, `sensor.disk.every = "1s"`, `alert.full.text = "Disk is in use."`,
		`alert.full.clear = "Disk is empty."`, `alert.full.to = "you"`,
	}
	const when = `alert.full.when = "disk above 0"`
	s := newSite(t, append(watch, when)...)
	s.start()
	s.until("the text has arrived", func() bool { return s.arrived()["Test: Disk is in use."] > 0 })
	for _, end := range []func(){s.ends, s.kill} {
		end()
		s.start()
		s.until("the sensor was read twice", func() bool {
			st, err := s.status()
			return err == nil && len(st.Alerts.Sensors) == 1 && st.Alerts.Sensors[0].Quality == "good" && time.Since(st.Started) > 2500*time.Millisecond
		})
		if st, err := s.status(); err != nil || len(st.Alerts.Incidents) != 1 {
			t.Errorf("open incidents: %+v, %v; want one", st.Alerts.Incidents, err)
		}
		if got := s.arrived(); len(got) != 1 {
			t.Errorf("arrived: %v, want one text", got)
		}
	}
	s.deliver(1, "Test: Disk is in use.")
	s.ends()
	s.configure(append(watch, when, `sensor.disk.scale = -1`)...) // as if it were empty
	s.start()
	s.until("the end of it has arrived", func() bool { return s.arrived()["Test: Disk is empty."] > 0 })
	s.ends()
}
