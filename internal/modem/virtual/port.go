package virtual

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"smppagent/internal/modem/store"
	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// A Port is one modem: what its clients share, one after the other.
type Port struct {
	cfg     Config
	agent   Agent
	log     *slog.Logger
	persona persona
	sender  sms.Address
	allow   []destination

	memory [2]*store.Memory // by memorySIM, memoryME
	pin    pinGuard
	storm  storm
	refs   references
	stats  stats
	learn  *learner
	lamp   lamp

	visited chan<- struct{} // a client has come; nil: nobody asks
	ports   *Ports          // all of them; nil: there is only this one

	set settings // of the clients of a pty or a serial line, one after the other

	mu       sync.Mutex
	sessions map[*session]struct{} // those that are open
}

// newPort makes the port that cfg, which has passed Check, describes.
//
// Its memories are files in dir, which is there; "" keeps nothing.
func newPort(cfg Config, dir string, agent Agent, version string, log *slog.Logger) (*Port, error) {
	p := &Port{
		cfg: cfg, agent: agent, log: log.With("port", cfg.Name),
		persona: newPersona(&cfg, version), sessions: map[*session]struct{}{},
		set: defaultSettings(&cfg), storm: newStorm(&cfg), learn: newLearner(cfg.Learn, log),
	}
	if cfg.Sender != "" {
		a, err := sms.ParseAddress(cfg.Sender)
		if err != nil {
			return nil, fmt.Errorf("virtual: port %s: sender: %w", cfg.Name, err)
		}
		p.sender = a
	}
	for i, name := range memoryNames {
		var err error
		if dir == "" {
			p.memory[i], err = store.New(cfg.Messages)
		} else {
			p.memory[i], err = store.Open(filepath.Join(dir, cfg.Name+"."+strings.ToLower(name)), cfg.Messages, p.log)
		}
		if err != nil {
			return nil, fmt.Errorf("virtual: port %s: %w", cfg.Name, err)
		}
	}
	if dir != "" && cfg.PIN != "" {
		p.pin.load(filepath.Join(dir, cfg.Name+".pin"), p.log)
	}
	for _, d := range cfg.Destinations {
		p.allow = append(p.allow, p.destination(d))
	}
	return p, nil
}

// talk serves one client at the other end of l until it hangs up or ctx ends. set are the settings that
// it finds; client says who it is, for the log.
func (p *Port) talk(ctx context.Context, l line, set *settings, client string) error {
	s := &session{port: p, line: l, set: set, client: client, urcs: newURCQueue(), tee: newTee(p), opened: time.Now()}
	p.mu.Lock()
	p.sessions[s] = struct{}{}
	p.mu.Unlock()
	p.stats.opened(client)
	select {
	case p.visited <- struct{}{}:
	default:
	}
	s.directReports.Store(set.indicate[0] > 0 && set.indicate[3] == 1)
	p.learn.begin(p.cfg.Name)
	err := s.serve(ctx)
	p.learn.end()
	p.mu.Lock()
	delete(p.sessions, s)
	p.mu.Unlock()
	p.stats.closed()
	set.off = false
	return err
}

// tell lets every client that is there know of u.
func (p *Port) tell(u urc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.sessions {
		s.urcs.add(u)
	}
}

// busy reports whether there is a client.
func (p *Port) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sessions) > 0
}

// idle reports whether there is a client that keeps others out without having shown that it may, or wants to,
// use the port.
func (p *Port) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.sessions {
		if !s.proved.Load() && time.Since(s.opened) >= loginTimer {
			return true
		}
	}
	return false
}

// unknown notes a command that is answered with ERROR because nobody knows it.
func (p *Port) unknown(c string) {
	p.stats.unknown(c)
	p.learn.strange(c)
	p.log.Debug("command not known", "command", c)
}

