package queue

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"
)

// indexOctets is what the index of live records takes: slots, places in the lanes, timers, keys.
func indexOctets(s *store) (n int) {
	for _, c := range s.index.chunks {
		n += cap(c)*int(unsafe.Sizeof(slot{})) + int(unsafe.Sizeof(c))
	}
	for _, h := range s.lanes {
		n += cap(h) * int(unsafe.Sizeof(orderedID(0)))
	}
	n += cap(s.timers) * int(unsafe.Sizeof(timer{}))
	return n + cap(s.keys.index.table)*int(unsafe.Sizeof(uint32(0)))
}

// TestIndexOctets: a pending record that has a key and expires takes at most 64 octets of memory, in a running
// process at any number of records, after most of them have gone and others have come, and after a restart.
func TestIndexOctets(t *testing.T) {
	const most = 64
	synctest.Test(t, func(t *testing.T) { // its pool lies in memory
		cfg, d := simConfig(), newSimDisk()
		cfg.SegmentSize, cfg.Segments, cfg.Records = 1<<20, 24, 100_000
		s, _, err := openStore(cfg, d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		expires := time.Now().Add(24 * time.Hour)
		key, worst := 0, 0.0
		fill := func(upTo int) {
			for s.index.n < upTo {
				entries := make([]Entry, 50)
				for i := range entries {
					key++
					entries[i] = Entry{Key: fmt.Sprint(key), Expires: expires}
				}
				if _, _, err := s.put(entries); err != nil {
					t.Fatal(err)
				}
				if err := s.commit(); err != nil {
					t.Fatal(err)
				}
				if n := s.index.n; n >= 10_000 {
					worst = max(worst, float64(indexOctets(s))/float64(n))
				}
			}
		}
		fill(40_000)
		t.Logf("%.1f octets at most from 10,000 to 40,000 records", worst)
		if worst > most {
			t.Errorf("a record takes %.1f octets, at most %d are promised", worst, most)
		}
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
		if s, _, err = openStore(cfg, d, quiet); err != nil {
			t.Fatal(err)
		}
		after := float64(indexOctets(s)) / float64(s.index.n)
		t.Logf("%.1f octets of %d after a restart", after, s.index.n)
		if after > most || s.keys.index.n != s.index.n {
			t.Errorf("after a restart a record takes %.1f octets, at most %d are promised; %d have keys", after, most, s.keys.index.n)
		}
		for range 30_000 {
			it, ok := s.next(0)
			if !ok {
				t.Fatal("nothing is ready")
			}
			if err := s.done(it.ID, 1); err != nil {
				t.Fatal(err)
			}
		}
		if got := cap(s.keys.index.table); got > 6*s.keys.index.n {
			t.Errorf("%d entries for %d keys", got, s.keys.index.n)
		}
	})
}

// TestKeyIndex compares the keys of live records with a map under random changes, with IDs that are alike in 32
// bits and hashes of which half is alike.
func TestKeyIndex(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var slots index
	table := keyTable{index: keyIndex{slots: &slots}}
	want := map[ID]uint32{}
	var ids []ID
	drop := func(i int) {
		table.unkey(slots.get(ids[i]))
		slots.remove(ids[i])
		delete(want, ids[i])
		ids[i] = ids[len(ids)-1]
		ids = ids[:len(ids)-1]
	}
	for i := range 6_000 {
		id := ID(1+rng.IntN(300)) + shortIDs*ID(rng.IntN(3))
		if _, there := want[id]; !there && rng.IntN(1000) > i/1000%2*400 {
			slots.add(slot{id: id})
			half := uint32(rng.IntN(40)) << rng.IntN(27)
			table.live(uint64(half), id)
			table.live(uint64(half), id)
			want[id] = half
			ids = append(ids, id)
		} else if len(ids) > 0 {
			drop(rng.IntN(len(ids)))
		}
		half := uint32(rng.IntN(40)) << rng.IntN(27)
		found := map[ID]bool{}
		table.index.each(half, func(sl *slot) { found[sl.id] = true })
		for id, h := range want {
			if (h == half) != found[id] {
				t.Fatalf("step %d: record %d with %#x is found under %#x: %v", i, id, h, half, found[id])
			}
		}
		if len(want) != table.index.n || table.index.taken > len(table.index.table)*4/5+1 {
			t.Fatalf("step %d: %d keys, the table counts %d of %d taken", i, len(want), table.index.n, table.index.taken)
		}
	}
	for len(ids) > 0 {
		drop(0)
	}
	if n := len(table.index.table); n > 64 {
		t.Errorf("%d entries for no key", n)
	}
}

// TestKeysAlike: a key half of whose hash is that of a live record's key is not taken for it.
func TestKeysAlike(t *testing.T) {
	s, _, err := openStore(simConfig(), newSimDisk(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	ids, _, err := s.put([]Entry{{Key: "front door"}})
	if err != nil {
		t.Fatal(err)
	}
	hash := s.pool.hash("front door")
	for _, at := range []string{"in the buffer", "on flash"} {
		if got := s.withKey(hash ^ 1<<40); got != 0 {
			t.Errorf("%s: record %d has another key", at, got)
		}
		if got := s.withKey(hash); got != ids[0] {
			t.Errorf("%s: the key gives record %d, want %d", at, got, ids[0])
		}
		if err := s.commit(); err != nil {
			t.Fatal(err)
		}
	}
}
