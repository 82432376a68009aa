package virtual

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A pty is a pseudo-terminal, pty(7): clients open its slave by a symbolic link, we have its master. Nobody
// of ours holds the slave open, so that the master tells us when the last client has closed it: reading
// then fails with EIO.
type pty struct {
	*os.File
	slave  string // /dev/pts/N
	opens  *os.File
	opened chan struct{} // a client has opened the slave
	watch  int
}

// openPTY makes a pseudo-terminal, raw, and the link to it.
func openPTY(cfg *Config) (p *pty, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: "/dev/ptmx", Err: err}
	}
	p = &pty{File: os.NewFile(uintptr(fd), "ptmx"), opened: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return p, os.NewSyscallError("TIOCSPTLCK", err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return p, os.NewSyscallError("TIOCGPTN", err)
	}
	p.slave = "/dev/pts/" + strconv.Itoa(n)
	if err := p.permit(cfg); err != nil {
		return p, err
	}
	ifd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return p, os.NewSyscallError("inotify_init1", err)
	}
	p.opens = os.NewFile(uintptr(ifd), "inotify")
	// Before the slave was open for the first time the master does not say that it is closed.
	slave, err := unix.Open(p.slave, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return p, &os.PathError{Op: "open", Path: p.slave, Err: err}
	}
	unix.Close(slave)
	if err := p.clean(); err != nil {
		return p, err
	}
	return p, link(p.slave, cfg.PTY)
}

// permit gives the slave its owner, group and mode.
func (p *pty) permit(cfg *Config) error {
	uid, err := userID(cfg.Owner)
	if err != nil {
		return fmt.Errorf("owner: %w", err)
	}
	gid, err := groupID(cfg.Group)
	if err != nil {
		return fmt.Errorf("group: %w", err)
	}
	mode, err := strconv.ParseUint(cfg.Mode, 8, 9)
	if err != nil {
		return fmt.Errorf("mode: %w", err)
	}
	if uid >= 0 || gid >= 0 {
		if err := os.Chown(p.slave, uid, gid); err != nil {
			return err
		}
	}
	return os.Chmod(p.slave, fs.FileMode(mode))
}

// link puts a symbolic link to slave at path, in the place of one to a pseudo-terminal that is left from
// before.
func link(slave, path string) error {
	if old, err := os.Lstat(path); err == nil {
		if to, e := os.Readlink(path); old.Mode()&fs.ModeSymlink == 0 || e != nil || !strings.HasPrefix(to, "/dev/pts/") {
			return fmt.Errorf("%s is there already, and is no link to a pseudo-terminal: remove it, or name another path", path)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	fresh := path + ".new"
	_ = os.Remove(fresh)
	if err := os.Symlink(slave, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

// clean makes the slave as it was: raw, with nothing in it, and for everybody to open who may. A client
// leaves its modes behind, what it did not read, and TIOCEXCL, which keeps all but root from opening it
// again. When the next client has it open already only the answers to the former go: the rest is the next
// one's. The error matches unix.EBUSY when we are not root and TIOCEXCL keeps us out too.
func (p *pty) clean() error {
	if err := p.control(func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH) }); err != nil {
		return os.NewSyscallError("TCFLSH", err)
	}
	if p.visited() {
		return nil
	}
	if err := p.unwatch(); err != nil { // what we open ourselves is nobody's visit
		return err
	}
	slave, err := unix.Open(p.slave, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: p.slave, Err: err}
	}
	defer unix.Close(slave)
	if err := unix.IoctlSetInt(slave, unix.TIOCNXCL, 0); err != nil {
		return os.NewSyscallError("TIOCNXCL", err)
	}
	if err := raw(slave); err != nil {
		return err
	}
	if err := unix.IoctlSetInt(slave, unix.TCFLSH, unix.TCIFLUSH); err != nil {
		return os.NewSyscallError("TCFLSH", err)
	}
	return nil
}

// raw switches off everything that a terminal does to what passes: no echo above all, or the modem would hear
// itself.
func raw(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return os.NewSyscallError("TCGETS", err)
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8 | unix.CREAD | unix.CLOCAL
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return os.NewSyscallError("TCSETS", unix.IoctlSetTermios(fd, unix.TCSETS, t))
}

// control calls f with the master's descriptor.
func (p *pty) control(f func(fd int) error) error { return control(p.File, f) }

func control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	if e := raw.Control(func(fd uintptr) { err = f(int(fd)) }); e != nil {
		return e
	}
	return err
}

