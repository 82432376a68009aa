package virtual

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"smppagent/internal/modem/store"
	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// What comes in: messages and status reports, and how clients are told. TS 27.005 §3.4.

// A Message is one from outside for the ports.
type Message struct {
	// Key is not that of any other message, and the same when this one is brought again. Not 0.
	Key uint64
	// SMS is the message; its To is whom it was sent to.
	SMS sms.Message
	// At is when it came.
	At time.Time
}

// Wants reports whether a message to the address is for one of the ports.
func (x *Ports) Wants(to sms.Address) bool {
	for _, p := range x.list {
		if p.wants(to) {
			return true
		}
	}
	return false
}

// Take puts m into the memory of each port that it is for, and tells their clients. When one of them has no
// room it returns an error, and m is to be brought again; those that have it do not take it twice.
func (x *Ports) Take(_ context.Context, m Message) error {
	var errs []error
	for _, p := range x.list {
		if p.wants(m.SMS.To) {
			errs = append(errs, p.take(m))
		}
	}
	return errors.Join(errs...)
}

func (p *Port) wants(to sms.Address) bool {
	switch p.cfg.Inbound {
	case InboundAll:
		return true
	case InboundNumber:
		return p.cfg.Number != "" && sameNumber(p.cfg.Number, to.Addr)
	}
	return false
}

// sameNumber compares numbers by their last digits: SMSCs write them with and without country.
func sameNumber(a, b string) bool {
	const digits = 9
	for len(a) > 0 && (a[0] == '+' || a[0] == '0') {
		a = a[1:]
	}
	for len(b) > 0 && (b[0] == '+' || b[0] == '0') {
		b = b[1:]
	}
	if len(a) < digits || len(b) < digits {
		return a == b
	}
	return a[len(a)-digits:] == b[len(b)-digits:]
}

// take stores the segments of m.
func (p *Port) take(m Message) error {
	m.SMS.From = writable(m.SMS.From)
	delivers, err := tpdu.Delivers(&m.SMS, sms.Concat8, m.At)
	if err != nil {
		return fmt.Errorf("virtual: port %s: %w", p.cfg.Name, err)
	}
	for i, d := range delivers {
		octets, err := d.Append(nil)
		if err != nil {
			return fmt.Errorf("virtual: port %s: %w", p.cfg.Name, err)
		}
		// Segments have keys of their own, far from those of other messages.
		key := m.Key + uint64(i)<<48
		index, err := p.memory[memorySIM].Add(store.Slot{Status: store.Unread, Key: key, TPDU: octets})
		if err != nil {
			return fmt.Errorf("virtual: port %s: %w", p.cfg.Name, err)
		}
		if index > 0 {
			p.tell(urc{kind: urcMessage, index: index, octets: octets})
		}
	}
	p.log.Info("message for the port", "from", mask(m.SMS.From.Addr), "segments", len(delivers))
	if p.cfg.Ring {
		p.tell(urc{kind: urcRing, text: m.SMS.From.String()})
	}
	return nil
}

// writable gives a sender as TP-OA can have it: TS 23.040 §9.1.2.5. What is no number is alphanumeric, whatever the
// SMSC calls it, and has up to 11 septets; a letter that is none of the alphabet becomes a question mark. Nobody can
// answer such a sender, and so rings no stranger.
func writable(a sms.Address) sms.Address {
	if a.TON != sms.TONAlphanumeric && strings.Trim(a.Addr, "0123456789*#abc") == "" {
		return a
	}
	const most = 11
	name, septets := "", 0
	for _, r := range a.Addr {
		b, _, ok := sms.EncodeGSM7(string(r))
		if !ok {
			r, b = '?', []byte{'?'}
		}
		if septets += len(b); septets > most {
			break
		}
		name += string(r)
	}
	return sms.Address{TON: sms.TONAlphanumeric, Addr: name}
}

// report passes a status report on to the client by way of the memory, so that it outlives whatever happens now;
// key makes it one and the same when it is told again. A client that wants it as it is gets it so, and the slot
// is emptied. When there is no room only such a client learns of it.
func (p *Port) report(key string, r tpdu.Report) {
	octets, err := r.Append(nil)
	if err != nil {
		p.log.Warn("status report cannot be written", "err", err)
		return
	}
	index, err := p.memory[memorySIM].Add(store.Slot{Status: store.Unread, Report: true, Key: reportKey(key), TPDU: octets})
	switch {
	case err == nil && index == 0: // it was told, and the client has deleted it
		return
	case err != nil && !p.direct():
		p.log.Warn("status report not stored; the client does not learn of the outcome", "reference", r.Reference, "err", err)
		return
	}
	p.tell(urc{kind: urcReport, index: index, octets: octets})
}

// reportKey is the key of a status report in the memory, far from those of messages.
func reportKey(key string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	return h.Sum64() | 1<<63
}

// direct reports whether there is a client that wants status reports as they are.
func (p *Port) direct() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.sessions {
		if s.directReports.Load() {
			return true
		}
	}
	return false
}

