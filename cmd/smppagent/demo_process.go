//go:build !tiny

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"smppagent/internal/alerts"
	"smppagent/internal/alerts/source/sysfs"
)

// A child is a process of the demo.
type child struct {
	cmd  *exec.Cmd
	out  io.Reader     // its standard output
	done chan struct{} // closed when it has ended
	err  error         // how, once done is closed
}

// start starts the verb that args name as a process of its own, with its errors appended to
// NAME.log.
func (d *demo) start(ctx context.Context, name string, args ...string) (*child, error) {
	logFile, err := os.OpenFile(d.path(name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer logFile.Close()
	cmd := exec.Command(d.exe, args...) // its end is ours to choose, not ctx's
	cmd.Stderr = logFile
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout = w
	err = cmd.Start()
	w.Close()
	if err != nil {
		r.Close()
		return nil, err
	}
	c := &child{cmd: cmd, out: r, done: make(chan struct{})}
	go func() { c.err = cmd.Wait(); close(c.done) }()
	d.log.say("demo", fmt.Sprintf("started %s, pid %d", strings.Join(append([]string{"smppagent"}, args[0]), " "), cmd.Process.Pid))
	return c, nil
}

// startAgent starts the agent and follows its events until it ends.
func (d *demo) startAgent(ctx context.Context) error {
	c, err := d.start(ctx, "agent", "run", "--config", d.path("config.toml"))
	if err != nil {
		return err
	}
	d.agent = c
	go d.log.followAgent(c.done, d.path("state/agent.sock"))
	return nil
}

// kill ends the process at once and waits for it.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended
	<-c.done
}

// stop ends the process in order.
func (c *child) stop(ctx context.Context) error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return fmt.Errorf("still running: %w", ctx.Err())
	}
}

// verb runs a verb against the demo's agent, as a script on the site would.
func (d *demo) verb(ctx context.Context, args ...string) error {
	shown := make([]string, len(args))
	for i, arg := range args {
		if shown[i] = arg; strings.ContainsRune(arg, ' ') {
			shown[i] = fmt.Sprintf("%q", arg)
		}
	}
	d.log.say("demo", "$ smppagent "+strings.Join(shown, " "))
	cmd := exec.CommandContext(ctx, d.exe, append(args, "--config", d.path("config.toml"))...)
	out, err := cmd.CombinedOutput()
	for l := range strings.Lines(string(bytes.TrimSpace(out))) {
		d.log.say("demo", "  "+strings.TrimSpace(l))
	}
	if err != nil {
		return fmt.Errorf("smppagent %s: %w", args[0], err)
	}
	return nil
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// demoConfig writes the config of the demo's agent: a rule that holds for what this machine shows
// now, a temperature if it has one, else how full its disk is, with its memory.
func demoConfig(smsc, state string) (text, watched string, err error) {
	found := sysfs.Discover("/")
	pick, ok := pickSensor(found)
	if !ok {
		return "", "", fmt.Errorf("this machine shows no sensor that can be read")
	}
	value := pick.Reading.Value.Number
	limit := value - max(2, value/10)
	watched = fmt.Sprintf("%s is %v %s", pick.Name, pick.Reading.Value, pick.Reading.Unit)
	memory, andMemory := "", ""
	for _, f := range found {
		if pick.Sensor.Disk != "" && f.Sensor.Memory && f.Reading.Quality == alerts.Good {
			watched += fmt.Sprintf(", memory is %v %s", f.Reading.Value, f.Reading.Unit)
			memory, andMemory = "\n[sensor.memory]\nmemory = true\nevery = \"1s\"\n", ", memory {memory} {memory.unit}"
		}
	}
	text = fmt.Sprintf(`# The config of the demo: made for this run.
[agent]
state_dir = %q
log_level = "debug"

[site]
name = "Demo"

[people.you]
phone = "+359888123456"

[push]
to = "you"

[smsc.demo]
address       = %q
system_id     = "demo"
password      = "secret"
reconnect_min = "200ms"
reconnect_max = "1s"

[sensor.reading]
%s
every = "1s"
%s
[alert.rule]
class = "alarm"
when  = "reading above %.1f for 2s"
text  = "%s {reading} {reading.unit}%s."
to    = "you"

[queue]
segments = 8
volatile = true   # a demo may run where /tmp lies in memory
`, state, smsc, sensorTOML(pick.Sensor), memory, limit, readingText, andMemory)
	return text, watched, nil
}

// pickSensor takes the first number there is: temperatures come first, disk and memory last.
func pickSensor(found []sysfs.Found) (sysfs.Found, bool) {
	for _, f := range found {
		if f.Reading.Quality == alerts.Good && f.Reading.Value.Kind == alerts.KindNumber {
			return f, true
		}
	}
	return sysfs.Found{}, false
}

// sensorTOML is the line of a [sensor.NAME] table that says what to read.
func sensorTOML(s sysfs.Sensor) string {
	switch {
	case s.Thermal != "":
		return fmt.Sprintf("thermal = %q", s.Thermal)
	case s.HWMon != "":
		return fmt.Sprintf("hwmon = %q", s.HWMon)
	case s.Power != "":
		return fmt.Sprintf("power = %q", s.Power)
	case s.W1 != "":
		return fmt.Sprintf("w1 = %q", s.W1)
	case s.Memory:
		return "memory = true"
	}
	return fmt.Sprintf("disk = %q", s.Disk)
}

// A relay stands between agent and SMSC, so that the link can be pulled away.
type relay struct {
	to   string
	addr string

	mu    sync.Mutex
	ln    net.Listener
	conns map[net.Conn]bool
	wg    sync.WaitGroup
}

func newRelay(to string) (*relay, error) {
	r := &relay{to: to, addr: "127.0.0.1:0", conns: make(map[net.Conn]bool)}
	return r, r.restore()
}

func (r *relay) address() string { return r.addr }

// restore listens again on the address it had.
func (r *relay) restore() error {
	ln, err := net.Listen("tcp", r.addr)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ln, r.addr = ln, ln.Addr().String()
	r.wg.Go(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", r.to)
			if err != nil {
				near.Close()
				continue
			}
			r.join(near, far)
		}
	})
	return nil
}

// join passes octets both ways until one side is gone.
func (r *relay) join(near, far net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[near], r.conns[far] = true, true
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, c := range []net.Conn{to, from} {
			c.Close()
			delete(r.conns, c)
		}
	}
	r.wg.Go(func() { pass(near, far) })
	r.wg.Go(func() { pass(far, near) })
}

// cut closes every connection and takes no more.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ln.Close()
	for c := range r.conns {
		c.Close()
	}
}

func (r *relay) close() {
	r.cut()
	r.wg.Wait()
}
