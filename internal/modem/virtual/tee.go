package virtual

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// The times of a modem behind a port.
const (
	passTimer   = 3 * time.Minute  // the longest that a command may take: TS 27.007 knows some that search for networks
	radioTimer  = 30 * time.Second // how long a message may take by radio before it goes by way of the agent
	promptWait  = 5 * time.Second
	modemPause  = 10 * time.Second // between tries to open it
	modemChunks = 64
)

// A tee stands between a client and a real modem: what the client says goes to it and its
// answers come back, but messages go by way of the agent, always or when the radio fails. While the modem is
// away the agent is the modem. It belongs to the session's goroutine, but for its reader.
type tee struct {
	port  *Port
	modem io.ReadWriteCloser // nil: it is away
	in    chan []byte        // what it says; closed when it is lost
	tried time.Time
	wg    sync.WaitGroup
}

// newTee gives the tee of a port, nil when its config names no modem.
func newTee(p *Port) *tee {
	if p.cfg.Modem == "" {
		return nil
	}
	return &tee{port: p}
}

// there opens the modem if it is not, and reports whether it is there.
func (t *tee) there(ctx context.Context) bool {
	if t.modem != nil || time.Since(t.tried) < modemPause {
		return t.modem != nil
	}
	t.tried = time.Now()
	m, err := openModemLine(&t.port.cfg)
	if err != nil {
		t.port.log.Warn("modem is away; the agent stands in for it", "modem", t.port.cfg.Modem, "err", err)
		return false
	}
	t.modem, t.in = m, make(chan []byte, modemChunks)
	in := t.in
	t.wg.Go(func() {
		defer close(in)
		for {
			b := make([]byte, chunkSize)
			n, err := m.Read(b)
			if err != nil {
				return
			}
			in <- b[:n] // close takes what nobody reads
		}
	})
	if _, ok := t.exchange(ctx, []byte("ATE0\r"), promptWait); !ok { // echo is ours to give
		t.lose("does not answer")
		return false
	}
	t.port.log.Info("modem is there", "modem", t.port.cfg.Modem)
	return true
}

// lose gives the modem up until it is tried again.
func (t *tee) lose(why string) {
	t.port.log.Warn("modem lost; the agent stands in for it", "modem", t.port.cfg.Modem, "why", why)
	t.close()
	t.tried = time.Now()
}

func (t *tee) close() {
	if t == nil || t.modem == nil {
		return
	}
	_ = t.modem.Close()
	for range t.in { // lets the reader end
	}
	t.wg.Wait()
	t.modem, t.in = nil, nil
}

// stands reports whether the client talks with the modem now.
func (t *tee) stands() bool { return t != nil && t.modem != nil }

// said is what the modem says unasked; a nil tee's never comes.
func (t *tee) said() <-chan []byte {
	if t == nil {
		return nil
	}
	return t.in
}

