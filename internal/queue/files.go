package queue

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// files is the little that the queue needs of one directory. What is built on it may be a disk, or a
// model of one that loses power.
type files interface {
	// prepare makes the directory if it is missing and returns notes on what lies under it.
	prepare() (notes []string, err error)
	// lock takes the lock that one process at a time can have; Close gives it back.
	lock() (io.Closer, error)
	// list returns the names in the directory, sorted.
	list() ([]string, error)
	// create makes a file that must not exist.
	create(name string) (file, error)
	open(name string) (file, error)
	remove(name string) error
	rename(from, to string) error
	// putAside moves a file into the directory of damaged files, under a name that is not taken.
	putAside(name string) (to string, err error)
	// keepCopy writes data to a new file in the directory of damaged files; none is made when there is
	// one of that name, or when the copies together would be more than limit octets.
	keepCopy(name string, data []byte, limit int64) error
	// syncDir makes what was created, moved and removed durable.
	syncDir() error
}

// file is an open file. Errors of ReadAt are io.EOF at the end, else of the medium.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	size() (int64, error)
	truncate(size int64) error
	// datasync returns when what was written is on the medium, as fdatasync.
	datasync() error
	// forget lets go of what the kernel keeps of the file beside the medium, where the medium should have it:
	// after a failed sync it may be that only the kernel has it.
	forget()
}

// The names in the directory that are not segments.
const (
	lockName    = "LOCK"
	damagedName = "damaged"
)

// disk is a real directory.
type disk struct {
	dir      string
	program  string
	volatile bool
}

func (d *disk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *disk) prepare() ([]string, error) {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return nil, d.explain("create state directory", err)
	}
	return groundCheck(d.dir, d.volatile)
}

// explain words an error about the directory so that one knows what to do.
func (d *disk) explain(doing string, err error) error {
	cause := err
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		cause = e.Err
	}
	hint := ""
	switch {
	case errors.Is(err, syscall.EROFS):
		hint = "; its file system is mounted read-only: mount it read-write or choose another directory"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		hint = fmt.Sprintf("; uid %d needs to own it", os.Getuid())
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		hint = "; make room on it or ask for fewer segments"
	case errors.Is(err, syscall.EMFILE):
		hint = "; the process may open too few files: raise its limit (ulimit -n) above the number of segments"
	case errors.Is(err, syscall.ENOTDIR):
		hint = "; a part of the path is a file"
	}
	return fmt.Errorf("queue: %s %s: %w%s", doing, d.dir, cause, hint)
}

// Lock takes a directory for the calling process, which calls itself program, until Close. It makes a file
// LOCK in it, and returns a *LockedError when another process has taken the directory.
func Lock(dir, program string) (io.Closer, error) {
	d := disk{dir: dir, program: program}
	return d.lock()
}

func (d *disk) lock() (io.Closer, error) {
	f, err := os.OpenFile(d.path(lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, d.explain("lock state directory", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		e := &LockedError{Dir: d.dir}
		text, _ := io.ReadAll(io.LimitReader(f, 256))
		pid, program, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
		e.PID, _ = strconv.Atoi(pid)
		e.Program = program
		f.Close()
		return nil, e
	}
	if err != nil {
		f.Close()
		return nil, d.explain("lock state directory", err)
	}
	// Who holds the lock is help for people: a full disk must not keep the queue from opening.
	if f.Truncate(0) == nil {
		fmt.Fprintf(f, "%d %s\n", os.Getpid(), d.program)
	}
	return f, nil
}

func (d *disk) list() ([]string, error) {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return nil, d.explain("read state directory", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (d *disk) create(name string) (file, error) {
	f, err := os.OpenFile(d.path(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, d.explain("create "+name+" in state directory", err)
	}
	return &diskFile{f}, nil
}

func (d *disk) open(name string) (file, error) {
	f, err := os.OpenFile(d.path(name), os.O_RDWR, 0)
	if err != nil {
		return nil, d.explain("open "+name+" in state directory", err)
	}
	return &diskFile{f}, nil
}

// copies makes disk a copying directory.
func (d *disk) copies() bool {
	magic, _, err := groundOf(d.dir)
	return err == nil && slices.Contains(copyingFS[:], magic)
}

func (d *disk) room() (int64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &st); err != nil {
		return 0, os.NewSyscallError("statfs", err)
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

func (d *disk) remove(name string) error { return os.Remove(d.path(name)) }

func (d *disk) rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }

func (d *disk) putAside(name string) (string, error) {
	if err := os.MkdirAll(d.path(damagedName), 0o700); err != nil {
		return "", d.explain("put "+name+" aside in state directory", err)
	}
	to := filepath.Join(damagedName, name)
	for n := 1; ; n++ {
		if _, err := os.Lstat(d.path(to)); errors.Is(err, fs.ErrNotExist) {
			break
		}
		to = filepath.Join(damagedName, fmt.Sprintf("%s.%d", name, n))
	}
	if err := os.Rename(d.path(name), d.path(to)); err != nil {
		return "", d.explain("put "+name+" aside in state directory", err)
	}
	return to, nil
}

func (d *disk) keepCopy(name string, data []byte, limit int64) error {
	dir := d.path(damagedName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	total := int64(len(data))
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(e.Name(), copySuffix) {
			total += info.Size()
		}
	}
	if total > limit {
		return fmt.Errorf("queue: the copies in %s are %s already; look at them and remove them", dir, octets(total-int64(len(data))))
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

func (d *disk) syncDir() error {
	f, err := os.Open(d.dir)
	if err != nil {
		return d.explain("sync state directory", err)
	}
	defer f.Close()
	// Some file systems of the FUSE kind cannot sync a directory and have no need to.
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return d.explain("sync state directory", err)
	}
	return nil
}

// diskFile is a real file.
type diskFile struct{ *os.File }

func (f *diskFile) size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f *diskFile) truncate(size int64) error { return f.Truncate(size) }

func (f *diskFile) forget() {
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) // where it is not known, nothing can be done
}

func (f *diskFile) datasync() error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
