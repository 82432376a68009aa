package queue

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// harmed is a medium with a log of several segments, and what is in it.
type harmed struct {
	disk  *simDisk
	items map[ID]Item
	all   map[ID]string // bodies of all records ever
	slots map[ID]slot
	segs  []string // file of each segment index
	last  string   // file of the last segment, and where its log ends
	end   int
}

// newHarmed runs a queue through all kinds of records.
func newHarmed(t testing.TB) *harmed {
	h := &harmed{disk: newSimDisk(), items: map[ID]Item{}, all: map[ID]string{}, slots: map[ID]slot{}}
	s, _, err := openStore(simConfig(), h.disk, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 90 {
		e := Entry{Class: uint8(i % 4), Key: fmt.Sprintf("key %d", i), Body: bytes.Repeat([]byte{byte(i)}, 20+i*7%180)}
		if i%30 == 9 {
			e.Body = bytes.Repeat([]byte{byte(i)}, 1900)
		}
		ids, _, err := s.put([]Entry{e})
		if err == nil {
			err = s.commit()
		}
		if err != nil {
			t.Fatal(err)
		}
		id := ids[0]
		h.all[id] = string(e.Body)
		var errs []error
		switch i % 9 {
		case 0, 1, 5, 7:
			errs = append(errs, s.done(id, 1))
		case 2:
			errs = append(errs, s.submitted(id, []byte("remote")))
		case 3:
			errs = append(errs, s.retry(id, time.Now().Add(time.Hour), []byte("busy"), true))
		case 4:
			errs = append(errs, s.bury(id, "no such number"))
		}
		for _, err := range append(errs, s.commit()) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, it := range s.list(nil, 0, 1000) {
		h.items[it.ID] = it
		h.slots[it.ID] = *s.index.get(it.ID)
	}
	for _, seg := range s.segs {
		h.segs = append(h.segs, seg.name)
	}
	h.last, h.end = s.writer.segment.name, s.writer.offset
	if len(s.chain) < 3 {
		t.Fatalf("a log of %d segments is too short for this test", len(s.chain))
	}
	return h
}

// with returns a copy of the medium in which a file is changed.
func (h *harmed) with(name string, change func([]byte) []byte) *simDisk {
	d := h.disk.cut(cutAll, nil)
	f := d.names[name]
	f.now = change(slices.Clone(f.now))
	f.durable, f.shared = f.now, true
	return d
}

// open opens the medium and returns what is there and how it differs from what should be.
func (h *harmed) open(t testing.TB, d *simDisk) (items map[ID]Item, rec *Recovery, differs []ID) {
	t.Helper()
	s, rec, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatalf("a damaged file keeps the queue from opening: %v", err)
	}
	items = map[ID]Item{}
	for _, it := range s.list(nil, 0, 1000) {
		if body, ok := h.all[it.ID]; !ok || body != string(it.Body) {
			t.Fatalf("record %d was invented: %q", it.ID, it.Reason)
		}
		items[it.ID] = it
		if _, ok := h.items[it.ID]; !ok {
			differs = append(differs, it.ID)
		}
	}
	for id, want := range h.items {
		got, ok := items[id]
		if !ok || got.State != want.State || !bytes.Equal(got.Note, want.Note) || got.Tries != want.Tries || got.Reason != want.Reason || got.Key != want.Key {
			differs = append(differs, id)
		}
	}
	if again, _, err := openStore(simConfig(), d.cut(cutAll, nil), quiet); err != nil || again.index.n != s.index.n {
		t.Fatalf("opened a second time: %v", err)
	}
	return items, rec, differs
}

func reported(rec *Recovery) bool {
	return len(rec.Damaged)+len(rec.Aside)+rec.Unknown > 0 || rec.TornTail > 0
}

// stride is how many octets a test goes on at a time: some by default, many with -short, and one when
// the environment has TORTURE=1.
func stride(some, many int) int {
	switch {
	case os.Getenv("TORTURE") == "1":
		return 1
	case testing.Short() || underRace:
		return many
	}
	return some
}

func TestUnharmed(t *testing.T) {
	h := newHarmed(t)
	if _, rec, differs := h.open(t, h.disk.cut(cutAll, nil)); len(differs) > 0 || reported(rec) {
		t.Errorf("differs in %v: %v", differs, rec)
	}
}

// TestEveryFlip changes each octet of each file in turn: at most one record suffers, and it is said.
func TestEveryFlip(t *testing.T) {
	h := newHarmed(t)
	step := stride(7, 37)
	for _, name := range h.segs {
		for at := 0; at < len(h.disk.names[name].now); at += step {
			d := h.with(name, func(b []byte) []byte { b[at] ^= byte(1 + at%255); return b })
			items, rec, differs := h.open(t, d)
			if len(differs) > 1 {
				t.Fatalf("%s octet %d: records %v suffer: %v", name, at, differs, rec)
			}
			if len(differs) == 1 && !reported(rec) {
				t.Fatalf("%s octet %d: record %v suffers and it is not said: %v", name, at, differs, rec)
			}
			if len(differs) == 1 && len(rec.Damaged) > 0 {
				if it, ok := items[differs[0]]; ok && it.State == Ready && !it.Attempted {
					t.Fatalf("%s octet %d: record %d is back as if it had never been sent: %v", name, at, it.ID, rec)
				}
			}
		}
	}
}

// TestEveryCut cuts each file at each length: what lies before the cut and in other files is there.
func TestEveryCut(t *testing.T) {
	h := newHarmed(t)
	step := stride(5, 41)
	for i, name := range h.segs {
		for n := 0; n < len(h.disk.names[name].now); n += step {
			items, rec, _ := h.open(t, h.with(name, func(b []byte) []byte { return b[:n] }))
			for id, sl := range h.slots {
				safe := int(sl.anchor.segment()) != i || int(sl.anchor.offset())+recordHeader+int(sl.anchor.length) <= n
				if _, ok := items[id]; safe && !ok {
					t.Fatalf("%s cut to %d octets: record %d is lost: %v", name, n, id, rec)
				}
			}
			if len(items) < len(h.items) && !reported(rec) {
				t.Fatalf("%s cut to %d octets: records are lost and it is not said: %v", name, n, rec)
			}
		}
	}
}

// TestEveryPage zeroes, and fills with other records of the pool, each page.
func TestEveryPage(t *testing.T) {
	h := newHarmed(t)
	for i, name := range h.segs {
		for at := 0; at < len(h.disk.names[name].now); at += sectorSize {
			for _, n := range []int{sectorSize, pageSize} {
				n = min(n, len(h.disk.names[name].now)-at)
				for _, from := range []string{"", h.segs[0]} {
					items, rec, _ := h.open(t, h.with(name, func(b []byte) []byte {
						clear(b[at : at+n])
						if from != "" {
							copy(b[at:at+n], h.disk.names[from].now)
						}
						return b
					}))
					for id, sl := range h.slots {
						begin, end := int(sl.anchor.offset()), int(sl.anchor.offset())+recordHeader+int(sl.anchor.length)
						safe := int(sl.anchor.segment()) != i || end <= at || begin >= at+n
						if _, ok := items[id]; safe && !ok {
							t.Fatalf("%s %d octets at %d: record %d is lost: %v", name, n, at, id, rec)
						}
					}
					// A tail that is gone without remains cannot be told from one that never was.
					tail := name == h.last && at+n >= h.end
					if len(items) < len(h.items) && !reported(rec) && !tail {
						t.Fatalf("%s %d octets at %d: records are lost and it is not said: %v", name, n, at, rec)
					}
				}
			}
		}
	}
}

func TestMissingFile(t *testing.T) {
	h := newHarmed(t)
	for i, name := range h.segs {
		d := h.disk.cut(cutAll, nil)
		delete(d.names, name)
		items, rec, _ := h.open(t, d)
		lost := 0
		for id, sl := range h.slots {
			if int(sl.anchor.segment()) == i {
				lost++
			} else if _, ok := items[id]; !ok {
				t.Errorf("without %s record %d is lost", name, id)
			}
		}
		if lost > 0 && !strings.Contains(rec.String(), "DAMAGED") {
			if name != h.last { // which leaves no trace when it is gone
				t.Errorf("without %s: %v", name, rec)
			}
		}
		if d.names[name] == nil {
			t.Errorf("%s was not made anew", name)
		}
	}
}

// TestStrangers: a file of a later version or of another pool is put aside, not deleted and not used.
func TestStrangers(t *testing.T) {
	h := newHarmed(t)
	strangers := map[string]func(b []byte) []byte{
		"written in format 2.0":      laterVersion,
		"of another pool":            otherPool,
		"not a segment of this pool": func(b []byte) []byte { return bytes.Repeat([]byte("text"), len(b)/4) },
	}
	for want, change := range strangers {
		name := h.segs[0]
		d := h.with(name, change)
		bad := d.names[name].now
		_, rec, _ := h.open(t, d)
		if len(rec.Aside) != 1 || !strings.Contains(rec.Aside[0], want) || !strings.Contains(rec.String(), "put aside") {
			t.Errorf("%s: %v", want, rec)
		}
		if aside := d.names["damaged/"+name]; aside == nil || !bytes.Equal(aside.now, bad) {
			t.Errorf("%s: the file is not in damaged/", want)
		}
	}
}

// laterVersion makes the segment one of a later version.
func laterVersion(b []byte) []byte {
	binary.LittleEndian.PutUint16(b[8:], 2)
	return headerSummed(b)
}

// otherPool makes the segment one of another pool.
func otherPool(b []byte) []byte {
	b[40] ^= 1
	return headerSummed(b)
}

func headerSummed(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
	return b
}

// TestUnreadable: a segment that the medium cannot read costs what is in it and nothing else.
func TestUnreadable(t *testing.T) {
	h := newHarmed(t)
	name := h.segs[1]
	d := h.disk.cut(cutAll, nil)
	d.fail = func(op, file string) error {
		if op == "read" && file == name {
			return errEIO
		}
		return nil
	}
	s, rec, err := openStore(simConfig(), d, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for id, sl := range h.slots {
		if s.visible(id) == nil && h.segs[sl.anchor.segment()] != name {
			t.Errorf("record %d is lost", id)
		}
	}
	if len(rec.Damaged) == 0 || !strings.Contains(rec.String(), "input/output error") {
		t.Errorf("%v", rec)
	}
}

func FuzzScan(f *testing.F) {
	golden, err := os.ReadFile("testdata/golden.seg")
	if err != nil {
		f.Fatal(err)
	}
	pool := poolID(golden[32:48])
	for _, n := range []int{100, 300, 600, 1200} { // short ones: the fuzzer works on them faster
		f.Add(golden[:n], uint32(1))
	}
	f.Add([]byte{}, uint32(1))
	f.Fuzz(func(t *testing.T, b []byte, life uint32) {
		var sc scan
		sc.scanSegment(b, pool, life, segmentHeader)
		at := 0
		for _, next := range sc.offsets {
			if next < at || next+recordHeader > len(b) {
				t.Fatalf("record at %d of %d, behind %d", next, len(b), at)
			}
			r, ok := parseRecord(b[next:], pool, next)
			if !ok || r.life != life {
				t.Fatalf("no record at %d", next)
			}
			at = next + recordHeader + len(r.payload)
			// Decoding a payload never panics, whatever it says.
			parseWhole(r.payload)
			parseCheck(r.payload)
			parseChange(r.payload, r.kind)
		}
		for _, k := range []kind{kindNote, kindRetry, kindBury, kindDone} {
			parseChange(b, k)
		}
		parseWhole(b)
		parseCheck(b)
		parseHeader(b)
		livesIn(b, pool)
	})
}
