package queue

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// fillUp appends records of the class until the queue is full, and returns their IDs.
func fillUp(t *testing.T, s *store, class uint8, size int) (ids []ID, full *FullError) {
	t.Helper()
	for {
		got, _, err := s.put([]Entry{{Class: class, Body: bytes.Repeat([]byte{class}, size)}})
		if err == nil {
			err = s.commit()
		}
		if errors.As(err, &full) {
			return ids, full
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, got...)
	}
}

// TestWaterMarks: telemetry leaves half of the pool to the others, info a fifth to alarms.
func TestWaterMarks(t *testing.T) {
	s, _, err := openStore(simConfig(), newSimDisk(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		class   uint8
		percent int64
	}{{4, 50}, {3, 80}, {1, 100}} {
		ids, full := fillUp(t, s, step.class, 200)
		if len(ids) == 0 || full.Percent != int(step.percent) || full.Used > full.Capacity*step.percent/100 ||
			full.Used < full.Capacity*step.percent/100-1024-2*int64(checkSize) {
			t.Errorf("class %d: %d records, %v", step.class, len(ids), full)
		}
		if !errors.Is(full, ErrFull) || !strings.Contains(full.Error(), fmt.Sprintf("full for class %d: it may use %d%%", step.class, step.percent)) {
			t.Errorf("%v", full)
		}
	}
	if len(s.free) < reserve {
		t.Errorf("%d segments are free, %d are the reserve", len(s.free), reserve)
	}
}

// TestDrain: whatever the order in which a full queue is settled, there is always room for saying so,
// and all of it can be used again.
func TestDrain(t *testing.T) {
	for _, size := range []int{0, 40, 200, 2000} {
		for order := range 4 {
			d := newSimDisk()
			s, _, err := openStore(simConfig(), d, quiet)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(uint64(size), uint64(order)))
			most := 0
			for round := range 4 {
				ids, _ := fillUp(t, s, 0, size)
				if round == 0 {
					most = len(ids)
				} else if len(ids) < most*3/4 {
					t.Errorf("size %d order %d round %d: room for %d records, before for %d", size, order, round, len(ids), most)
				}
				switch order {
				case 1:
					slices.Reverse(ids)
				case 2:
					rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
				case 3: // the oldest stays to the end
					ids = append(ids[1:], ids[0])
				}
				for i, id := range ids {
					var err error
					switch i % 3 { // each goes through several states
					case 0:
						err = s.submitted(id, []byte("remote id of a common length"))
					case 1:
						err = s.bury(id, "a reason")
					}
					if err == nil {
						err = s.done(id, 1)
					}
					if err == nil && i%10 == 0 {
						err = s.commit()
					}
					if err != nil || s.failure != nil {
						t.Fatalf("size %d order %d: settling %d of %d: %v %v", size, order, i, len(ids), err, s.failure)
					}
				}
				if err := s.commit(); err != nil {
					t.Fatal(err)
				}
				if s.index.n != 0 {
					t.Fatalf("%d records are left", s.index.n)
				}
			}
			s2, rec, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
			if err != nil || s2.index.n != 0 || reported(rec) {
				t.Errorf("size %d order %d: %v %v", size, order, rec, err)
			}
		}
	}
}

// TestFullAndRetried: retries without end in a full queue need no more room than there is.
func TestFullAndRetried(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ids, _ := fillUp(t, s, 0, 150)
	for i := range 3000 {
		if err := s.retry(ids[i%len(ids)], bubbleStart, fmt.Appendf(nil, "try %d", i), true); err != nil {
			t.Fatal(err)
		}
		if i%16 == 0 {
			if err := s.commit(); err != nil {
				t.Fatalf("retry %d: %v", i, err)
			}
		}
	}
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	again, rec, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
	if err != nil || again.index.n != len(ids) || reported(rec) {
		t.Fatal(rec, err)
	}
	tries := 0
	for _, it := range again.list(nil, 0, 1<<20) {
		tries += it.Tries
		if it.Note == nil || len(it.Body) != 150 {
			t.Fatalf("record %d lost its note or body", it.ID)
		}
	}
	if tries != 3000 {
		t.Errorf("%d tries are known, want 3000", tries)
	}
}

