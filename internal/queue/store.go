package queue

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
	"time"
)

// segment is one file of the pool.
type segment struct {
	name       string
	index      uint16 // in store.segs
	file       file
	life       uint64 // of what is in it; 0 when that does not matter
	end        int    // where its log ends: whole and durable up to here
	live       int    // anchors of live records in it
	liveOctets int64
	holes      uint32 // octets of holes before end that a recovery reported
	recovered  bool   // its end was set by a recovery
	suspect    bool   // a write or sync of it failed: it is opened anew before its next life
	wrongSize  bool   // it is written full before its next life
}

// store is the state of a queue. It starts no goroutine and is owned by one at a time. Its methods
// change the state in memory and place records in the log; commit makes them durable.
type store struct {
	cfg   Config
	log   *slog.Logger
	files files
	lock  io.Closer
	clock clock

	pool    poolID
	size    int // of a segment
	segs    []*segment
	chain   []int // segments of the log, oldest first
	free    []int // the others, the one freed first in front
	life    uint64
	nextID  ID
	totals  Totals
	counted counted
	wear    wear

	sealer  sealer
	ballast ballast
	writer  writer
	failure error // storage failed: the log takes no records, unsaved does
	unsaved []pending
	// unsavedAfter is how many of them were left when superfluous ones were dropped last.
	unsavedAfter int
	// takenBack counts the records that were taken back.
	takenBack uint64
	healAt    int64             // when to try the medium again
	memory    map[ID]heldRecord // latest records of slots whose place is inMemory
	index     index
	// noteOctets is what the latest records with notes and reasons take.
	noteOctets int64
	lanes      [Lanes]heap[orderedID]
	wake       [Lanes]chan struct{}
	waiting    [Lanes]bool // somebody waits for wake
	timers     heap[timer]
	pruneAt    int // length of timers at which to look for useless ones
	keys       keyTable
	latest     map[uint64]ID // by the hash of Entry.Replace; of some that are gone too

	damaged, aside int // that the recovery found

	evicted    []Item // to be given out
	expiredIDs []ID   // to be given out
	expired    *Item  // the first of them, read
	compacting bool
	residue    int64  // octets in use beyond live ones that moving records cannot win back
	residueAt  uint64 // the life in which that was found
	// awaiting says that records from before this start wait for a believed wall clock, to know when
	// they expire.
	awaiting bool
}

// heldRecord is a record that could not be written.
type heldRecord struct {
	kind    kind
	payload []byte
}

// counted is what is counted since Open.
type counted struct {
	commits, written, records uint64
	failures, moved           uint64
	replaced, evicted         uint64
}

// limits are the shares of the capacity that the classes may fill, in percent: alarms may use all,
// telemetry half.
var limits = [Classes]int{100, 100, 80, 80, 50, 50, 50, 50}

// reserve is how many segments only changes of state and moved records may use, so that a full queue
// can always drain.
const reserve = 2

// segmentOf returns the segment of p, nil when it has none.
func (s *store) segmentOf(p place) *segment {
	if int(p.segment()) < len(s.segs) {
		return s.segs[p.segment()]
	}
	return nil
}

// read reads the record at p and checks it. The payload is the caller's.
func (s *store) read(p place) (record, error) {
	seg := s.segmentOf(p)
	if seg == nil {
		return record{}, fmt.Errorf("queue: no record at %+v", p)
	}
	n := recordHeader + int(p.length)
	buf := make([]byte, n)
	if w := &s.writer; w.segment == seg && p.offset() >= w.flushed {
		copy(buf, w.out[p.offset()-w.flushed:])
	} else if _, err := seg.file.ReadAt(buf, int64(p.offset())); err != nil {
		return record{}, fmt.Errorf("queue: read %s at %d: %w", seg.name, p.offset(), err)
	}
	r, ok := parseRecord(buf, s.pool, p.offset())
	if !ok || r.life != uint32(seg.life) || len(r.payload) != int(p.length) {
		return record{}, fmt.Errorf("queue: read %s at %d: the record is harmed", seg.name, p.offset())
	}
	if r.flags&flagSealed != 0 && !s.sealer.open(&r, p.offset(), nil) {
		return record{}, fmt.Errorf("queue: read %s at %d: %w", seg.name, p.offset(), ErrKey)
	}
	return r, nil
}

