package alerts

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// moment is what a SIGKILL leaves: the files, and the keys that the queue has by then.
type moment struct {
	what  string
	files map[string][]byte
	keys  map[string]bool
	dry   bool // the sensor x says off by then
}

func takeMoment(t *testing.T, what, dir string, keys map[string]bool) moment {
	t.Helper()
	m := moment{what: what, files: map[string][]byte{}, keys: maps.Clone(keys)}
	for _, name := range []string{"alerts.0", "alerts.1"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			m.files[name] = b
		}
	}
	return m
}

// incidentReasons gives the reasons of the notices, sorted.
func incidentReasons(keys map[string]bool) []string {
	var out []string
	for k := range keys {
		out = append(out, strings.SplitN(k, "/", 3)[1])
	}
	slices.Sort(out)
	return out
}

// TestKilledAnywhere runs a scenario and notes the state of the world before and after every notice gets
// into the queue, and between the writes. From each of those moments a new run goes on, the sensors still
// say what they said: in the end the queue has every text once.
func TestKilledAnywhere(t *testing.T) {
	c := ruleConfig(Rule{When: "x on", Text: "X", Clear: "over"})
	c.Alerts["mail"] = Rule{When: "mail new", Text: "{mail}", To: Names{"ivan"}}
	c.Push.Sensors = Names{"held"}
	c.Alerts["held"] = Rule{When: "held on for 5m", Text: "held", To: Names{"ivan"}}

	var moments []moment
	synctest.Test(t, func(t *testing.T) {
		dir, box := t.TempDir(), newMailbox()
		var mu sync.Mutex
		dry := false
		note := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			box.mu.Lock()
			defer box.mu.Unlock()
			m := takeMoment(t, what, dir, box.keys)
			m.dry = dry
			moments = append(moments, m)
		}
		box.receive = func(n Notice) { note("before " + n.Key) }
		r := startRig(t, c, dir, box)
		step := func(f func()) {
			f()
			synctest.Wait()
			note("answered")
			pass(saveSoon + time.Second)
			note("settled")
		}
		step(func() { r.emit("x", State(true)) })
		step(func() {
			if err := r.e.Emit(t.Context(), Reading{Sensor: "mail", ID: "1", Value: Event("m1")}); err != nil {
				t.Error(err)
			}
		})
		step(func() { r.push(Push{Op: OpRaise, Name: "nas", ID: "p1"}) })
		step(func() { r.push(Push{Op: OpRaise, Name: "held", ID: "p2"}) })
		step(func() {
			mu.Lock()
			dry = true
			mu.Unlock()
			r.emit("x", State(false))
		})
		step(func() { r.push(Push{Op: OpClear, Name: "nas", ID: "p3"}) })
		r.stop()
	})
	if len(moments) < 15 {
		t.Fatalf("%d moments", len(moments))
	}

	// What the whole scenario must have put into the queue, whatever happened in between.
	want := []string{"cleared", "cleared", "event", "first", "first", "first"}
	for n, m := range moments {
		synctest.Test(t, func(t *testing.T) {
			dir, box := t.TempDir(), newMailbox()
			for name, b := range m.files {
				if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			box.keys = maps.Clone(m.keys)
			r := startRig(t, c, dir, box)
			// Everybody who got no answer before the kill says it again, as a spool or a broker does, and
			// so do those who did: it must not matter.
			if !m.dry {
				r.emit("x", State(true))
			}
			if err := r.e.Emit(t.Context(), Reading{Sensor: "mail", ID: "1", Value: Event("m1")}); err != nil {
				t.Error(err)
			}
			r.push(Push{Op: OpRaise, Name: "nas", ID: "p1"})
			r.push(Push{Op: OpRaise, Name: "held", ID: "p2"})
			synctest.Wait()
			r.emit("x", State(false))
			r.push(Push{Op: OpClear, Name: "nas", ID: "p3"})
			pass(10 * time.Minute)
			r.stop()
			if got := incidentReasons(box.keys); !slices.Equal(got, want) {
				t.Errorf("moment %d, %s: %v, want %v", n, m.what, got, want)
			}
		})
	}
}

// TestSavedBeforeRaised: whatever gets into the queue stands in the state file already.
func TestSavedBeforeRaised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, box := t.TempDir(), newMailbox()
		seen := 0
		var mu sync.Mutex
		box.receive = func(n Notice) {
			mu.Lock()
			defer mu.Unlock()
			seen++
			_, kept, problems := openStore(dir)
			if len(problems) > 0 && len(kept.Pending) == 0 {
				return // the other generation is being written this moment
			}
			if !slices.ContainsFunc(kept.Pending, func(p pending) bool { return p.Key == n.Key && p.Text == n.Text }) {
				t.Errorf("%s is raised and not on flash", n.Key)
			}
		}
		r := startRig(t, ruleConfig(Rule{When: "x on", Clear: "over", Repeat: []time.Duration{time.Minute, time.Minute}}), dir, box)
		for range 5 {
			r.emit("x", State(true))
			r.push(Push{Op: OpRaise, Name: "a"})
			pass(10 * time.Minute)
			r.emit("x", State(false))
			r.push(Push{Op: OpClear, Name: "a"})
		}
		r.stop()
		if seen != 5*6 {
			t.Errorf("%d notices", seen)
		}
	})
}
