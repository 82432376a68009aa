package queue

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
)

// copyingDir is a directory on a file system that writes everything to a new place, of which it has so much.
type copyingDir struct {
	files
	free int64
	held int64 // by the ballast
}

func (d *copyingDir) copies() bool         { return true }
func (d *copyingDir) room() (int64, error) { return d.free, nil }

func (d *copyingDir) take(name string, n int) error {
	if int64(n) > d.free {
		return syscall.ENOSPC
	}
	if name == ballastName {
		d.free, d.held = d.free-int64(n), d.held+int64(n)
	}
	return nil
}

func (d *copyingDir) remove(name string) error {
	if name == ballastName {
		d.free, d.held = d.free+d.held, 0
	}
	return d.files.remove(name)
}

func (d *copyingDir) create(name string) (file, error) {
	f, err := d.files.create(name)
	return &copyingFile{f, d, name}, err
}

func (d *copyingDir) open(name string) (file, error) {
	f, err := d.files.open(name)
	return &copyingFile{f, d, name}, err
}

type copyingFile struct {
	file
	dir  *copyingDir
	name string
}

func (f *copyingFile) WriteAt(b []byte, at int64) (int, error) {
	if err := f.dir.take(f.name, len(b)); err != nil {
		return 0, err
	}
	return f.file.WriteAt(b, at)
}

// TestBallast: when others fill a file system that copies what is written over, new records are refused with a clear
// error, all that waits can be settled, and when there is room again everything is as before.
func TestBallast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(t.TempDir())
		d := &copyingDir{files: &disk{dir: cfg.Dir, program: "test", volatile: true}, free: 4 << 20}
		s, rec, err := openStore(cfg, d, quiet)
		if err != nil || len(rec.Notes) > 1 {
			t.Fatal(rec, err)
		}
		defer s.close()
		info, err := os.Stat(filepath.Join(cfg.Dir, ballastName))
		if err != nil || info.Size() < ballastLeast {
			t.Fatal(info, err)
		}
		var ids []ID
		for range 40 {
			ids = append(ids, must(putOne(s, "waits")))
		}
		d.free = 0 // others have taken it
		if err := s.done(ids[0], 1); err != nil {
			t.Fatal(err)
		}
		if err := s.commit(); err != nil || s.failure != nil || s.counted.failures != 0 {
			t.Fatalf("settling on a full file system: %v, %v", err, s.failure)
		}
		if _, _, err := s.put([]Entry{text("new")}); !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "file system") {
			t.Errorf("a new record on a full file system: %v", err)
		}
		for _, id := range ids[1:] {
			if err := errors.Join(s.submitted(id, []byte("note")), s.done(id, 1), s.commit()); err != nil {
				t.Fatalf("settling record %d: %v", id, err)
			}
		}
		pass(ballastEvery)
		if _, _, err := s.put([]Entry{text("new")}); !errors.Is(err, ErrFull) {
			t.Errorf("before there is room: %v", err)
		}
		d.free = 4 << 20
		pass(ballastEvery)
		must(putOne(s, "new"))
		if _, err := os.Stat(filepath.Join(cfg.Dir, ballastName)); err != nil || s.index.n != 1 {
			t.Errorf("%v, %d records", err, s.index.n)
		}
	})
}