// submit hands a message of a client to the agent. It returns the message reference, and a cmsError that
// makes the client do what is right: try again, or not.
func (p *Port) submit(ctx context.Context, m sms.Message) (ref byte, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), submitTimer) // whether the client hangs up or not
	defer cancel()
	defer func() { p.stats.message(err) }()
	if !p.allowed(m.To) {
		p.log.Warn("message refused: its destination is not among those of the port", "to", mask(m.To.Addr))
		return 0, cmsBarred
	}
	m.Class = p.cfg.Class
	if m.From.IsZero() {
		m.From = p.sender
	}
	if p.agent.ClockSet() && m.Class != sms.Emergency {
		m.NotBefore = p.cfg.quietUntil(time.Now().In(p.agent.Zone))
	}
	held := p.storm.admit(&m)
	if held.refused {
		p.log.Warn("message refused: too many at once", "per_hour", p.cfg.PerHour, "burst", p.cfg.Burst)
		return 0, cmsCongestion
	}
	if x := p.ports.near(p, m.To); x != nil {
		ref, err := p.pass(x, &m)
		if err != nil {
			p.storm.giveBack(held)
		}
		return ref, err
	}
	ref, key := p.refs.next(p.cfg.Name, &m)
	follow, stop := context.WithCancel(ctx)
	defer stop()
	var fates <-chan Fate
	if p.cfg.Ack == AckSubmitted {
		fates = p.agent.Fates(follow) // before the message exists, so that none is missed
	}
	id, err := p.agent.Accept(ctx, m, key)
	if err != nil {
		p.refs.forget(ref)
		p.storm.giveBack(held)
		p.log.Warn("message not taken", "to", mask(m.To.Addr), "err", err)
		return 0, refusal(err)
	}
	p.refs.accepted(ref, key, id)
	if old := p.storm.accepted(held, id); old != 0 {
		if err := p.agent.Withdraw(ctx, old, "one text stands for it and those like it"); err != nil {
			p.log.Warn("collapsed message not dropped; it goes out beside the one that counts it", "id", old, "err", err)
		} else {
			p.replaced(old)
		}
	}
	p.log.Info("message taken", "id", id, "to", mask(m.To.Addr), "reference", ref)
	if fates != nil && held.id == 0 && m.NotBefore.IsZero() {
		return ref, p.waitSubmitted(ctx, fates, id, ref)
	}
	return ref, nil
}

// replaced frees the reference of message id, which another one stands for, and says so if a status report was
// asked for.
func (p *Port) replaced(id uint64) {
	if ref, x, ok := p.refs.findID(id); ok {
		p.refs.forget(ref)
		if x.want {
			p.report(x.key, tpdu.Report{Reference: ref, To: x.to, Time: x.at, Discharge: time.Now(), Status: tpdu.StatusReplaced})
		}
	}
}

// refusal is the result code for an error of Agent.Accept.
func refusal(err error) error {
	if errors.Is(err, ErrInvalid) {
		return cmsPDU
	}
	return cmsTimeout // the one that every client takes for "again, later"
}

// submittedTimer is how long a client waits for the SMSC under ack = "submitted". The least patient ones give
// up after 10 s.
const submittedTimer = 8 * time.Second

// waitSubmitted waits until the SMSC has message id or refused it. After submittedTimer it is as the config has
// it: the message is on its way all the same, and on flash, or it is taken back.
func (p *Port) waitSubmitted(ctx context.Context, fates <-chan Fate, id uint64, ref byte) error {
	t := time.NewTimer(submittedTimer)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			if p.cfg.AckLate == LateOK {
				return nil
			}
			return p.takeBack(ctx, id, ref)
		case f, ok := <-fates:
			switch {
			case !ok:
				return nil
			case f.ID != id:
			case f.Failed:
				return statusError(f.Status)
			case f.Taken:
				return nil
			}
		}
	}
}

// takeBack takes a message out of the queue that the client is to send again. One that cannot be taken back is
// being sent, or was: it counts.
func (p *Port) takeBack(ctx context.Context, id uint64, ref byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := p.agent.Withdraw(ctx, id, "the client is told to send it again: the SMSC has not taken it in time"); err != nil {
		p.log.Debug("message not taken back; it is on its way", "id", id, "err", err)
		return nil
	}
	p.refs.forget(ref)
	return cmsTimeout
}

// statusError is the result code for a refusal by the SMSC: SMPP 3.4 §5.1.3 beside TS 27.005 §3.2.5.
func statusError(status string) error {
	switch status {
	case "ESME_RINVDSTADR":
		return cmsUnassigned
	case "ESME_RTHROTTLED", "ESME_RMSGQFUL":
		return cmsCongestion
	case "ESME_RSYSERR", "ESME_RX_T_APPN":
		return cmsTemporary
	case "ESME_RX_P_APPN", "ESME_RX_R_APPN", "ESME_RSUBMITFAIL":
		return cmsRejected
	case "ESME_RINVSRCADR":
		return cmsSubscription
	case "ESME_RINVMSGLEN":
		return cmsPDU
	}
	return cmsUnknown
}

// mask hides the middle of a phone number.
func mask(addr string) string {
	const head = 4
	if len(addr) <= head+2 { // a short code
		return addr
	}
	stars := make([]byte, len(addr)-head-2)
	for i := range stars {
		stars[i] = '*'
	}
	return addr[:head] + string(stars) + addr[len(addr)-2:]
}

// close writes the memories out.
func (p *Port) close() {
	for _, m := range p.memory {
		if err := m.Close(); err != nil {
			p.log.Error("messages of the port not written", "err", err)
		}
	}
}
