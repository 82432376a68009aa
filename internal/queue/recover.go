package queue

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sort"
	"syscall"
	"time"
)

// loader recovers a store from the files. docs/queue.md numbers its steps.
type loader struct {
	cfg   Config
	s     *store
	log   *slog.Logger
	rec   *Recovery
	write bool // false: only look
	start time.Time
	found []*foundFile
	made  []string

	missing []uint64 // lives that the log names and no file has

	buf      []byte
	plain    []byte // of a sealed record
	keyErr   error
	keysFrom string
	sc       scan
	times    rawTimes
	group    []ID // of an Append whose last record has not come yet
	replaced []replayedReplacement
	torn     bool        // the last hole was left by a power cut
	doubted  map[ID]bool // marked Attempted because of damage
	gapAfter ID          // highest ID before damage, 0 when there was none
	maxID    ID
	checks   int  // CHECKs that were read
	doubtful bool // something was left out: IDs may have been given that are not seen
}

// foundFile is a segment file as it was found.
type foundFile struct {
	name   string
	file   file
	size   int64
	header header
	known  bool // header tells the life: it was whole, or it was rebuilt from the records
	harmed bool // the header in the file is not whole
	later  error
}

// rawTime is a time of a record before the clock can be judged.
type rawTime struct {
	id        ID
	at, stamp int64
	trusted   bool
	expires   bool
	round     uint8
}

// rawTimes are in chunks, so that many of them leave no garbage behind.
type rawTimes struct{ chunks [][]rawTime }

func (r *rawTimes) add(t rawTime) {
	n := len(r.chunks)
	if n == 0 || len(r.chunks[n-1]) == cap(r.chunks[n-1]) {
		r.chunks = append(r.chunks, make([]rawTime, 0, 512))
		n++
	}
	r.chunks[n-1] = append(r.chunks[n-1], t)
}

// drain gives each out once and forgets it.
func (r *rawTimes) drain(visit func(rawTime)) {
	for i, c := range r.chunks {
		for _, t := range c {
			visit(t)
		}
		r.chunks[i] = nil
	}
	r.chunks = nil
}

func newLoader(cfg Config, fs files, log *slog.Logger) *loader {
	return &loader{
		cfg: cfg, s: newStore(cfg, fs, log), log: log, start: time.Now(),
		rec: &Recovery{Dir: cfg.Dir, SegmentSize: cfg.SegmentSize},
	}
}

func (l *loader) note(format string, args ...any) {
	l.rec.Notes = append(l.rec.Notes, fmt.Sprintf(format, args...))
}

// load recovers the store; without write it changes nothing on the medium.
func (l *loader) load(write bool) error {
	l.write = write
	s := l.s
	if err := l.openAll(); err != nil {
		return err
	}
	l.choosePool()
	keys, err := l.cfg.keys()
	if err == nil {
		l.keysFrom = keys.from
		s.sealer, err = keys.sealerFor(s.pool)
	}
	if err != nil {
		for _, f := range l.found {
			f.file.Close()
		}
		return err
	}
	if err := l.sortOut(); err != nil {
		return err
	}
	s.keys.most = KeyCount
	l.buf = make([]byte, s.size)
	chain := l.behead(l.order())
	l.enlist(chain)
	for i, f := range chain {
		var next *foundFile
		if i+1 < len(chain) {
			next = chain[i+1]
		}
		if i > 0 && f.header.previous != 0 && f.header.previous != chain[i-1].header.life {
			l.doubt()
		}
		if l.replay(s.segs[s.chain[i]], f, next); l.keyErr != nil {
			return l.keyErr
		}
	}
	l.finish()
	if write {
		if err := l.complete(); err != nil {
			return err
		}
		l.syncTail()
		s.trimChain()
	}
	s.keys.most = max(min(KeyCount, int(s.capacity()/(16*keyEntry))), 16)
	l.rec.Took = time.Since(l.start)
	return nil
}

// openAll opens every segment file and reads its header.
func (l *loader) openAll() error {
	names, err := l.s.files.list()
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		if _, ok := segmentIndex(name); !ok {
			continue
		}
		f := &foundFile{name: name}
		f.file, err = l.s.files.open(name)
		if passing(err) {
			for _, f := range l.found {
				f.file.Close()
			}
			return err
		}
		if err != nil {
			l.damage(Damage{File: name, Cause: err.Error()}, nil)
			continue
		}
		if l.write { // what a process before this one failed to sync is not to be shown as stored
			f.file.forget()
		}
		if f.size, err = f.file.size(); err != nil {
			l.damage(Damage{File: name, Cause: err.Error()}, nil)
		}
		b := make([]byte, segmentHeader)
		if _, err := f.file.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
			l.damage(Damage{File: name, Length: segmentHeader, Cause: err.Error()}, nil)
		}
		f.header, f.known, f.later = parseHeader(b)
		f.harmed = !f.known && f.later == nil
		l.found = append(l.found, f)
	}
	return nil
}

