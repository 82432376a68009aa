package virtual

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// A line is the near end of what a client has opened. Read fails when the client has hung up.
type line interface {
	io.ReadWriter
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
}

// The times of a dialogue.
const (
	writeTimer  = 5 * time.Second       // how long a client may leave an answer unread
	promptTimer = 60 * time.Second      // how long it may be silent in the middle of a message
	urcPause    = 20 * time.Millisecond // from a final result code to what comes unasked
	urcPatience = 2 * time.Second       // how long half a command line holds that up
	submitTimer = 10 * time.Second      // how long a message may take to get onto flash
	loginTimer  = 30 * time.Second      // how long a TCP client keeps others out without the PIN, or without a word
	chunkSize   = 4096                  // octets read at once
)

// A session is the dialogue with one client, from opening the port to hanging up. What it holds belongs to
// the goroutine that runs serve.
type session struct {
	port *Port
	line line
	set  *settings // the port's own: they outlive the session where the port does
	urcs *urcQueue

	out      []byte      // what goes out in the next write
	opened   time.Time   // set before serve
	proved   atomic.Bool // the client has spoken, and given the PIN; others ask
	asked    time.Time
	spoken   bool // the client has said something
	quietTil time.Time

	command  []byte // the command line so far
	overflow bool   // it is longer than any command line
	last     string // the latest command line, for A/
	prompt   *prompt
	acks     []unacked // what the client has been shown and is to acknowledge
	gone     []int     // slots to be emptied once what they hold is written
	// directReports is set while the client wants status reports with +CDS; others ask.
	directReports atomic.Bool
	tee           *tee // to a modem behind the port; nil: there is none
	// divert sends the message that is being typed by radio, if it goes that way.
	divert   func(ctx context.Context, body []byte) (sent bool)
	sent     time.Time // when the latest message was taken
	failures int       // wrong PINs
	done     bool      // hang up
	client   string    // who it is, for the log
}

// serve talks with the client at the other end of l until it hangs up or ctx ends.
func (s *session) serve(ctx context.Context) error {
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer func() {
		cancel(nil)
		s.tee.close()
		_ = s.line.SetReadDeadline(time.Unix(1, 0)) // ends the read that is under way
		wg.Wait()
	}()
	chunks := make(chan []byte)
	wg.Go(func() { cancel(s.read(ctx, chunks)) })
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for !s.done {
		s.arm(timer)
		select {
		case <-ctx.Done():
			s.out = s.out[:0]
			return context.Cause(ctx)
		case chunk := <-chunks:
			s.spoken = true
			s.asked = time.Now()
			s.feed(ctx, chunk)
			s.proved.Store(!s.locked())
		case b, open := <-s.tee.said():
			if open {
				s.overheard(b)
			} else {
				s.tee.lose("hung up")
			}
		case <-s.urcs.wake:
		case <-timer.C:
			s.timeout()
		}
		s.release()
		if err := s.flush(ctx); err != nil {
			cancel(err)
		} else {
			s.settleShown()
		}
	}
	return errHungUp
}

var errHungUp = errors.New("virtual: hung up")

// read passes on what the client says until the line ends.
func (s *session) read(ctx context.Context, chunks chan<- []byte) error {
	for {
		chunk := make([]byte, chunkSize)
		n, err := s.line.Read(chunk)
		if n > 0 {
			select {
			case chunks <- chunk[:n:n]:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err != nil {
			return err
		}
	}
}

// feed takes octets from the client.
func (s *session) feed(ctx context.Context, chunk []byte) {
	for _, c := range chunk {
		if s.port.learn != nil {
			s.port.learn.hear(c, s.heardIn())
		}
		if s.prompt != nil {
			s.promptOctet(ctx, c)
		} else {
			s.commandOctet(ctx, c)
		}
	}
}

// heardIn is what the next octet belongs to.
func (s *session) heardIn() heardKind {
	switch {
	case s.prompt == nil:
		return heardCommand
	case !s.prompt.text:
		return heardPDU
	case s.set.charset.IsHex():
		return heardHex
	}
	return heardText
}

// flush writes the answer in one write, not before the port's answer delay. A client that does not read it
// loses it.
func (s *session) flush(ctx context.Context) error {
	if len(s.out) == 0 {
		return nil
	}
	if wait := s.port.cfg.AnswerDelay - time.Since(s.asked); wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
	out := s.out
	s.port.learn.say(out)
	s.out = s.out[:0]
	_ = s.line.SetWriteDeadline(time.Now().Add(writeTimer))
	_, err := s.line.Write(out)
	if cap(s.out) > 4*chunkSize {
		s.out = nil
	}
	s.quietTil = time.Now().Add(urcPause)
	if isTimeout(err) {
		s.port.log.Debug("client does not read its answer", "octets", len(out))
		s.gone = s.gone[:0]
		return nil
	}
	return err
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// arm sets the timer to what happens next by itself. A client that is silent and has nothing to be told
// sets none: an idle port costs nothing.
func (s *session) arm(timer *time.Timer) {
	timer.Stop()
	switch {
	case s.prompt != nil:
		timer.Reset(time.Until(s.asked.Add(promptTimer)))
	case s.urcs.waiting() && s.spoken:
		timer.Reset(time.Until(s.mayInterrupt()))
	case len(s.acks) > 0:
		timer.Reset(time.Until(s.acks[0].at.Add(ackTimer)))
	}
}

// mayInterrupt is when something unasked may be said: not at once after an answer, and not while the client
// is typing.
func (s *session) mayInterrupt() time.Time {
	at := s.quietTil
	if typed := s.asked.Add(urcPatience); len(s.command) > 0 && typed.After(at) {
		at = typed
	}
	return at
}

// timeout is called when the timer has run out.
func (s *session) timeout() {
	if s.prompt != nil && time.Since(s.asked) >= promptTimer {
		s.prompt = nil
		s.final(cmsUnknown)
	}
}

// release lets what waits to be said out, when it may be.
func (s *session) release() {
	if s.prompt != nil || !s.spoken || len(s.out) > 0 || time.Now().Before(s.mayInterrupt()) {
		return
	}
	for _, u := range s.urcs.take() {
		s.unsolicited(u)
	}
}
