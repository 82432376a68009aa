package queue

import (
	"errors"
	"slices"
	"testing"
)

// TestEvict: a full queue drops the oldest of the lowest class for an urgent record, durably, with a count, and gives
// it out; what is on its way and what is as urgent stays; over restarts nothing comes back.
func TestEvict(t *testing.T) {
	d, cfg := newSimDisk(), simConfig()
	cfg.WhenFull = whenFullEvict
	s, _, err := openStore(cfg, d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	telemetry, _ := fillUp(t, s, 4, 200)
	info, _ := fillUp(t, s, 3, 200) // evicts telemetry
	leased, ok := s.next(0)
	if !ok || leased.Class != 3 {
		t.Fatalf("leased %+v", leased)
	}
	if err := s.bury(info[len(info)-1], "no such number"); err != nil {
		t.Fatal(err)
	}
	alarms, full := fillUp(t, s, 1, 200)
	more, last := fillUp(t, s, 0, 200)
	if full == nil || last == nil || len(alarms) == 0 || len(more) == 0 {
		t.Fatalf("%d alarms, then %v; %d emergencies, then %v", len(alarms), full, len(more), last)
	}
	var left []uint8
	s.index.all(func(sl *slot) { left = append(left, sl.class()) })
	if slices.Contains(left, 4) || slices.Contains(left, 1) || s.visible(leased.ID) == nil {
		t.Errorf("left of the classes: %v; the leased record is %v", left, s.visible(leased.ID))
	}
	var order []ID
	for _, it := range s.evicted {
		if it.Reason != evictReason || len(it.Body) != 200 {
			t.Errorf("evicted: %+v", it)
		}
		order = append(order, it.ID)
	}
	// The oldest telemetry first, then of the infos the one that was set aside, then the oldest.
	want := slices.Concat(telemetry, []ID{info[len(info)-1]}, slices.DeleteFunc(slices.Clone(info[:len(info)-1]), func(id ID) bool { return id == leased.ID }), alarms)
	if !slices.Equal(order, want) {
		t.Errorf("evicted %v\nwant %v", order, want)
	}
	if st := s.stats(); st.Evicted != uint64(len(want)) || st.Dropped != st.Evicted {
		t.Errorf("%d evicted, %d dropped, want %d", st.Evicted, st.Dropped, len(want))
	}
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	again, rec, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
	if err != nil || reported(rec) || again.index.n != s.index.n {
		t.Fatalf("%d records, want %d: %v %v", again.index.n, s.index.n, rec, err)
	}
}

// TestEvictRecords: the same when it is the number of records that is full.
func TestEvictRecords(t *testing.T) {
	cfg := simConfig()
	cfg.Records, cfg.WhenFull = 16, whenFullEvict
	s, _, err := openStore(cfg, newSimDisk(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	telemetry, _ := fillUp(t, s, 5, 1)
	if len(telemetry) != 16 {
		t.Fatalf("%d records", len(telemetry))
	}
	if _, _, err := s.put([]Entry{{Class: 2, Body: []byte("a")}, {Class: 2, Body: []byte("b")}}); err != nil {
		t.Fatal(err)
	}
	if s.index.n != 16 || s.visible(telemetry[0]) != nil || s.visible(telemetry[1]) != nil || s.visible(telemetry[2]) == nil {
		t.Errorf("%d records; of the oldest there are %v %v %v", s.index.n, s.visible(telemetry[0]), s.visible(telemetry[1]), s.visible(telemetry[2]))
	}
	if _, _, err := s.put([]Entry{{Class: 5}}); !errors.Is(err, ErrFull) {
		t.Errorf("one of the same class: %v", err)
	}
}

// TestRefuse: with when_full = "refuse" nothing is dropped.
func TestRefuse(t *testing.T) {
	cfg := simConfig()
	s, _, err := openStore(cfg, newSimDisk(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	telemetry, _ := fillUp(t, s, 4, 200)
	alarms, _ := fillUp(t, s, 1, 200)
	if s.index.n != len(telemetry)+len(alarms) || s.counted.evicted != 0 {
		t.Errorf("%d records, %d evicted; want %d and 0", s.index.n, s.counted.evicted, len(telemetry)+len(alarms))
	}
}
