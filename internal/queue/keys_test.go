package queue

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// TestSipHash: the reference vector for 15 octets (Aumasson and Bernstein, "SipHash: a fast short-input
// PRF", appendix A).
func TestSipHash(t *testing.T) {
	var p poolID
	var key [15]byte
	for i := range p {
		p[i] = byte(i)
	}
	for i := range key {
		key[i] = byte(i)
	}
	if got := p.hash(string(key[:])); got != 0xa129ca6149be45e5 {
		t.Errorf("hash is %#x, want 0xa129ca6149be45e5", got)
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	var live, gone ID
	inBubble(t, believed(dir), func(ctx context.Context, q *Queue) {
		key := func(k string) Entry { return Entry{Key: k, Body: []byte("body of " + k)} }
		live = must(q.Append(ctx, key("live")))[0]
		gone = must(q.Append(ctx, key("gone")))[0]
		ids := must(q.Append(ctx, key("live"), key("new"), key("new"), key("")))
		if ids[0] != live || ids[1] == live || ids[1] != ids[2] || ids[3] == ids[2] {
			t.Errorf("IDs %v, live is %d", ids, live)
		}
		if st := must(q.Stats(ctx)); st.Live() != 4 {
			t.Errorf("%d records, want 4", st.Live())
		}
		if err := q.Done(ctx, gone, 1, false); err != nil {
			t.Fatal(err)
		}
		if again := must(q.Append(ctx, key("gone"))); again[0] != gone {
			t.Errorf("a settled key gives %d, want %d", again[0], gone)
		}
	})
	inBubble(t, believed(dir), func(ctx context.Context, q *Queue) {
		ids := must(q.Append(ctx, Entry{Key: "live"}, Entry{Key: "gone"}))
		if ids[0] != live || ids[1] != gone {
			t.Errorf("after a restart: IDs %v, want %d %d", ids, live, gone)
		}
		pass(KeyHorizon)
		if ids := must(q.Append(ctx, Entry{Key: "live"}, Entry{Key: "gone"})); ids[0] != live || ids[1] == gone {
			t.Errorf("beyond the horizon: IDs %v, want %d and a new one", ids, live)
		}
	})
}

// TestKeysOutliveSegments: the key of a settled record is known when its segment has long been used
// again, and after a restart then.
func TestKeysOutliveSegments(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	put := func(s *store, key string) ID {
		ids, _, err := s.put([]Entry{{Key: key, Body: make([]byte, 100)}})
		if err == nil {
			err = s.commit()
		}
		if err != nil {
			t.Fatal(err)
		}
		return ids[0]
	}
	first := put(s, "first")
	if err := s.done(first, 1); err != nil {
		t.Fatal(err)
	}
	for i := range 1200 {
		key := ""
		if i%40 == 0 {
			key = fmt.Sprint("key ", i)
		}
		if err := s.done(put(s, key), 1); err != nil {
			t.Fatal(err)
		}
	}
	if s.life < 12 {
		t.Fatalf("only %d lives: the segments have not been used again", s.life)
	}
	if got := put(s, "first"); got != first {
		t.Errorf("the key gives %d, want %d", got, first)
	}
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	again, _, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if got := put(again, "first"); got != first {
		t.Errorf("after a restart the key gives %d, want %d", got, first)
	}
	// The memory for keys is bounded.
	for i := range 3000 {
		if err := again.done(put(again, fmt.Sprint("more ", i)), 1); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(again.keys.m); n > again.keys.most+1 {
		t.Errorf("%d keys are kept, at most %d should be", n, again.keys.most)
	}
}

// TestKeyOfUnreadable: the key of a record that could not be read when it was moved goes with the record: who
// sends it again is not told that it is there.
func TestKeyOfUnreadable(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ids, _, err := s.put([]Entry{{Key: "door", Body: []byte("harmed")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.roll(false); err != nil {
		t.Fatal(err)
	}
	at := s.index.get(ids[0]).anchor
	f := d.names[s.segs[at.segment()].name]
	f.now, f.shared = slices.Clone(f.now), false
	f.now[at.offset()+recordHeader] ^= 0xFF
	s.moveHead()
	if err := s.drop(ids[0], "unreadable"); err != nil {
		t.Fatal(err)
	}
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	if got := s.withKey(s.pool.hash("door")); got != 0 {
		t.Errorf("the key is that of record %d, want none: what it named is lost", got)
	}
}
