package queue

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// pending is a record that is not durable yet. It is kept until it is, because after a failed sync it
// must be written again, elsewhere.
type pending struct {
	kind    kind
	flags   uint8
	id      ID
	payload []byte
	replace replacement // of a PUT
	lax     bool        // a PUT whose Append returns when it is written
	acked   bool        // such a one, and it has returned
	noted   bool        // it carries what slot.latest points to
	// For a PUT: when the record becomes ready and expires, on the monotonic clock; 0: at once, never.
	readyAt, expiresAt int64
	// For a COPY: what the slot pointed to before.
	oldAnchor, oldLatest place
	oldKind              kind
}

// writer is the end of the log: the segment that is open for writing.
type writer struct {
	segment *segment // nil before the first record and after a failure
	offset  int      // where the next record goes
	flushed int      // written up to here
	synced  int      // durable up to here
	out     []byte   // the octets from flushed to offset
	batch   uint16   // number of the commit that is being gathered
	pending []pending
	head    uint64 // head that a CHECK or header in out or in flight carries
	durable uint64 // head that is durable on the medium
	due     int64  // when lazy records must be durable, 0 when there are none
}

// How long a change of state may stay in the page cache, where it survives the process but not the power.
const (
	soon  = 250 * time.Millisecond // SUBMITTED, ATTEMPT, NOTE
	later = time.Second            // DONE, RETRY
)

// healEvery is how often a failed medium is tried again.
const healEvery = 5 * time.Second

// checkSize is the room a CHECK takes; two of them always fit at the end of a segment.
var checkSize = recordSize(checkPayload)

var errNoSegment = errors.New("queue: no free segment")

// dirty says whether there is anything that commit would make durable.
func (s *store) dirty() bool {
	return len(s.writer.pending) > 0 || len(s.unsaved) > 0
}

// head is the life of the oldest segment that counts for a recovery. Segments leave the chain only
// when all that made them worthless is durable, so a head may be written at any time.
func (s *store) head() uint64 { return s.keys.head(s.chainHead()) }

// chainHead is the life of the oldest segment of the log.
func (s *store) chainHead() uint64 {
	if len(s.chain) == 0 {
		return s.life + 1
	}
	return s.segs[s.chain[0]].life
}

// lazy has the next commit happen within d. While storage fails healAt says when it is worth trying.
func (s *store) lazy(d time.Duration) {
	if s.failure != nil {
		return
	}
	at := s.clock.now() + int64(d)
	if s.writer.due == 0 || at < s.writer.due {
		s.writer.due = at
	}
}

// write places records in one segment at the end of the log and tells the slots. It never fails: what
// the medium refuses is kept in unsaved, and commit or flush return the error.
func (s *store) write(recs ...pending) {
	s.rollUntil(func() bool { return s.fits(recs) })
	if s.failure != nil {
		s.hold(recs)
		return
	}
	for i := range recs {
		p := s.encode(recs[i].kind, recs[i].flags, recs[i].id, recs[i].payload)
		s.landed(&recs[i], p)
	}
	s.writer.pending = append(s.writer.pending, recs...)
}

// rollUntil begins new segments until the end of the log has the room that is needed, or storage fails.
func (s *store) rollUntil(fits func() bool) {
	// What tidy moves goes to the new segment too, and may take that room: in the end there is a
	// segment without it.
	for try := 0; s.failure == nil && !fits(); try++ {
		if err := s.roll(try < 4); err != nil && s.failure == nil {
			s.log.Error("storage failed, going on in memory", "error", err)
			s.fail(err)
		}
	}
}

// makeWay makes room for one more record with up to n octets of payload. Whoever changes the state of a
// record calls it before: a roll moves records as they stand, and must not make half of a change durable.
func (s *store) makeWay(n int) {
	s.squeeze()
	s.rollUntil(func() bool {
		w, size := &s.writer, recordSize(n+s.sealer.overhead())
		return w.segment != nil && startOf(w.offset, size)+size <= s.size-2*checkSize
	})
}

// fits says whether the records fit the open segment, beside two CHECKs.
func (s *store) fits(recs []pending) bool {
	w := &s.writer
	return w.segment != nil && s.endAfter(w.offset, recs) <= s.size-2*checkSize
}

// endAfter is where the log ends when the records are placed from offset on.
func (s *store) endAfter(offset int, recs []pending) int {
	for i := range recs {
		size := s.sizeOf(&recs[i])
		offset = startOf(offset, size) + size
	}
	return offset
}

// sizeOf is how many octets of a segment the record takes.
func (s *store) sizeOf(r *pending) int { return recordSize(len(r.payload) + s.sealer.overhead()) }

// startOf is where a record of that size goes: it does not cross a page if it fits in one, and a
// longer one starts at a page.
func startOf(offset, size int) int {
	if left := pageLeft(offset); left < recordHeader || size > left && offset%pageSize != 0 {
		return offset + left
	}
	return offset
}

