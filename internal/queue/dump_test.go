package queue

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// dumpedQueue makes a queue of one segment with a record in each state, and stops it.
func dumpedQueue(t *testing.T) (cfg Config, ids []ID) {
	t.Helper()
	cfg = testConfig(t.TempDir())
	cfg.SegmentSize, cfg.Segments = 32<<10, 4
	q, _, stop := serve(t, cfg)
	ctx := t.Context()
	for i := range 40 {
		e := Entry{Lane: 1, Class: 3, Key: fmt.Sprint("key ", i), Body: fmt.Appendf(nil, "body %d", i), Expires: time.Now().Add(time.Hour)}
		ids = append(ids, must(q.Append(ctx, e))...)
	}
	for _, err := range []error{
		q.Submitted(ctx, ids[0], []byte("remote")), q.Bury(ctx, ids[1], "no such number"), q.Done(ctx, ids[2], 7, true),
		q.Retry(ctx, ids[3], time.Now().Add(time.Minute), []byte("busy"), true), q.Drop(ctx, ids[4], "by hand"), q.Kick(ctx, ids[1]),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	stop()
	return cfg, ids
}

// segmentInUse returns the file of the queue that holds records.
func segmentInUse(t *testing.T, dir string) string {
	t.Helper()
	names := must(filepath.Glob(filepath.Join(dir, "seg-*")))
	for _, name := range names {
		if h, ok, _ := parseHeader(must(os.ReadFile(name))); ok && h.life != 0 {
			return name
		}
	}
	t.Fatal("no segment is in use")
	return ""
}

func dumpAll(t *testing.T, path string) (all []Dumped) {
	t.Helper()
	if err := Dump(path, Keys{}, func(d Dumped) error {
		if _, err := json.Marshal(d); err != nil {
			t.Errorf("%+v: %v", d, err)
		}
		all = append(all, d)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestDump: every record is told with its place, kind and content, and the file stays as it was.
func TestDump(t *testing.T) {
	cfg, ids := dumpedQueue(t)
	name := segmentInUse(t, cfg.Dir)
	before := must(os.ReadFile(name))
	kinds := map[string]int{}
	var end *DumpedEnd
	for _, d := range dumpAll(t, name) {
		switch {
		case d.Segment != nil:
			if s := d.Segment; s.Header != "whole" || s.Life != 1 || s.Version != "1.0" || s.Problem != "" || len(s.Pool) != 32 {
				t.Errorf("segment: %+v", s)
			}
		case d.Record != nil:
			r := d.Record
			kinds[r.Kind]++
			if got, ok := parseRecord(before[r.Offset:], poolOf(t, before), r.Offset); !ok || got.id != r.ID {
				t.Errorf("no record %d at %d", r.ID, r.Offset)
			}
			switch {
			case r.Kind == "PUT" && r.ID == ids[7]:
				if r.Key != "key 7" || string(r.Body) != "body 7" || *r.Lane != 1 || *r.Class != 3 || r.State != "ready" || r.Expires.IsZero() {
					t.Errorf("put: %+v", r)
				}
			case r.Kind == "DONE" && (r.ID != ids[2] || *r.Outcome != 7), r.Kind == "DROP" && r.Reason != "by hand",
				r.Kind == "RETRY" && (r.Tries != 1 || string(r.Note) != "busy" || r.NotBefore.IsZero()),
				r.Kind == "BURY" && r.Reason != "no such number", r.Kind == "SUBMITTED" && string(r.Note) != "remote":
				t.Errorf("change: %+v", r)
			}
		case d.Damage != nil:
			t.Errorf("damage in a whole file: %+v", d.Damage)
		case d.End != nil:
			end = d.End
		}
	}
	want := map[string]int{"CHECK": 1, "PUT": 40, "SUBMITTED": 1, "BURY": 1, "DONE": 1, "RETRY": 1, "DROP": 1, "KICK": 1}
	if fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("records %v, want %v", kinds, want)
	}
	if end == nil || end.Records != 47 || end.Torn != 0 {
		t.Errorf("end: %+v", end)
	}
	if !bytes.Equal(before, must(os.ReadFile(name))) {
		t.Error("the file was changed")
	}
	files := 0
	for _, d := range dumpAll(t, cfg.Dir) {
		if d.Segment != nil {
			files++
		}
	}
	if files != 4 {
		t.Errorf("%d files of the directory were told, want 4", files)
	}
}

func poolOf(t *testing.T, b []byte) poolID {
	t.Helper()
	h, ok, err := parseHeader(b)
	if !ok || err != nil {
		t.Fatal("no header")
	}
	return h.pool
}

// TestDumpHarmed: what is harmed is told with its place; what is whole behind it too.
func TestDumpHarmed(t *testing.T) {
	cfg, ids := dumpedQueue(t)
	name := segmentInUse(t, cfg.Dir)
	whole := must(os.ReadFile(name))
	var at, end int
	for _, d := range dumpAll(t, name) {
		if d.Record != nil && d.Record.ID == ids[9] {
			at, end = d.Record.Offset, d.Record.Offset+d.Record.Octets
		}
	}
	b := bytes.Clone(whole)
	b[at+recordHeader] ^= 1
	write(t, name, b)
	var damage []DumpedDamage
	records := 0
	for _, d := range dumpAll(t, name) {
		if d.Damage != nil {
			damage = append(damage, *d.Damage)
		}
		if d.Record != nil {
			records++
		}
	}
	if len(damage) != 1 || damage[0].Offset != at || damage[0].Octets != end-at || !damage[0].Proven || records != 46 {
		t.Errorf("%d records, damage %+v; want 46 and one of %d at %d", records, damage, end-at, at)
	}
	// A harmed header: the CHECK behind it tells the same.
	b = bytes.Clone(whole)
	clear(b[:segmentHeader])
	write(t, name, b)
	if s := dumpAll(t, name)[0].Segment; s.Header != "harmed" || s.Life != 1 || !strings.Contains(s.Problem, "CHECK") {
		t.Errorf("harmed header: %+v", s)
	}
	// A later major version is told as such, and nothing is guessed.
	b = bytes.Clone(whole)
	binary.LittleEndian.PutUint16(b[8:], versionMajor+1)
	binary.LittleEndian.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
	write(t, name, b)
	if all := dumpAll(t, name); len(all) != 1 || all[0].Segment.Header != "later" || all[0].Segment.Version != "2.0" {
		t.Errorf("later version: %+v", all)
	}
	// A file that was cut.
	write(t, name, whole[:end])
	if s := dumpAll(t, name)[0].Segment; !strings.Contains(s.Problem, "should have 32768") {
		t.Errorf("cut file: %+v", s)
	}
	write(t, name, bytes.Repeat([]byte{0xFF}, 5000))
	if s := dumpAll(t, name)[0].Segment; s.Header != "harmed" || s.Problem == "" {
		t.Errorf("no segment at all: %+v", s)
	}
	if err := Dump(filepath.Join(cfg.Dir, "seg-0077"), Keys{}, nil); err == nil || !strings.Contains(err.Error(), "seg-0077") {
		t.Errorf("a missing file: %v", err)
	}
}

func write(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestVerify: a whole queue is sound, also while it is in use; harm is found and named, with what a start would
// do; a start then does that.
func TestVerify(t *testing.T) {
	cfg, ids := dumpedQueue(t)
	v := must(Verify(cfg))
	if !v.Sound() || v.Live != 38 || v.Waiting != 1 || v.Holder != "" || v.Segments != 4 {
		t.Errorf("a whole queue: %+v", v)
	}
	cfg.Segments = 6
	if s := strings.Join(must(Verify(cfg)).Start, "; "); !strings.Contains(s, "make 2 segments of 32 KiB") || !strings.Contains(s, "go on with 38 live records") {
		t.Errorf("two more segments are asked for: %s", s)
	}
	cfg.Segments = 4
	name := segmentInUse(t, cfg.Dir)
	b := must(os.ReadFile(name))
	for _, d := range dumpAll(t, name) {
		if d.Record != nil && d.Record.ID == ids[9] {
			b[d.Record.Offset+recordHeader] ^= 1
		}
	}
	write(t, name, b)
	v = must(Verify(cfg))
	if v.Sound() || len(v.Damaged) != 1 || v.Lost != 1 || v.Damaged[0].File != filepath.Base(name) || v.Damaged[0].Copy != "" {
		t.Errorf("a harmed queue: %+v", v)
	}
	if s := strings.Join(v.Start, "; "); !strings.Contains(s, "keep a copy in damaged/") || !strings.Contains(s, "count 1 records as lost") {
		t.Errorf("a start would: %s", s)
	}
	if !bytes.Equal(b, must(os.ReadFile(name))) {
		t.Error("the file was changed")
	}
	q, rec, _ := serve(t, cfg)
	if len(rec.Damaged) != 1 || rec.Lost != 1 || rec.Damaged[0].Copy == "" {
		t.Errorf("the start found %+v", rec)
	}
	if st := must(q.Stats(t.Context())); st.Damaged != 1 || !strings.Contains(st.String(), "1 damaged places") {
		t.Errorf("status: %v", st)
	}
	v = must(Verify(cfg))
	if v.Holder == "" || len(v.Kept) != 1 || v.KeptOctets != pageSize {
		t.Errorf("beside the process that has it: %+v", v)
	}
}

// TestVerifyWhileWritten: a queue that is being written to, over many lives, is never called harmed.
func TestVerifyWhileWritten(t *testing.T) {
	cfg := testConfig(t.TempDir())
	q, _, _ := serve(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ctx.Err() == nil; i++ {
			ids, err := q.Append(ctx, Entry{Body: make([]byte, 300)})
			if err == nil && i%20 != 0 {
				_ = q.Done(ctx, ids[0], 0, false) // the context may have ended
			} else if err == nil {
				_ = q.Bury(ctx, ids[0], "stays")
				_ = q.Drop(ctx, ids[0], "goes")
			}
		}
	}()
	for range 50 {
		if v := must(Verify(cfg)); !v.Sound() {
			t.Errorf("%+v", v)
		}
	}
	cancel()
	<-done
}
