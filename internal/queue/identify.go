package queue

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// sortOut puts aside what is not of this pool, and rebuilds harmed headers from the records behind them.
func (l *loader) sortOut() error {
	var top uint64
	lives := map[uint64]bool{}
	for _, f := range l.found {
		if f.known && f.header.pool == l.s.pool {
			top = max(top, f.header.life)
			lives[f.header.life] = true
		}
	}
	l.unmaskTwins()
	kept := l.found[:0]
	for _, f := range l.found {
		cause := ""
		switch {
		case f.later != nil:
			cause = f.later.Error()
		case f.known && f.header.pool != l.s.pool:
			cause = "of another pool"
		case f.harmed:
			cause = l.rebuild(f, top, lives)
		}
		if cause == "" {
			kept = append(kept, f)
			continue
		}
		f.file.Close()
		to := f.name
		if l.write {
			var err error
			if to, err = l.s.files.putAside(f.name); err != nil {
				return err
			}
		}
		l.rec.Aside = append(l.rec.Aside, fmt.Sprintf("%s (%s)", to, cause))
	}
	l.found = kept
	return nil
}

// unmaskTwins finds segments that claim the same life. The one with the most records of that life is
// believed; the headers of the others count as harmed.
func (l *loader) unmaskTwins() {
	best := map[uint64]*foundFile{}
	count := map[*foundFile]int{}
	for _, f := range l.found {
		if !f.known || f.header.pool != l.s.pool || f.header.life == 0 {
			continue
		}
		other := best[f.header.life]
		if other == nil {
			best[f.header.life] = f
			continue
		}
		for _, twin := range []*foundFile{f, other} {
			b, _ := l.readFile(twin, make([]byte, l.s.size))
			count[twin] = livesIn(b, l.s.pool)[uint32(twin.header.life)]
		}
		loser := f
		if count[f] > count[other] {
			best[f.header.life], loser = f, other
		}
		loser.known, loser.harmed = false, true
	}
}

// rebuild finds out what a segment without a whole header is. It returns why the file is to be put
// aside, "" when it is of the pool or blank.
func (l *loader) rebuild(f *foundFile, top uint64, lives map[uint64]bool) string {
	b, _ := l.readFile(f, make([]byte, l.s.size))
	if r, ok := parseRecord(b[segmentHeader:], l.s.pool, segmentHeader); ok && r.kind == kindCheck {
		if c, ok := parseCheck(r.payload); ok && c.header.pool == l.s.pool {
			if life := c.header.life; !lives[life] && uint32(life) == r.life {
				f.header, f.known = c.header, true
				lives[life] = true
				return ""
			}
		}
	}
	ours := false
	for life32, n := range livesIn(b, l.s.pool) {
		ours = true
		life := top&^0xFFFFFFFF | uint64(life32)
		if n > 0 && !lives[life] && (!f.known || life > f.header.life) {
			f.header, f.known = header{life: life, pool: l.s.pool, pages: uint16(l.s.size / pageSize)}, true
		}
	}
	if f.known {
		lives[f.header.life] = true
	}
	// A power cut in the first header of a segment that was never used leaves nothing behind it.
	if ours || !slices.ContainsFunc(b[firstSector:], func(c byte) bool { return c != 0 }) {
		return ""
	}
	return "not a segment of this pool"
}

// firstSector is how much of a segment the write of its header may leave torn.
const firstSector = 512

// readFile reads a whole segment into buf; what cannot be read is zeros. It says what went wrong.
func (l *loader) readFile(f *foundFile, buf []byte) ([]byte, []Damage) {
	clear(buf)
	n, err := f.file.ReadAt(buf, 0)
	if err == nil {
		return buf, nil
	}
	if errors.Is(err, io.EOF) {
		clear(buf[n:])
		return buf, nil
	}
	var damaged []Damage
	for at := 0; at < len(buf); at += pageSize {
		page := buf[at : at+pageSize]
		if n, err := f.file.ReadAt(page, int64(at)); err != nil {
			clear(page[n:])
			if !errors.Is(err, io.EOF) {
				damaged = append(damaged, Damage{File: f.name, Offset: int64(at), Length: pageSize, Cause: err.Error()})
			}
		}
	}
	return buf, damaged
}
