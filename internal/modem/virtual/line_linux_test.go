package virtual

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// runPort runs a port until the test ends.
func runPort(t *testing.T, a *fakeAgent, change func(*Config)) *Port {
	t.Helper()
	p := newTestPort(t, a, func(cfg *Config) { cfg.TCP = ""; change(cfg) })
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { p.run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return p
}

// poll waits for what other goroutines or the kernel do.
func poll(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}

// visit opens the terminal at path as a program does, says something and expects an answer.
func visit(t *testing.T, path string) *os.File {
	t.Helper()
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), path)
	t.Cleanup(func() { f.Close() })
	return f
}

func converse(t *testing.T, f *os.File, say, want string) {
	t.Helper()
	_ = f.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(f, say); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, len(want))
	if n, err := io.ReadFull(f, b); err != nil || string(b) != want {
		t.Fatalf("%q: got %q, %v; want %q", say, b[:n], err, want)
	}
}

// One client after the other: none finds what the former left behind, half a command, an answer not read, a
// prompt, terminal modes or TIOCEXCL.
func TestPTYVisits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ttyVM0")
	p := runPort(t, newFakeAgent(), func(cfg *Config) { cfg.PTY, cfg.Mode = path, "0600" })
	poll(t, "the link", func() bool { _, err := os.Stat(path); return err == nil })
	for _, left := range []string{"", "AT+CMG", "AT+CMGF=1\r", "AT+CMGF=1;+CMGS=\"+359888123456\"\r", "AT+CMGF=1;+CMGS=\"+359888123456\"\rhalf a te"} {
		f := visit(t, path)
		converse(t, f, "AT+CMGF=0\r", "\r\nOK\r\n")
		if err := control(f, func(fd int) error {
			if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
				return err
			}
			m, err := unix.IoctlGetTermios(fd, unix.TCGETS)
			if err != nil {
				return err
			}
			m.Lflag |= unix.ECHO | unix.ICANON
			return unix.IoctlSetTermios(fd, unix.TCSETS, m)
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, left); err != nil {
			t.Fatal(err)
		}
		f.Close()
		poll(t, "the end of the visit", func() bool { return !p.busy() })
	}
	f := visit(t, path)
	converse(t, f, "AT\r", "\r\nOK\r\n")
	if s := p.stats.snapshot(); s.Clients != 1 || s.Taken != 0 {
		t.Errorf("status %+v", s)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// Clients that are not root are not locked out by the TIOCEXCL of the one before.
func TestPTYForOthers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("not root: the test is about those who are not, and is one of them")
	}
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) {
		_ = os.Chmod(d, 0o755)
	}
	path := filepath.Join(dir, "ttyVM0")
	p := runPort(t, newFakeAgent(), func(cfg *Config) { cfg.PTY, cfg.Mode = path, "0666" })
	poll(t, "the link", func() bool { _, err := os.Stat(path); return err == nil })
	asNobody := func(script string) *exec.Cmd {
		cmd := exec.Command("sh", "-c", script, path)
		if os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		return cmd
	}
	for range 3 {
		// The port cleans up a moment after it has seen the client go: until then TIOCEXCL stands.
		poll(t, "leave to open it", func() bool { return asNobody(`exec 3<>"$0"`).Run() == nil })
		poll(t, "the end of that", func() bool { return !p.busy() })
		cmd := asNobody(`stty -F "$0" raw -echo; exec 3<>"$0"; printf 'AT\r' >&3; head -c 6 <&3`)
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != "\r\nOK\r\n" {
			t.Fatalf("got %q, %v", out, err)
		}
		poll(t, "the end of the visit", func() bool { return !p.busy() })
		// What a client of root's leaves behind.
		f := visit(t, path)
		if err := control(f, func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCEXCL, 0) }); err != nil {
			t.Fatal(err)
		}
		converse(t, f, "AT\r", "\r\nOK\r\n")
		f.Close()
		poll(t, "the end of the visit", func() bool { return !p.busy() })
	}
}

// A file that is no link of ours is left alone, and the status says why the port is not there.
func TestPTYInTheWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ttyVM0")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := runPort(t, newFakeAgent(), func(cfg *Config) { cfg.PTY = path })
	poll(t, "the problem", func() bool { return strings.Contains(p.status().Problem, "remove it") })
	if b, err := os.ReadFile(path); err != nil || string(b) != "mine" {
		t.Errorf("the file is %q, %v", b, err)
	}
}

// A serial line: two pseudo-terminals stand for its ends. It comes back when it was lost.
func TestSerial(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ttyS")
	var p *Port
	for n := range 2 {
		far, err := openPTY(&Config{PTY: path, Mode: "0600"})
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			p = runPort(t, newFakeAgent(), func(cfg *Config) { cfg.Serial, cfg.Baud, cfg.Framing, cfg.Flow = path, 9600, "7E1", FlowXONXOFF })
		}
		poll(t, "the port", p.busy)
		converse(t, far.File, "AT+CMEE?\r", "\r\n+CMEE: 0\r\n\r\nOK\r\n")
		far.close()
		poll(t, "the loss", func() bool { return !p.busy() })
	}
}