// exchange says b to the modem and gives what it says up to a final result code or a prompt; ok is false when
// neither came within d.
func (t *tee) exchange(ctx context.Context, b []byte, d time.Duration) (answer []byte, ok bool) {
	if _, err := t.modem.Write(b); err != nil {
		return nil, false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	for !finalOf(answer) {
		select {
		case chunk, open := <-t.in:
			if !open {
				return answer, false
			}
			answer = append(answer, chunk...)
		case <-timer.C:
			return answer, false
		case <-ctx.Done():
			return answer, false
		}
	}
	return answer, true
}

// finalOf reports whether b ends with a final result code or a prompt: V.250 §5.7.1.
func finalOf(b []byte) bool {
	if bytes.HasSuffix(b, []byte("\r\n> ")) {
		return true
	}
	line := strings.TrimSuffix(string(b), "\r\n")
	if len(line) == len(b) {
		number := strings.TrimSuffix(line, "\r") // after ATV0
		return len(number) < len(line) && slices.Contains([]string{"0", "3", "4", "6", "7", "8"}, number[strings.LastIndexByte(number, '\n')+1:])
	}
	return isFinalLine(line[strings.LastIndexByte(line, '\n')+1:])
}

// isFinalLine reports whether a line is a final result code.
func isFinalLine(line string) bool {
	return slices.Contains([]string{"OK", "ERROR", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "CONNECT"}, line) ||
		strings.HasPrefix(line, "+CMS ERROR:") || strings.HasPrefix(line, "+CME ERROR:")
}

// followed are the commands whose settings the agent must know to read a message itself.
var followed = []string{"E", "V", "Q", "Z", "&F", "+CMEE", "+CMGF", "+CSCS", "+CSMP", "+CSDH", "+CNMI"}

// pass carries out a command line by way of the modem. done is false when it is the agent's to carry out: it
// sends a message, or the modem is away.
func (s *session) pass(ctx context.Context, line string) (done bool) {
	if s.locked() || !s.tee.there(ctx) {
		return false
	}
	echoed := false
	for rest := line; rest != ""; {
		c, next, ok := nextCommand(rest)
		if !ok || c.name == "" {
			break
		}
		if c.name == "+CMGS" && c.op == opSet {
			if s.port.cfg.Divert == DivertFailed {
				s.tryRadio(line)
			}
			return false
		}
		if slices.Contains(followed, c.name) {
			out := len(s.out)
			_ = find(c.name).do(ctx, s, &c)
			s.out = s.out[:out]
			echoed = echoed || slices.Contains([]string{"E", "Z", "&F"}, c.name)
		}
		rest = next
	}
	s.forward(ctx, []byte("AT"+line+"\r"))
	if echoed && s.tee.modem != nil {
		_, _ = s.tee.exchange(ctx, []byte("ATE0\r"), promptWait)
	}
	return true
}

// forward says b to the modem and gives the client its answer. A prompt is ours to keep: what the client types
// goes to the modem in one piece.
func (s *session) forward(ctx context.Context, b []byte) {
	answer, ok := s.tee.exchange(ctx, b, passTimer)
	s.out = append(s.out, answer...)
	switch {
	case !ok:
		s.tee.lose("does not answer")
		s.final(cmeUnknown)
	case bytes.HasSuffix(answer, []byte("\r\n> ")):
		s.prompt = &prompt{
			raw: true, first: true,
			done: func(ctx context.Context, body []byte) error {
				s.forward(ctx, append(body, ctrlZ))
				return errNoFinal
			},
			abort: func() { s.forward(ctx, []byte{esc}) },
		}
	}
}

// tryRadio makes the message that line begins go by radio first. It goes by way of the agent when the modem
// refuses it, or does not say in time what became of it: rather twice than not at all.
func (s *session) tryRadio(line string) {
	s.divert = func(ctx context.Context, body []byte) (sent bool) {
		if !s.tee.there(ctx) {
			return false
		}
		answer, ok := s.tee.exchange(ctx, []byte("AT"+line+"\r"), promptWait)
		if !ok || !bytes.HasSuffix(answer, []byte("> ")) {
			return false
		}
		answer, ok = s.tee.exchange(ctx, append(slices.Clone(body), ctrlZ), radioTimer)
		if !ok || bytes.Contains(answer, []byte("ERROR")) {
			s.port.log.Warn("message not sent by radio; it goes by way of the agent", "modem_says", strings.TrimSpace(string(answer)))
			if !ok {
				s.tee.lose("does not answer")
			}
			return false
		}
		s.port.stats.change(func(x *Status) { x.ByRadio++ })
		s.out = append(s.out, answer...)
		return true
	}
}

// byRadio sends the body by radio if it is to be tried.
func (s *session) byRadio(ctx context.Context, body []byte) bool {
	try := s.divert
	s.divert = nil
	return try != nil && try(ctx, body)
}

// overheard is what the modem says unasked: the client is told at once, or when it has ended what it types.
func (s *session) overheard(b []byte) {
	if s.prompt != nil {
		s.urcs.add(urc{kind: urcModem, text: string(b)})
		return
	}
	s.out = append(s.out, b...)
}
