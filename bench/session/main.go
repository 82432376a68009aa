// Command session measures how fast submit_sm of 140 octets pass through a client to a counting SMSC on
// loopback, which is a process of its own: by the agent's client and by other SMPP libraries for Go, at
// windows of 1, 10 and 100. All run in turn, several times; it prints the best rate of each and the least
// time of the processor per message, of the client alone.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// A client submits n messages to the SMSC at address with at most window of them without response, and
// returns when all are answered.
type client struct {
	name string
	run  func(address string, window, n int) error
}

func main() {
	n := flag.Int("n", 20000, "messages per run")
	rounds := flag.Int("rounds", 3, "how often every client gets its turn")
	smsc := flag.Bool("smsc", false, "be the SMSC")
	flag.Parse()
	var err error
	if *smsc {
		err = serve()
	} else {
		err = measure(*n, *rounds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "session:", err)
		os.Exit(1)
	}
}

// A result is the best of several runs.
type result struct {
	rate   float64       // messages a second
	cpu    time.Duration // of the processor, per message
	allocs float64       // per message
}

func measure(n, rounds int) error {
	far, address, err := startSMSC()
	if err != nil {
		return err
	}
	defer far()
	clients := []client{{"smppagent", ours}, {"gosmpp", gosmpp}, {"fiorix", fiorix}, {"ajankovic", ajankovic}}
	windows := []int{1, 10, 100}
	best := map[string]result{}
	for range rounds {
		for _, w := range windows {
			for _, c := range clients {
				r, err := once(c, address, w, n)
				if err != nil {
					return fmt.Errorf("%s, window %d: %w", c.name, w, err)
				}
				key := fmt.Sprint(c.name, w)
				old, ok := best[key]
				if !ok {
					old = r
				}
				best[key] = result{max(old.rate, r.rate), min(old.cpu, r.cpu), min(old.allocs, r.allocs)}
			}
		}
	}
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "client\t")
	for _, w := range windows {
		fmt.Fprintf(t, "msg/s, window %d\tµs cpu\tallocs\t", w)
	}
	fmt.Fprintln(t)
	for _, c := range clients {
		fmt.Fprintf(t, "%s\t", c.name)
		for _, w := range windows {
			r := best[fmt.Sprint(c.name, w)]
			fmt.Fprintf(t, "%.0f\t%.2f\t%.2f\t", r.rate, float64(r.cpu.Nanoseconds())/1000, r.allocs)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// once is one run of one client.
func once(c client, address string, window, n int) (result, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, start := processor(), time.Now()
	if err := c.run(address, window, n); err != nil {
		return result{}, err
	}
	elapsed, used := time.Since(start), processor()-cpu
	runtime.ReadMemStats(&after)
	return result{
		rate: float64(n) / elapsed.Seconds(), cpu: used / time.Duration(n),
		allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
	}, nil
}

// processor is how long this process has had a processor.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// startSMSC starts this program as the SMSC, and returns how to end it.
func startSMSC() (end func(), address string, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	cmd := exec.Command(self, "-smsc")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	return func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }, strings.TrimSpace(line), err
}
