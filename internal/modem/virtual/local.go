package virtual

import (
	"math/rand/v2"
	"time"

	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// Messages that do not leave the agent: from one port to another, and from its alerts to a port.

// near gives the port to which a message of p goes without the SMSC; nil when it is for the SMSC. The number of
// p itself is near too: programs try their modem so.
func (x *Ports) near(p *Port, to sms.Address) *Port {
	if x == nil || !p.cfg.Local {
		return nil
	}
	for _, q := range x.list {
		if q.cfg.Inbound != InboundNone && q.cfg.Number != "" && sameNumber(q.cfg.Number, to.Addr) {
			return q
		}
	}
	return nil
}

// pass puts m into the memory of port to, and gives its message reference. It is delivered then: a status report
// says so at once.
func (p *Port) pass(to *Port, m *sms.Message) (ref byte, err error) {
	ref, key := p.refs.next(p.cfg.Name, m)
	defer p.refs.forget(ref)
	in := *m
	in.From, in.Receipt, in.NotBefore = p.sender, false, time.Time{}
	if p.cfg.Number != "" {
		if in.From, err = sms.ParseAddress(p.cfg.Number); err != nil {
			return 0, cmsUnknown
		}
	}
	if in.From.IsZero() {
		in.From = sms.Address{TON: sms.TONAlphanumeric, Addr: p.cfg.Name[:min(len(p.cfg.Name), 11)]}
	}
	// Far from the keys of messages from the SMSC, and from their segments'.
	unique := rand.Uint64()>>24 | 1<<40
	now := time.Now()
	if err := to.take(Message{Key: unique, SMS: in, At: now}); err != nil {
		p.log.Warn("message for another port not taken", "to_port", to.cfg.Name, "err", err)
		return 0, cmsCongestion // again, later: the other one has to read first
	}
	p.log.Info("message passed to another port", "to_port", to.cfg.Name, "reference", ref)
	if m.Receipt {
		p.report(key, tpdu.Report{Reference: ref, To: m.To, Time: now, Discharge: now, Status: tpdu.StatusOf(sms.Delivered)})
	}
	return ref, nil
}

// An Alert is a text of an alert, for ports that have it among theirs.
type Alert struct {
	Key      string // names the text for ever: raised again it is the same
	Incident string // what it is about
	Name     string // of the alert
	Text     string
	Begins   bool // the alert has begun, or goes on
	Ends     bool // it is over
}

// Alert gives a to the ports that want it. What has no room is lost to them, with a warning: alerts wait for no
// port.
func (x *Ports) Alert(a Alert) {
	if x == nil {
		return
	}
	for _, p := range x.list {
		if p.wantsAlert(a.Name) {
			p.alert(a)
		}
	}
}

func (p *Port) wantsAlert(name string) bool {
	for _, have := range p.cfg.Alerts {
		if have == "*" || have == name {
			return true
		}
	}
	return false
}

func (p *Port) alert(a Alert) {
	m := sms.Message{From: sms.Address{TON: sms.TONAlphanumeric, Addr: "alert"}, Text: a.Text}
	if p.cfg.AlertsAs == AlertsLamp {
		m.Waiting = p.lamp.change(a)
	}
	if err := p.take(Message{Key: reportKey(a.Key) >> 17, SMS: m, At: time.Now()}); err != nil {
		p.log.Warn("alert not given to the port", "alert", a.Name, "err", err)
	}
}
