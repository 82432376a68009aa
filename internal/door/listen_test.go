package door

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// makeStale leaves a socket at path that nobody listens on, as SIGKILL does.
func makeStale(t *testing.T, path string) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Fatal(err)
	}
}

func TestListen(t *testing.T) {
	path := filepath.Join(shortDir(t), "run", "agent", "a.sock")
	l, err := Listen(path, 0o660, strconv.Itoa(os.Getgid()))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != fs.ModeSocket|0o660 {
		t.Errorf("got %v, %v, want a socket with mode 0660", info.Mode(), err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Close: got %v, want no socket", err)
	}
	if l, err = Listen(path, 0o600, ""); err != nil {
		t.Fatalf("again: %v", err)
	}
	l.Close()
}

func TestListenTakesOverStale(t *testing.T) {
	path := filepath.Join(shortDir(t), "a.sock")
	makeStale(t, path)
	l, err := Listen(path, 0o660, "")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func TestListenRefusesLive(t *testing.T) {
	dir := shortDir(t)
	other := filepath.Join(dir, "other.sock") // somebody else's server, without our lock
	foreign, err := net.Listen("unix", other)
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	own := filepath.Join(dir, "own.sock")
	l, err := Listen(own, 0o660, "")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, path := range []string{other, own} {
		_, err := Listen(path, 0o660, "")
		inUse, ok := errors.AsType[*InUseError](err)
		if !ok || inUse.PID != int32(os.Getpid()) || inUse.Program == "" || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want an InUseError with %s and this process", err, path)
		}
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Errorf("the live one was harmed: %v", err)
			continue
		}
		conn.Close()
	}
	os.Remove(own) // somebody cleaned up under us: the lock still tells
	if _, err := Listen(own, 0o660, ""); err == nil {
		t.Error("a second listener beside one whose socket was removed")
	}
}

func TestListenLeavesOthersAlone(t *testing.T) {
	dir := shortDir(t)
	file := filepath.Join(dir, "precious")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for path, part := range map[string]string{
		file:                       "is not a socket",
		filepath.Join(dir, "link"): "is not a socket",
		filepath.Join(file, "x"):   "directory of the socket",
		"":                         "is empty",
		"@abstract":                "abstract socket",
		filepath.Join(dir, strings.Repeat("x", 108-len(dir)-1)): "has 108 octets and the system allows 107",
	} {
		if _, err := Listen(path, 0o660, ""); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("Listen(%q): got %v, want %q", path, err, part)
		}
	}
	if b, err := os.ReadFile(file); string(b) != "x" {
		t.Errorf("the file became %q, %v", b, err)
	}
	if _, err := Listen(filepath.Join(dir, "a"), 0o660, "no-such-group"); err == nil || !strings.Contains(err.Error(), `group "no-such-group"`) {
		t.Errorf("unknown group: got %v", err)
	}
}
