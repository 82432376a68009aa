package virtual

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// Ports are all modems of the agent.
type Ports struct {
	agent Agent
	log   *slog.Logger
	list  []*Port
	// visited is sent on when a client has opened a port.
	visited chan struct{}
}

// New makes the ports that configs, which have passed Check, describe, with their memories in dir. version is
// the revision of a modem whose config names none. No port is opened before Run.
func New(configs []Config, dir string, agent Agent, version string, log *slog.Logger) (*Ports, error) {
	x := &Ports{agent: agent, log: log, visited: make(chan struct{}, 1)}
	if len(configs) > 0 {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("virtual: %w", err)
		}
	}
	for _, cfg := range configs {
		p, err := newPort(cfg, dir, agent, version, log)
		if err != nil {
			return nil, err
		}
		p.visited, p.ports = x.visited, x
		x.list = append(x.list, p)
	}
	return x, nil
}

// Run serves all ports until ctx ends. A port that cannot be opened is tried again, and says so in Status:
// the agent goes on without it.
func (x *Ports) Run(ctx context.Context) error {
	if err := x.recover(ctx); err != nil {
		return err
	}
	for _, p := range x.list {
		p.unlinkStale()
	}
	var wg sync.WaitGroup
	for _, p := range x.list {
		wg.Go(func() { p.run(ctx) })
	}
	wg.Go(func() { x.watchLink(ctx) })
	wg.Wait()
	for _, p := range x.list {
		p.close()
	}
	return nil
}

// recover learns from the queue which messages of the ports are under way.
func (x *Ports) recover(ctx context.Context) error {
	err := x.agent.Pending(ctx, func(m Pending) {
		if p := x.port(m.Key); p != nil {
			p.refs.restore(reference{key: m.Key, to: m.To, at: m.At, id: m.ID})
		}
	})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("virtual: messages under way: %w", err)
	}
	return nil
}

// port gives the port that a message's key names, nil when there is none.
func (x *Ports) port(key string) *Port {
	name, ok := portOf(key)
	for _, p := range x.list {
		if ok && p.cfg.Name == name {
			return p
		}
	}
	return nil
}

// Mine reports whether key is that of a message of a port.
func Mine(key string) bool { return strings.HasPrefix(key, KeyPrefix) }

// Outcome takes what became of a message: key is its key up to the last "/", rest what follows. The client is
// told if it asked for a status report.
func (x *Ports) Outcome(ctx context.Context, key, rest string, o sms.Outcome) {
	key += "/" + rest
	if p := x.port(key); p != nil {
		p.outcome(ctx, key, o)
	}
}

// Foretell takes the outcome that the message with the key is about to have: the status report is in the port's
// memory before the queue lets go of the message, so that a power cut in between costs nothing.
func (x *Ports) Foretell(key string, o sms.Outcome) {
	p := x.port(key)
	if p == nil {
		return
	}
	if ref, m, ok := p.refs.find(key); ok && m.want && !m.told {
		p.report(key, tpdu.Report{Reference: ref, To: m.to, Time: m.at, Discharge: time.Now(), Status: tpdu.StatusOf(o)})
		p.refs.reported(key)
	}
}

// outcome notes the end of a message. That the SMSC has it, or may have it, is the end only when nothing is
// awaited any more: the queue has let go of it then.
func (p *Port) outcome(ctx context.Context, key string, o sms.Outcome) {
	ref, x, ok := p.refs.find(key)
	if !ok || !o.Final() && x.id != 0 && p.agent.Open(ctx, x.id) || !o.Final() && x.id == 0 && x.want {
		return
	}
	p.refs.forget(ref)
	p.stats.change(func(s *Status) { s.Outcome = fmt.Sprintf("%v, reference %d", o, ref) })
	p.log.Info("message of the port has ended", "reference", ref, "to", mask(x.to.Addr), "outcome", o, "report", x.want)
	if x.want && !x.told {
		p.report(key, tpdu.Report{Reference: ref, To: x.to, Time: x.at, Discharge: time.Now(), Status: tpdu.StatusOf(o)})
	}
}

// linkEvery is how often the link is looked at while there is a client to be told of changes.
const linkEvery = 2 * time.Second

// watchLink tells clients when the link goes or comes back. While there is none it rests.
func (x *Ports) watchLink(ctx context.Context) {
	up := x.agent.Link().Up
	t := time.NewTimer(linkEvery)
	defer t.Stop()
	for {
		if !x.busy() {
			t.Stop()
		}
		select {
		case <-ctx.Done():
			return
		case <-x.visited:
		case <-t.C:
		}
		t.Reset(linkEvery)
		now := x.agent.Link().Up
		if now == up {
			continue
		}
		up = now
		for _, p := range x.list {
			p.tell(urc{kind: urcRegistration})
		}
	}
}

// busy reports whether a port has a client.
func (x *Ports) busy() bool {
	for _, p := range x.list {
		if p.busy() {
			return true
		}
	}
	return false
}

// Status returns a snapshot of every port, in the order of the config.
func (x *Ports) Status() []Status {
	list := make([]Status, len(x.list))
	for i, p := range x.list {
		list[i] = p.status()
	}
	return list
}

func (p *Port) status() Status {
	s := p.stats.snapshot()
	s.Name = p.cfg.Name
	s.Place = p.cfg.Place()
	s.Pending = p.refs.count()
	s.Stored, s.Room = p.memory[memorySIM].Used(), p.memory[memorySIM].Size()
	return s
}

// The pause before a port that could not be opened, or was lost, is tried again; it doubles.
const (
	openMin = time.Second
	openMax = 30 * time.Second
)

// run keeps the port open until ctx ends.
func (p *Port) run(ctx context.Context) {
	serve := p.serveTCP
	switch {
	case p.cfg.PTY != "":
		serve = p.servePTY
	case p.cfg.Serial != "":
		serve = p.serveSerial
	}
	for pause := openMin; ctx.Err() == nil; pause = min(2*pause, openMax) {
		began := time.Now()
		err := serve(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > openMax {
			pause = openMin
		}
		if err == nil { // it is to be made anew
			continue
		}
		p.problem(err)
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

// problem notes why nobody can open the port; nil: they can.
func (p *Port) problem(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	changed := false
	p.stats.change(func(s *Status) { changed, s.Problem = s.Problem != text, text })
	switch {
	case err != nil && changed:
		p.log.Error("port is not open; trying again", "err", err)
	case err == nil:
		p.log.Info("port open", "place", p.status().Place)
	}
}