// readWhole collects all that is known of a record.
func (s *store) readWhole(sl *slot) (w whole, err error) {
	r, err := s.read(sl.anchor)
	if err != nil {
		return whole{}, err
	}
	w, ok := parseWhole(r.payload)
	if !ok || r.id != sl.id {
		return whole{}, fmt.Errorf("queue: record %d: another one is in its place", sl.id)
	}
	w.state, w.tries = sl.state, sl.tries
	w.attempted, w.kicked = sl.is(slotAttempted), sl.is(slotKicked)
	if sl.is(slotNoExpiry) {
		w.expires = 0
	}
	if sl.latest.segment() != nowhere {
		if err := s.readLatest(sl, &w); err != nil {
			// A lost note is no reason to lose the message.
			s.log.Warn("note unreadable", "id", uint64(sl.id), "error", err)
		}
	}
	if sl.state != Buried {
		w.reason = ""
	}
	if !sl.is(slotDelayed) {
		w.notBefore, w.retryAt = 0, 0
	}
	return w, nil
}

// readLatest puts in w what the latest record with a note says.
func (s *store) readLatest(sl *slot, w *whole) error {
	var k kind
	var payload []byte
	if sl.latest.segment() == inMemory {
		held := s.memory[sl.id]
		k, payload = held.kind, held.payload
	} else {
		r, err := s.read(sl.latest)
		if err != nil {
			return err
		}
		k, payload = r.kind, r.payload
	}
	c, ok := parseChange(payload, k)
	if !ok {
		return errors.New("queue: malformed change")
	}
	if c.hasNote {
		w.note, w.hasNote = c.note, true
	}
	w.retryAt = 0
	switch k {
	case kindRetry:
		w.notBefore = 0
		w.retryAt, w.retryStamp, w.retryTrusted = c.at, c.stamp, c.trusted
	case kindBury:
		w.reason = c.reason
	}
	return nil
}

// item is the record as callers see it.
func (s *store) item(sl *slot) (Item, error) {
	w, err := s.readWhole(sl)
	it := Item{
		ID: sl.id,
		Entry: Entry{
			Lane: sl.lane(), Class: sl.class(), Key: w.key,
			NotBefore: wall(w.notBefore), Expires: wall(w.expires), Body: w.body,
		},
		State: sl.state, Tries: int(sl.tries), Attempted: sl.is(slotAttempted),
		Appended: wall(w.appended), Reason: w.reason,
	}
	if w.retryAt != 0 {
		it.NotBefore = wall(w.retryAt)
	}
	if w.hasNote {
		it.Note = w.note
	}
	return it, err
}

// get returns one record.
func (s *store) get(id ID) (Item, error) {
	sl := s.visible(id)
	if sl == nil {
		return Item{}, notFound(id)
	}
	return s.item(sl)
}

// list appends up to n records with IDs above after. One that cannot be read is listed with a reason.
func (s *store) list(items []Item, after ID, n int) []Item {
	for sl := s.index.after(after); sl != nil && len(items) < n; sl = s.index.after(sl.id) {
		if sl.is(slotHidden | slotReplaced) {
			continue
		}
		it, err := s.item(sl)
		if err != nil {
			it.Reason = err.Error()
		}
		items = append(items, it)
	}
	return items
}

// visible returns the slot of a record that callers may know of, nil when there is none.
func (s *store) visible(id ID) *slot {
	sl := s.index.get(id)
	if sl == nil || sl.is(slotHidden|slotReplaced) {
		return nil
	}
	return sl
}

func notFound(id ID) error { return fmt.Errorf("%w: %d", ErrNotFound, id) }

// moveAnchor sets the anchor of a slot and keeps the segments' counts.
func (s *store) moveAnchor(sl *slot, to place) {
	s.uncount(sl)
	sl.anchor = to
	if seg := s.segmentOf(to); seg != nil {
		seg.live++
		seg.liveOctets += int64(recordSize(int(to.length)))
	}
}

// moveLatest sets where the last record with a note is, and keeps count of what such records take.
func (s *store) moveLatest(sl *slot, to place) {
	s.noteOctets += int64(to.length) - int64(sl.latest.length)
	sl.latest = to
}

// uncount takes the slot's anchor out of its segment's counts.
func (s *store) uncount(sl *slot) {
	if seg := s.segmentOf(sl.anchor); seg != nil {
		seg.live--
		seg.liveOctets -= int64(recordSize(int(sl.anchor.length)))
	}
}

// forget removes a record from memory.
func (s *store) forget(sl *slot) {
	id := sl.id
	s.uncount(sl)
	s.noteOctets -= int64(sl.latest.length)
	s.keys.unkey(sl)
	delete(s.memory, id)
	s.index.remove(id)
}

// unready are the flags of which each keeps a record from being leased.
const unready = slotHidden | slotDelayed | slotReported | slotReplaced

