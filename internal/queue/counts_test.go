package queue

import (
	"errors"
	"testing"
)

// TestSameSegmentAgain: a segment in which no record became durable leaves the log, and may be the only one that
// the same records can be written to at once. It counts them all the same.
func TestSameSegmentAgain(t *testing.T) {
	for _, failing := range []string{"write", "sync"} {
		t.Run(failing, func(t *testing.T) {
			d := newSimDisk()
			s, _, err := openStore(simConfig(), d, quiet)
			if err != nil {
				t.Fatal(err)
			}
			id := must(place1(s))
			others := s.free
			s.free = nil // as if all were in use
			once := true
			d.fail = func(op, _ string) error {
				if op != failing || !once {
					return nil
				}
				once = false
				return errEIO
			}
			if err := errors.Join(s.commit(), s.failure); err != nil || once {
				t.Fatalf("%v, failed once: %v", err, !once)
			}
			s.free = others
			if err := verifyCounts(s); err != nil {
				t.Error(err)
			}
			if seg := s.segmentOf(s.index.get(id).anchor); seg.live != 1 {
				t.Errorf("%s counts %d live records, want 1", seg.name, seg.live)
			}
		})
	}
}

// place1 appends one record that is not durable yet.
func place1(s *store) (ID, error) {
	ids, _, err := s.put([]Entry{{Body: []byte("a")}})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}
