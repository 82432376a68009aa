package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"smppagent/internal/sms"
)

// A disk is a small file system of the test's own, mounted where the site keeps its state.
type disk struct {
	t     *testing.T
	point string
}

// newDisk mounts a file system of so many octets at the site's state directory.
func (s *site) newDisk(octets int) *disk {
	s.t.Helper()
	d := &disk{s.t, s.path("state")}
	if err := os.Mkdir(d.point, 0o700); err != nil {
		s.t.Fatal(err)
	}
	err := syscall.Mount("tmpfs", d.point, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", octets))
	if errors.Is(err, syscall.EPERM) && os.Getenv("CI") != "true" {
		s.t.Skip("mount(2) of a tmpfs is not permitted here: it takes root with CAP_SYS_ADMIN")
	}
	if err != nil {
		s.t.Fatalf("mount a tmpfs: %v", err)
	}
	s.t.Cleanup(func() {
		s.kill()
		if err := syscall.Unmount(d.point, syscall.MNT_DETACH); err != nil {
			s.t.Errorf("unmount: %v", err)
		}
	})
	return d
}

// remount changes the size of the disk, or makes it read-only; nothing may be open for writing then.
func (d *disk) remount(flags uintptr, options string) {
	d.t.Helper()
	if err := syscall.Mount("tmpfs", d.point, "tmpfs", syscall.MS_REMOUNT|flags, options); err != nil {
		d.t.Fatalf("remount: %v", err)
	}
}

// fill leaves no room on the disk; free gives it back.
func (d *disk) fill() (free func()) {
	d.t.Helper()
	name := filepath.Join(d.point, "filler")
	f, err := os.Create(name)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	for {
		if _, err := f.Write(page); errors.Is(err, syscall.ENOSPC) {
			break
		} else if err != nil {
			d.t.Fatal(err)
		}
	}
	return func() {
		if err := os.Remove(name); err != nil {
			d.t.Error(err)
		}
	}
}

// fails runs a verb and fails unless it ends with code and says one line that has all the parts.
func (s *site) fails(code int, parts []string, args ...string) {
	s.t.Helper()
	out, errs, got := s.verb(args...)
	line := strings.TrimSuffix(errs, "\n")
	if got != code || out != "" || strings.Contains(line, "\n") || !strings.HasPrefix(line, "smppagent: ") || !has(line, parts...) {
		s.t.Errorf("%s ended with %d, stdout %q, stderr %q; want %d and one line with %q", args[0], got, out, errs, code, parts)
	}
}

// A disk with too little room for the queue is told at the first start, with how much is needed; what
// was made is taken back, and the next start with room succeeds.
func TestFullDiskAtFirstStart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.newDisk(512 << 10)
	s.fails(exitFailure, []string{
		"state directory " + s.path("state/queue") + " has no room for a pool of 1.0 MiB (16 segments of 64 KiB)",
		"no space left on device", "make room or ask for fewer segments",
	}, "run")
	if left, err := filepath.Glob(s.path("state/queue/seg-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	d.remount(0, "size=2m")
	s.start()
	s.accept("text")
	s.deliver(1, "text")
	s.ends()
}

// A disk that fills up while the agent runs takes nothing from the queue, whose room is its own: texts
// are accepted, the agent can be killed and started, and all of them arrive.
func TestDiskFillsUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.newDisk(2 << 20)
	s.unplugged()
	s.start()
	before := texts("before", 20)
	s.accept(before...)
	free := d.fill()
	after := texts("after", 20)
	s.accept(after...)
	if out, errs, code := s.verb("raise", "water", "--text", "Water!"); code != exitOK {
		t.Errorf("raise on a full disk ended with %d: %s%s", code, out, errs)
	}
	s.kill()
	s.fails(exitFailure, []string{"spool", "no space left on device"}, "raise", "smoke", "--text", "Smoke!")
	s.start()
	s.plug()
	s.deliver(1, append(append(before, after...), "Test: Water!")...)
	s.tells(0, "level=ERROR")
	s.ends()
	free()
	s.quiet(150)
}

// overfill sends texts until one is refused, and returns those that were accepted.
func (s *site) overfill(what string) (accepted []string) {
	s.t.Helper()
	for n := 1; ; n++ {
		text := fmt.Sprintf("%d %s", n, what)
		known, err := s.send(context.Background(), text, text[:min(len(text), 40)])
		if !known {
			return accepted
		}
		if err != nil {
			s.t.Fatal(err)
		}
		accepted = append(accepted, text)
	}
}

// A full queue refuses by class, with the code that says "later"; urgent texts still have room. It drains,
// and all that it accepted arrives.
func TestFullQueue(t *testing.T) {
	t.Parallel()
	s := newSite(t, `queue.segments = 4`, `queue.segment_size = 16384`)
	s.unplugged()
	s.start()
	accepted := s.overfill("text " + strings.Repeat("x", 100))
	if len(accepted) < 10 {
		t.Errorf("the queue was full after %d texts", len(accepted))
	}
	s.fails(exitLater, []string{"queue: full for class", "settle or drop some, or raise queue.segments"},
		"send", "--to", "+359888123456", "--class", "warning", "--text", strings.Repeat("x", 110))
	fire := "FIRE " + strings.Repeat("x", 100)
	if known, err := s.order(context.Background(), sendOrder{To: "+359888123456", Text: fire, Class: sms.Emergency}); !known {
		t.Errorf("an emergency was refused: %v", err)
	}
	s.quiet(len(accepted) + 20)
	s.plug()
	s.deliver(1, append(accepted, fire)...)
	s.accept("after")
	s.deliver(1, "after")
	s.ends()
}

// A state directory that is mounted read-only is told in one line, with what to do; messages in it can be
// looked at, and go out when it can be written again.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.newDisk(2 << 20)
	d.remount(syscall.MS_RDONLY, "")
	s.fails(exitFailure, []string{s.path("state"), "read-only file system", "mount it read-write or choose another directory"}, "run")
	s.fails(exitFailure, []string{"spool " + s.path("state/spool"), "read-only file system"}, "raise", "smoke", "--text", "Smoke!")
	d.remount(0, "")
	s.unplugged()
	s.start()
	accepted := texts("text", 10)
	s.accept(accepted...)
	s.ends()
	d.remount(syscall.MS_RDONLY, "")
	s.fails(exitFailure, []string{s.path("state"), "read-only file system", "mount it read-write or choose another directory"}, "run")
	if out, errs, code := s.verb("queue", "list"); code != exitOK || strings.Count(out, "text") != len(accepted) || strings.Count(errs, "\n") != 1 {
		t.Errorf("queue list of a read-only directory ended with %d:\n%s%s", code, out, errs)
	}
	d.remount(0, "")
	s.start()
	s.plug()
	s.deliver(1, accepted...)
	s.ends()
}
