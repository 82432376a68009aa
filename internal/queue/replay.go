package queue

import (
	"encoding/binary"
	"fmt"
)

// replay reads one segment of the log and does again what its records say. next is the segment after
// it in the log, nil for the last.
func (l *loader) replay(seg *segment, f, next *foundFile) {
	s := l.s
	l.torn = false
	buf, damaged := l.readFile(f, l.buf)
	for _, d := range damaged {
		l.damage(d, nil)
	}
	if f.size < int64(s.size) {
		l.damage(Damage{File: f.name, Offset: f.size, Length: int64(s.size) - f.size, Cause: "the file is too short"}, nil)
	}
	if f.harmed && next != nil {
		l.damage(Damage{File: f.name, Length: segmentHeader, Cause: "the header is harmed, the records behind it are not"}, nil)
	}
	// The segment after this one says where this one ended, and whether all of it was durable.
	linked := next != nil && next.header.previous == f.header.life
	limit, sealed := s.size, false
	if linked && int(next.header.previousEnd) >= segmentHeader && int(next.header.previousEnd) <= s.size {
		limit = int(next.header.previousEnd)
		sealed = next.header.flags&flagRecovered == 0
	}
	sc := &l.sc
	sc.scanSegment(buf[:min(int64(limit), f.size)], s.pool, uint32(f.header.life), segmentHeader)
	missing := 0
	for _, h := range sc.holes {
		missing += h.end - h.start
	}
	tail := 0
	if linked {
		tail = limit - sc.end
		if !sealed {
			holes, ok := l.knownHoles(next)
			sealed = ok && missing+tail != holes // what is missing was there when the log went on
		}
	}
	l.killBelow(f.header.head)
	var shut []hole // sealed records that no key opens
	opened := 0
	holes := sc.holes
	for _, at := range sc.offsets {
		for len(holes) > 0 && holes[0].end <= at {
			l.hole(f, buf, holes[0], sealed)
			holes = holes[1:]
		}
		r, ok := parseRecord(buf[at:], s.pool, at)
		if !ok {
			continue
		}
		l.rec.Records++
		length := uint16(len(r.payload))
		if r.flags&flagSealed != 0 {
			if !s.sealer.open(&r, at, l.plain[:0]) {
				shut = append(shut, hole{start: at, end: at + recordSize(len(r.payload))})
				continue
			}
			l.plain = r.payload
			opened++
		}
		p := placeAt(seg.index, at, length)
		if !l.apply(r, p, seg) {
			l.unknown(f, r, at)
		}
	}
	for _, h := range holes { // behind the last record that is no PAD
		l.hole(f, buf, h, sealed)
	}
	l.unopened(f, shut, opened)
	switch {
	case sealed && tail > 0:
		l.hole(f, buf, hole{start: sc.end, end: limit, proven: true}, true)
	case next == nil:
		l.rec.TornTail += int64(sc.torn)
		l.doubtful = l.doubtful || sc.torn > 0 || missing > 0
		l.dropGroup()
	default:
		l.dropGroup()
	}
	seg.end, seg.holes, seg.recovered = sc.end, uint32(missing), next == nil
}

// unopened deals with sealed records that no key opens. When none of the segment opens it is the key that is
// wrong; otherwise they were altered.
func (l *loader) unopened(f *foundFile, shut []hole, opened int) {
	switch {
	case len(shut) == 0:
	case opened > 0:
		for _, h := range shut {
			l.damage(Damage{File: f.name, Offset: int64(h.start), Length: int64(h.end - h.start),
				Cause: "the record was altered: its checksum is right and its seal is not"}, nil)
		}
		l.doubtful = true
		l.doubt()
	case len(l.s.sealer.aeads) == 0:
		l.keyErr = fmt.Errorf("%w: the records of %s in %s are sealed and no key is given: set key_file or key_credential in [queue]", ErrKey, f.name, l.cfg.Dir)
	default:
		l.keyErr = fmt.Errorf("%w: no key in %s opens the records of %s in %s: add the one they were written with as a further line", ErrKey, l.keysFrom, f.name, l.cfg.Dir)
	}
}