// encode puts one record into out.
func (s *store) encode(k kind, flags uint8, id ID, payload []byte) place {
	w := &s.writer
	r := record{kind: k, flags: flags, batch: w.batch, life: uint32(w.segment.life), id: id, payload: payload}
	n := len(payload)
	if s.sealer.seals(k) {
		n += sealOverhead
	}
	if start := startOf(w.offset, recordSize(n)); start != w.offset {
		if gap := start - w.offset; gap >= recordHeader {
			pad := r
			pad.kind, pad.flags, pad.id = kindPad, flagIgnorable, 0
			pad.payload = make([]byte, gap-recordHeader)
			w.out = appendRecord(w.out, s.pool, w.offset, pad)
		} else {
			w.out = append(w.out, make([]byte, gap)...)
		}
		w.offset = start
	}
	p := placeAt(w.segment.index, w.offset, uint16(n))
	if s.sealer.seals(k) {
		s.sealer.seal(&r, w.offset)
	}
	w.out = appendRecord(w.out, s.pool, w.offset, r)
	w.offset += recordSize(n)
	s.counted.records++
	return p
}

// landed tells the slot of r where it is now.
func (s *store) landed(r *pending, p place) {
	sl := s.index.get(r.id)
	if sl == nil {
		return
	}
	switch {
	case r.kind == kindPut || r.kind == kindCopy:
		if r.kind == kindCopy {
			s.moveLatest(sl, placeAt(nowhere, 0, 0))
			delete(s.memory, r.id)
		}
		s.moveAnchor(sl, p)
		sl.anchorIs = r.kind
	case r.noted:
		s.moveLatest(sl, p)
		delete(s.memory, r.id)
	}
}

// flush writes what was placed, so that it survives the process.
func (s *store) flush() error {
	if s.failure != nil {
		return s.storageError()
	}
	if err := s.writeOut(); err != nil {
		return s.salvage(err)
	}
	return nil
}

func (s *store) writeOut() error {
	w := &s.writer
	if len(w.out) == 0 {
		return nil
	}
	n, err := w.segment.file.WriteAt(w.out, int64(w.flushed))
	if err != nil && s.dropBallast(err) { // a write may be said again, unlike a sync
		n, err = w.segment.file.WriteAt(w.out, int64(w.flushed))
	}
	s.counted.written += uint64(n)
	if err == nil && n < len(w.out) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", w.segment.name, err)
	}
	w.flushed, w.out = w.offset, w.out[:0]
	return nil
}

// acknowledge notes that callers are told that what is placed so far survives the process: a failure of the
// medium may not take it back.
func (s *store) acknowledge() {
	for i := range s.writer.pending {
		r := &s.writer.pending[i]
		r.acked = r.lax
	}
}

// promised is what Append promises for the class.
func (s *store) promised(class uint8) promise {
	if class >= firstRelaxed && s.cfg.Durability == relaxed {
		return lax
	}
	return durable
}

// commit makes everything placed so far durable with one sync. After a failure it writes the records
// once more into another segment; when that fails too, the error is ErrStorage.
func (s *store) commit() error {
	if s.failure != nil {
		return s.heal()
	}
	if len(s.writer.pending) == 0 {
		s.writer.due = 0
		return nil
	}
	if err := s.sync(); err != nil {
		return s.salvage(err)
	}
	return nil
}

// sync writes and syncs the open segment; all changes so far are durable then, and what they made
// worthless is free.
func (s *store) sync() error {
	if err := s.push(); err != nil {
		return err
	}
	s.trimChain()
	return nil
}

// push writes and syncs the open segment and takes note of what is durable now.
func (s *store) push() error {
	w := &s.writer
	if err := s.writeOut(); err != nil {
		return err
	}
	if err := w.segment.file.datasync(); err != nil {
		return fmt.Errorf("sync %s: %w", w.segment.name, err)
	}
	s.counted.commits++
	if w.synced < w.flushed { // a number that no record has would look like a batch that was lost
		w.batch++
	}
	s.wore(w.synced, w.flushed)
	w.synced, w.due = w.flushed, 0
	w.segment.end = w.synced
	w.durable = max(w.durable, w.head)
	done := w.pending
	w.pending = w.pending[:0]
	for i := range done {
		if done[i].kind == kindPut {
			s.appear(&done[i])
		}
		done[i].payload = nil
	}
	if cap(w.pending) > 4096 {
		w.pending = nil
	}
	return nil
}

// appear makes an appended record visible, now that it is durable.
func (s *store) appear(r *pending) {
	sl := s.index.get(r.id)
	if sl == nil || !sl.is(slotHidden) {
		return
	}
	sl.clear(slotHidden)
	s.totals.Appended++
	if r.expiresAt != 0 {
		s.timers.push(expiryTimer(r.expiresAt, r.id))
	}
	if r.readyAt > s.clock.now() {
		sl.set(slotDelayed)
		s.timers.push(delayTimer(r.readyAt, r.id, sl.round))
	}
	s.enqueue(sl)
	s.replaced(&r.replace) // moves slots: sl is not ours any more
}

