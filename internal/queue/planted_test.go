package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// planted is a fault in the code of the queue: in file, which holds it once, old becomes new. The explorer
// must find it within so many distinct states of the named loads; or another test, when one is named.
type planted struct {
	name     string
	file     string
	old, new string
	loads    string
	within   int
	test     string
	fast     bool // tried by make test, the others by make torture
}

// plantedFaults are the faults that a queue of this kind may have and that its rig must find. Those marked
// "was here" were in this one.
func plantedFaults() []planted {
	return []planted{
		{name: "an append is acknowledged without a sync", file: "writer.go", fast: true,
			old: "if err := w.segment.file.datasync(); err != nil {", new: "if err := error(nil); err != nil {",
			loads: "mixed", within: 500},
		{name: "an append is acknowledged before the sync", file: "writer.go",
			old: "if err := s.sync(); err != nil {\n\t\treturn s.salvage(err)\n\t}\n\treturn nil\n}\n\n// sync writes", new: "if err := s.writeOut(); err != nil {\n\t\treturn s.salvage(err)\n\t}\n\treturn nil\n}\n\n// sync writes",
			loads: "mixed", within: 500},
		{name: "a segment is left without a sync of it", file: "writer.go", fast: true,
			old: "if err := s.commit(); err != nil {\n\t\t\treturn err\n\t\t}\n\t\tif w.segment != before", new: "if err := s.flush(); err != nil {\n\t\t\treturn err\n\t\t}\n\t\tif w.segment != before",
			loads: "group", within: 20000},
		{name: "records follow a header that is not durable", file: "writer.go",
			old: "s.encodeCheck()\n\tif err := s.push(); err != nil {", new: "s.encodeCheck()\n\tif err := s.writeOut(); err != nil {",
			loads: "recycle,mixed", within: 40000},
		{name: "the directory is not synced", file: "pool.go", fast: true,
			old: "if err := s.files.syncDir(); err != nil {\n\t\treturn l.removeNew", new: "if err := error(nil); err != nil {\n\t\treturn l.removeNew",
			loads: "making,growing", within: 20000},
		{name: "a failed sync is tried again and believed", file: "writer.go", fast: true,
			old: "if err := s.sync(); err != nil {\n\t\treturn s.salvage(err)\n\t}\n\treturn nil\n}\n\n// sync writes", new: "if err := s.sync(); err != nil {\n\t\treturn s.sync()\n\t}\n\treturn nil\n}\n\n// sync writes",
			loads: "faults", within: 5000},
		{name: "what a failed sync may have lost is not written again", file: "failure.go",
			old: "err := s.begin()\n\tif err == nil {\n\t\terr = s.again(recs)\n\t} else {\n\t\ts.writer.pending = recs\n\t}\n\tif err != nil {\n\t\ts.log.Error", new: "err := s.begin()\n\tif err == nil {\n\t\terr = s.again(nil)\n\t} else {\n\t\ts.writer.pending = recs\n\t}\n\tif err != nil {\n\t\ts.log.Error",
			loads: "faults", within: 5000},
		{name: "a segment is used again through the handle whose sync failed", file: "writer.go",
			old: "if seg.suspect || seg.file == nil {", new: "if seg.file == nil {",
			loads: "faults", within: 40000},
		{name: "a sealed segment ends where it was written, not where it was durable", file: "failure.go",
			old: "seg.end = w.synced", new: "seg.end = w.flushed",
			loads: "faults", within: 10000},
		{name: "records have no life", file: "scan.go", fast: true,
			old: "if at+recordHeader > len(b) || binary.LittleEndian.Uint16(b[at:]) != recordMagic ||\n\t\tbinary.LittleEndian.Uint32(b[at+12:]) != life {", new: "if at+recordHeader > len(b) || binary.LittleEndian.Uint16(b[at:]) != recordMagic {",
			loads: "recycle", within: 5000},
		{name: "records have no checksum", file: "record.go",
			old: "if recordHeader+n > len(b) || binary.LittleEndian.Uint32(b[8:]) != p.checksum(b[:recordHeader+n], at) {", new: "if recordHeader+n > len(b) {",
			loads: "large,group", within: 5000},
		{name: "batches are not counted", file: "writer.go", fast: true,
			old: "w.batch++\n", new: "_ = w.batch\n",
			loads: "mixed", within: 5000},
		{name: "a batch is counted that has no record (was here)", file: "writer.go",
			old: "if w.synced < w.flushed {", new: "if true {",
			loads: "faults", within: 60000},
		{name: "the end of a record is not written", file: "change.go",
			old: "s.place(sl, k, c, later)\n\tif c.keyHash", new: "_ = c\n\tif c.keyHash",
			loads: "mixed", within: 2000},
		{name: "an attempt is not written", file: "change.go",
			old: "s.place(sl, kindAttempt, change{hasNote: note != nil, note: note}, soon)", new: "_ = note",
			loads: "changes", within: 5000},
		{name: "what is lazy stays lazy", file: "store.go",
			old: "if due := s.writer.due; due != 0 && now >= due ||", new: "if due := s.writer.due; due != 0 && now < 0 ||",
			loads: "changes", within: 20000},
		{name: "a change is made durable by halves (was here)", file: "change.go",
			old: "s.makeWay(changeSize + max(len(note), int(sl.latest.length)))", new: "_ = changeSize",
			loads: "changes,full", within: 60000},
		{name: "a segment is freed with live records in it", file: "writer.go", fast: true,
			old: "seg == s.writer.segment || seg.live > 0", new: "seg == s.writer.segment",
			loads: "recycle", within: 5000},
		{name: "a segment that is used again at once forgets what is counted in it (was here)", file: "writer.go",
			old: "seg.life, seg.end, seg.holes, seg.recovered = s.life, 0, 0, false", new: "seg.life, seg.end, seg.holes, seg.recovered, seg.live, seg.liveOctets = s.life, 0, 0, false, 0, 0",
			loads: "faults", within: 40000},
		{name: "what was moved is freed before it is durable", file: "writer.go",
			old: "if s.segs[n].life < s.writer.durable || s.segs[n].life == 0 {", new: "if s.segs[n].life < s.chainHead() {",
			loads: "full,recycle", within: 60000},
		{name: "headers tell no head", file: "writer.go",
			old: "life: s.life, head: s.head(), pool: s.pool}", new: "life: s.life, head: 0, pool: s.pool}",
			loads: "recycle,full", within: 5000},
		{name: "a move forgets that a record may have been sent", file: "compact.go",
			old: "if w.state == Leased {", new: "w.attempted = false\n\tif w.state == Leased {",
			loads: "full,mixed", within: 60000},
		{name: "a move forgets the note", file: "compact.go",
			old: "if w.state == Leased {", new: "w.hasNote, w.note = false, nil\n\tif w.state == Leased {",
			loads: "full,mixed", within: 40000},
		{name: "an Append is taken for whole without its end", file: "replay.go",
			old: "\tfor _, id := range l.group {\n", new: "\tfor _, id := range l.group[:0] {\n",
			loads: "large,group", within: 10000},
		{name: "recovery stops at the first hole", file: "scan.go",
			old: "for next := at&^(recordAlign-1) + recordAlign; next+recordHeader <= len(b);", new: "for next := len(b); next+recordHeader <= len(b);",
			loads: "group,mixed", within: 5000},
		{name: "recovery does not sync what it shows", file: "recover.go",
			old: "if err := seg.file.datasync(); err != nil {", new: "if err := error(nil); err != nil {",
			loads: "mixed", within: 10000},
		{name: "recovery believes what only the kernel has after a failed sync (was here)", file: "recover.go",
			old: "f.file.forget()", new: "_ = f.file",
			loads: "faults", within: 60000},
		{name: "keys keep segments that are free (was here)", file: "writer.go",
			old: "if s.reusable() < 0 && s.head() < s.chainHead() {", new: "if false {",
			loads: "evict,refuse", within: 40000},
		{name: "after restarts no segment is left to say which are free (was here)", file: "writer.go",
			old: "return s.segs[n].life < s.head() })", new: "return n < 0 })",
			loads: "evict,refuse", within: 40000},
		{name: "what was recovered is not made ready", file: "replay.go",
			old: "\t\ts.enqueue(sl)\n\t})", new: "\t})",
			loads: "mixed", within: 1000},
		{name: "segments of a pool in use get their name before they are whole (was here)", file: "pool.go",
			old: "f, err := s.create(name, had > 0)", new: "f, err := s.create(name, false)",
			loads: "growing", within: 5000},
		{name: "keys of live records are not found again", file: "replay.go",
			old: "s.keys.live(s.pool.hash(w.key), r.id)", new: "_ = w.key",
			loads: "mixed", within: 1000},
		{name: "classes are forgotten", file: "replay.go",
			old: "uint8(w.lane)<<4|w.class", new: "uint8(w.lane)<<4",
			loads: "mixed", within: 1000},
		{name: "the tries of a record are forgotten", file: "replay.go",
			old: "sl.state, sl.tries = Ready, c.tries", new: "sl.state = Ready",
			loads: "changes", within: 5000},
		{name: "a file of a later version is taken for blank", file: "identify.go", test: "TestStrangers",
			old: "cause = f.later.Error()", new: "cause = \"\""},
		{name: "a record may lie anywhere", file: "record.go", test: "TestMisplacedSector",
			old: "binary.LittleEndian.PutUint32(place[len(p):], uint32(at))", new: "_ = at"},
		{name: "damage puts no record in doubt", file: "replay.go", test: "TestEveryFlip",
			old: "sl.set(slotAttempted)\n\t\t\tl.doubted", new: "l.doubted"},
		{name: "a file that is too short is nothing to report", file: "replay.go", test: "TestEveryCut",
			old: "if f.size < int64(s.size) {", new: "if false {"},
	}
}