// knownHoles is how many octets of holes the CHECK of the next segment names. ok is false when it is not
// known: no record of that segment is whole, so its beginning was cut, within a sector, behind the header.
func (l *loader) knownHoles(next *foundFile) (n int, ok bool) {
	b, _ := l.readFile(next, make([]byte, l.s.size))
	if r, ok := parseRecord(b[segmentHeader:], l.s.pool, segmentHeader); ok && r.kind == kindCheck && r.life == uint32(next.header.life) {
		c, _ := parseCheck(r.payload)
		return int(c.holes), true
	}
	return 0, livesIn(b, l.s.pool)[uint32(next.header.life)] > 0
}

// hole deals with a stretch without whole records. sealed says that all of it was durable once.
func (l *loader) hole(f *foundFile, buf []byte, h hole, sealed bool) {
	if !h.proven && !sealed {
		l.rec.TornTail += int64(h.end - h.start)
		l.torn = true
		l.dropGroup()
		return
	}
	l.torn = false
	l.group = l.group[:0] // its last record is what was lost
	l.doubtful = true
	l.gapAfter = l.maxID
	from, to := h.start&^(pageSize-1), min((h.end+pageSize-1)&^(pageSize-1), len(buf))
	l.damage(Damage{
		File: f.name, Offset: int64(h.start), Length: int64(h.end - h.start),
		Cause: "what was stored here cannot be read",
	}, buf[from:to])
	l.doubt()
}

// doubt marks every ready record: what became of it may be what was lost.
func (l *loader) doubt() {
	if l.doubted == nil {
		l.doubted = map[ID]bool{}
	}
	l.s.index.all(func(sl *slot) {
		if sl.state == Ready && !sl.is(slotAttempted) {
			sl.set(slotAttempted)
			l.doubted[sl.id] = true
		}
	})
}

// dropGroup takes back the records of an Append that was not written whole: nobody was told about them.
func (l *loader) dropGroup() {
	l.replaced = l.replaced[:0]
	for _, id := range l.group {
		if sl := l.s.index.get(id); sl != nil {
			l.s.forget(sl)
			l.s.totals.Appended--
		}
	}
	l.group = l.group[:0]
}

// killBelow forgets records whose place is in a segment below the head: the head was written when all
// of them had been settled or moved.
func (l *loader) killBelow(head uint64) {
	s := l.s
	var dead []ID
	for _, n := range s.chain {
		if seg := s.segs[n]; seg.life < head && seg.live > 0 {
			s.index.all(func(sl *slot) {
				if sl.anchor.segment() == seg.index {
					dead = append(dead, sl.id)
				}
			})
		}
	}
	for _, id := range dead {
		s.forget(s.index.get(id))
	}
}

// unknown notes a record that this version cannot use.
func (l *loader) unknown(f *foundFile, r record, at int) {
	if r.flags&flagIgnorable != 0 {
		return
	}
	l.rec.Unknown++
	if l.rec.Unknown == 1 {
		l.note("%s at %d: a record of kind %d that this version does not know", f.name, at, r.kind)
	}
	if sl := l.s.index.get(r.id); sl != nil {
		sl.set(slotAttempted)
	}
}

// apply does what one record says. It returns false when it does not know the record.
func (l *loader) apply(r record, p place, seg *segment) bool {
	s := l.s
	switch r.kind {
	case kindPut, kindCopy:
		return l.applyWhole(r, p, seg)
	case kindCheck:
		c, ok := parseCheck(r.payload)
		if !ok {
			return false
		}
		l.checks++
		s.nextID = max(s.nextID, c.next)
		s.totals = c.totals
		s.clock.saw(c.stamp, c.stamp != 0)
		l.killBelow(c.header.head)
		s.writer.durable = max(s.writer.durable, c.header.head)
		return true
	case kindKeys:
		for b := r.payload; len(b) >= keyEntry; b = b[keyEntry:] {
			l.settledKey(binary.LittleEndian.Uint64(b), ID(binary.LittleEndian.Uint64(b[8:])), int64(binary.LittleEndian.Uint64(b[16:])), seg)
		}
		return true
	}
	if !r.kind.known() {
		return false
	}
	c, ok := parseChange(r.payload, r.kind)
	if !ok {
		return false
	}
	l.applyChange(r, &c, p, seg)
	return true
}

