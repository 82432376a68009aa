package push

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/alerts"
)

func newSpool(dir string, k *taker) *Spool {
	return NewSpool(dir, k.push, DefaultLimits(), quiet())
}

func TestSpoolInOrder(t *testing.T) {
	dir := shortDir(t)
	at := time.Date(1970, 1, 1, 0, 5, 0, 0, time.UTC) // the clock was not set when the first was written
	var want []string
	for i := range 12 {
		p := event("nas", fmt.Sprint("text ", i))
		p.At, at = at, time.Date(2026, 11, 23, 9, 0, i, 0, time.UTC)
		mustSpool(t, dir, p)
		want = append(want, p.Text)
	}
	put(t, dir, "zz-by-hand.json", `{"op":"event","name":"ups","text":"on battery"}`)
	put(t, dir, ".unfinished.json", `{"op":"event","na`)
	put(t, dir, "notes.txt", "not ours")
	stamp := time.Date(2025, 5, 6, 7, 8, 9, 0, time.UTC)
	if err := os.Chtimes(filepath.Join(dir, "zz-by-hand.json"), stamp, stamp); err != nil {
		t.Fatal(err)
	}
	var k taker
	newSpool(dir, &k).round(t.Context())
	if got := k.texts(); !slices.Equal(got, append(want, "on battery")) {
		t.Errorf("got %q", got)
	}
	if got := k.got[0].At; got.Unix() != 300 {
		t.Errorf("the first is of %v, want its own time", got)
	}
	if last := k.got[12]; !last.At.Equal(stamp) || last.ID == "" {
		t.Errorf("by hand: got %+v, want the file's time and an ID", last)
	}
	if got := in(t, dir); !slices.Equal(got, []string{".unfinished.json", "notes.txt"}) {
		t.Errorf("left behind: %q", got)
	}
}

// What is there at the start and what comes later is handed over; inotify makes it prompt.
func TestSpoolRun(t *testing.T) {
	dir := filepath.Join(shortDir(t), "var", "in") // made by Run
	got := make(chan string, 10)
	push := func(_ context.Context, p alerts.Push) (alerts.PushResult, error) {
		got <- p.Text
		return alerts.PushResult{}, nil
	}
	if err := os.MkdirAll(dir, 0o770); err != nil {
		t.Fatal(err)
	}
	mustSpool(t, dir, event("nas", "before"))
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- NewSpool(dir, push, DefaultLimits(), quiet()).Run(ctx) }()
	start := time.Now()
	want := func(text string) {
		t.Helper()
		select {
		case g := <-got:
			if g != text {
				t.Errorf("got %q, want %q", g, text)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%q did not come", text)
		}
	}
	want("before")
	mustSpool(t, dir, event("nas", "while it runs"))
	want("while it runs")
	mustSpool(t, dir, event("nas", "another"))
	want("another")
	if d := time.Since(start); d > pollFast {
		t.Errorf("took %v: inotify did not wake it", d)
	}
	cancel()
	if err := <-ran; err != nil {
		t.Error(err)
	}
}

// serving runs s without inotify inside a synctest bubble until stop is called.
func serving(t *testing.T, s *Spool) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); s.serve(ctx, nil, nil) }()
	return func() { cancel(); <-ended }
}

func TestSpoolPolls(t *testing.T) {
	dir := filepath.Join(shortDir(t), "in")
	synctest.Test(t, func(t *testing.T) {
		var k taker
		log, out := logged()
		s := newSpool(dir, &k)
		s.log = log
		defer serving(t, s)()
		synctest.Wait()
		mustSpool(t, dir, event("nas", "x")) // the directory has been made
		<-time.After(pollFast)
		synctest.Wait()
		if len(k.texts()) != 1 {
			t.Errorf("after %v: got %d, want 1", pollFast, len(k.texts()))
		}
		if err := os.RemoveAll(dir); err != nil { // somebody cleans up, and it is made again
			t.Fatal(err)
		}
		put(t, filepath.Dir(dir), "in", "now it is a file")
		<-time.After(time.Hour)
		synctest.Wait()
		if n := strings.Count(out.String(), "spool not readable"); n != 1 {
			t.Errorf("trouble was reported %d times, want once:\n%s", n, out)
		}
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		<-time.After(pollFast)
		synctest.Wait()
		mustSpool(t, dir, event("nas", "y"))
		<-time.After(pollFast)
		synctest.Wait()
		if len(k.texts()) != 2 || !strings.Contains(out.String(), "spool readable again") {
			t.Errorf("afterwards: got %d, want 2:\n%s", len(k.texts()), out)
		}
	})
}

