package queue

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// goldenDisk is a pool with a known id and nothing in it.
func goldenDisk() *simDisk {
	d := newSimDisk()
	b := header{pages: minSegmentSize / pageSize, pool: poolID([]byte("golden pool  id!"))}.append(nil)
	b = append(b, make([]byte, minSegmentSize-len(b))...)
	d.names[segmentName(0)] = &simFile{disk: d, name: segmentName(0), durable: b, now: b, shared: true}
	return d
}

// goldenItems is what the golden segment holds.
var goldenItems = []Item{
	{ID: 2, Entry: Entry{Lane: 1, Class: 4, Key: "key two", Body: []byte("two")}, State: Waiting, Note: []byte("remote 7")},
	{ID: 3, Entry: Entry{Lane: 7, Class: 7, Expires: bubbleStart.Add(48 * time.Hour), NotBefore: bubbleStart.Add(5 * time.Hour), Body: []byte("three")}, State: Ready, Tries: 2, Note: []byte("busy")},
	{ID: 4, Entry: Entry{Body: bytes.Repeat([]byte("long "), 400)}, State: Buried, Reason: "no such number"},
	{ID: 5, Entry: Entry{Body: []byte{}}, State: Ready, Attempted: true, Note: []byte("part 1")},
}

// TestGolden: the queue writes the octets of the golden segment, and reads them, on every machine.
// UPDATE=1 writes it anew, which is right only together with a new version number.
func TestGolden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := simConfig()
		cfg.ClockFloor = bubbleStart.Add(-time.Hour)
		d := goldenDisk()
		s, _, err := openStore(cfg, d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		entries := []Entry{{Key: "key one", Body: []byte("one")}}
		for _, it := range goldenItems {
			e := it.Entry
			if it.ID == 3 {
				e.NotBefore = time.Time{}
			}
			entries = append(entries, e)
		}
		ids, _, err := s.put(entries[:3])
		more, _, err2 := s.put(entries[3:])
		err = errors.Join(err, err2, s.commit())
		ids = append(ids, more...)
		for lane := range Lane(Lanes) {
			for _, ok := s.next(lane); ok; _, ok = s.next(lane) {
			}
		}
		err = errors.Join(err, s.done(ids[0], 3), s.attempt(ids[1], []byte("part 1")), s.submitted(ids[1], []byte("remote 7")),
			s.retry(ids[2], bubbleStart, []byte("slow"), true), s.retry(ids[2], bubbleStart.Add(5*time.Hour), []byte("busy"), true),
			s.bury(ids[3], "no such number"), s.commit(), s.attempt(ids[4], []byte("part 1")), s.commit())
		if err != nil {
			t.Fatal(err)
		}
		made := d.names[segmentName(0)].now
		if os.Getenv("UPDATE") == "1" {
			if err := os.WriteFile("testdata/golden.seg", made, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile("testdata/golden.seg")
		if err != nil {
			t.Fatal(err)
		}
		for i := range golden {
			if made[i] != golden[i] {
				t.Fatalf("octet %d of the segment is %#x, golden is %#x", i, made[i], golden[i])
			}
		}
		d = goldenDisk()
		f := d.names[segmentName(0)]
		f.now, f.durable = golden, golden
		s, rec, err := openStore(cfg, d, quiet)
		if err != nil || reported(rec) {
			t.Fatal(rec, err)
		}
		items := s.list(nil, 0, 100)
		if len(items) != len(goldenItems) {
			t.Fatalf("%d records, want %d", len(items), len(goldenItems))
		}
		for i, want := range goldenItems {
			got := items[i]
			if got.ID != want.ID || got.Lane != want.Lane || got.Class != want.Class || got.Key != want.Key ||
				!got.NotBefore.Equal(want.NotBefore) || !got.Expires.Equal(want.Expires) || !bytes.Equal(got.Body, want.Body) ||
				got.State != want.State || got.Tries != want.Tries || !bytes.Equal(got.Note, want.Note) ||
				got.Attempted != want.Attempted || got.Reason != want.Reason || !got.Appended.Equal(bubbleStart) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		}
	})
}
