package door

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// maxPath is the longest path of a unix socket: sun_path has 108 octets, the last of them zero.
const maxPath = 107

// InUseError is returned by Listen when another process serves the socket.
type InUseError struct {
	Path    string
	PID     int32  // 0 when not known
	Program string // its name, "" when not known
}

// Error names the path and who has it.
func (e *InUseError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
		if e.Program != "" {
			who += " (" + e.Program + ")"
		}
	}
	return fmt.Sprintf("door: %s is served by %s already", e.Path, who)
}

// Listener is a unix socket that is removed when it is closed. It holds a lock on the file
// path.lock beside the socket for as long as it lives, so that of two agents that start together
// one is refused; the kernel frees the lock however the process ends, and the file stays.
type Listener struct {
	*net.UnixListener
	lock *os.File
}

// Close stops listening, removes the socket and gives the lock back.
func (l *Listener) Close() error {
	return errors.Join(l.UnixListener.Close(), l.lock.Close())
}

// Listen makes the socket at path, and its directory (0755) when that is missing. The socket has
// the given mode (0660 is meant) and, unless group is "", that group, by name or number; nobody can
// connect before both are set. A socket left behind by a process that died is removed, one that is
// served is an *InUseError, and a file of another kind is left alone and is an error.
func Listen(path string, mode fs.FileMode, group string) (*Listener, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	gid, err := groupID(group)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("door: directory of the socket: %w", err)
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	l, err := listenLocked(path, mode, gid)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Listener{l, lock}, nil
}

func listenLocked(path string, mode fs.FileMode, gid int) (*net.UnixListener, error) {
	if err := removeStale(path); err != nil {
		return nil, err
	}
	// bind(2) gives the file the mode of the socket's own inode: with 0600 set before, the socket is
	// never open to more people than it ends up open to.
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		return errors.Join(c.Control(func(fd uintptr) { err = unix.Fchmod(int(fd), 0o600) }), err)
	}}
	ln, err := config.Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, fmt.Errorf("door: %w", err)
	}
	l := ln.(*net.UnixListener)
	if gid >= 0 {
		err = os.Chown(path, -1, gid)
	}
	if err = errors.Join(err, os.Chmod(path, mode)); err != nil {
		return nil, errors.Join(fmt.Errorf("door: group and mode of the socket: %w", err), l.Close())
	}
	return l, nil
}

// lockFile takes the lock that goes with the socket at path.
func lockFile(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("door: lock of the socket: %w", err)
	}
	err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return lock, nil
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		_, err = serving(path)
		if err == nil {
			err = &InUseError{Path: path}
		}
	} else {
		err = fmt.Errorf("door: lock %s: %w", lock.Name(), err)
	}
	return nil, errors.Join(err, lock.Close())
}

// removeStale makes way at path: for a socket that nobody answers on, and for nothing else.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("door: %w", err)
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("door: %s is not a socket; it is left alone, move it or choose another path", path)
	}
	if stale, err := serving(path); !stale {
		return err
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("door: socket of a dead process: %w", err)
	}
	return nil
}

// serving asks the socket at path whether somebody listens. stale is true only when the kernel says
// that nobody does; the error otherwise says who, or why that cannot be told.
func serving(path string) (stale bool, err error) {
	conn, err := net.DialTimeout("unix", path, dialTimer)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return true, nil
	case errors.Is(err, syscall.EAGAIN): // its backlog is full, so it is alive
		return false, &InUseError{Path: path}
	case err != nil:
		return false, fmt.Errorf("door: cannot tell whether %s is in use: %w", path, err)
	}
	defer conn.Close()
	peer := peerOf(conn) // of a listening socket: the process that called listen(2)
	return false, &InUseError{Path: path, PID: peer.PID, Program: programName(peer.PID)}
}

func programName(pid int32) string {
	if pid <= 0 {
		return ""
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}

func checkPath(path string) error {
	switch {
	case path == "":
		return errors.New("door: the path of the socket is empty")
	case path[0] == '@':
		return fmt.Errorf("door: %s is an abstract socket, which has no owner and mode; give a path", path)
	case len(path) > maxPath:
		return fmt.Errorf("door: the path of the socket has %d octets and the system allows %d (sun_path): %s",
			len(path), maxPath, path)
	}
	return nil
}

// groupID finds a group by name or number; -1 for "".
func groupID(group string) (int, error) {
	if group == "" {
		return -1, nil
	}
	if gid, err := strconv.ParseUint(group, 10, 31); err == nil {
		return int(gid), nil
	}
	g, err := user.LookupGroup(group)
	if err != nil {
		return 0, fmt.Errorf("door: group %q of the socket is not known to this system: create it, or leave the setting empty", group)
	}
	gid, err := strconv.ParseUint(g.Gid, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("door: group %q has the number %q", group, g.Gid)
	}
	return int(gid), nil
}

// past is a deadline that ends every read and write at once.
var past = time.Unix(1, 0)