func TestRecordsLimit(t *testing.T) {
	cfg := simConfig()
	cfg.Records = 16
	s, _, err := openStore(cfg, newSimDisk(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	ids, full := fillUp(t, s, 0, 1)
	if len(ids) != 16 || full.Max != 0 && !strings.Contains(full.Error(), "16 records are waiting") {
		t.Errorf("%d records, %v", len(ids), full)
	}
}

func TestTooLarge(t *testing.T) {
	cfg := simConfig()
	s, _, err := openStore(cfg, newSimDisk(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, cfg.MaxBody())
	id := must(putOne(s, string(body)))
	if it, err := s.get(id); err != nil || len(it.Body) != len(body) {
		t.Errorf("the largest body: %v", err)
	}
	for what, entries := range map[string][]Entry{
		"body": {{Body: make([]byte, cfg.MaxBody()+1)}},
		"key":  {{Key: strings.Repeat("k", MaxKey+1)}},
		"together": {
			{Body: body}, {Body: body}, {Body: body}, {Body: body}, {Body: body}, {Body: body}, {Body: body},
		},
	} {
		if _, _, err := s.put(entries); !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.note(id, make([]byte, MaxNote+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("note: %v", err)
	}
}

// TestLargest: records as large as they may become are taken, changed, moved and recovered in the smallest
// segments.
func TestLargest(t *testing.T) {
	d := newSimDisk()
	cfg := simConfig()
	s, _, err := openStore(cfg, d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.MaxBody() < 1900 {
		t.Errorf("at most %d octets of body are taken", cfg.MaxBody())
	}
	e := Entry{
		Key: strings.Repeat("k", MaxKey), Body: bytes.Repeat([]byte("b"), cfg.MaxBody()),
		NotBefore: time.Now().Add(-time.Hour), Expires: time.Now().Add(time.Hour),
	}
	ids, _, err := s.put([]Entry{e})
	if err != nil || s.commit() != nil {
		t.Fatal(err)
	}
	id := ids[0]
	for range 3 {
		if err := s.kick(id); err != nil {
			t.Fatal(err)
		}
		if err := s.retry(id, time.Now().Add(time.Hour), bytes.Repeat([]byte("n"), MaxNote), true); err != nil {
			t.Fatal(err)
		}
		if err := s.bury(id, strings.Repeat("r", MaxReason+1)); err != nil {
			t.Fatal(err)
		}
		for moved := s.counted.moved; s.counted.moved == moved; { // others come and go until it is moved
			other := must(putOne(s, "other"))
			if err := s.done(other, 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.commit(); err != nil {
			t.Fatal(err)
		}
	}
	after, rec, err := openStore(cfg, d.cut(cutNone, nil), quiet)
	if err != nil || reported(rec) {
		t.Fatal(rec, err)
	}
	it, err := after.get(id)
	if err != nil || len(it.Key) != MaxKey || len(it.Body) != cfg.MaxBody() || len(it.Note) != MaxNote || len(it.Reason) != MaxReason {
		t.Errorf("%v; key %d, body %d, note %d, reason %d octets", err, len(it.Key), len(it.Body), len(it.Note), len(it.Reason))
	}
}

// TestCompaction: a few old records that stay do not keep the segments between them.
func TestCompaction(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	stay := map[ID]string{}
	for i := range 3000 {
		body := fmt.Sprintf("body %d of a record that is of a common length, as texts are", i)
		id := must(putOne(s, body))
		if i%500 == 0 {
			if err := s.bury(id, "stays"); err != nil {
				t.Fatal(err)
			}
			stay[id] = body
			continue
		}
		if err := s.done(id, 0); err != nil {
			t.Fatal(err)
		}
	}
	check := func(s *store) {
		t.Helper()
		if s.index.n != len(stay) {
			t.Errorf("%d records, want %d", s.index.n, len(stay))
		}
		for id, body := range stay {
			if it, err := s.get(id); err != nil || string(it.Body) != body || it.State != Buried || it.Reason != "stays" {
				t.Errorf("record %d: %+v %v", id, it, err)
			}
		}
	}
	check(s)
	if s.counted.moved == 0 || s.counted.moved > 200 {
		t.Errorf("%d records were moved", s.counted.moved)
	}
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	again, rec, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
	if err != nil || reported(rec) {
		t.Fatal(rec, err)
	}
	check(again)
}

// TestDrainWithNotes: notes far beyond what is kept free for them are left out in the end, and records
// can still be settled.
func TestDrainWithNotes(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		ids, _ := fillUp(t, s, 0, 20)
		note := bytes.Repeat([]byte("n"), MaxNote)
		for _, id := range ids {
			if err := s.submitted(id, note); err != nil {
				t.Fatal(err)
			}
			if err := s.commit(); err != nil {
				t.Fatalf("round %d: submitted: %v", round, err)
			}
		}
		for i := range ids {
			id := ids[(i*7919)%len(ids)]
			if s.visible(id) == nil {
				continue
			}
			if err := s.done(id, 1); err != nil {
				t.Fatal(err)
			}
			if err := s.commit(); err != nil {
				t.Fatalf("round %d: done %d of %d: %v", round, i, len(ids), err)
			}
		}
		for _, it := range s.list(nil, 0, 1<<20) {
			if err := s.done(it.ID, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.commit(); err != nil || s.index.n != 0 {
		t.Errorf("%d records left: %v", s.index.n, err)
	}
}