func (l *loader) applyWhole(r record, p place, seg *segment) bool {
	s := l.s
	w, ok := parseWhole(r.payload)
	if !ok || r.id == 0 {
		return false
	}
	if l.gapAfter != 0 && r.kind == kindPut && r.id > l.gapAfter {
		// A power cut or a restart may have left a jump in the row of IDs that is no loss.
		if n := r.id - l.gapAfter - 1; n < idJump {
			l.rec.Lost += int(n)
			s.totals.Lost += uint64(n)
		}
		l.gapAfter = 0
	}
	l.maxID = max(l.maxID, r.id)
	if r.flags&flagRest != 0 && len(l.group) == 0 && l.torn {
		return true // the beginning of its Append was not written
	}
	sl := s.index.get(r.id)
	if sl == nil {
		sl = s.index.add(slot{id: r.id, anchor: placeAt(nowhere, 0, 0), latest: placeAt(nowhere, 0, 0)})
		if r.kind == kindPut {
			s.totals.Appended++
		}
	}
	s.moveAnchor(sl, p)
	sl.anchorIs = r.kind
	s.moveLatest(sl, placeAt(nowhere, 0, 0))
	sl.state, sl.tries, sl.laneOf = w.state, w.tries, uint8(w.lane)<<4|w.class
	sl.flags &= slotKeyed
	if r.kind == kindCopy && w.expires == 0 {
		sl.set(slotNoExpiry) // its PUT, which may be in the log still, may tell a time
	}
	sl.round++
	if w.attempted {
		sl.set(slotAttempted)
	}
	if w.kicked {
		sl.set(slotKicked)
	}
	delete(l.doubted, r.id)
	if w.key != "" {
		s.keys.live(s.pool.hash(w.key), r.id)
	} else {
		s.keys.unkey(sl) // the copy of one that could not be read any more
	}
	s.clock.saw(w.appended, w.trusted && r.kind == kindPut)
	if w.expires != 0 {
		l.times.add(rawTime{id: r.id, at: w.expires, stamp: w.appended, trusted: w.trusted, expires: true})
	}
	switch {
	case w.retryAt != 0:
		l.delay(sl, w.retryAt, w.retryStamp, w.retryTrusted)
	case w.notBefore != 0:
		l.delay(sl, w.notBefore, w.appended, w.trusted)
	}
	if rep := &w.replace; rep.hash != 0 {
		if s.latest == nil {
			s.latest = map[uint64]ID{}
		}
		s.latest[rep.hash] = r.id
		if rep.old != 0 && r.kind == kindPut {
			l.replaced = append(l.replaced, replayedReplacement{*rep, w.appended, seg})
		}
	}
	if r.kind == kindPut {
		if l.group = append(l.group, r.id); r.flags&flagMore == 0 {
			l.group = l.group[:0]
			l.replace()
		}
	}
	return true
}

// replayedReplacement is what a PUT replaces once its whole Append is known to be there.
type replayedReplacement struct {
	replacement
	appended int64
	seg      *segment
}

// replace drops what the records of an Append replace.
func (l *loader) replace() {
	for _, rep := range l.replaced {
		old := l.s.index.get(rep.old)
		if old == nil {
			continue
		}
		l.s.totals.Dropped++
		if rep.key != 0 {
			l.settledKey(rep.key, rep.old, rep.appended, rep.seg)
		}
		l.s.forget(old)
	}
	l.replaced = l.replaced[:0]
}

// delay notes that a record is ready from a time on.
func (l *loader) delay(sl *slot, at, stamp int64, trusted bool) {
	sl.set(slotDelayed)
	l.times.add(rawTime{id: sl.id, at: at, stamp: stamp, trusted: trusted, round: sl.round})
}