// enqueue makes a ready record available to Next.
func (s *store) enqueue(sl *slot) {
	if sl.state != Ready || sl.flags&(unready) != 0 {
		return
	}
	lane := sl.lane()
	if !sl.is(slotQueued) {
		sl.set(slotQueued)
		s.lanes[lane].push(sl.order())
	}
	if s.waiting[lane] {
		s.waiting[lane] = false
		close(s.wake[lane])
		s.wake[lane] = make(chan struct{})
	}
}

// next leases the first ready record of the lane.
func (s *store) next(lane Lane) (Item, bool) {
	s.tick()
	for h := &s.lanes[lane]; len(*h) > 0; {
		sl := s.index.get(h.pop().id())
		if sl == nil {
			continue
		}
		sl.clear(slotQueued)
		if sl.state != Ready || sl.flags&(unready) != 0 {
			continue
		}
		it, err := s.item(sl)
		if err != nil {
			s.log.Error("record unreadable, buried", "id", uint64(sl.id), "error", err)
			if err := s.bury(sl.id, err.Error()); err != nil {
				s.log.Error("bury failed", "id", uint64(sl.id), "error", err)
			}
			continue
		}
		sl.state = Leased
		it.State = Leased
		return it, true
	}
	s.waiting[lane] = true
	return Item{}, false
}

// tick does what time brings: records become ready or expire, lazy records become durable, a failed
// medium is tried again.
func (s *store) tick() {
	s.clock.look()
	now := s.clock.now()
	for len(s.timers) > 0 && s.timers[0].at <= now {
		t := s.timers.pop()
		sl := s.index.get(t.id())
		switch {
		case sl == nil:
		case t.expires():
			s.timeUp(sl, now, t)
		case sl.is(slotDelayed) && sl.round&0x7F == t.round():
			sl.clear(slotDelayed)
			s.enqueue(sl)
		}
	}
	if due := s.writer.due; due != 0 && now >= due || s.failure != nil && now >= s.healAt && len(s.unsaved) > 0 {
		if err := s.commit(); err != nil { // Error was logged when it failed first
			s.log.Debug("medium takes no writes", "error", err)
		}
	}
	if s.awaiting {
		if _, trusted := s.clock.wall(); trusted {
			s.awaiting = false
			s.rebase()
		}
	}
}

// untilNext is how long tick has nothing to do.
func (s *store) untilNext() time.Duration {
	next := int64(math.MaxInt64)
	now := s.clock.now()
	if len(s.timers) > 0 {
		next = min(s.timers[0].at, now+int64(sleepLook))
	}
	if s.writer.due != 0 {
		next = min(next, s.writer.due)
	}
	if s.failure != nil && len(s.unsaved) > 0 {
		next = min(next, s.healAt)
	}
	if s.awaiting {
		next = min(next, now+int64(clockLook))
	}
	return time.Duration(max(next-now, 0))
}

// clockLook is how often the wall clock is looked at while records wait for it, sleepLook how soon after it has
// woken it is seen that the machine has slept: timers of the kernel stand still meanwhile.
const (
	clockLook = 10 * time.Second
	sleepLook = time.Minute
)

// rebase sets the timers of records whose times are of a believed clock, now that there is one again. A
// grace that has begun goes on.
func (s *store) rebase() {
	var anew []timer // in the order of IDs
	s.index.all(func(sl *slot) {
		w, err := s.readWhole(sl)
		if err != nil {
			return
		}
		if w.expires != 0 && s.clock.absolute(w.expires, w.appended, w.trusted) {
			anew = append(anew, expiryTimer(s.clock.due(w.expires, w.appended, w.trusted), sl.id))
		}
		at, stamp, trusted := w.delay()
		if at != 0 && s.clock.absolute(at, stamp, trusted) {
			anew = append(anew, delayTimer(s.clock.due(at, stamp, trusted), sl.id, sl.round))
		}
	})
	s.timers.keep(func(t timer) bool {
		i, _ := slices.BinarySearchFunc(anew, t.id(), func(n timer, id ID) int { return compareID(n.id(), id) })
		for ; i < len(anew) && anew[i].id() == t.id(); i++ {
			if !t.grace() && anew[i].expires() == t.expires() {
				return false
			}
		}
		return true
	})
	for _, t := range anew {
		s.timers.push(t)
	}
}

// close releases the files and the lock.
func (s *store) close() error {
	var errs []error
	for _, seg := range s.segs {
		if seg.file != nil {
			errs = append(errs, seg.file.Close())
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}
