package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// An smsc is the agent's own simulator, a process on this machine, which never loses power.
type smsc struct {
	cmd     *exec.Cmd
	orders  io.WriteCloser
	address string
	done    chan struct{} // closed when all its events were taken
}

// startSMSC starts the simulator; what it accepts goes into l.
func startSMSC(ctx context.Context, agent string, l *ledger) (*smsc, error) {
	s := &smsc{done: make(chan struct{})}
	s.cmd = exec.CommandContext(ctx, agent, "sim", "--json", "--listen", "127.0.0.1:0", "--receipt-delay", "500ms", "--latency", "20ms")
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if s.orders, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("smsc: %w", err)
	}
	address := make(chan string, 1)
	go func() {
		defer close(s.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var e struct {
				Time             time.Time
				Kind, Peer, Text string
			}
			switch err := json.Unmarshal(lines.Bytes(), &e); {
			case err != nil:
				l.complain(fmt.Sprintf("the SMSC says %q", lines.Text()))
			case e.Kind == "listening" && len(address) == 0:
				address <- e.Peer
			case e.Kind == "submitted":
				l.deliver(e.Text, e.Time)
			case e.Kind == "missed":
				l.complain("the SMSC lost count of what it accepted")
			}
		}
	}()
	select {
	case s.address = <-address:
		return s, nil
	case <-s.done:
	case <-time.After(10 * time.Second):
	}
	s.stop()
	return nil, errors.New("smsc: it does not listen")
}

// reachable says whether the SMSC takes connections.
func (s *smsc) reachable(yes bool) error {
	order := "close\n"
	if yes {
		order = "accept\n"
	}
	_, err := io.WriteString(s.orders, order)
	return err
}

// stop ends the process.
func (s *smsc) stop() {
	s.orders.Close()
	_ = s.cmd.Process.Kill()
	<-s.done
	_ = s.cmd.Wait()
}