// TCP: who may call, one at a time, the PIN.
func TestTCP(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	p := runPort(t, newFakeAgent(), func(cfg *Config) { cfg.TCP, cfg.PIN = addr, "1234" })
	var conn net.Conn
	poll(t, "the port", func() bool { conn, err = net.Dial("tcp", addr); return err == nil })
	c := &client{t: t, conn: conn, in: make(chan []byte, 100)}
	go c.listen()
	c.check("AT+CPIN?", "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n")
	c.check("AT+CMGS=20", "\r\n+CMS ERROR: 311\r\n")
	c.check("AT+CPIN=1111", "\r\nERROR\r\n")
	c.check("AT+CPINR", "\r\n+CPINR: SIM PIN,2,3\r\n\r\nOK\r\n")
	c.check(`AT+CPIN="1234"`, "\r\nOK\r\n")
	c.check("AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n")
	c.check("ATZ", "\r\nOK\r\n")
	c.check("AT+CMGS=20", "\r\n> ")
	c.say("\x1b")
	c.expect("\r\nOK\r\n")

	other := dialFrom(t, "127.0.0.9", addr) // another host: turned away
	if n, err := other.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("another client got %d octets, %v", n, err)
	}
	c.check("AT", "\r\nOK\r\n")

	again := dialFrom(t, "127.0.0.1", addr) // the same host: it has forgotten its first connection
	d := &client{t: t, conn: again, in: make(chan []byte, 100)}
	go d.listen()
	d.check("AT+CPIN?", "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n")
	for range pinTries - 1 {
		d.check("AT+CPIN=1111", "\r\nERROR\r\n")
	}
	d.say("AT+CPIN=1111\r")
	d.expect("\r\nERROR\r\n")
	if d.more() {
		t.Error("the connection stays after three wrong PINs")
	}
	if p.pin.try("1234", "1234") {
		t.Error("a PIN is looked at right after three wrong ones")
	}
	if p.mayCall(addrOf(conn)) != true {
		t.Error("loopback may not call")
	}
}

func dialFrom(t *testing.T, from, addr string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}).Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	t.Cleanup(func() { conn.Close() })
	return conn
}

// Ports that nobody uses cost nothing.
func BenchmarkIdlePorts(b *testing.B) {
	dir := b.TempDir()
	cfgs := make([]Config, 100)
	for i := range cfgs {
		cfgs[i] = Default()
		cfgs[i].Name = "p" + sixDigits(i)
		cfgs[i].PTY = filepath.Join(dir, cfgs[i].Name)
	}
	x, err := New(cfgs, dir, newFakeAgent().agent(), "1", slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = x.Run(ctx) })
	defer func() { cancel(); wg.Wait() }()
	for _, c := range cfgs {
		for {
			if _, err := os.Stat(c.PTY); err == nil {
				break
			}
			<-time.After(time.Millisecond)
		}
	}
	var before, after unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &before)
	const watched = 3 * time.Second
	for range b.N {
		<-time.After(watched)
	}
	_ = unix.Getrusage(unix.RUSAGE_SELF, &after)
	used := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	b.ReportMetric(float64(used.Microseconds())/watched.Seconds()/float64(b.N), "cpu-us/s")
	b.ReportMetric(float64(after.Nvcsw-before.Nvcsw)/watched.Seconds()/float64(b.N), "switches/s")
}

// A flood of connections from one address and from others costs the one who is served nothing, and leaves nothing
// behind: each from another address is turned away, the latest from one's own stands.
func TestTCPFlood(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	a := newFakeAgent()
	p := runPort(t, a, func(cfg *Config) { cfg.TCP = addr })
	var conn net.Conn
	poll(t, "the port", func() bool { conn, err = net.Dial("tcp", addr); return err == nil })
	c := &client{t: t, conn: conn, in: make(chan []byte, 100)}
	go c.listen()
	c.check("AT+CMGF=1", "\r\nOK\r\n")
	c.check(`AT+CMGS="+447700900456"`, "\r\n> ")
	for range 200 {
		other := dialFrom(t, "127.0.0.9", addr)
		_, _ = io.WriteString(other, "AT+CMGS=\r")
		other.Close()
	}
	c.say("text\x1a")
	c.expect("\r\n+CMGS: 1\r\n\r\nOK\r\n")
	for range 50 {
		dialFrom(t, "127.0.0.1", addr).Close()
	}
	last := &client{t: t, conn: dialFrom(t, "127.0.0.1", addr), in: make(chan []byte, 100)}
	go last.listen()
	last.check("AT", "\r\nOK\r\n")
	if n := len(a.messages()); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
	last.conn.Close()
	poll(t, "the end", func() bool { return !p.busy() })
}
