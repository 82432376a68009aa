package alerts

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/sms"
)

// mailbox is a far end for notices that behaves like the queue: it knows the keys it has.
type mailbox struct {
	mu      sync.Mutex
	keys    map[string]bool
	texts   []string
	refuse  error     // every notice, while it is set
	least   sms.Class // with refuse: classes more urgent than this are taken
	calls   int
	receive func(Notice) // called first, without the lock
}

func newMailbox() *mailbox { return &mailbox{keys: map[string]bool{}} }

func (m *mailbox) raise(_ context.Context, n Notice) error {
	if m.receive != nil {
		m.receive(n)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	if m.refuse != nil && n.Class >= m.least {
		return m.refuse
	}
	if !m.keys[n.Key] {
		m.keys[n.Key] = true
		m.texts = append(m.texts, n.Reason+" "+n.Text)
	}
	return nil
}

func (m *mailbox) set(refuse error, least sms.Class) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuse, m.least = refuse, least
}

func (m *mailbox) take() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.texts
	m.texts = nil
	return out
}

// rig is an engine that runs inside a synctest bubble.
type rig struct {
	t      *testing.T
	e      *Engine
	box    *mailbox
	log    *bytes.Buffer
	cancel context.CancelFunc
	ended  chan error
}

func startRig(t *testing.T, c Config, dir string, box *mailbox) *rig {
	t.Helper()
	r := &rig{t: t, box: box, log: &bytes.Buffer{}, ended: make(chan error, 1)}
	var err error
	r.e, err = New(c, dir, box.raise, slog.New(slog.NewTextHandler(r.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	go func() { r.ended <- r.e.Run(ctx) }()
	synctest.Wait()
	return r
}

func (r *rig) stop() {
	r.t.Helper()
	r.cancel()
	if err := <-r.ended; err != nil {
		r.t.Errorf("Run: %v", err)
	}
}

func (r *rig) emit(sensor string, v Value) {
	r.t.Helper()
	if err := r.e.Emit(r.t.Context(), Reading{Sensor: sensor, Value: v}); err != nil {
		r.t.Errorf("emit %s: %v", sensor, err)
	}
	synctest.Wait()
}

func (r *rig) push(p Push) PushResult {
	r.t.Helper()
	got, err := r.e.Push(r.t.Context(), p)
	if err != nil {
		r.t.Errorf("push %+v: %v", p, err)
	}
	return got
}

func (r *rig) wantTexts(want ...string) {
	r.t.Helper()
	synctest.Wait()
	if got := r.box.take(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		r.t.Errorf("texts %q, want %q", got, want)
	}
}

// pass lets d go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestEngineTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := ruleConfig(Rule{When: "x above 5 for 10m", Text: "X {x}", Clear: "ok {x}", Repeat: []time.Duration{30 * time.Minute}})
		c.Alerts["lost"] = Rule{When: "y silent for 1h", Text: "no y", Clear: "y is back", To: Names{"ivan"}}
		r := startRig(t, c, t.TempDir(), newMailbox())
		r.emit("x", Number(6))
		pass(10*time.Minute - 1)
		r.wantTexts()
		pass(1)
		r.wantTexts("first Cabin: X 6")
		pass(30 * time.Minute)
		r.wantTexts("repeat Cabin: still, after 30m: X 6")
		r.emit("x", Number(1))
		pass(10 * time.Minute)
		r.wantTexts("cleared Cabin: ok 1")
		pass(10 * time.Minute)
		r.wantTexts("first Cabin: no y")
		r.emit("y", Number(1))
		r.wantTexts("cleared Cabin: y is back")
		pass(3 * time.Hour)
		r.wantTexts("first Cabin: no y")
		r.stop()
		if strings.Contains(r.log.String(), "WARN") {
			t.Errorf("log:\n%s", r.log)
		}
	})
}

func TestEngineRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := ruleConfig(Rule{When: "x on", Text: "X", Clear: "over"})
		dir, box := t.TempDir(), newMailbox()
		for range 4 {
			r := startRig(t, c, dir, box)
			r.emit("x", State(true))
			r.push(Push{Op: OpRaise, Name: "nas"})
			r.stop()
		}
		r := startRig(t, c, dir, box)
		r.wantTexts("first Cabin: X", "first Cabin: nas")
		r.emit("x", State(false))
		r.push(Push{Op: OpClear, Name: "nas"})
		r.wantTexts("cleared Cabin: over", "cleared Cabin: over after ?: nas") // the clock says 2000
		r.stop()
		r = startRig(t, c, dir, box)
		pass(time.Hour)
		st, err := r.e.Status(t.Context())
		if err != nil || len(st.Incidents) != 0 || len(st.Recent) != 2 || st.Pending != 0 {
			t.Errorf("%+v, %v", st, err)
		}
		r.wantTexts()
		r.stop()
	})
}

