package push

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// watch tells when something came into a directory: inotify(7).
type watch struct{ file *os.File }

func newWatch() (*watch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	return &watch{os.NewFile(uintptr(fd), "inotify")}, nil
}

// add watches dir. Adding it again changes nothing; a nil watch watches nothing.
func (w *watch) add(dir string) error {
	if w == nil {
		return os.ErrInvalid
	}
	raw, err := w.file.SyscallConn()
	if err != nil {
		return err
	}
	e := raw.Control(func(fd uintptr) {
		_, err = unix.InotifyAddWatch(int(fd), dir, unix.IN_MOVED_TO|unix.IN_CLOSE_WRITE|unix.IN_ONLYDIR)
	})
	if e != nil {
		return e
	}
	return err
}

// run wakes until ctx ends. What happened does not matter: whoever is woken looks for himself.
func (w *watch) run(ctx context.Context, wake chan<- struct{}) {
	stop := context.AfterFunc(ctx, func() { w.file.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	events := make([]byte, 4096)
	for {
		if _, err := w.file.Read(events); err != nil {
			return
		}
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// close gives the kernel its queue back. Nobody may use w any more.
func (w *watch) close() {
	if w != nil {
		w.file.Close()
	}
}
