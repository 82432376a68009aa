package push

import (
	"cmp"
	"encoding/json"
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

	"smppagent/internal/alerts"
)

// A spool directory holds one push a file: the JSON object of the door, on one line. Names end in
// .json and are taken in their order; those written here begin with a number that rises, because the
// clock of a board may have said 1970 when the first was written and the truth at the second. A
// name that begins with a dot is not finished. Other programs may put files there in the same way:
// write under a name with a dot, then rename.
const (
	suffix     = ".json"
	unfinished = "."
	damagedDir = "damaged"

	maxFiles   = 1000     // Send refuses to add to more
	maxListed  = 4096     // names looked at in one go
	maxFile    = 16 << 10 // octets
	maxDamaged = 100      // files kept in damaged/
)

// ErrSpoolFull: maxFiles wait already.
var ErrSpoolFull = errors.New("full")

// ErrWaiting: the opposite was said before, and the agent has not read it yet.
var ErrWaiting = errors.New("what was said before waits in the spool, and goes first")

// opposed tells whether a clear waits in dir that a raise would overtake, or a raise that a clear would.
func opposed(dir string, p alerts.Push) bool {
	if p.Op == alerts.OpEvent {
		return false
	}
	names, err := list(dir)
	if err != nil {
		return false // nothing waits there, or it is not known
	}
	return slices.ContainsFunc(finished(names), func(name string) bool {
		q, err := readSpool(filepath.Join(dir, name))
		return err == nil && q.Name == p.Name && q.Op != p.Op && q.Op != alerts.OpEvent
	})
}

// writeSpool puts p into dir and returns the file's path once file and directory are on flash. The
// directory is made when only its last element is missing.
func writeSpool(dir string, p alerts.Push) (string, error) {
	line, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	if err := makeSpool(dir); errors.Is(err, fs.ErrNotExist) {
		// Not made here: its disk may be missing, or the agent may run as somebody else.
		return "", fmt.Errorf("%s is not there; the agent makes it when it first runs: %w", filepath.Dir(dir), err)
	} else if err != nil {
		return "", err
	}
	names, err := list(dir)
	if err != nil {
		return "", err
	}
	if names = finished(names); len(names) >= maxFiles {
		return "", fmt.Errorf("%w: %d files wait for the agent, which is all there may be", ErrSpoolFull, len(names))
	}
	name := fmt.Sprintf("%010d-%s%s", lastNumber(names)+1, newID()[:8], suffix)
	temporary := filepath.Join(dir, unfinished+name)
	path := filepath.Join(dir, name)
	if err := writeSynced(temporary, append(line, '\n')); err != nil {
		remove(temporary) // or else the agent does, in its time
		return "", err
	}
	if err := os.Rename(temporary, path); err != nil {
		remove(temporary)
		return "", err
	}
	return path, syncDir(dir)
}

// makeSpool makes dir, for the group as well whatever the umask, unless it is there.
func makeSpool(dir string) error {
	err := os.Mkdir(dir, 0o770)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		err = os.Chmod(dir, 0o770)
	}
	if err == nil {
		err = syncDir(filepath.Dir(dir))
	}
	return err
}

// writeSynced writes a new file that the directory's group may read: the agent may run as another user.
func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	if info, err := os.Stat(filepath.Dir(path)); err == nil {
		if s, ok := info.Sys().(*syscall.Stat_t); ok {
			f.Chown(-1, int(s.Gid)) // refused to those who are not in the group; then the mode has to do
		}
	}
	_, err = f.Write(content)
	for _, step := range []func() error{func() error { return f.Chmod(0o640) }, f.Sync} {
		if err == nil {
			err = step()
		}
	}
	return cmp.Or(err, f.Close()) // the first: one line says what is wrong
}

// syncDir makes the names in dir durable. Some file systems cannot sync a directory and say so.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err = d.Sync(); errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return cmp.Or(err, d.Close())
}

// remove is os.Remove for what may be gone already.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// list gives the names in dir, in order, at most maxListed of them.
func list(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(maxListed)
	if err == io.EOF { // an empty directory
		err = nil
	}
	slices.Sort(names)
	return names, err
}

// finished gives those of names that are pushes, as far as a name tells.
func finished(names []string) []string {
	var out []string
	for _, n := range names {
		if strings.HasSuffix(n, suffix) && !strings.HasPrefix(n, unfinished) {
			out = append(out, n)
		}
	}
	return out
}

// lastNumber is the highest number that a name begins with.
func lastNumber(names []string) uint64 {
	const tooHigh = 1e15 // somebody else's
	last := uint64(0)
	for _, n := range names {
		digits, _, _ := strings.Cut(n, "-")
		if v, err := strconv.ParseUint(digits, 10, 64); err == nil && v < tooHigh {
			last = max(last, v)
		}
	}
	return last
}

// damageError says that a file in the spool is not a push.
type damageError struct{ err error }

func (e *damageError) Error() string { return e.err.Error() }
func (e *damageError) Unwrap() error { return e.err }

// readSpool reads the push in a file. What the file does not say is taken from the file itself: when
// it was written, and an ID that stays the same as long as the file does. A *damageError is for ever.
func readSpool(path string) (alerts.Push, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return alerts.Push{}, &damageError{errors.New("it is a symbolic link")}
	}
	if err != nil {
		return alerts.Push{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return alerts.Push{}, err
	}
	if !info.Mode().IsRegular() {
		return alerts.Push{}, &damageError{errors.New("it is not a regular file")}
	}
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return alerts.Push{}, &damageError{err} // the flash under it is damaged
	}
	if len(content) > maxFile {
		return alerts.Push{}, &damageError{fmt.Errorf("it is longer than %d octets", maxFile)}
	}
	p, err := decode("", content)
	if err != nil {
		return alerts.Push{}, &damageError{err}
	}
	if p.At.IsZero() {
		p.At = info.ModTime()
	}
	if p.ID == "" {
		p.ID = fmt.Sprintf("file:%.60s:%x:%x", info.Name(), info.ModTime().UnixNano(), info.Size())
	}
	return p, nil
}