func TestEnginePush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newMailbox()
		r := startRig(t, ruleConfig(Rule{}), t.TempDir(), box)
		defer r.stop()
		got := r.push(Push{Op: OpRaise, Name: "nas", Text: "md0", ID: "1"})
		if !got.Queued || !box.keys[got.Keys[0]] {
			t.Errorf("answered before it is queued: %+v", got)
		}
		if got := r.push(Push{Op: OpRaise, Name: "nas", Text: "md0", ID: "1"}); got.Effect != EffectDuplicate {
			t.Errorf("%+v", got)
		}
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				if got := r.push(Push{Op: OpEvent, Name: "job", Text: "done"}); !got.Queued {
					t.Errorf("%+v", got)
				}
			})
		}
		wg.Wait()
		if got := box.take(); len(got) != 201 {
			t.Errorf("%d texts", len(got))
		}
		if _, err := r.e.Push(t.Context(), Push{Op: "shout", Name: "a"}); err == nil {
			t.Error("shout is taken")
		}
	})
}

func TestEngineQueueRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newMailbox()
		box.set(errors.New("queue full"), sms.Alarm)
		dir := t.TempDir()
		r := startRig(t, ruleConfig(Rule{}), dir, box)
		got := r.push(Push{Op: OpRaise, Name: "a"})
		if got.Queued || !strings.Contains(got.Detail, "queue full") || got.Effect != EffectRaised {
			t.Errorf("%+v", got)
		}
		got = r.push(Push{Op: OpRaise, Name: "b"}) // not even tried, and answered
		if got.Queued || got.Detail == "" {
			t.Errorf("%+v", got)
		}
		if got := r.push(Push{Op: OpRaise, Name: "c", Class: "emergency"}); !got.Queued {
			t.Errorf("an emergency waits behind a warning: %+v", got)
		}
		r.wantTexts("first Cabin: c")
		if got := r.push(Push{Op: OpRaise, Name: "b", Text: "worse", Class: "emergency"}); !got.Queued {
			t.Errorf("it waits behind its own beginning: %+v", got)
		}
		r.wantTexts("repeat Cabin: worse")
		pass(time.Hour)
		if box.calls > 75 {
			t.Errorf("tried %d times in an hour", box.calls)
		}
		r.stop()
		if n := strings.Count(r.log.String(), "WARN"); n != 1 {
			t.Errorf("%d warnings:\n%s", n, r.log)
		}

		r = startRig(t, ruleConfig(Rule{}), dir, box)
		pass(time.Minute)
		box.set(nil, 0)
		pass(2 * time.Minute)
		r.wantTexts("first Cabin: a")
		r.stop()
		if n := strings.Count(r.log.String(), "takes notices again"); n != 1 {
			t.Errorf("log:\n%s", r.log)
		}
	})
}

// TestEngineDiskFails: the state directory cannot be written; texts go out, the callers learn what is not
// safe, one line says so, and it is tried again.
func TestEngineDiskFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file in the way stops root as well
			t.Fatal(err)
		}
		box := newMailbox()
		r := startRig(t, ruleConfig(Rule{When: "x on"}), dir, box)
		if err := r.e.Emit(t.Context(), Reading{Sensor: "x", Value: State(false)}); err != nil {
			t.Errorf("a reading that changes nothing: %v", err)
		}
		if err := r.e.Emit(t.Context(), Reading{Sensor: "x", Value: State(true)}); !errors.Is(err, ErrNotStored) {
			t.Errorf("a reading that fires: %v", err)
		}
		r.wantTexts("first Cabin: T")
		if got := r.push(Push{Op: OpRaise, Name: "a", ID: "1"}); !got.Queued {
			t.Errorf("%+v", got)
		}
		box.set(errors.New("queue full"), 0)
		for range 2 { // the second time it is known, and still not safe
			if _, err := r.e.Push(t.Context(), Push{Op: OpRaise, Name: "b", ID: "2"}); !errors.Is(err, ErrNotStored) {
				t.Errorf("neither queued nor stored: %v", err)
			}
		}
		st, err := r.e.Status(t.Context())
		if err != nil || st.Store == "" || len(st.Incidents) != 3 {
			t.Errorf("%+v, %v", st, err)
		}
		pass(time.Hour)
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		if got, err := r.e.Push(t.Context(), Push{Op: OpRaise, Name: "b", ID: "2"}); err != nil || got.Effect != EffectDuplicate {
			t.Errorf("%+v, %v", got, err)
		}
		r.stop()
		for line, want := range map[string]int{"alert state not written": 1, "alert state written again": 1, "notice not queued": 1} {
			if n := strings.Count(r.log.String(), line); n != want {
				t.Errorf("%d times %q:\n%s", n, line, r.log)
			}
		}
	})
}