// trimChain frees the oldest segments as long as nothing live is in them. It runs only when all
// changes so far are durable. The last one stays: it tells the next ID until another CHECK does.
func (s *store) trimChain() {
	for len(s.chain) > 1 {
		i := s.chain[0]
		if seg := s.segs[i]; seg == s.writer.segment || seg.live > 0 {
			return
		}
		s.chain = s.chain[1:]
		s.free = append(s.free, i)
	}
}

// roll ends the open segment and begins the next one, and makes room when tidy is set. What was placed is
// durable when it returns nil.
func (s *store) roll(tidy bool) error {
	if w := &s.writer; w.segment != nil {
		before := w.segment
		if err := s.commit(); err != nil {
			return err
		}
		if w.segment != before { // a failed sync has begun another one
			return nil
		}
		s.unpin()
		if s.reusable() < 0 && w.durable < s.head() {
			// The freed segments may be used when it is durable that they are free.
			s.encodeCheck()
			if err := s.sync(); err != nil {
				return s.salvage(err)
			}
		}
	}
	err := s.begin()
	if err != nil && !errors.Is(err, errNoSegment) {
		s.log.Warn("segment left out after a failed write", "error", err)
		err = s.begin() // another one
	}
	if err != nil {
		return err
	}
	if tidy {
		s.tidy()
	}
	return nil
}

// reusable is the position in free of the first segment that may be written over, -1 when there is none.
func (s *store) reusable() int {
	for i, n := range s.free {
		if s.segs[n].life < s.writer.durable || s.segs[n].life == 0 {
			return i
		}
	}
	return -1
}

// unpin forgets the keys that keep every free segment from being written over.
func (s *store) unpin() {
	if s.reusable() < 0 && s.head() < s.chainHead() {
		s.keys.forgetBelow(s.chainHead())
	}
}

// superseded is the position in free of a segment that is worthless, though no durable head says so yet, -1 when
// there is none. The header that is written over it says so: a cut leaves either header, since both lie in
// one sector.
func (s *store) superseded() int {
	return slices.IndexFunc(s.free, func(n int) bool { return s.segs[n].life < s.head() })
}

// begin starts a new life in a free segment. Its header and first CHECK are durable when it returns
// nil: if records could be on the medium without the header, a recovery would not see that the number of
// the life is taken, give it again, and take those records for new ones.
func (s *store) begin() error {
	s.unpin()
	i := s.reusable()
	if i < 0 {
		err := s.extend()
		if i = len(s.free) - 1; err != nil {
			if i = s.superseded(); i < 0 {
				return err
			}
		}
	}
	n := s.free[i]
	seg := s.segs[n]
	if err := s.renew(seg); err != nil {
		s.free = append(append(s.free[:i:i], s.free[i+1:]...), n)
		return err
	}
	s.free = append(s.free[:i:i], s.free[i+1:]...)
	s.life++
	// What counts as live in it stays counted: after a failed sync the records that are to be written again are
	// still placed in it, and may come to lie in it once more.
	seg.life, seg.end, seg.holes, seg.recovered = s.life, 0, 0, false
	s.chain = append(s.chain, n)
	s.sealer.begin()
	w := &s.writer
	w.segment, w.flushed, w.synced = seg, 0, 0
	w.out = s.currentHeader().append(w.out[:0])
	w.offset = segmentHeader
	s.encodeCheck()
	if err := s.push(); err != nil {
		s.counted.failures++
		s.seal()
		return err
	}
	return nil
}

// renew opens a segment again that a failed sync has made doubtful, and writes one full that has not
// the size it should have.
func (s *store) renew(seg *segment) error {
	if seg.suspect || seg.file == nil {
		if seg.file != nil {
			seg.file.Close()
		}
		f, err := s.files.open(seg.name)
		if err != nil {
			return err
		}
		seg.file, seg.suspect = f, false
	}
	if seg.wrongSize {
		if err := fill(seg.file, s.size); err != nil {
			return fmt.Errorf("write %s full: %w", seg.name, err)
		}
		seg.wrongSize = false
	}
	return nil
}

// currentHeader is the header of the open segment with the head as it is now.
func (s *store) currentHeader() header {
	h := header{pages: uint16(s.size / pageSize), life: s.life, head: s.head(), pool: s.pool}
	if n := len(s.chain); n > 1 {
		before := s.segs[s.chain[n-2]]
		h.previous, h.previousEnd = before.life, uint32(before.end)
		if before.recovered {
			h.flags |= flagRecovered
		}
	}
	s.writer.head = h.head
	return h
}

// encodeCheck places a CHECK in the open segment.
func (s *store) encodeCheck() {
	c := check{header: s.currentHeader(), next: s.nextID, totals: s.totals}
	if n := len(s.chain); n > 1 {
		c.holes = s.segs[s.chain[n-2]].holes
	}
	if ms, trusted := s.clock.wall(); trusted {
		c.stamp = ms
	}
	s.encode(kindCheck, flagIgnorable, 0, c.append(nil))
}

// storageError is what callers are told while the medium does not take writes.
func (s *store) storageError() error {
	return fmt.Errorf("%w: %w", ErrStorage, s.failure)
}