func TestDamaged(t *testing.T) {
	dir := shortDir(t)
	reasons := map[string]string{}
	for i, c := range []struct{ content, reason string }{
		{"", "not a JSON object"},
		{`{"op":"event","name":"nas","te`, "not a JSON object"},
		{"\x00\x00\x00\x00\x00\x00", "not a JSON object"},
		{`{"op":"shout","name":"nas"}`, "must be raise, clear or event"},
		{`{"op":"raise","name":"nas","clas":"alarm"}`, "clas: there is no such parameter"},
		{`{"op":"raise","name":"nas","to":7}`, "neither a name nor a list"},
		{`{"op":"event","name":"nas","text":"` + strings.Repeat("x", maxFile) + `"}`, "longer than 16384 octets"},
		{`{"op":"raise","name":"no such person"}`, "name"},
	} {
		name := fmt.Sprintf("%02d.json", i)
		put(t, dir, name, c.content)
		reasons[name] = c.reason
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "dir.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	reasons["link.json"], reasons["dir.json"] = "symbolic link", "not a regular file"
	put(t, dir, "zz.json", `{"op":"event","name":"nas","text":"good"}`)
	var k taker
	s := newSpool(dir, &k)
	log, out := logged()
	s.log = log
	s.round(t.Context())
	s.round(t.Context())
	for name, reason := range reasons {
		if _, err := os.Lstat(filepath.Join(dir, damagedDir, name)); err != nil {
			t.Errorf("%s was not set aside: %v", name, err)
		}
		lines := 0
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "/"+name) && strings.Contains(line, "level=WARN") {
				lines++
				if !strings.Contains(line, reason) {
					t.Errorf("%s: got %s want %q", name, line, reason)
				}
			}
		}
		if lines != 1 {
			t.Errorf("%s: %d lines, want one", name, lines)
		}
	}
	if got := in(t, dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
	if got := k.texts(); got[len(got)-1] != "good" {
		t.Errorf("the good one did not pass: %q", got)
	}
}

// Whoever spooled a push was told that it counts: when it names somebody who is not in the configuration,
// those hear of it who are told when nobody is named.
func TestSpoolForAStranger(t *testing.T) {
	dir := shortDir(t)
	mustSpool(t, dir, alerts.Push{Op: alerts.OpRaise, Name: "nas", ID: "1", To: []string{"nobody"}})
	k := taker{answer: func(p alerts.Push) (alerts.PushResult, error) {
		if len(p.To) > 0 {
			return alerts.PushResult{}, &alerts.PushError{Field: "to", Problem: p.To[0] + " is not configured"}
		}
		return alerts.PushResult{Keys: []string{"K-1/first/0"}, Queued: true}, nil
	}}
	s := newSpool(dir, &k)
	log, out := logged()
	s.log = log
	s.round(t.Context())
	if got := in(t, dir); len(got) != 0 || len(k.got) != 2 || len(k.got[1].To) != 0 || k.got[1].ID != "1" {
		t.Errorf("left %q, the engine was given %+v", got, k.got)
	}
	if n := strings.Count(out.String(), "nobody is not configured"); n != 1 {
		t.Errorf("%d lines say why:\n%s", n, out)
	}
}

func TestDamagedIsBounded(t *testing.T) {
	dir := shortDir(t)
	for i := range maxDamaged + 5 {
		put(t, dir, fmt.Sprintf("%03d.json", i), "rubbish")
	}
	var k taker
	newSpool(dir, &k).round(t.Context())
	names := in(t, filepath.Join(dir, damagedDir))
	if len(names) != maxDamaged || names[0] != "005.json" {
		t.Errorf("damaged has %d files from %s, want %d from 005.json", len(names), names[0], maxDamaged)
	}
}

// What the engine cannot take now waits, and what is called the same waits behind it; the rest goes.
func TestSpoolWaits(t *testing.T) {
	dir := shortDir(t)
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		full.Store(true)
		k := taker{answer: func(p alerts.Push) (alerts.PushResult, error) {
			if full.Load() && p.Op == alerts.OpRaise {
				return alerts.PushResult{}, fmt.Errorf("%w: 100 pushed incidents are open", alerts.ErrFull)
			}
			return alerts.PushResult{}, nil
		}}
		mustSpool(t, dir, alerts.Push{Op: alerts.OpRaise, Name: "nas", Text: "raise nas"})
		mustSpool(t, dir, alerts.Push{Op: alerts.OpClear, Name: "nas", Text: "clear nas"})
		mustSpool(t, dir, alerts.Push{Op: alerts.OpClear, Name: "ups", Text: "clear ups"})
		s := newSpool(dir, &k)
		log, out := logged()
		s.log = log
		defer serving(t, s)()
		synctest.Wait()
		if got, want := k.texts(), []string{"raise nas", "clear ups"}; !slices.Equal(got, want) {
			t.Fatalf("at first: got %q, want %q", got, want)
		}
		<-time.After(retryMin + 2*retryMin + 4*retryMin) // tried again and again, less and less often
		synctest.Wait()
		if n := len(k.texts()); n != 5 {
			t.Errorf("tried %d times, want 5", n)
		}
		if n := strings.Count(out.String(), "spooled push waits"); n != 1 {
			t.Errorf("reported %d times, want once:\n%s", n, out)
		}
		full.Store(false)
		<-time.After(retryMax)
		synctest.Wait()
		if got, want := k.texts()[5:], []string{"raise nas", "clear nas"}; !slices.Equal(got, want) {
			t.Errorf("when there is room: got %q, want %q", got, want)
		}
		if got := in(t, dir); len(got) != 0 {
			t.Errorf("left behind: %q", got)
		}
	})
}

