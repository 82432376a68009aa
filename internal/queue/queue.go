// Package queue keeps records on flash until they are settled: append, lease, retry, settle, expire;
// it survives power cuts, bad sectors and full disks. It does not know what a record says or where it
// is to go.
//
// docs/queue.md describes the files, the commit policy and the recovery.
package queue

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// An ID names one record for ever. IDs rise in the order of appending and are never used again;
// 0 is no record.
type ID uint64

// A Lane is one of 8 ways (0 to 7) through the queue, chosen by whoever appends. Next serves one lane;
// lanes never mix.
type Lane uint8

// Bounds of an Entry and of what is kept about it. MaxBody depends on the segment size: Config.MaxBody.
const (
	Lanes     = 8    // lanes 0 to 7
	Classes   = 8    // classes 0 (first) to 7 (last)
	MaxKey    = 64   // octets of Entry.Key
	MaxNote   = 1280 // octets of a note
	MaxReason = 128  // octets of a reason; longer ones are cut
)

// State says where a record stands.
type State uint8

// The states of a record that is not settled. A lease is not kept on flash: after a restart a Leased
// record is Ready again.
const (
	Ready   State = iota // waits to be leased, now or from a time on
	Leased               // given out by Next
	Waiting              // submitted, its fate is open
	Buried               // set aside for a person
)

