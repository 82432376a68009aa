package sim

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// SMSC is a simulated short message service centre. What it has accepted and what it owes its ESMEs
// outlives Serve, so that it can go away and come back; it does not outlive the process.
type SMSC struct {
	cfg    Config
	faults *Faults
	book   *book
	outbox *outbox
	clock  *clock
	events *eventQueue
	hall   *hall

	rulesMu sync.Mutex
	rules   []rule
	pending map[string]string // phones that were not reached with set_dpf, and the system_id to tell

	broadcasts broadcasts

	serving chan struct{} // holds one token while Serve runs
}

// New returns an SMSC that is not serving yet. It reports what is wrong with cfg.
func New(cfg Config) (*SMSC, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	seed, first := cfg.Seed, cfg.Seed*1000
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
		first = uint64(time.Now().UnixMilli())
	}
	s := &SMSC{
		cfg:     cfg,
		book:    newBook(cfg.Keep, first),
		outbox:  newOutbox(),
		clock:   newClock(),
		events:  newEventQueue(),
		hall:    newHall(),
		serving: make(chan struct{}, 1),
	}
	s.faults = newFaults(seed, func() { s.hall.each((*session).lookAgain) })
	if err := s.faults.Set(cfg.Faults); err != nil {
		return nil, err
	}
	return s, nil
}

// Faults are what the SMSC does wrong. They may be changed at any time.
func (s *SMSC) Faults() *Faults { return s.faults }

// Run listens on cfg.Address and serves until ctx ends. The error says why it cannot listen.
func (s *SMSC) Run(ctx context.Context) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", s.cfg.Address)
	if err != nil {
		return fmt.Errorf("sim: listen: %w", err)
	}
	return s.Serve(ctx, ln)
}

// Serve takes connections from ln until ctx ends, then closes them and ln. It returns when every
// goroutine has ended: nil after ctx ended, else why ln gave no more connections. Only one Serve runs at
// a time, but one may follow another.
func (s *SMSC) Serve(ctx context.Context, ln net.Listener) error {
	select {
	case s.serving <- struct{}{}:
		defer func() { <-s.serving }()
	default:
		ln.Close()
		return errors.New("sim: serving already")
	}
	if s.cfg.TLS != nil {
		ln = tls.NewListener(ln, s.cfg.TLS)
	}

	// The event loop ends last, for the others raise events to their end.
	reporting, endReport := context.WithCancel(context.Background())
	var report sync.WaitGroup
	report.Go(func() { s.events.run(reporting, s.report) })
	defer report.Wait()
	defer endReport()

	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() { <-ctx.Done(); ln.Close() })
	all.Go(func() { s.clock.run(ctx, s.settle) })
	s.event(Event{Kind: KindListening, Peer: ln.Addr().String()})
	for {
		conn, err := ln.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return nil
		case err != nil:
			if errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("sim: accept: %w", err)
			}
			s.event(Event{Kind: KindOdd, Note: "accept: " + err.Error()})
			wait(ctx, acceptPause)
			continue
		}
		all.Go(func() { s.serveConn(ctx, conn) })
	}
}

// acceptPause is the time between attempts when the system has no connection to give, as when file
// descriptors run out.
const acceptPause = 100 * time.Millisecond

// wait waits and says whether ctx still runs.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *SMSC) report(e Event) {
	if s.cfg.OnEvent != nil {
		s.cfg.OnEvent(e)
	}
}

func (s *SMSC) event(e Event) {
	s.hall.count(e.Kind)
	if s.cfg.OnEvent != nil {
		s.events.add(e)
	}
}

// settle gives an accepted message its final state and owes the ESME the receipt.
func (s *SMSC) settle(f fate) {
	if s.book.deleted(f.submit) { // by cancel_sm
		f.state = Deleted
	}
	s.book.settle(f.submit, f.state)
	sub := f.submit
	s.pend(f)
	s.event(Event{Kind: KindDelivered, SystemID: sub.SystemID, From: sub.From, To: sub.To, MessageID: sub.MessageID,
		Part: sub.Part, Parts: sub.Parts, State: f.state.String()})
	if f.receipt {
		s.oweReceipt(f)
	}
}

func (s *SMSC) oweReceipt(f fate) {
	if s.faults.happens("intermediate") {
		s.event(Event{Kind: KindFault, Fault: "intermediate", SystemID: f.submit.SystemID})
		before := f
		before.state = Enroute
		s.owe(s.receipt(before, time.Now()))
	}
	s.owe(s.receipt(f, time.Now()))
	if s.faults.happens("duplicate-receipt") {
		s.event(Event{Kind: KindFault, Fault: "duplicate-receipt", SystemID: f.submit.SystemID})
		s.owe(s.receipt(f, time.Now()))
	}
}

// owe keeps d until the ESME takes it.
func (s *SMSC) owe(d *delivery) {
	s.outbox.add(d)
	s.hall.wake(d.systemID)
}

// Messages returns the messages that have been accepted, in the order of their first part, each once:
// Copies tells how often it came. At most Config.Keep are remembered.
func (s *SMSC) Messages() []Message {
	messages, _ := s.book.all()
	return messages
}

// Submits returns every submit_sm that was accepted and is remembered, in the order of acceptance.
func (s *SMSC) Submits() []Submit {
	_, submits := s.book.all()
	return submits
}

// Drop breaks all connections without a word.
func (s *SMSC) Drop() { s.hall.each(func(one *session) { one.end(errDropped) }) }

// Unbind asks every bound ESME to go, as an SMSC does before maintenance.
func (s *SMSC) Unbind() { s.hall.each(func(one *session) { one.askUnbind() }) }

// Refuse breaks all connections and closes new ones as soon as they come, until Accept.
func (s *SMSC) Refuse() {
	s.hall.refuse(true)
	s.event(Event{Kind: KindRefusing})
	s.Drop()
}

// Accept ends Refuse.
func (s *SMSC) Accept() {
	s.hall.refuse(false)
	s.event(Event{Kind: KindAccepting})
}
