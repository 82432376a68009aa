package queue

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
)

// TestUnopened: the queue does not open without a segment that it cannot open for want of a right or of a
// descriptor, and next time all is there. One that the medium does not give is damage: it is reported, and
// its file is neither removed nor written over, whatever the queue does without it.
func TestUnopened(t *testing.T) {
	d := newSimDisk()
	s, _, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; len(s.chain) < 2; i++ {
		must(putOne(s, fmt.Sprintf("body %d", i)))
	}
	records, lost := s.index.n, s.segs[s.chain[0]].name
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(d.names[lost].now)
	failOpen := func(why error) {
		d.fail = func(op, name string) error {
			if op == "open" && name == lost {
				return why
			}
			return nil
		}
	}

	for _, why := range []error{syscall.EACCES, syscall.EMFILE} {
		failOpen(why)
		if _, _, err := openStore(simConfig(), d, quiet); !errors.Is(err, why) {
			t.Errorf("opened without %s: error %v, want %v", lost, err, why)
		}
		d.fail = nil
		s, rec, err := openStore(simConfig(), d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if s.index.n != records || reported(rec) {
			t.Errorf("after %v: %v, want %d live", why, rec, records)
		}
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
	}

	failOpen(syscall.EIO)
	s, rec, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if !reported(rec) {
		t.Errorf("not reported: %v", rec)
	}
	if err := s.extend(); err != nil {
		t.Error(err)
	}
	must(putOne(s, "while one segment is missing"))
	if f := d.names[lost]; f == nil || !slices.Equal(f.now, before) {
		t.Errorf("%s, which could not be opened, was removed or written over", lost)
	}
}
