package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"smppagent/powercut/report"
)

// Where the initramfs has the agent and its config, and the socket that the config names.
const (
	agentFile  = "/smppagent"
	configFile = "/config.toml"
	socketFile = "/run/agent.sock"
)

// agent is the agent as a process.
type agent struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// start starts it; it logs to the console.
func (a *agent) start() error {
	cmd := exec.Command(agentFile, "run", "--config", configFile)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the agent: %w", err)
	}
	done := make(chan struct{})
	a.cmd, a.done = cmd, done
	go func() {
		fmt.Println("guest: the agent ended:", cmd.Wait())
		close(done)
	}()
	return nil
}

// kill ends it with SIGKILL.
func (a *agent) kill() {
	_ = a.cmd.Process.Kill()
	<-a.done
}

// A conversation is a connection to the agent's socket: a JSON object per line out, lines in.
type conversation struct {
	conn net.Conn
	in   *bufio.Reader
}

func converse() (*conversation, error) {
	conn, err := net.Dial("unix", socketFile)
	if err != nil {
		return nil, err
	}
	return &conversation{conn, bufio.NewReader(conn)}, nil
}

// errRefused is the agent's own word that it did not do what it was asked.
var errRefused = errors.New("refused")

// ask asks for one thing and hands each line of content to out. A nil error says that the agent said done.
func (c *conversation) ask(request map[string]any, out func(json.RawMessage) error) error {
	line, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if _, err := c.conn.Write(append(line, '\n')); err != nil {
		return err
	}
	for {
		line, err := c.in.ReadBytes('\n')
		if err != nil {
			return err
		}
		if len(strings.TrimSpace(string(line))) == 0 {
			continue
		}
		var l struct {
			Out   json.RawMessage `json:"out"`
			Done  bool            `json:"done"`
			Error string          `json:"error"`
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return fmt.Errorf("%q is no answer: %w", line, err)
		}
		switch {
		case l.Done:
			return nil
		case l.Error != "":
			return fmt.Errorf("%w: %s", errRefused, l.Error)
		}
		if err := out(l.Out); err != nil {
			return err
		}
	}
}

// list tells the host what is in the queue, as soon as the agent answers, or that the agent has ended by
// itself.
func (g *guest) list() error {
	var c *conversation
	for {
		var err error
		if c, err = converse(); err == nil {
			break
		}
		select {
		case <-g.agent.done:
			g.say(report.Ended, "before it answered")
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
	defer c.conn.Close()
	n := 0
	err := c.ask(map[string]any{"op": "queue.list"}, func(line json.RawMessage) error {
		var item struct {
			State string `json:"state"`
			Text  string `json:"text"`
		}
		if err := json.Unmarshal(line, &item); err != nil {
			return err
		}
		n++
		g.say(report.Have, strings.ReplaceAll(item.State, " ", "_")+" "+item.Text)
		return nil
	})
	if errors.Is(err, io.EOF) {
		g.say(report.Ended, "while it listed the queue")
		return nil
	}
	if err != nil {
		return fmt.Errorf("list the queue: %w", err)
	}
	g.say(report.Listed, fmt.Sprint(n))
	return nil
}
