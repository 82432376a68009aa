package queue

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"syscall"
)

// copySuffix ends the names of copies of damaged stretches.
const copySuffix = ".bin"

// openStore opens the queue in a directory.
func openStore(cfg Config, fs files, log *slog.Logger) (s *store, rec *Recovery, err error) {
	cfg = cfg.withDefaults()
	if err := cfg.problem(); err != nil {
		return nil, nil, err
	}
	notes, err := fs.prepare()
	if err != nil {
		return nil, nil, err
	}
	lock, err := fs.lock()
	if err != nil {
		return nil, nil, err
	}
	l := newLoader(cfg, fs, log)
	l.rec.Notes = notes
	l.s.lock = lock
	if err := l.load(true); err != nil {
		return nil, nil, errors.Join(err, l.s.close())
	}
	return l.s, l.rec, nil
}

// newStore returns an empty store.
func newStore(cfg Config, fs files, log *slog.Logger) *store {
	s := &store{cfg: cfg, log: log, files: fs, size: cfg.SegmentSize, nextID: 1, pruneAt: 1024}
	s.clock = newClock(cfg.ClockFloor)
	for i := range s.wake {
		s.wake[i] = make(chan struct{})
	}
	return s
}

// complete brings the pool to its number of segments. When that cannot be done a pool that was there
// before goes on with what it has.
func (l *loader) complete() error {
	s := l.s
	had := len(s.segs)
	for i := range l.cfg.Segments {
		name := segmentName(i)
		if slices.ContainsFunc(s.segs, func(seg *segment) bool { return seg.name == name }) {
			continue
		}
		f, err := l.create(name)
		if err != nil {
			if had < minSegments {
				return l.removeNew(append(l.made, name), err)
			}
			_ = s.files.remove(name)
			l.note("segment %s cannot be made, going on with %d: %v", name, len(s.segs), err)
			break
		}
		l.made = append(l.made, name)
		s.segs = append(s.segs, &segment{name: name, index: uint16(len(s.segs)), file: f})
		s.free = append(s.free, len(s.segs)-1)
	}
	l.finishNew(had)
	// Even when none was made: a process that made them may have been killed before it came to this.
	if err := s.files.syncDir(); err != nil {
		return l.removeNew(l.made, err)
	}
	l.rec.Created = had == 0
	l.rec.Segments = len(s.segs)
	return nil
}

// finishNew does for free segments that were there before what their making may have lacked: a process
// that was killed leaves files that are short or not synced yet.
func (l *loader) finishNew(had int) {
	for _, n := range l.s.free {
		seg := l.s.segs[n]
		var err error
		switch {
		case n >= had:
		case seg.wrongSize:
			if err = l.fillNew(seg.file); err == nil {
				seg.wrongSize, seg.life = false, 0
			}
		case seg.life == 0:
			err = seg.file.datasync()
		}
		if err != nil {
			l.note("segment %s: %v", seg.name, err)
			seg.suspect = true
		}
	}
}

// create makes one segment.
func (l *loader) create(name string) (file, error) {
	f, err := l.s.files.create(name)
	if err != nil {
		return nil, err
	}
	if err := l.fillNew(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("queue: make %s: %w", name, err)
	}
	return f, nil
}

// fillNew writes a segment full, with a header that tells the pool, and syncs it.
func (l *loader) fillNew(f file) error {
	if err := fill(f, l.s.size); err != nil {
		return err
	}
	h := header{pages: uint16(l.s.size / pageSize), pool: l.s.pool}
	if _, err := f.WriteAt(h.append(nil), 0); err != nil {
		return err
	}
	return f.datasync()
}

// removeNew takes back the files of a pool that could not be made whole, and words the error.
func (l *loader) removeNew(names []string, err error) error {
	for _, name := range names {
		_ = l.s.files.remove(name)
	}
	need := int64(l.cfg.Segments) * int64(l.s.size)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("queue: state directory %s has no room for a pool of %s (%d segments of %s): %w; make room or ask for fewer segments",
			l.cfg.Dir, octets(need), l.cfg.Segments, octets(int64(l.s.size)), err)
	}
	return fmt.Errorf("queue: state directory %s: %w", l.cfg.Dir, err)
}

// fill writes the file full of zeros up to size, cuts what is behind, and syncs it.
func fill(f file, size int) error {
	zeros := make([]byte, min(size, 64<<10))
	for at := 0; at < size; {
		n, err := f.WriteAt(zeros[:min(len(zeros), size-at)], int64(at))
		if err == nil && n == 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return err
		}
		at += n
	}
	if err := f.truncate(int64(size)); err != nil {
		return err
	}
	return f.datasync()
}

func newPoolID() (p poolID) {
	rand.Read(p[:]) // never fails (crypto/rand)
	return p
}
