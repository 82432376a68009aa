package virtual

import (
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A serial line whose far end is another program's: socat joins two pseudo-terminals, as a cable would.
func TestSerialCable(t *testing.T) {
	socat, err := exec.LookPath("socat")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("socat is missing: make setup installs it")
		}
		t.Skip("socat is missing: make setup installs it")
	}
	dir := t.TempDir()
	near, far := filepath.Join(dir, "near"), filepath.Join(dir, "far")
	cable := exec.Command(socat, "pty,raw,echo=0,link="+near, "pty,raw,echo=0,link="+far)
	if err := cable.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cable.Process.Kill(); _ = cable.Wait() })
	poll(t, "the cable", func() bool { _, err := os.Stat(far); return err == nil })
	a := newFakeAgent()
	p := runPort(t, a, func(cfg *Config) { cfg.Serial, cfg.Baud, cfg.Framing = near, 1200, "8N1" })
	poll(t, "the port", p.busy)
	f := visit(t, far)
	converse(t, f, "AT+CMGF=1\r", "\r\nOK\r\n")
	converse(t, f, "AT+CMGS=\"+447700900456\"\r", "\r\n> ")
	converse(t, f, "by cable\x1a", "\r\n+CMGS: 1\r\n\r\nOK\r\n")
	if m := a.messages(); len(m) != 1 || m[0].Text != "by cable" {
		t.Errorf("taken %+v", m)
	}
}

// The pseudo-terminal has the owner, group and mode of the config, and the link leads to it.
func TestPTYPermissions(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("not root: nothing can be given to others")
		return
	}
	path := filepath.Join(t.TempDir(), "ttyVM0")
	group := "65534"
	if _, err := user.LookupGroup("dialout"); err == nil {
		group = "dialout"
	}
	runPort(t, newFakeAgent(), func(cfg *Config) { cfg.PTY, cfg.Mode, cfg.Owner, cfg.Group = path, "0620", "65534", group })
	poll(t, "the link", func() bool { _, err := os.Stat(path); return err == nil })
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	st := info.Sys().(*syscall.Stat_t)
	gid, _ := groupID(group)
	if info.Mode().Perm() != 0o620 || info.Mode()&fs.ModeCharDevice == 0 || st.Uid != 65534 || strconv.Itoa(int(st.Gid)) != strconv.Itoa(gid) {
		t.Errorf("mode %v, owner %d, group %d", info.Mode(), st.Uid, st.Gid)
	}
}

// An agent that is not root cannot open a terminal that a client has kept for itself with TIOCEXCL: the port is made
// anew, under the same name.
func TestPTYKeptByClient(t *testing.T) {
	if os.Getuid() == 0 {
		again(t, "TestPTYKeptByClient")
		return
	}
	path := filepath.Join(t.TempDir(), "ttyVM0")
	p := runPort(t, newFakeAgent(), func(cfg *Config) { cfg.PTY = path })
	poll(t, "the link", func() bool { _, err := os.Stat(path); return err == nil })
	for range 3 {
		f := visit(t, path)
		converse(t, f, "AT\r", "\r\nOK\r\n")
		if err := control(f, func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCEXCL, 0) }); err != nil {
			t.Fatal(err)
		}
		f.Close()
		poll(t, "the end of the visit", func() bool { return !p.busy() })
		poll(t, "a terminal that can be opened", func() bool {
			fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
			if err == nil {
				unix.Close(fd)
			}
			return err == nil
		})
		poll(t, "the end of the look", func() bool { return !p.busy() })
	}
}

// again runs a test as a user who is not root.
func again(t *testing.T, name string) {
	t.Helper()
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "virtual")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	copied := filepath.Join(dir, "test")
	if err := os.WriteFile(copied, program, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied, "-test.run", "^"+name+"$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}
