package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// device is an ext4 with default options on a loop device, whose own counters tell what reaches it.
type device struct {
	dir, loop, point string
}

// mountLoop makes a file system of 1 GiB in a sparse file and mounts it.
func mountLoop() (d *device, err error) {
	d = new(device)
	if d.dir, err = os.MkdirTemp("", "bench-queue-"); err != nil {
		return nil, err
	}
	image := filepath.Join(d.dir, "image")
	d.point = filepath.Join(d.dir, "mnt")
	f, err := os.Create(image)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Truncate(1<<30), f.Close(), os.Mkdir(d.point, 0o700)); err != nil {
		return nil, err
	}
	// Without lazy_itable_init the kernel would go on initialising in the background, which would be counted.
	if _, err := output("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image); err != nil {
		return nil, err
	}
	if d.loop, err = output("losetup", "-f", "--show", image); err != nil {
		return nil, err
	}
	if _, err := output("mount", "-o", "noatime", d.loop, d.point); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *device) unmount() error {
	_, err1 := output("umount", d.point)
	_, err2 := output("losetup", "-d", d.loop)
	return errors.Join(err1, err2, os.RemoveAll(d.dir))
}

func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// written is what the block device has taken: octets and flushes
// (Documentation/block/stat.rst, fields 7 and 16).
type written struct{ octets, flushes uint64 }

func (d *device) written() (w written, err error) {
	f, err := os.Open(d.point)
	if err != nil {
		return w, err
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return w, err
	}
	b, err := os.ReadFile(filepath.Join("/sys/block", filepath.Base(d.loop), "stat"))
	if err != nil {
		return w, err
	}
	fields := strings.Fields(string(b))
	if len(fields) < 16 {
		return w, errors.New("the kernel counts no flushes")
	}
	sectors, err1 := strconv.ParseUint(fields[6], 10, 64)
	flushes, err2 := strconv.ParseUint(fields[15], 10, 64)
	return written{sectors * 512, flushes}, errors.Join(err1, err2)
}
