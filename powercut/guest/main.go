// Command guest is the first and only program of the machines that lose power: it brings up the kernel's
// modules, the network and the flash, runs the agent on it, offers it messages, and tells the host what the
// agent said. It is built static for the guest's processor and is /init of its initramfs.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"smppagent/powercut/report"
)

func main() {
	if os.Getpid() != 1 {
		fmt.Fprintln(os.Stderr, "guest: this is /init of the machine that powercut boots")
		os.Exit(2)
	}
	g := &guest{}
	if err := g.run(); err != nil {
		fmt.Println("guest:", err)
		g.say(report.Failed, err.Error())
	}
	select {} // the host ends the machine
}

// guest is the machine's state. The main goroutine owns all but out.
type guest struct {
	options map[string]string // powercut.NAME=VALUE of the kernel's command line
	agent   agent
	load    *load
	calm    bool // a UBIFS makes no power cuts

	mu  sync.Mutex
	out net.Conn // to the host
}

// say tells the host something.
func (g *guest) say(word, rest string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.out != nil {
		_, _ = g.out.Write([]byte(report.Line(word, rest))) // a host that does not listen has its reasons
	}
}

// run brings the machine up and does what the host asks for.
func (g *guest) run() error {
	if err := mountKernel(); err != nil {
		return err
	}
	line, err := os.ReadFile("/proc/cmdline")
	if err != nil {
		return err
	}
	g.options = options(string(line))
	if now, err := strconv.ParseInt(g.options["time"], 10, 64); err == nil {
		tv := syscall.NsecToTimeval(now * int64(time.Second))
		if err := syscall.Settimeofday(&tv); err != nil {
			return fmt.Errorf("set the clock: %w", err)
		}
	}
	if err := loadModules("/modules", g.options); err != nil {
		return err
	}
	if err := bringUp("lo", "127.0.0.1"); err != nil {
		return err
	}
	if err := bringUp("eth0", "10.0.2.15"); err != nil {
		return err
	}
	if g.out, err = net.DialTimeout("tcp", g.options["report"], 20*time.Second); err != nil {
		return fmt.Errorf("call the host: %w", err)
	}
	if err := mountFlash(g.options["fs"], !g.calm); err != nil {
		return err
	}
	if err := g.agent.start(); err != nil {
		return err
	}
	g.say(report.Agent, "")
	return g.obey()
}

// obey does what the host asks for until it is gone.
func (g *guest) obey() error {
	lines := bufio.NewScanner(g.out)
	for lines.Scan() {
		switch word, rest := report.Parse(lines.Text()); word {
		case report.List:
			if err := g.list(); err != nil {
				return err
			}
		case report.Load:
			n, err := strconv.Atoi(rest)
			if err != nil {
				return fmt.Errorf("load %q: %w", rest, err)
			}
			boot, _ := strconv.Atoi(g.options["boot"])
			g.load = startLoad(g, boot, n)
		case report.Pause:
			g.load.stop()
		case report.Cycle, report.Calm:
			g.calm = word == report.Calm
			g.load.stop()
			if err := g.cycle(); err != nil {
				return err
			}
		default:
			return fmt.Errorf("the host asks for %q", word)
		}
	}
	return lines.Err()
}

// cycle is a power cut as far as the file system can tell.
func (g *guest) cycle() error {
	g.agent.kill()
	if err := syscall.Unmount(flash, 0); err != nil {
		return fmt.Errorf("unmount: %w", err)
	}
	if err := mountFlash(g.options["fs"], !g.calm); err != nil {
		return err
	}
	if err := g.agent.start(); err != nil {
		return err
	}
	boot, _ := strconv.Atoi(g.options["boot"])
	g.options["boot"] = strconv.Itoa(boot + 1)
	g.say(report.Agent, "")
	return nil
}

// options takes what is meant for this program out of the kernel's command line.
func options(line string) map[string]string {
	found := map[string]string{}
	for _, word := range strings.Fields(line) {
		if name, ok := strings.CutPrefix(word, "powercut."); ok {
			name, value, _ := strings.Cut(name, "=")
			found[name] = value
		}
	}
	return found
}