func (l *loader) applyChange(r record, c *change, p place, seg *segment) {
	s := l.s
	if c.keyHash != 0 {
		l.settledKey(c.keyHash, r.id, c.stamp, seg)
		s.clock.saw(c.stamp, c.trusted)
	}
	l.maxID = max(l.maxID, r.id)
	sl := s.index.get(r.id)
	if sl == nil {
		return // settled since, or lost
	}
	if l.doubted[r.id] {
		delete(l.doubted, r.id)
		sl.clear(slotAttempted)
	}
	if c.hasNote || r.kind == kindRetry || r.kind == kindBury {
		s.moveLatest(sl, p)
	}
	switch r.kind {
	case kindAttempt:
		sl.set(slotAttempted)
	case kindSubmitted:
		sl.state = Waiting
		sl.clear(slotAttempted | slotDelayed)
	case kindRetry:
		sl.state, sl.tries = Ready, c.tries
		sl.clear(slotAttempted | slotDelayed)
		if c.attempted {
			sl.set(slotAttempted)
		}
		sl.round++
		l.delay(sl, c.at, c.stamp, c.trusted)
		s.clock.saw(c.stamp, c.trusted)
	case kindBury:
		sl.state = Buried
		sl.clear(slotDelayed)
	case kindKick:
		sl.state = Ready
		sl.clear(slotAttempted | slotDelayed)
		sl.set(slotNoExpiry | slotKicked)
	case kindDone, kindDrop, kindExpired:
		switch r.kind {
		case kindDone:
			s.totals.Done++
		case kindDrop:
			s.totals.Dropped++
		default:
			s.totals.Expired++
		}
		s.forget(sl)
	}
}

// settledKey remembers the key of a settled record.
func (l *loader) settledKey(hash uint64, id ID, stamp int64, seg *segment) {
	s := l.s
	now := s.clock.now()
	settled := now
	if ms, trusted := s.clock.wall(); trusted && stamp != 0 && ms > stamp {
		settled = now - min(ms-stamp, KeyHorizon.Milliseconds())*1e6
	}
	if settled == 0 {
		settled = -1
	}
	if s.keys.m[hash].id > id {
		return // a later record had the key
	}
	s.keys.settle(hash, keyState{id: id, settled: settled, life: seg.life}, now)
}

// idJump is how far the next ID is above the last one seen when some may have been given that are not
// seen any more.
const idJump = 1 << 16

// highestID is the highest ID that any whole record in the files names, of whatever life, for when the CHECK
// that tells the next one may be lost.
func (l *loader) highestID() (id ID) {
	for _, f := range l.found {
		b, _ := l.readFile(f, l.buf)
		for at := segmentHeader; at+recordHeader <= len(b); at += recordAlign {
			if r, ok := parseRecord(b[at:], l.s.pool, at); ok {
				id = max(id, r.id)
				if c, ok := parseCheck(r.payload); ok && r.kind == kindCheck {
					id = max(id, c.next-1)
				}
			}
		}
	}
	return id
}

// finish sets the timers, makes the ready records available and counts.
func (l *loader) finish() {
	s := l.s
	if l.doubtful || l.checks == 0 {
		l.maxID = max(l.maxID, l.highestID())
	}
	s.nextID = max(s.nextID, l.maxID+1)
	if l.doubtful {
		s.nextID += idJump
	}
	_, trusted := s.clock.wall()
	timed := 0
	for _, c := range l.times.chunks {
		timed += len(c)
	}
	s.timers = make(heap[timer], 0, min(timed, s.index.n+s.index.n/8))
	l.times.drain(func(t rawTime) {
		sl := s.index.get(t.id)
		if sl == nil {
			return
		}
		s.awaiting = s.awaiting || !trusted && s.clock.absolute(t.at, t.stamp, t.trusted)
		due := s.clock.due(t.at, t.stamp, t.trusted)
		switch {
		case t.expires && !sl.is(slotNoExpiry):
			s.timers.push(expiryTimer(due, t.id))
		case !t.expires && sl.is(slotDelayed) && sl.round == t.round:
			s.timers.push(delayTimer(due, t.id, t.round))
		}
	})
	var ready [Lanes]int
	s.index.all(func(sl *slot) {
		if sl.state == Ready {
			ready[sl.lane()]++
		}
	})
	for lane, n := range ready {
		s.lanes[lane] = make(heap[orderedID], 0, n)
	}
	s.index.all(func(sl *slot) {
		switch sl.state {
		case Waiting:
			l.rec.Waiting++
			if sl.is(slotKicked) {
				s.timers.push(graceTimer(s.clock.now()+int64(kickedGrace), sl.id, sl.round))
			}
		case Buried:
			l.rec.Buried++
		}
		if l.doubted[sl.id] {
			l.rec.InDoubt++
		}
		s.enqueue(sl)
	})
	l.rec.Live, l.rec.InUse, l.rec.Segments = s.index.n, len(s.chain), len(s.segs)
}