// A script in a loop fills the spool while the agent is down: nothing is lost, nobody is flooded, and
// others do not wait for it.
func TestSpoolLimits(t *testing.T) {
	dir := shortDir(t)
	synctest.Test(t, func(t *testing.T) {
		for i := range 40 {
			mustSpool(t, dir, event("loop", fmt.Sprint(i)))
		}
		mustSpool(t, dir, event("nas", "RAID degraded"))
		var k taker
		defer serving(t, newSpool(dir, &k))()
		synctest.Wait()
		if got := k.texts(); len(got) != 31 || got[30] != "RAID degraded" {
			t.Errorf("at once: got %d, the last %q; want 30 and the other one", len(got), got[len(got)-1])
		}
		<-time.After(10*2*time.Minute - time.Second)
		synctest.Wait()
		if n := len(k.texts()); n != 40 {
			t.Errorf("nearly 20m later: got %d, want 40", n)
		}
		<-time.After(time.Second)
		synctest.Wait()
		if got := k.texts(); len(got) != 41 || got[40] != "39" {
			t.Errorf("20m later: got %d, the last %q", len(got), got[len(got)-1])
		}
	})
}

// A rush goes at one a second and does not read the whole spool each time.
func TestSpoolRush(t *testing.T) {
	dir := shortDir(t)
	synctest.Test(t, func(t *testing.T) {
		k := taker{answer: func(alerts.Push) (alerts.PushResult, error) {
			return alerts.PushResult{Effect: alerts.EffectAlready}, nil
		}}
		for range rushSize + 10 {
			mustSpool(t, dir, alerts.Push{Op: alerts.OpRaise, Name: "nas"})
		}
		defer serving(t, newSpool(dir, &k))()
		synctest.Wait()
		if n := len(k.texts()); n != rushSize {
			t.Errorf("at once: got %d, want %d", n, rushSize)
		}
		<-time.After(10 * rushRefill)
		synctest.Wait()
		if n := len(k.texts()); n != rushSize+10 {
			t.Errorf("10s later: got %d, want %d", n, rushSize+10)
		}
	})
}

func TestAbandoned(t *testing.T) {
	dir := shortDir(t)
	put(t, dir, ".0000000001-aaaaaaaa.json", `{"op":"event","name":"nas","text":"half`)
	synctest.Test(t, func(t *testing.T) {
		var k taker
		defer serving(t, newSpool(dir, &k))()
		<-time.After(abandonAge - time.Second)
		synctest.Wait()
		if got := in(t, dir); len(got) != 1 {
			t.Errorf("removed too early: %q", got)
		}
		<-time.After(time.Second + pollFast)
		synctest.Wait()
		if got := in(t, dir); len(got) != 0 || len(k.texts()) != 0 {
			t.Errorf("left behind %q, handed over %d", got, len(k.texts()))
		}
	})
}

// A file that cannot be removed counts once, and is removed when that works.
func TestNotRemovable(t *testing.T) {
	dir := shortDir(t)
	file := mustSpool(t, dir, event("nas", "x"))
	inside := filepath.Join(file, "inside")
	k := taker{answer: func(alerts.Push) (alerts.PushResult, error) {
		os.Remove(file)
		return alerts.PushResult{}, os.MkdirAll(inside, 0o700) // what stands there now cannot be removed
	}}
	s := newSpool(dir, &k)
	log, out := logged()
	s.log = log
	for range 3 {
		s.round(t.Context())
	}
	if n := strings.Count(out.String(), "spool file not removed"); len(k.texts()) != 1 || n != 1 {
		t.Errorf("handed over %d times, reported %d times, want once each:\n%s", len(k.texts()), n, out)
	}
	os.Remove(inside)
	s.round(t.Context())
	if got := in(t, dir); len(got) != 0 || len(k.texts()) != 1 {
		t.Errorf("left behind %q, handed over %d times", got, len(k.texts()))
	}
}
