package queue

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keyFile writes a file of keys, each of one repeated octet.
func keyFile(t *testing.T, keys ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key")
	var lines []string
	for _, k := range keys {
		lines = append(lines, strings.Repeat(k, 32))
	}
	write(t, name, []byte(strings.Join(lines, "\n")+"\n"))
	return name
}

// fillSealed takes records through their states under cfg and returns what is left.
func fillSealed(t *testing.T, cfg Config, word string) {
	t.Helper()
	q, rec, stop := serve(t, cfg)
	defer stop()
	if rec.Harmed() {
		t.Fatalf("%v", rec)
	}
	ctx := t.Context()
	ids := must(q.Append(ctx, Entry{Key: word + " key", Body: []byte("SECRET " + word), Expires: time.Now().Add(time.Hour)},
		Entry{Body: []byte("SECRET second " + word)}, Entry{Body: []byte("SECRET third " + word), Key: word + " gone"}))
	for _, err := range []error{
		q.Submitted(ctx, ids[0], []byte("SECRET note")), q.Bury(ctx, ids[1], "SECRET reason"), q.Done(ctx, ids[2], 1, true),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 200 { // several lives, and records that are moved
		id := must(q.Append(ctx, Entry{Body: bytes.Repeat([]byte("SECRET "), 20)}))
		if err := q.Done(ctx, id[0], 1, i == 199); err != nil {
			t.Fatal(err)
		}
	}
}

func texts(t *testing.T, cfg Config) (all []string) {
	t.Helper()
	rec, err := Inspect(cfg, func(it Item) bool {
		all = append(all, string(it.Body)+"|"+string(it.Note)+"|"+it.Reason+"|"+it.Key)
		return true
	})
	if err != nil || rec.Harmed() {
		t.Fatal(rec, err)
	}
	return all
}

// TestSealed: with a key nothing of a message stands on the medium in clear, and everything is read back; a key may be
// given, changed and taken away on a queue that holds records.
func TestSealed(t *testing.T) {
	cfg := testConfig(t.TempDir())
	fillSealed(t, cfg, "clear")
	cfg.KeyFile = keyFile(t, "a1")
	fillSealed(t, cfg, "first")
	cfg.KeyFile = keyFile(t, "b2", "a1")
	fillSealed(t, cfg, "second")
	want := []string{"SECRET clear|SECRET note||clear key", "SECRET second clear||SECRET reason|",
		"SECRET first|SECRET note||first key", "SECRET second first||SECRET reason|",
		"SECRET second|SECRET note||second key", "SECRET second second||SECRET reason|"}
	if got := texts(t, cfg); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	q, _, stop := serve(t, cfg)
	if ids := must(q.Append(t.Context(), Entry{Key: "first gone", Body: []byte("again")})); ids[0] > 300 {
		t.Errorf("the key of a settled record gives the new record %d", ids[0])
	}
	stop()
	if v := must(Verify(cfg)); !v.Sound() {
		t.Errorf("%+v", v)
	}
	// Nothing in clear: in a directory that was sealed from the first record on.
	sealed := testConfig(t.TempDir())
	sealed.KeyFile = keyFile(t, "c3")
	fillSealed(t, sealed, "only")
	for _, name := range must(filepath.Glob(filepath.Join(sealed.Dir, "*"))) {
		if b, err := os.ReadFile(name); err == nil && (bytes.Contains(b, []byte("SECRET")) || bytes.Contains(b, []byte("only key"))) {
			t.Errorf("%s holds a text in clear", name)
		}
	}
	closed, opened := 0, 0
	for _, keys := range []Keys{{}, must(ReadKeys(sealed.KeyFile))} {
		if err := Dump(sealed.Dir, keys, func(d Dumped) error {
			if r := d.Record; r != nil && r.Sealed {
				closed++
			} else if r != nil && strings.Contains(string(r.Body), "SECRET") {
				opened++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if keys.keys == nil && (closed == 0 || opened != 0) {
			t.Errorf("dump without key: %d closed, %d opened", closed, opened)
		}
		if keys.keys != nil && opened == 0 {
			t.Error("dump with the key opens nothing")
		}
		closed = 0
	}
}

// TestWrongKey: a wrong key is called that, and never damage; the files stay as they are.
func TestWrongKey(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.KeyFile = keyFile(t, "a1")
	fillSealed(t, cfg, "x")
	files := func() (all []byte) {
		for _, name := range must(filepath.Glob(filepath.Join(cfg.Dir, "*"))) {
			if filepath.Base(name) == lockName {
				continue
			}
			b, _ := os.ReadFile(name) // damaged/ would be a directory
			all = append(append(all, name...), b...)
		}
		return all
	}
	before := files()
	right := cfg.KeyFile
	for _, wrong := range []struct{ file, says string }{{keyFile(t, "b2"), "add the one they were written with"}, {"", "no key is given"}} {
		cfg.KeyFile = wrong.file
		_, _, err := Open(cfg, quiet)
		if !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), wrong.says) {
			t.Errorf("%v", err)
		}
		if _, err := Verify(cfg); !errors.Is(err, ErrKey) {
			t.Errorf("check: %v", err)
		}
	}
	if !bytes.Equal(files(), before) {
		t.Error("the files were changed")
	}
	cfg.KeyFile = right
	if got := texts(t, cfg); len(got) != 2 {
		t.Errorf("with the right key: %q", got)
	}
}

// TestKeyFile: what is wrong with a key is said, without showing it.
func TestKeyFile(t *testing.T) {
	open := keyFile(t, "a1")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short")
	write(t, short, []byte("5ec4e7"))
	empty := filepath.Join(t.TempDir(), "empty")
	write(t, empty, nil)
	for name, says := range map[string]string{
		open: "chmod 600", short: "key 1 is not 64 hexadecimal digits", empty: "is empty", filepath.Join(empty, "none"): "key file",
	} {
		cfg := testConfig(t.TempDir())
		cfg.KeyFile = name
		if _, _, err := Open(cfg, quiet); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "5ec4e7") {
			t.Errorf("%s: %v", says, err)
		}
	}
	cfg := testConfig(t.TempDir())
	cfg.KeyCredential = "queue-key"
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	if _, _, err := Open(cfg, quiet); err == nil || !strings.Contains(err.Error(), "LoadCredential=") {
		t.Errorf("no credentials: %v", err)
	}
	dir := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	if _, _, err := Open(cfg, quiet); err == nil || !strings.Contains(err.Error(), "no credential of that name") {
		t.Errorf("no such credential: %v", err)
	}
	b := must(os.ReadFile(open))
	write(t, filepath.Join(dir, "queue-key"), b)
	fillSealed(t, cfg, "c")
}

// TestSealedDamage: damage in a sealed queue is found and costs what was in it; a record that was altered, checksum
// and all, is found by its seal.
func TestSealedDamage(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.SegmentSize, cfg.KeyFile = 32<<10, keyFile(t, "a1")
	q, _, stop := serve(t, cfg)
	for range 20 {
		must(q.Append(t.Context(), text("some text")))
	}
	stop()
	name := segmentInUse(t, cfg.Dir)
	whole := must(os.ReadFile(name))
	var sc scan
	sc.scanSegment(whole, poolOf(t, whole), 1, segmentHeader)
	at := sc.offsets[7]
	b := bytes.Clone(whole)
	clear(b[:segmentHeader+checkSize]) // header and CHECK: the life is known from the records
	b[at+recordHeader+9] ^= 1
	write(t, name, b)
	if v := must(Verify(cfg)); v.Live != 19 || v.Lost != 1 {
		t.Errorf("a flipped bit: %+v", v)
	}
	r, _ := parseRecord(whole[at:], poolOf(t, whole), at)
	r.payload = bytes.Clone(r.payload)
	r.payload[9] ^= 1
	b = bytes.Clone(whole)
	copy(b[at:], appendRecord(nil, poolOf(t, whole), at, r))
	write(t, name, b)
	if v := must(Verify(cfg)); v.Live != 19 || len(v.Damaged) != 1 || !strings.Contains(v.Damaged[0].Cause, "altered") {
		t.Errorf("an altered record: %+v", v)
	}
}
