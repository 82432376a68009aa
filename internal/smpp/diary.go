package smpp

import (
	"context"
	"log/slog"
	"strings"
	"time"
)

// diary logs what happens to a link: once when something changes, and not at each of a thousand
// tries that fail the same way.
type diary struct {
	log   *slog.Logger
	last  string // the failure that was logged
	since time.Time
	tries int // failures since the link was up
}

// up logs a bound session.
func (d *diary) up(s *Session, peer string) {
	args := []any{"address", s.cfg.Address, "peer", peer, "system_id", s.cfg.SystemID, "bind", s.cfg.Bind, "smsc_system_id", s.smsc}
	if v := tlsVersion(s.conn); v != "" {
		args = append(args, "tls", v)
	}
	if d.tries > 0 {
		args = append(args, "after_failures", d.tries, "down_for", time.Since(d.since).Round(time.Second))
	}
	d.log.Info("bound", args...)
	*d = diary{log: d.log}
}

// down logs the end of a session that stood for up, or of a try when that is 0.
func (d *diary) down(err error, up, pause time.Duration) {
	if d.tries++; d.tries == 1 {
		d.since = time.Now()
	}
	level, text := slog.LevelWarn, err.Error()
	if text == d.last {
		level = slog.LevelDebug
	}
	d.last = text
	msg := "cannot bind"
	args := []any{"error", text, "next_try_in", pause.Round(100 * time.Millisecond)}
	if up > 0 {
		msg, args = "session lost", append(args, "bound_for", up.Round(time.Second))
	}
	d.log.Log(context.Background(), level, msg, args...)
}

// linkError is an error with the link it befell before it and the remedy after it. It keeps one
// package prefix.
type linkError struct {
	what   string
	err    error
	advice string
}

func (e *linkError) Error() string {
	s := "smpp: " + e.what + ": " + strings.TrimPrefix(e.err.Error(), "smpp: ")
	if e.advice != "" {
		s += ": " + e.advice
	}
	return s
}

func (e *linkError) Unwrap() error { return e.err }