// passing reports an error of open that says nothing of the file, but of this process or this moment. To go
// on would be to give up records that are there: the log would soon say that nothing in the file counts.
func passing(err error) bool {
	for _, e := range []error{syscall.EACCES, syscall.EPERM, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// choosePool takes the pool that most headers name; among equals the one written last.
func (l *loader) choosePool() {
	type votes struct {
		n    int
		life uint64
	}
	tally := map[poolID]votes{}
	var best poolID
	for _, f := range l.found {
		if !f.known {
			continue
		}
		v := tally[f.header.pool]
		v.n++
		v.life = max(v.life, f.header.life)
		tally[f.header.pool] = v
	}
	for p, v := range tally {
		if b := tally[best]; v.n > b.n || v.n == b.n && v.life > b.life {
			best = p
		}
	}
	l.s.pool = best
	if len(tally) == 0 {
		l.s.pool = newPoolID()
	}
	for _, f := range l.found {
		if f.known && f.header.pool == best && int(f.header.pages)*pageSize >= minSegmentSize && int(f.header.pages)*pageSize <= maxSegmentSize {
			l.s.size = int(f.header.pages) * pageSize
		}
	}
	if l.s.size != l.cfg.SegmentSize {
		if l.write {
			l.note("the pool has segments of %s, not of %s as asked for", octets(int64(l.s.size)), octets(int64(l.cfg.SegmentSize)))
		}
		l.cfg.SegmentSize = l.s.size
		l.s.cfg.SegmentSize = l.s.size
	}
	l.rec.SegmentSize = l.s.size
}

// order returns the files of the log, oldest first: back from the highest life by the link in each
// header to the head.
func (l *loader) order() []*foundFile {
	byLife := map[uint64]*foundFile{}
	var lives []uint64
	var head uint64
	for _, f := range l.found {
		if f.known && f.header.life != 0 {
			byLife[f.header.life] = f
			lives = append(lives, f.header.life)
			head = max(head, f.header.head)
		}
	}
	sort.SliceStable(lives, func(i, j int) bool { return lives[i] < lives[j] })
	var chain []*foundFile
	for i := len(lives) - 1; i >= 0 && lives[i] >= head; {
		f := byLife[lives[i]]
		chain = append(chain, f)
		l.s.life = max(l.s.life, lives[i])
		i--
		if f.header.previous == 0 {
			if f.header.head == 0 { // rebuilt without a link
				continue
			}
			break
		}
		for i >= 0 && lives[i] > f.header.previous { // left out by failed writes
			i--
		}
		if f.header.previous >= head && (i < 0 || lives[i] != f.header.previous) {
			l.missing = append(l.missing, f.header.previous)
		}
	}
	for _, life := range lives {
		l.s.life = max(l.s.life, life)
	}
	slices.Reverse(chain)
	return chain
}

// behead takes out of the log what is below the highest head. A CHECK in the last segment may tell a
// higher one than any header: the segments below it may have been written over already.
func (l *loader) behead(chain []*foundFile) []*foundFile {
	s := l.s
	for _, f := range chain {
		s.writer.durable = max(s.writer.durable, f.header.head)
	}
	if len(chain) == 0 {
		return nil
	}
	last := chain[len(chain)-1]
	buf, _ := l.readFile(last, l.buf)
	l.sc.scanSegment(buf, s.pool, uint32(last.header.life), segmentHeader)
	for _, at := range l.sc.offsets {
		if r, ok := parseRecord(buf[at:], s.pool, at); ok && r.kind == kindCheck {
			if c, ok := parseCheck(r.payload); ok {
				s.writer.durable = max(s.writer.durable, c.header.head)
			}
		}
	}
	for _, life := range l.missing {
		if life >= s.writer.durable {
			l.damage(Damage{File: fmt.Sprintf("segment of life %d", life), Cause: "missing"}, nil)
			l.doubtful = true
		}
	}
	for len(chain) > 0 && chain[0].header.life < s.writer.durable {
		chain = chain[1:]
	}
	return chain
}

// enlist enters the files into the pool.
func (l *loader) enlist(chain []*foundFile) {
	s := l.s
	for i, f := range l.found {
		seg := &segment{name: f.name, index: uint16(i), file: f.file, wrongSize: f.size != int64(s.size)}
		if f.known {
			seg.life = f.header.life
		}
		s.segs = append(s.segs, seg)
	}
	for _, f := range chain {
		s.chain = append(s.chain, slices.Index(l.found, f))
	}
	for i, f := range l.found {
		if slices.Contains(chain, f) {
			continue
		}
		if s.segs[i].wrongSize && f.size < int64(s.size) && s.life > 0 {
			// The pool was whole before anything was written to it.
			l.damage(Damage{File: f.name, Offset: f.size, Length: int64(s.size) - f.size, Cause: "the file is too short"}, nil)
		}
		if s.segs[i].life >= s.writer.durable {
			s.segs[i].life = 0 // left out of the log by a failed write
		}
		s.free = append(s.free, i)
	}
	sort.SliceStable(s.free, func(i, j int) bool { return s.segs[s.free[i]].life < s.segs[s.free[j]].life })
}

// damage notes damage, with a copy of the octets if there are any.
func (l *loader) damage(d Damage, data []byte) {
	if l.write && len(data) > 0 {
		name := fmt.Sprintf("%s-life-%d-at-%d%s", d.File, l.lifeOf(d.File), d.Offset, copySuffix)
		if err := l.s.files.keepCopy(name, data, 2*int64(l.s.size)); err != nil {
			l.note("no copy of the damage in %s: %v", d.File, err)
		} else {
			d.Copy = damagedName + "/" + name
		}
	}
	l.rec.Damaged = append(l.rec.Damaged, d)
}

func (l *loader) lifeOf(name string) uint64 {
	for _, seg := range l.s.segs {
		if seg.name == name {
			return seg.life
		}
	}
	return 0
}

// syncTail makes what was read from the last segment durable: after a killed process it may be in the
// page cache only, and what is built on it must not outlive it.
func (l *loader) syncTail() {
	s := l.s
	if len(s.chain) == 0 {
		return
	}
	seg := s.segs[s.chain[len(s.chain)-1]]
	if err := seg.file.datasync(); err != nil {
		l.note("sync of %s failed: %v", seg.name, err)
		seg.suspect = true
	}
}