// rewatch looks out for visitors from now on. Those that are there already are seen by visited.
func (p *pty) rewatch() error {
	return control(p.opens, func(fd int) (err error) {
		p.watch, err = unix.InotifyAddWatch(fd, p.slave, unix.IN_OPEN)
		return os.NewSyscallError("inotify_add_watch", err)
	})
}

// unwatch looks away.
func (p *pty) unwatch() error {
	if p.watch == 0 {
		return nil
	}
	watch := p.watch
	p.watch = 0
	return control(p.opens, func(fd int) error {
		_, err := unix.InotifyRmWatch(fd, uint32(watch))
		return os.NewSyscallError("inotify_rm_watch", err)
	})
}

// visitors notes that clients open the slave, until the pty is closed.
func (p *pty) visitors() {
	events := make([]byte, 4096)
	for {
		if _, err := p.opens.Read(events); err != nil {
			return
		}
		select {
		case p.opened <- struct{}{}:
		default:
		}
	}
}

func (p *pty) close() {
	_ = p.File.Close()
	if p.opens != nil {
		_ = p.opens.Close()
	}
}

// servePTY serves the clients of a pseudo-terminal, one visit after the other, until ctx ends or it must be
// made anew.
func (p *Port) servePTY(ctx context.Context) error {
	t, err := openPTY(&p.cfg)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer t.close()
	defer unlink(t.slave, p.cfg.PTY)
	wg.Go(t.visitors)
	p.problem(nil)
	for {
		if open, err := t.wait(ctx); !open {
			return err
		}
		err := p.talk(ctx, t, &p.set, "")
		if ctx.Err() != nil {
			return nil
		}
		if !errors.Is(err, unix.EIO) && !errors.Is(err, errHungUp) {
			return err
		}
		if err := t.SetReadDeadline(time.Time{}); err != nil {
			return err
		}
		if err := t.clean(); errors.Is(err, unix.EBUSY) {
			p.log.Debug("a client has kept the pseudo-terminal for itself; the next gets a new one")
			return nil
		} else if err != nil {
			return err
		}
	}
}

// wait waits until a client has the slave open; open is false when ctx ended first.
func (p *pty) wait(ctx context.Context) (open bool, err error) {
	if err := p.rewatch(); err != nil {
		return false, err
	}
	for !p.visited() {
		select {
		case <-ctx.Done():
			return false, nil
		case <-p.opened:
		}
	}
	return true, nil
}

// visited reports whether a client has the slave open now, or had, and left something to read.
func (p *pty) visited() bool {
	open := false
	_ = p.control(func(fd int) error {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		_, err := unix.Poll(fds, 0)
		open = err == nil && (fds[0].Revents&unix.POLLHUP == 0 || fds[0].Revents&unix.POLLIN != 0)
		return nil
	})
	return open
}

// unlinkStale removes a link that was left behind when the program ended without its leave. Its pseudo-terminal
// may be somebody else's by now.
func (p *Port) unlinkStale() {
	if to, err := os.Readlink(p.cfg.PTY); err == nil && strings.HasPrefix(to, "/dev/pts/") {
		_ = os.Remove(p.cfg.PTY)
	}
}

// unlink removes the link, unless another program has put its own there.
func unlink(slave, path string) {
	if to, err := os.Readlink(path); err == nil && to == slave {
		_ = os.Remove(path)
	}
}