// TestPlantedFaultsAreListed: docs/queue.md lists the loads and the faults as they are here.
func TestPlantedFaultsAreListed(t *testing.T) {
	doc := string(must(os.ReadFile("../../docs/queue.md")))
	want := func(line string) {
		if !strings.Contains(doc, "\n"+line+"\n") {
			t.Errorf("docs/queue.md lacks the line\n%s", line)
		}
	}
	for _, l := range loads() {
		want(fmt.Sprintf("| %s | %s |", l.name, l.about))
	}
	for _, p := range plantedFaults() {
		if p.test != "" {
			want(fmt.Sprintf("| %s | `%s` |", p.name, p.test))
		} else {
			want(fmt.Sprintf("| %s | %d states of %s |", p.name, p.within, strings.ReplaceAll(p.loads, ",", ", ")))
		}
	}
}

var foundAfter = regexp.MustCompile(`after (\d+) states: (.*)`)

// TestPlantedFaults plants each fault of the table in a copy of its file and has the rig look for it: a rig
// that finds nothing proves nothing, and TestCrash shows that it finds nothing in the queue as it is.
// PLANTED is "fast" or "all"; without it only the patches are checked, since each costs a build.
func TestPlantedFaults(t *testing.T) {
	which := os.Getenv("PLANTED")
	if which != "" {
		if _, err := exec.LookPath("go"); err != nil {
			t.Skip("go is missing: the faults are planted in the source")
		}
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, p := range plantedFaults() {
		source, err := os.ReadFile(p.file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), p.old); n != 1 {
			t.Errorf("%s: %s holds what it replaces %d times, want once; the table must follow the code", p.name, p.file, n)
			continue
		}
		if which == "" || which == "fast" && !p.fast || which != "fast" && which != "all" && !strings.Contains(p.name, which) {
			continue
		}
		tried++
		t.Run(p.name, func(t *testing.T) {
			dir := t.TempDir()
			patched := filepath.Join(dir, p.file)
			if err := os.WriteFile(patched, []byte(strings.Replace(string(source), p.old, p.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, p.file): patched}})
			if err != nil {
				t.Fatal(err)
			}
			list := filepath.Join(dir, "overlay.json")
			if err := os.WriteFile(list, overlay, 0o600); err != nil {
				t.Fatal(err)
			}
			t.Log(p.hunt(t, list))
		})
	}
	if which != "" && tried == 0 {
		t.Errorf("PLANTED=%s names no fault", which)
	}
}

// hunt runs the rig on the code with the fault in it and returns how it was found.
func (p *planted) hunt(t *testing.T, overlay string) string {
	test := p.test
	if test == "" {
		test = "TestCrash"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-overlay", overlay, "-vet=off", "-count=1", "-timeout", "14m", "-run", "^"+test+"$", ".")
	cmd.Env = append(os.Environ(), "STATES="+fmt.Sprint(p.within), "CRASH_LOAD="+p.loads, "PLANTED=")
	out, err := cmd.CombinedOutput()
	switch text := string(out); {
	case err == nil:
		t.Errorf("not found within %d states of %q by %s", p.within, p.loads, test)
	case strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]"):
		t.Errorf("does not build:\n%s", text)
	case strings.Contains(text, "test timed out"):
		t.Errorf("no end: %s", text[:min(len(text), 1000)])
	case p.test != "":
		return "found by " + p.test
	default:
		if m := foundAfter.FindStringSubmatch(text); m != nil {
			return fmt.Sprintf("found after %s states: %s", m[1], m[2])
		}
		t.Errorf("failed in another way:\n%s", text[:min(len(text), 2000)])
	}
	return ""
}