// TestEngineStopsAfterFailure: the last write is tried even when an earlier one failed just before.
func TestEngineStopsAfterFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		box := newMailbox()
		box.set(errors.New("queue full"), 0)
		r := startRig(t, ruleConfig(Rule{}), dir, box)
		if _, err := r.e.Push(t.Context(), Push{Op: OpRaise, Name: "a"}); !errors.Is(err, ErrNotStored) {
			t.Errorf("neither queued nor stored: %v", err)
		}
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		r.stop()
		box.set(nil, 0)
		r = startRig(t, ruleConfig(Rule{}), dir, box)
		pass(time.Minute)
		r.wantTexts("first Cabin: a")
		r.stop()
	})
}

func TestEngineOutcomeAndStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newMailbox()
		var r *rig
		box.receive = func(n Notice) { // from inside raise, as a bridge may
			if err := r.e.Outcome(t.Context(), n.Key, "ivan", sms.Accepted); err != nil {
				t.Errorf("outcome: %v", err)
			}
		}
		dir := t.TempDir()
		r = startRig(t, ruleConfig(Rule{When: "x on for 1s"}), dir, box)
		if err := r.e.Emit(t.Context(), Reading{Sensor: "x", Value: State(true), Unit: "V", Quality: Retained, Reason: "kept"}); err != nil {
			t.Error(err)
		}
		st, err := r.e.Status(t.Context())
		if err != nil || st.Alerts[0].State != StateRising || st.Alerts[0].When != "x on for 1s" || st.Alerts[0].Until != "x off for 1s" {
			t.Errorf("%+v, %v", st, err)
		}
		pass(3 * time.Second)
		st, err = r.e.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		i := st.Incidents[0]
		if i.State != StateFiring || i.ID != st.Alerts[0].Incident || i.Text != "Cabin: T" || len(i.Told) != 2 ||
			i.Told[0].Outcome != sms.Accepted || i.Told[1].Outcome != sms.Pending || st.Pending != 0 {
			t.Errorf("%+v", st)
		}
		x := st.Sensors[0]
		if x.Name != "x" || x.Value != "on" || x.Unit != "V" || x.Quality != "retained" || x.Reason != "kept" || x.Age != 3*time.Second || x.Readings != 1 {
			t.Errorf("%+v", x)
		}
		r.stop()
		if _, err := r.e.Status(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
		if err := r.e.Emit(t.Context(), Reading{Sensor: "x", Value: State(true)}); !errors.Is(err, ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
		_, kept, _ := openStore(dir)
		if len(kept.Open) != 1 || kept.Open[0].Told[0].Outcome != sms.Accepted {
			t.Errorf("kept %+v", kept)
		}
	})
}

func TestEmitRefuses(t *testing.T) {
	for problem, r := range map[string]Reading{
		"no name":         {Sensor: "a b", Value: Number(1)},
		"not finite":      {Sensor: "a", Value: Number(math.NaN())},
		"no kind":         {Sensor: "a", Value: Value{Kind: 9}},
		"no quality":      {Sensor: "a", Value: Number(1), Quality: 9},
		"there is no":     {Sensor: "a"},
		"octets of text":  {Sensor: "a", Value: Text(strings.Repeat("x", 1001))},
		"fields are more": {Sensor: "a", Value: Event(""), Fields: manyFields(33)},
	} {
		if err := r.check(); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%v, want %q", err, problem)
		}
	}
	if err := (Reading{Sensor: "a", Quality: Bad, Reason: "no answer"}).check(); err != nil {
		t.Error(err)
	}
}

func manyFields(n int) map[string]string {
	out := map[string]string{}
	for i := range n {
		out[strings.Repeat("f", i+1)] = ""
	}
	return out
}

func TestNewRefusesBadConfig(t *testing.T) {
	_, err := New(Default(), t.TempDir(), newMailbox().raise, slog.New(slog.DiscardHandler))
	if err == nil || !strings.HasPrefix(err.Error(), "alerts: site.name: there is no name") {
		t.Errorf("%v", err)
	}
}

// TestEngineStopsInTime: a raise that never ends does not keep the engine from stopping.
func TestEngineStopsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := ruleConfig(Rule{})
		dir := t.TempDir()
		hang := func(ctx context.Context, _ Notice) error { <-ctx.Done(); return ctx.Err() }
		e, err := New(c, dir, hang, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx) }()
		answer := make(chan PushResult, 1)
		go func() {
			got, err := e.Push(t.Context(), Push{Op: OpRaise, Name: "a"})
			if err != nil {
				t.Errorf("push: %v", err)
			}
			answer <- got
		}()
		synctest.Wait()
		start := time.Now()
		cancel()
		if err := <-ended; err != nil || time.Since(start) != drain {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if got := <-answer; got.Queued || got.Effect != EffectRaised {
			t.Errorf("%+v", got)
		}
		box := newMailbox()
		r := startRig(t, c, dir, box)
		r.wantTexts("first Cabin: a")
		r.stop()
	})
}
