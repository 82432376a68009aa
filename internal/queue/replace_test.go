package queue

import (
	"errors"
	"math/rand/v2"
	"syscall"
	"testing"
)

// word is an entry that is the latest word on a subject.
func word(subject, body, key string) Entry {
	return Entry{Replace: subject, Body: []byte(body), Key: key}
}

func putWord(s *store, subject, body, key string) (ID, error) {
	ids, _, err := s.put([]Entry{word(subject, body, key)})
	if err == nil {
		err = s.commit()
	}
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// bodies lists what is in the queue.
func bodies(s *store) (all []string) {
	for _, it := range s.list(nil, 0, 1<<20) {
		all = append(all, string(it.Body))
	}
	return all
}

func sameBodies(t *testing.T, s *store, want ...string) {
	t.Helper()
	got := bodies(s)
	if len(got) != len(want) {
		t.Fatalf("in the queue: %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("in the queue: %q, want %q", got, want)
		}
	}
}

// TestReplace: the latest word on a subject drops the one before that was not sent, and no other; over a restart
// too.
func TestReplace(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	first := must(putWord(s, "freezer", "-12", "k1"))
	must(putWord(s, "boiler", "90", ""))
	second := must(putWord(s, "freezer", "-9", "k2"))
	sameBodies(t, s, "90", "-9")
	if got := must(putWord(s, "freezer", "-12", "k1")); got != first {
		t.Errorf("the key of the replaced record gives %d, want %d", got, first)
	}
	s.next(0)
	if it, ok := s.next(0); !ok || it.ID != second {
		t.Fatalf("leased %+v", it)
	}
	must(putWord(s, "freezer", "-6", "")) // the one before is on its way
	if err := s.retry(second, bubbleStart, []byte("one segment of two is sent"), true); err != nil {
		t.Fatal(err)
	}
	third := must(putWord(s, "freezer", "-3", "")) // and was sent in part
	sameBodies(t, s, "90", "-9", "-3")
	if st := s.stats(); st.Replaced != 2 || st.Dropped != 2 || st.Appended != 5 {
		t.Errorf("%+v", st)
	}
	for range 2 {
		again, rec, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
		if err != nil || reported(rec) {
			t.Fatal(rec, err)
		}
		sameBodies(t, again, "90", "-9", "-3")
		if got := again.totals; got != s.totals {
			t.Errorf("totals %+v, want %+v", got, s.totals)
		}
		if got := must(putWord(again, "freezer", "-12", "k1")); got != first {
			t.Errorf("after a restart the key of the replaced record gives %d, want %d", got, first)
		}
	}
	// Moved to the end of the log, the latest word can still be replaced, and what it replaced stays dead.
	if err := s.roll(false); err != nil {
		t.Fatal(err)
	}
	s.moveHead()
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	if s.index.get(third).anchorIs != kindCopy {
		t.Fatal("the record was not moved")
	}
	must(putWord(s, "freezer", "0", ""))
	again, _, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
	if err != nil {
		t.Fatal(err)
	}
	sameBodies(t, again, "90", "-9", "0")
}

// TestReplaceRefused: when the medium refuses the new word, the one before is there again.
func TestReplaceRefused(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	must(putWord(s, "freezer", "-12", ""))
	d.fail = (&failing{op: "sync", err: syscall.EIO, on: true}).fail
	_, _, err = s.put([]Entry{word("freezer", "-9", "")})
	_, _, err2 := s.put([]Entry{word("freezer", "-6", "")})
	if err := errors.Join(err, err2, s.commit()); !errors.Is(err, ErrStorage) {
		t.Fatal(err)
	}
	sameBodies(t, s, "-12")
	if it, ok := s.next(0); !ok || string(it.Body) != "-12" {
		t.Errorf("leased %+v", it)
	}
}

// TestReplaceCut: whenever the power goes, either the old word or the new one is there, never neither; the new one
// alone once it was acknowledged; also when it came with others in one Append.
func TestReplaceCut(t *testing.T) {
	for _, entries := range [][]Entry{
		{word("freezer", "new", "")},
		{text("a"), word("freezer", "new", ""), text("b")},
		{word("freezer", "new", ""), text("a"), text("b")},
	} {
		d := newSimDisk()
		s, _, err := openStore(simConfig(), d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		must(putWord(s, "freezer", "old", "k"))
		name := s.writer.segment.name
		before := append([]byte(nil), d.names[name].now...)
		from := s.writer.synced
		if _, _, err := s.put(entries); err != nil {
			t.Fatal(err)
		}
		if err := s.commit(); err != nil {
			t.Fatal(err)
		}
		to := s.writer.synced
		after := append([]byte(nil), d.names[name].now...)
		for n := from; n <= to; n++ { // so much of the write arrived
			f := d.names[name]
			f.now = append(append([]byte(nil), after[:n]...), before[n:]...)
			cut, _, err := openStore(simConfig(), d.cut(cutKill, rand.New(rand.NewPCG(1, 2))), quiet)
			if err != nil {
				t.Fatal(err)
			}
			words := 0
			for _, body := range bodies(cut) {
				if body == "old" || body == "new" {
					words++
				}
				if body == "old" && len(cut.list(nil, 0, 9)) != 1 || n == to && body == "old" {
					t.Errorf("cut at %d of %d to %d: %q", n, from, to, bodies(cut))
				}
			}
			if words != 1 {
				t.Errorf("cut at %d of %d to %d: %q", n, from, to, bodies(cut))
			}
		}
	}
}