// indications is +CNMI: TS 27.005 §3.4.1.
func indications(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
		s.info("+CNMI: (0,1,2,3),(0,1,2,3),(0,2),(0,1,2),(0,1)")
	case opRead:
		n := s.set.indicate
		s.info("+CNMI: %d,%d,%d,%d,%d", n[0], n[1], n[2], n[3], n[4])
	default:
		next := [5]int{}
		if c.op == opSet {
			next = s.set.indicate
		}
		if !c.numbers(&next[0], &next[1], &next[2], &next[3], &next[4]) ||
			next[0] > 3 || next[1] > 3 || next[2] > 3 || next[3] > 2 || next[4] > 1 {
			return cmsNotSupported
		}
		s.set.indicate = next
		s.directReports.Store(next[0] > 0 && next[3] == 1)
	}
	return nil
}

// ackTimer is how long a client has to acknowledge what was put to it: TS 27.005 §3.4.4. It is told nothing
// directly any more when it does not.
const ackTimer = 15 * time.Second

// An unacked message was shown with +CMT or +CDS under +CSMS=1.
type unacked struct {
	index int // of its slot; 0: none
	at    time.Time
}

// arrived tells the client of a message in slot u.index of the SIM's memory.
func (s *session) arrived(u urc) {
	mode, mt := s.set.indicate[0], s.set.indicate[1]
	d, err := tpdu.ParseDeliver(u.octets)
	stays := err != nil || d.DCS.Class() == sms.ClassSIM || d.DCS.Waiting().Store
	switch {
	case mode == 0 || mt == 0:
	case s.tee.stands(): // its slots are none of the modem's, which the client reads
		s.show(u)
	case mt == 1 || stays || mt == 3 && d.DCS.Class() != sms.ClassTE:
		s.urc("+CMTI: %q,%d", memoryNames[memorySIM], u.index)
	default:
		s.show(u)
	}
}

// show puts a message to the client itself.
func (s *session) show(u urc) {
	if s.set.text {
		l := s.view().Arrived(u.octets, false)
		s.urc("%s", "+CMT: "+l.Head+"\r\n"+string(l.Data))
	} else {
		digits, n := s.withCentre(u.octets)
		s.urc("+CMT: ,%d\r\n%s", n, digits)
	}
	s.shown(u.index)
}

// reported tells the client of a status report.
func (s *session) reported(u urc) {
	mode, ds := s.set.indicate[0], s.set.indicate[3]
	switch {
	case mode == 0 || ds == 0:
	case u.index > 0 && ds == 2 && !s.tee.stands():
		s.urc("+CDSI: %q,%d", memoryNames[memorySIM], u.index)
	case ds == 1 || s.tee.stands():
		if s.set.text {
			s.urc("%s", "+CDS: "+s.view().Arrived(u.octets, true).Head)
		} else {
			digits, n := s.withCentre(u.octets)
			s.urc("+CDS: %d\r\n%s", n, digits)
		}
		s.shown(u.index)
	}
}

// shown notes that the client was given what slot index holds. In phase 2+ it has to say so before the slot is
// emptied.
func (s *session) shown(index int) {
	if s.set.service == 1 && !s.tee.stands() {
		s.acks = append(s.acks, unacked{index, time.Now()})
		return
	}
	s.gone = append(s.gone, index)
}

// settleShown empties the slots of what has been written to the client, and looks after those that it did not
// acknowledge in time.
func (s *session) settleShown() {
	if len(s.gone) > 0 {
		if err := s.port.memory[memorySIM].Delete(s.gone...); err != nil {
			s.port.log.Warn("message not deleted", "err", err)
		}
		s.gone = s.gone[:0]
	}
	if len(s.acks) > 0 && time.Since(s.acks[0].at) >= ackTimer {
		s.port.log.Warn("client does not acknowledge; it is told of nothing directly any more", "messages", len(s.acks))
		s.acks = nil
		s.set.indicate[1], s.set.indicate[3] = 0, 0
		s.directReports.Store(false)
	}
}

// acknowledge is +CNMA: TS 27.005 §3.4.4 and §4.6.
func acknowledge(_ context.Context, s *session, c *command) error {
	if c.op == opTest {
		if !s.set.text {
			s.info("+CNMA: (0-2)")
		}
		return nil
	}
	how, length := 0, 0
	if !c.numbers(&how, &length) || how > 2 || c.op == opRead {
		return cmsText
	}
	if len(s.acks) == 0 {
		return cmsNoAck
	}
	if length > 0 && !s.set.text {
		return s.ask(false, func(context.Context, []byte) error { return s.acknowledged(how) })
	}
	return s.acknowledged(how)
}

// acknowledged settles the oldest; how 2 says that the client could not take it, and it stays.
func (s *session) acknowledged(how int) error {
	if len(s.acks) == 0 {
		return cmsNoAck
	}
	x := s.acks[0]
	s.acks = s.acks[1:]
	if how < 2 && x.index > 0 {
		return s.deleted(s.port.memory[memorySIM].Delete(x.index))
	}
	return nil
}
