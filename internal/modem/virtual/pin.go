package virtual

import (
	"context"
	"crypto/subtle"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// How many wrong PINs a port takes, and for how long it takes none after that; it doubles each time.
const (
	pinTries    = 3
	pinPause    = 5 * time.Minute
	pinPauseMax = time.Hour
)

// A pinGuard slows down whoever tries PINs. The number of wrong ones is kept in a file, so that a restart gives
// nobody more tries. Its methods may be called from any goroutine.
type pinGuard struct {
	path string // "": nothing is kept
	log  *slog.Logger

	mu     sync.Mutex
	wrong  int       // in a row
	closed time.Time // no PIN is looked at before it
}

// load reads how many wrong PINs there were before a restart. The pause that they cost begins anew: how long ago
// they were is not known without a clock.
func (g *pinGuard) load(path string, log *slog.Logger) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.path, g.log = path, log
	b, err := os.ReadFile(path)
	if err != nil {
		return
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || n < 0 || n > 1<<20 {
		n = pinTries // what it said is lost: once more from the first pause
	}
	g.wrong = n
	if n >= pinTries {
		g.closed = time.Now().Add(pinPauseOf(n))
	}
}

// pinPauseOf is how long no PIN is taken after n wrong ones.
func pinPauseOf(n int) time.Duration {
	return min(pinPause<<min(max(n/pinTries-1, 0), 10), pinPauseMax)
}

// try reports whether pin is the right one.
func (g *pinGuard) try(pin, right string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Now().Before(g.closed) {
		return false
	}
	if subtle.ConstantTimeCompare([]byte(pin), []byte(right)) == 1 {
		g.note(0)
		return true
	}
	if g.note(g.wrong + 1); g.wrong%pinTries == 0 {
		g.closed = time.Now().Add(pinPauseOf(g.wrong))
	}
	return false
}

// note writes down how many wrong PINs there were.
func (g *pinGuard) note(wrong int) {
	if g.wrong == wrong {
		return
	}
	g.wrong = wrong
	if g.path == "" {
		return
	}
	err := os.WriteFile(g.path+".new", strconv.AppendInt(nil, int64(wrong), 10), 0o600)
	if err == nil {
		err = os.Rename(g.path+".new", g.path)
	}
	if err != nil {
		g.log.Warn("number of wrong PINs not kept", "err", err)
	}
}

// left is how many more PINs will be looked at.
func (g *pinGuard) left() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Now().Before(g.closed) {
		return 0
	}
	return pinTries - g.wrong%pinTries
}

// locked reports whether the PIN must still be given.
func (s *session) locked() bool { return s.port.cfg.PIN != "" && !s.set.unlocked }

// enterPIN is +CPIN: TS 27.007 §8.3.
func enterPIN(_ context.Context, s *session, c *command) error {
	switch c.op {
	case opTest:
	case opRead:
		if s.locked() {
			s.info("+CPIN: SIM PIN")
		} else {
			s.info("+CPIN: READY")
		}
	case opSet:
		if s.port.cfg.PIN == "" || s.set.unlocked {
			return cmeNotAllowed
		}
		if !s.port.pin.try(c.arg(0).text, s.port.cfg.PIN) {
			s.port.log.Warn("wrong PIN", "from", s.client)
			if s.failures++; s.failures == pinTries && s.port.cfg.TCP != "" {
				s.done = true
			}
			return cmePassword
		}
		s.set.unlocked = true
	default:
		return cmeBadParameters
	}
	return nil
}

// pinTriesLeft is +CPINR: TS 27.007 §8.65.
func pinTriesLeft(_ context.Context, s *session, c *command) error {
	if c.op == opTest {
		return nil
	}
	s.info("+CPINR: SIM PIN,%d,%d", s.port.pin.left(), pinTries)
	return nil
}

// lock is +CLCK: TS 27.007 §7.4. Whether the PIN is asked for is the port's config to say.
func lock(_ context.Context, s *session, c *command) error {
	facility := c.arg(0).text
	mode, ok := c.arg(1).number()
	switch {
	case c.op == opTest:
		s.info(`+CLCK: ("SC","PN")`)
	case c.op != opSet || !ok:
		return cmeBadParameters
	case mode == 2 && facility == "SC" && s.port.cfg.PIN != "":
		s.info("+CLCK: 1")
	case mode == 2:
		s.info("+CLCK: 0")
	default:
		return cmeNotAllowed
	}
	return nil
}
