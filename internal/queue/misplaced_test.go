package queue

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestSwapped: what a segment is stands in it, not in its name. Whoever brings a directory back in another
// order loses nothing and hears nothing.
func TestSwapped(t *testing.T) {
	h := newHarmed(t)
	for i, a := range h.segs {
		for _, b := range h.segs[:i] {
			d := h.disk.cut(cutAll, nil)
			f, g := d.names[a], d.names[b]
			f.now, f.durable, g.now, g.durable = g.now, g.durable, f.now, f.durable
			if _, rec, differs := h.open(t, d); len(differs) > 0 || reported(rec) {
				t.Errorf("%s and %s swapped: differs in %v: %v", a, b, differs, rec)
			}
		}
	}
}

// TestCopiedOver: one segment copied over another costs what was in the other, is said, and what was copied
// counts once.
func TestCopiedOver(t *testing.T) {
	h := newHarmed(t)
	for i, to := range h.segs {
		for _, from := range h.segs {
			if from == to {
				continue
			}
			items, rec, _ := h.open(t, h.with(to, func([]byte) []byte { return slices.Clone(h.disk.names[from].now) }))
			lost := 0
			for id, sl := range h.slots {
				if _, ok := items[id]; ok {
					continue
				}
				if lost++; int(sl.anchor.segment()) != i {
					t.Errorf("%s copied over %s: record %d of another segment is lost: %v", from, to, id, rec)
				}
			}
			// The last segment leaves no trace when it is gone.
			if lost > 0 && !rec.Harmed() && to != h.last {
				t.Errorf("%s copied over %s: %d records are lost and it is not said: %v", from, to, lost, rec)
			}
		}
	}
}

// TestMisplacedSector: sectors of the log that were written a second time behind its end, as by a confused
// device, say nothing.
func TestMisplacedSector(t *testing.T) {
	h := newHarmed(t)
	tried := 0
	for to := (h.end + sectorSize - 1) / sectorSize * sectorSize; to < minSegmentSize; to += sectorSize {
		for from := 0; from < h.end; from += sectorSize {
			d := h.with(h.last, func(b []byte) []byte { copy(b[to:to+sectorSize], b[from:]); return b })
			if _, rec, differs := h.open(t, d); len(differs) > 0 || rec.Harmed() {
				t.Fatalf("the sector at %d written at %d: differs in %v: %v", from, to, differs, rec)
			}
			tried++
		}
	}
	if tried < 8 {
		t.Errorf("the log ends at %d: only %d sectors were misplaced", h.end, tried)
	}
}

// TestNothingIsDeleted: whatever is wrong with a file, its octets are somewhere in the directory after a
// recovery: where they were, or put aside, and what was cut out of a log is copied.
func TestNothingIsDeleted(t *testing.T) {
	h := newHarmed(t)
	harms := map[string]func(b []byte) []byte{
		"a flipped bit":          func(b []byte) []byte { b[700] ^= 4; return b },
		"a page of zeros":        func(b []byte) []byte { clear(b[pageSize:]); return b },
		"a page of ones":         func(b []byte) []byte { copy(b, bytes.Repeat([]byte{0xFF}, pageSize)); return b },
		"text":                   func(b []byte) []byte { return bytes.Repeat([]byte("text"), len(b)/4) },
		"a file that is cut":     func(b []byte) []byte { return b[:3000] },
		"a file without octets":  func(b []byte) []byte { return nil },
		"a file that has grown":  func(b []byte) []byte { return append(b, "more"...) },
		"another pool":           otherPool,
		"a later version":        laterVersion,
		"a later minor version":  func(b []byte) []byte { b[10]++; return headerSummed(b) },
		"a size that nobody has": func(b []byte) []byte { b[12], b[13] = 0xFF, 0xFF; return headerSummed(b) },
	}
	for name, harm := range harms {
		for _, file := range h.segs {
			d := h.with(file, harm)
			before := map[string][]byte{}
			for n, f := range d.names {
				before[n] = slices.Clone(f.now)
			}
			items, rec, _ := h.open(t, d)
			for n, was := range before {
				was = was[:min(len(was), minSegmentSize)]
				if !slices.ContainsFunc(append([]string{n}, asideOf(d, n)...), func(at string) bool {
					f := d.names[at]
					return f != nil && len(f.now) >= len(was) && bytes.Equal(f.now[:len(was)], was)
				}) {
					t.Errorf("%s in %s: the octets of %s are gone: %v", name, file, n, rec)
				}
			}
			for _, damage := range rec.Damaged {
				if damage.Copy != "" && d.names[damage.Copy] == nil {
					t.Errorf("%s in %s: there is no %s", name, file, damage.Copy)
				}
			}
			if len(items) < len(h.items) && !reported(rec) && file != h.last {
				t.Errorf("%s in %s: records are lost and it is not said: %v", name, file, rec)
			}
		}
	}
}

// asideOf lists where a file may have been put aside.
func asideOf(d *simDisk, name string) (at []string) {
	for n := range d.names {
		if strings.HasPrefix(n, damagedName+"/"+name) {
			at = append(at, n)
		}
	}
	return at
}

// TestFailedSyncIsSaid: after a failed sync the segment is sealed, the log goes on in another one, whoever
// looks at the figures sees the fault, and a cut after that costs nothing.
func TestFailedSyncIsSaid(t *testing.T) {
	for n := range 12 { // the n-th sync of an Append or what it brings about
		d := newSimDisk()
		s, _, err := openStore(simConfig(), d, quiet)
		if err != nil {
			t.Fatal(err)
		}
		stored := []ID{must(putOne(s, "before"))}
		sealed := s.writer.segment
		left := n
		d.fail = func(op, name string) error {
			if op != "sync" {
				return nil
			}
			if left--; left >= 0 {
				return nil
			}
			d.fail = nil
			return errEIO
		}
		for i := range 12 {
			stored = append(stored, must(putOne(s, fmt.Sprintf("body %d", i))))
		}
		if s.writer.segment == sealed {
			t.Errorf("sync %d failed and the log goes on in %s", n, sealed.name)
		}
		if st := s.stats(); st.Faults == 0 || st.Failure != "" {
			t.Errorf("sync %d failed: faults %d, failure %q", n, st.Faults, st.Failure)
		}
		if d.wrong != "" {
			t.Errorf("sync %d failed: %s", n, d.wrong)
		}
		after, rec, err := openStore(simConfig(), d.cut(cutNone, nil), quiet)
		if err != nil || reported(rec) {
			t.Fatal(rec, err)
		}
		for _, id := range stored {
			if after.visible(id) == nil {
				t.Errorf("sync %d failed: record %d is lost", n, id)
			}
		}
	}
}
