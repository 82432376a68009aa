package queue

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// failing makes the operations of that name fail with err while on.
type failing struct {
	op    string
	err   error
	on    bool
	times int // how often at most, 0 for ever
}

func (f *failing) fail(op, name string) error {
	if !f.on || op != f.op {
		return nil
	}
	if f.times > 0 {
		if f.times--; f.times == 0 {
			f.on = false
		}
	}
	return f.err
}

func putOne(s *store, body string) (ID, error) {
	ids, _, err := s.put([]Entry{text(body)})
	if err == nil {
		err = s.commit()
	}
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// TestOneFault: a single failed write or sync seals the segment; nobody notices but the log.
func TestOneFault(t *testing.T) {
	for _, f := range []failing{
		{op: "sync", err: syscall.EIO},
		{op: "write", err: syscall.EIO},
		{op: "write", err: syscall.ENOSPC},
		{op: "write", err: errShort},
	} {
		d := newSimDisk()
		s, _, err := openStore(simConfig(), d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		first := must(putOne(s, "first"))
		sealed := s.writer.segment
		if err := s.submitted(first, []byte("remote")); err != nil {
			t.Fatal(err)
		}
		f.on, f.times = true, 1
		d.fail = f.fail
		syncs := map[string]int{}
		second, err := putOne(s, "second")
		if err != nil {
			t.Errorf("%s %v: append: %v", f.op, f.err, err)
		}
		d.fail = func(op, name string) error {
			if op != "read" {
				syncs[name]++
			}
			return nil
		}
		third := must(putOne(s, "third"))
		if syncs[sealed.name] > 0 {
			t.Errorf("%s %v: %s was written or synced again after a failure", f.op, f.err, sealed.name)
		}
		d.fail = nil
		for mode := range cuts {
			s, rec, err := openStore(simConfig(), d.cut(mode, rand.New(rand.NewPCG(1, 2))), quiet)
			if err != nil {
				t.Fatal(err)
			}
			if s.index.n != 3 || s.visible(first) == nil || s.visible(second) == nil || s.visible(third) == nil || len(rec.Damaged) > 0 {
				t.Errorf("%s %v: after cut %d: %v", f.op, f.err, mode, rec)
			}
			if it, _ := s.get(first); it.State != Waiting || string(it.Note) != "remote" {
				t.Errorf("%s %v: after cut %d the first record is %v %q", f.op, f.err, mode, it.State, it.Note)
			}
		}
	}
}

// TestDeadMedium: when nothing can be written any more, appends are refused with ErrStorage, what is
// there goes on being delivered, and all is well when the medium comes back.
func TestDeadMedium(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	var ids []ID
	for i := range 5 {
		ids = append(ids, must(putOne(s, fmt.Sprintf("body %d", i))))
	}
	f := failing{op: "sync", err: syscall.EIO, on: true}
	d.fail = f.fail
	if _, err := putOne(s, "refused"); !errors.Is(err, ErrStorage) || !errors.Is(err, syscall.EIO) {
		t.Fatalf("append to a dead medium: %v", err)
	}
	it, ok := s.next(0)
	if !ok || it.ID != ids[0] || string(it.Body) != "body 0" {
		t.Fatalf("Next gives %+v", it)
	}
	if err := s.submitted(it.ID, []byte("remote")); err != nil {
		t.Fatal(err)
	}
	if err := s.flush(); !errors.Is(err, ErrStorage) {
		t.Errorf("Submitted did not say that it is in memory only: %v", err)
	}
	if it, err := s.get(ids[0]); err != nil || it.State != Waiting || string(it.Note) != "remote" {
		t.Errorf("the change does not hold in memory: %+v %v", it, err)
	}
	if err := s.done(ids[1], 1); err != nil {
		t.Fatal(err)
	}
	if st := s.stats(); st.Failure == "" || st.Unsaved != 2 || st.Waiting != 1 || st.Ready != 3 {
		t.Errorf("stats: %+v", st)
	}
	f.on = false
	if _, err := putOne(s, "too early"); !errors.Is(err, ErrStorage) {
		t.Errorf("the medium was tried again at once: %v", err)
	}
	s.healAt = 0
	last := must(putOne(s, "works again"))
	if st := s.stats(); st.Failure != "" || st.Unsaved != 0 {
		t.Errorf("stats: %+v", st)
	}
	s, rec, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
	if err != nil || len(rec.Damaged) > 0 {
		t.Fatal(rec, err)
	}
	if it, err := s.get(ids[0]); err != nil || it.State != Waiting || string(it.Note) != "remote" {
		t.Errorf("after the restart: %+v %v", it, err)
	}
	if s.visible(ids[1]) != nil || s.visible(last) == nil || s.index.n != 5 {
		t.Errorf("after the restart %d are there", s.index.n)
	}
}

// TestUnsaved: a medium that fails for long does not let what is held in memory grow without bound, and what
// is held is on flash when it works again.
func TestUnsaved(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	var ids []ID
	for i := range 6 {
		ids = append(ids, must(putOne(s, fmt.Sprintf("body %d", i))))
	}
	f := failing{op: "sync", err: syscall.EIO, on: true}
	d.fail = f.fail
	if _, err := putOne(s, "refused"); !errors.Is(err, ErrStorage) {
		t.Fatal(err)
	}
	most := 0
	for i := range 5000 {
		note := []byte(fmt.Sprint(i))
		for _, id := range ids[:4] {
			for _, err := range []error{
				s.note(id, []byte("old")), s.submitted(id, nil), s.retry(id, time.Time{}, note, true),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		most = max(most, len(s.unsaved))
	}
	if most > 2048 {
		t.Errorf("%d changes of 4 records are held", most)
	}
	for _, err := range []error{
		s.submitted(ids[0], []byte("remote")), s.submitted(ids[1], nil), s.bury(ids[2], "given up"), s.kick(ids[3]), s.done(ids[4], 1),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.pruneUnsaved()
	before := s.list(nil, 0, 100)
	f.on, s.healAt = false, 0
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	after, rec, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
	if err != nil || reported(rec) {
		t.Fatal(rec, err)
	}
	if got := after.list(nil, 0, 100); len(got) != 5 || !reflect.DeepEqual(got, before) {
		t.Errorf("after the restart\n%+v, want\n%+v", got, before)
	}
}

// TestPoolUsedUp: a disk that refuses nearly every write closes segment after segment with hardly anything
// in them. When it has room again the queue goes on, also when it was restarted meanwhile.
func TestPoolUsedUp(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		d := newSimDisk()
		s, _, err := openStore(simConfig(), d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		writes := map[string]int{}
		d.fail = func(op, name string) error {
			if op == "create" {
				return syscall.ENOSPC
			}
			if op == "write" {
				if writes[name]++; writes[name] > 2 { // its header, and one commit
					return syscall.ENOSPC
				}
			}
			return nil
		}
		var kept []ID
		for i := range 100 {
			s.healAt = 0
			if id, err := putOne(s, fmt.Sprintf("body %d", i)); err == nil {
				kept = append(kept, id)
			} else if !errors.Is(err, ErrStorage) && !errors.Is(err, ErrFull) {
				t.Fatal(err)
			}
			if len(kept) > 0 { // changes of state take what is in reserve
				if err := s.attempt(kept[0], nil); err != nil && !errors.Is(err, ErrState) {
					t.Fatal(err)
				}
				_ = s.commit()
			}
		}
		if s.failure == nil || len(s.free) > 1 {
			t.Fatalf("the pool is not used up: %v, %d free", s.failure, len(s.free))
		}
		d.fail = nil
		if restarted {
			d.locked = false
			if s, _, err = openStore(simConfig(), d, quiet); err != nil {
				t.Fatal(err)
			}
		}
		s.healAt = 0
		for _, id := range kept {
			if err := s.done(id, 0); err != nil {
				t.Error(err)
			}
		}
		if err := s.commit(); err != nil {
			t.Errorf("restarted %v: settling: %v", restarted, err)
		}
		s.healAt = 0
		for i := range 50 {
			if _, err := putOne(s, fmt.Sprintf("after %d", i)); err != nil {
				t.Fatalf("restarted %v: %v", restarted, err)
			}
		}
		after, rec, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
		if err != nil || after.index.n != 50 || len(rec.Damaged) > 0 {
			t.Errorf("restarted %v: after a cut: %v, %v", restarted, rec, err)
		}
	}
}

func TestOpenRefusals(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(filepath.Join(file, "queue"))
	if _, _, err := Open(cfg, quiet); !errors.Is(err, syscall.ENOTDIR) || !strings.Contains(err.Error(), cfg.Dir) {
		t.Errorf("a file in the path: %v", err)
	}
	for _, c := range []struct {
		cause error
		hint  string
	}{
		{syscall.EROFS, "mounted read-only"},
		{syscall.EACCES, "needs to own it"},
		{syscall.ENOSPC, "make room"},
	} {
		d := disk{dir: "/var/lib/q"}
		err := d.explain("lock state directory", &os.PathError{Op: "open", Path: "LOCK", Err: c.cause})
		if !errors.Is(err, c.cause) || !strings.Contains(err.Error(), c.hint) || !strings.Contains(err.Error(), "/var/lib/q") {
			t.Errorf("%v is explained as %v", c.cause, err)
		}
	}
	for key, change := range map[string]func(*Config){
		"dir":          func(c *Config) { c.Dir = "" },
		"segment_size": func(c *Config) { c.SegmentSize = 5000 },
		"segments":     func(c *Config) { c.Segments = 3 },
		"records":      func(c *Config) { c.Records = 1 },
		"wait_grace":   func(c *Config) { c.WaitGrace = 5 },
	} {
		cfg := testConfig(dir)
		change(&cfg)
		var keys []string
		cfg.Check(func(key, problem string) { keys = append(keys, key) })
		if len(keys) != 1 || keys[0] != key {
			t.Errorf("Check of a wrong %s names %v", key, keys)
		}
		if _, _, err := Open(cfg, quiet); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("Open with a wrong %s: %v", key, err)
		}
	}
}

// TestNoRoomAtCreation: a disk that cannot hold the pool is named, and nothing is left on it.
func TestNoRoomAtCreation(t *testing.T) {
	d := newSimDisk()
	n := 0
	d.fail = func(op, name string) error {
		if op == "write" {
			if n++; n > 7 {
				return syscall.ENOSPC
			}
		}
		return nil
	}
	_, _, err := openStore(simConfig(), d, quiet)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no room for a pool of 48 KiB (6 segments of 8 KiB)") {
		t.Errorf("Open on a full disk: %v", err)
	}
	if len(d.names) != 0 || d.locked {
		t.Errorf("left behind: %v, locked %v", d.names, d.locked)
	}
}

// TestFullDisk: a pool that is there works on a disk that others have filled.
func TestFullDisk(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	d.fail = func(op, name string) error {
		if op == "create" {
			return syscall.ENOSPC
		}
		return nil
	}
	for i := range 400 {
		id := must(putOne(s, fmt.Sprint("body", i)))
		if err := s.done(id, 0); err != nil {
			t.Fatal(err)
		}
	}
	cfg := simConfig()
	cfg.Segments = 9
	d.locked = false
	s, rec, err := openStore(cfg, d, quiet)
	if err != nil || len(rec.Notes) == 0 || !strings.Contains(rec.Notes[0], "going on with 6") {
		t.Errorf("growing on a full disk: %v, %v", rec, err)
	}
	must(putOne(s, "works"))
}

// TestDeadMediumIsQuiet: while the medium takes no writes there is nothing to do until it is tried again,
// however many changes are held in memory.
func TestDeadMediumIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSimDisk()
		s, _, err := openStore(simConfig(), d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		id := must(putOne(s, "a"))
		d.fail = (&failing{op: "write", err: syscall.EIO, on: true}).fail
		if _, err := putOne(s, "b"); !errors.Is(err, ErrStorage) {
			t.Fatalf("append: %v", err)
		}
		if it, ok := s.next(0); !ok || it.ID != id {
			t.Fatalf("got %+v, %v", it, ok)
		}
		if err := s.retry(id, time.Now().Add(time.Hour), nil, true); err != nil {
			t.Fatal(err)
		}
		pass(later)
		s.tick()
		if wait := s.untilNext(); wait != healEvery-later {
			t.Errorf("looks again in %v, want %v", wait, healEvery-later)
		}
	})
}
