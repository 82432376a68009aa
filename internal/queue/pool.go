package queue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"syscall"
)

// copySuffix ends the names of copies of damaged stretches.
const copySuffix = ".bin"

// openStore opens the queue in a directory.
func openStore(cfg Config, dir files, log *slog.Logger) (s *store, rec *Recovery, err error) {
	cfg = cfg.withDefaults()
	if err := cfg.problem(); err != nil {
		return nil, nil, err
	}
	notes, err := dir.prepare()
	if err != nil {
		return nil, nil, err
	}
	lock, err := dir.lock()
	if err != nil {
		return nil, nil, err
	}
	l := newLoader(cfg, dir, log)
	l.rec.Notes = notes
	l.s.lock = lock
	if err := l.load(true); err != nil {
		return nil, nil, errors.Join(err, l.s.close())
	}
	if err := l.s.setBallast(); err != nil {
		l.note("no ballast: %v; when the file system is full, messages can perhaps not be settled", err)
	}
	l.s.damaged, l.s.aside = len(l.rec.Damaged), len(l.rec.Aside)
	return l.s, l.rec, nil
}

// newStore returns an empty store.
func newStore(cfg Config, dir files, log *slog.Logger) *store {
	s := &store{cfg: cfg, log: log, files: dir, size: cfg.SegmentSize, nextID: 1, pruneAt: 1024}
	s.keys.index.slots = &s.index
	s.clock = newClock(cfg.ClockFloor)
	s.wear.budget = cfg.WriteBudget
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
	taken, err := s.files.list()
	if err != nil {
		return err
	}
	for i := range l.cfg.Segments {
		name := segmentName(i)
		if slices.ContainsFunc(s.segs, func(seg *segment) bool { return seg.name == name }) {
			continue
		}
		if had > 0 && slices.Contains(taken, name) {
			continue // it could not be opened, which is reported, and may be another time
		}
		f, err := s.create(name, had > 0)
		if err != nil {
			if had < minSegments {
				return l.removeNew(l.made, err)
			}
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
			if err = l.s.fillNew(seg.file); err == nil {
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

// create makes one segment, or nothing: of a file that is there already it keeps its hands off. In a pool
// that is in use it gets its name when it is whole, because there a segment that is short is damage.
func (s *store) create(name string, inUse bool) (f file, err error) {
	as := name
	if inUse {
		as = spareName
		_ = s.files.remove(spareName) // what a cut has left
	}
	if f, err = s.files.create(as); err != nil {
		return nil, err
	}
	err = s.fillNew(f)
	if err == nil && as != name {
		err = s.files.rename(as, name)
	}
	if err != nil {
		f.Close()
		_ = s.files.remove(as)
		return nil, fmt.Errorf("queue: make %s: %w", name, err)
	}
	return f, nil
}

// fillNew writes a segment full, with a header that tells the pool, and syncs it.
func (s *store) fillNew(f file) error {
	if err := fill(f, s.size); err != nil {
		return err
	}
	h := header{pages: uint16(s.size / pageSize), pool: s.pool}
	if _, err := f.WriteAt(h.append(nil), 0); err != nil {
		return err
	}
	return f.datasync()
}

// extend makes one more segment when none may be written over. That is so when failed writes have closed
// segments that were hardly used, while records live in all of them: without one more the log could
// not go on, nor move those records together. At most spares are made. The file gets its name when it is
// whole: one that is short is damage.
func (s *store) extend() error {
	if len(s.segs) >= s.cfg.Segments+spares {
		return errNoSegment
	}
	taken, err := s.files.list() // also those that could not be opened
	if err != nil {
		return fmt.Errorf("%w, and no more can be made: %w", errNoSegment, err)
	}
	i := 0
	for slices.Contains(taken, segmentName(i)) {
		i++
	}
	name := segmentName(i)
	f, err := s.create(name, true)
	if err == nil {
		if err = s.files.syncDir(); err != nil {
			f.Close()
			_ = s.files.remove(name)
		}
	}
	if err != nil {
		return fmt.Errorf("%w, and no more can be made: %w", errNoSegment, err)
	}
	s.log.Warn("no segment is free, one more was made", "segment", name)
	s.segs = append(s.segs, &segment{name: name, index: uint16(len(s.segs)), file: f})
	s.free = append(s.free, len(s.segs)-1)
	return nil
}

// spares is how many segments extend makes beyond Config.Segments, spareName what a file is called until
// it is one.
const (
	spares    = 2
	spareName = "spare"
)

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
	binary.NativeEndian.PutUint64(p[:8], rand.Uint64())
	binary.NativeEndian.PutUint64(p[8:], rand.Uint64())
	return p
}