// String returns "ready", "leased", "waiting" or "buried".
func (s State) String() string {
	switch s {
	case Ready:
		return "ready"
	case Leased:
		return "leased"
	case Waiting:
		return "waiting"
	case Buried:
		return "buried"
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// An Entry is what a caller appends.
type Entry struct {
	Lane  Lane  // 0 to 7
	Class uint8 // 0 (leased first) to 7
	// Key makes appending idempotent: up to MaxKey octets, "" for none.
	Key string
	// Replace names what the record is the latest word on: up to MaxKey octets, "" for nothing. The record
	// takes the place of an earlier one with the same Replace that was not sent: it is dropped in the same
	// write. Not sent is one that is Ready, not Attempted, and without a note.
	Replace string
	// NotBefore is when the record becomes ready, Expires when it is of no use any more; zero: at once,
	// never. Kept in milliseconds.
	NotBefore, Expires time.Time
	Body               []byte // up to Config.MaxBody octets
}

// An Item is a record as the queue knows it.
type Item struct {
	ID ID
	Entry
	State State
	// Tries counts the retries that counted.
	Tries int
	// Note is the latest note, nil when there is none.
	Note []byte
	// Attempted is set when the record may have been sent already: an attempt was noted and neither
	// Submitted nor Retry followed, or damage on flash may have swallowed what did.
	Attempted bool
	// Appended is the wall clock when the record was appended, for people to read: the clock may have
	// been wrong.
	Appended time.Time
	// Reason says why a record is Buried.
	Reason string
}

// A Queue is an open queue. Its methods may be called from any goroutine while Run serves; before Run
// has started they wait, after it has returned they fail with ErrClosed.
type Queue struct {
	store   *store
	log     *slog.Logger
	calls   chan *call
	stopped chan struct{}
	expired chan Item
	evicted chan Item
}

// Open locks cfg.Dir, creates the pool of segments when there is none, and recovers what is there.
// It starts nothing: Run serves the queue. Errors: *LockedError when another process holds the
// directory, ErrVolatile when the directory lies in RAM and cfg.Volatile is not set, else an error
// that names the directory and the cause. Damaged data is never an error: Recovery reports it.
func Open(cfg Config, log *slog.Logger) (*Queue, *Recovery, error) {
	s, rec, err := openStore(cfg, &disk{dir: cfg.Dir, program: cfg.Program, volatile: cfg.Volatile}, log)
	if err != nil {
		return nil, nil, err
	}
	for i, d := range rec.Damaged {
		if i == damagedLogged {
			log.Error("more of the queue is damaged, see: smppagent queue check", "places", len(rec.Damaged)-i)
			break
		}
		log.Error("damage in the queue", "file", d.File, "offset", d.Offset, "octets", d.Length, "cause", d.Cause, "copy", d.Copy)
	}
	for _, name := range rec.Aside {
		log.Error("file of the queue put aside", "file", name)
	}
	return newQueue(s, log), rec, nil
}

// damagedLogged is how many damages Open logs one by one.
const damagedLogged = 20

func newQueue(s *store, log *slog.Logger) *Queue {
	return &Queue{
		store:   s,
		log:     log,
		calls:   make(chan *call, maxCallers),
		stopped: make(chan struct{}),
		expired: make(chan Item),
		evicted: make(chan Item),
	}
}

// Append stores the entries and returns their IDs in the same order once they are durable. All are
// stored or none, over a power cut too. An entry whose key belongs to a record that is live, or was
// settled within the horizon (KeyHorizon, KeyCount), gives that record's ID and writes nothing.
// Errors: ErrFull (a *FullError), ErrTooLarge, ErrStorage, ErrClosed, ctx's error; after any of them
// none is stored.
func (q *Queue) Append(ctx context.Context, entries ...Entry) (ids []ID, err error) {
	err = q.do(ctx, func(s *store) (p promise, err error) {
		ids, p, err = s.put(entries)
		return p, err
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// Next waits for a ready record of the lane and leases it: lowest class first, lowest ID within it.
// The lease lasts until Release, Submitted, Retry, Done, Bury or Drop, or until the process ends.
// Errors: ctx's error, ErrClosed.
func (q *Queue) Next(ctx context.Context, lane Lane) (Item, error) {
	if lane >= Lanes {
		return Item{}, fmt.Errorf("queue: lane %d: there are lanes 0 to %d", lane, Lanes-1)
	}
	for {
		var (
			item Item
			ok   bool
			wake <-chan struct{}
		)
		err := q.do(ctx, func(s *store) (promise, error) {
			item, ok = s.next(lane)
			wake = s.wake[lane]
			return nothing, nil
		})
		if err != nil || ok {
			return item, err
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return Item{}, ctx.Err()
		case <-q.stopped:
			return Item{}, ErrClosed
		}
	}
}

// Release gives a lease back: the record is Ready at once, nothing is written.
// Errors: ErrNotFound, ErrState, ErrClosed.
func (q *Queue) Release(ctx context.Context, id ID) error {
	return q.change(ctx, nothing, func(s *store) error { return s.release(id) })
}

// Attempt notes that the leased record is about to be sent. With sure it returns when that is on
// the medium; else it is written at once and durable within 250 ms. A nil note keeps the one before.
func (q *Queue) Attempt(ctx context.Context, id ID, note []byte, sure bool) error {
	return q.change(ctx, lasting(sure), func(s *store) error { return s.attempt(id, note) })
}

// Submitted notes that the record was taken by the far end, and ends the lease: the record is Waiting.
// Written at once (it survives the process), durable with the next commit or within 250 ms. A nil note
// keeps the one before.
func (q *Queue) Submitted(ctx context.Context, id ID, note []byte) error {
	return q.change(ctx, written, func(s *store) error { return s.submitted(id, note) })
}

// Note replaces the note of a record in any state; with sure it is durable when Note returns, else within
// 250 ms.
func (q *Queue) Note(ctx context.Context, id ID, note []byte, sure bool) error {
	return q.change(ctx, lasting(sure), func(s *store) error { return s.note(id, note) })
}

// Retry ends a lease or a wait: the record is Ready again from at on; counts adds one to Tries.
// Durable within 1 s. A nil note keeps the one before.
func (q *Queue) Retry(ctx context.Context, id ID, at time.Time, note []byte, counts bool) error {
	return q.change(ctx, written, func(s *store) error { return s.retry(id, at, note, counts) })
}

// Done settles the record in any state with an outcome of the caller's; it is gone from the queue.
// Without sure it is durable within 1 s.
func (q *Queue) Done(ctx context.Context, id ID, outcome uint8, sure bool) error {
	return q.change(ctx, lasting(sure), func(s *store) error { return s.done(id, outcome) })
}

// Bury sets the record aside with a reason until Kick or Drop. A buried record does not expire.
// It is durable when Bury returns.
func (q *Queue) Bury(ctx context.Context, id ID, reason string) error {
	return q.change(ctx, durable, func(s *store) error { return s.bury(id, reason) })
}

// Drop settles the record in any state without an outcome; it is gone. It is durable when Drop returns.
func (q *Queue) Drop(ctx context.Context, id ID, reason string) error {
	return q.change(ctx, durable, func(s *store) error { return s.drop(id, reason) })
}

// Kick makes a Buried or Waiting record Ready now, and lifts its time of expiry: whoever kicks wants it
// sent. A Ready record that waits for its time is ready now. It is durable when Kick returns.
func (q *Queue) Kick(ctx context.Context, id ID) error {
	return q.change(ctx, durable, func(s *store) error { return s.kick(id) })
}

// Sync returns when every change so far is on the medium. It costs nothing when that is so already.
// Errors: ErrStorage, ErrClosed.
func (q *Queue) Sync(ctx context.Context) error {
	return q.change(ctx, durable, func(*store) error { return nil })
}

// Get returns the record with its body. Errors: ErrNotFound, ErrClosed.
func (q *Queue) Get(ctx context.Context, id ID) (item Item, err error) {
	err = q.do(ctx, func(s *store) (promise, error) {
		item, err = s.get(id)
		return nothing, err
	})
	return item, err
}

// List calls visit for every record in the order of IDs until visit returns false. Bodies are read
// from flash as it goes; records that come or go meanwhile may be seen or not. visit may use the queue.
func (q *Queue) List(ctx context.Context, visit func(Item) bool) error {
	var items []Item
	for after := ID(0); ; {
		err := q.do(ctx, func(s *store) (promise, error) {
			items = s.list(items[:0], after, 32)
			return nothing, nil
		})
		if err != nil || len(items) == 0 {
			return err
		}
		for _, item := range items {
			if !visit(item) {
				return nil
			}
			after = item.ID
		}
	}
}

// Stats returns the counters and the filling of the queue.
func (q *Queue) Stats(ctx context.Context) (st Stats, err error) {
	err = q.do(ctx, func(s *store) (promise, error) {
		st = s.stats()
		return nothing, nil
	})
	return st, err
}

// Expired gives out each record whose time has run out, as it was (State Ready or Waiting), and settles it
// by giving it out, durable within 1 s: after a power cut it may be given out again. A record that nobody
// takes is kept until its room is needed. A Waiting record counts as expired Config.WaitGrace after its Expires, because its receipt may be late.
func (q *Queue) Expired() <-chan Item { return q.expired }

// Evicted gives out each record that was dropped because the queue was full and one of a higher class needed
// its room, as it was, with the reason. Its DROP may not be durable yet; after a restart it is not given
// out again. Of more than 1024 that nobody takes the rest is counted only: Stats.Evicted.
func (q *Queue) Evicted() <-chan Item { return q.evicted }
