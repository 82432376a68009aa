package push

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"smppagent/internal/alerts"
)

// round is one look at every file. Pushes of one name stay in order: when one has to wait, those
// behind it do.
type round struct {
	s              *Spool
	now            time.Time
	held           map[string]time.Time // by name of a push that waits: until when
	due            time.Duration        // nothing can be done earlier
	failed, handed bool                 // the engine could not take one, took one
	rushed         bool                 // nothing may go for now, whatever it is
}

// file takes one file as far as it can go.
func (r *round) file(ctx context.Context, file string) {
	s := r.s
	path := filepath.Join(s.dir, file)
	if s.done[file] {
		remove(path) // reported when it failed first
		return
	}
	if w, ok := s.waiting[file]; ok && r.now.Before(w.until) {
		r.wait(file, w.name, w.until)
		return
	}
	p, err := readSpool(path)
	damage, damaged := errors.AsType[*damageError](err)
	switch {
	case damaged:
		r.setAside(file, damage)
		return
	case errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		r.leave(file, "spool file not readable, it is left there", err)
		return
	}
	if until, ok := r.held[p.Name]; ok {
		r.wait(file, p.Name, until)
		return
	}
	giveBack, err := s.limiter.take(p)
	if limit, ok := errors.AsType[*LimitError](err); ok {
		r.rushed = limit.Limit == limitRate
		r.wait(file, p.Name, r.now.Add(limit.Retry))
		return
	}
	result, err := s.push(ctx, p)
	if wrong, ok := errors.AsType[*alerts.PushError](err); ok && wrong.Field == "to" && len(p.To) > 0 {
		// Whoever wrote the file was told that it counts: somebody has to hear of it.
		s.log.Warn("spooled push is for somebody else than it names: those of push.to are told", "file", file,
			"name", p.Name, "reason", wrong)
		p.To = nil
		result, err = s.push(ctx, p)
	}
	if err != nil || len(result.Keys) == 0 {
		giveBack()
	}
	if wrong, ok := errors.AsType[*alerts.PushError](err); ok {
		r.setAside(file, wrong)
		return
	}
	if err != nil {
		if _, known := s.waiting[file]; !known && ctx.Err() == nil {
			s.log.Warn("spooled push waits", "file", file, "op", string(p.Op), "name", p.Name, "err", err)
		}
		r.failed = true
		r.wait(file, p.Name, r.now.Add(r.pause()))
		return
	}
	r.handed = true
	s.log.Info("spooled push handed over", "file", file, "op", string(p.Op), "name", p.Name,
		"at", p.At, "effect", result.Effect, "incident", result.Incident)
	if err := remove(path); err != nil {
		s.done[file] = true
		s.log.Warn("spool file not removed, it counts once all the same", "file", file, "err", err)
	}
}

// pause is how long to leave the engine alone after this round.
func (r *round) pause() time.Duration { return min(max(2*r.s.pause, retryMin), retryMax) }

// wait leaves a file alone until then, and everything that is called name with it.
func (r *round) wait(file, name string, until time.Time) {
	r.s.waiting[file] = waiting{name, until}
	if name != "" {
		r.held[name] = until
	}
	r.due = min(r.due, max(until.Sub(r.now), time.Millisecond))
}

// leave is for a file that only a person can help; it is reported once and looked at again now and then.
func (r *round) leave(file, message string, err error) {
	if _, known := r.s.waiting[file]; !known {
		r.s.log.Warn(message, "file", file, "err", err)
	}
	r.wait(file, "", r.now.Add(retryMax))
}

// setAside moves a file that is no push into damaged/.
func (r *round) setAside(file string, reason error) {
	s := r.s
	aside := filepath.Join(s.dir, damagedDir)
	err := os.Mkdir(aside, 0o770)
	if err == nil || errors.Is(err, fs.ErrExist) {
		err = os.Rename(filepath.Join(s.dir, file), filepath.Join(aside, file))
	}
	if err != nil {
		r.leave(file, "spool file is no push, and cannot be moved to damaged", fmt.Errorf("%w; %w", reason, err))
		return
	}
	s.log.Warn("spool file is no push, moved to damaged", "file", filepath.Join(aside, file), "reason", reason)
	if err := prune(aside); err != nil {
		s.log.Warn("old damaged spool files not removed", "dir", aside, "err", err)
	}
}

// prune keeps the newest maxDamaged files of dir, by their names.
func prune(dir string) error {
	names, err := list(dir)
	if err != nil {
		return err
	}
	for len(names) > maxDamaged {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, names[0])))
		names = names[1:]
	}
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	return nil
}
