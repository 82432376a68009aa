package alerts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// generation is a state that can be told from others.
func generation(n int) saved { return saved{Seen: []uint64{uint64(n), 1 << 63}} }

func wantGeneration(t *testing.T, dir string, want int, wantProblems int) {
	t.Helper()
	s, kept, problems := openStore(dir)
	got := 0
	if len(kept.Seen) > 0 {
		got = int(kept.Seen[0])
	}
	if got != want || s.sequence != uint64(want) || len(problems) != wantProblems {
		t.Fatalf("generation %d, sequence %d, problems %v; want %d and %d problems", got, s.sequence, problems, want, wantProblems)
	}
}

func writeGenerations(t *testing.T, dir string, n int) *store {
	t.Helper()
	s, _, _ := openStore(dir)
	for i := 1; i <= n; i++ {
		if err := s.write(generation(i)); err != nil {
			t.Fatal(err)
		}
		wantGeneration(t, dir, i, 0)
	}
	return s
}

func TestStoreAlternates(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	wantGeneration(t, dir, 0, 0)
	writeGenerations(t, dir, 5)
	for _, name := range []string{"alerts.0", "alerts.1"} {
		if st, err := os.Stat(filepath.Join(dir, name)); err != nil || st.Size() != storeFirst || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, st, err)
		}
	}
}

// TestStoreCutWrite cuts the write of the third generation after every octet: the old end of the file is
// still there, as on a disk.
func TestStoreCutWrite(t *testing.T) {
	dir := t.TempDir()
	s := writeGenerations(t, dir, 2)
	old, err := os.ReadFile(s.path(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.write(generation(3)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(s.path(0))
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for i := range whole {
		if whole[i] != old[i] {
			last = i
		}
	}
	if last == 0 {
		t.Fatal("the generations do not differ")
	}
	for cut := 0; cut <= last+1; cut++ {
		if err := os.WriteFile(s.path(0), append(append([]byte{}, whole[:cut]...), old[cut:]...), 0o600); err != nil {
			t.Fatal(err)
		}
		_, kept, problems := openStore(dir)
		got := kept.Seen[0]
		switch {
		case cut == last+1 && got == 3 && len(problems) == 0:
		case cut <= last && got == 2:
		default:
			t.Fatalf("cut at %d of %d: generation %d, %v", cut, last, got, problems)
		}
	}
}

// TestStoreDamage flips every octet that means something, and cuts the file anywhere.
func TestStoreDamage(t *testing.T) {
	dir := t.TempDir()
	s := writeGenerations(t, dir, 2)
	whole, err := os.ReadFile(s.path(1))
	if err != nil {
		t.Fatal(err)
	}
	body, err := encodeGeneration(2, generation(2))
	if err != nil {
		t.Fatal(err)
	}
	used := storeHeader + strings.LastIndex(string(body[storeHeader:]), "}") + 1
	for i := range used {
		if i >= 28 && i < storeHeader {
			continue // reserved, not judged
		}
		b := append([]byte{}, whole...)
		b[i] ^= 0x41
		if err := os.WriteFile(s.path(1), b, 0o600); err != nil {
			t.Fatal(err)
		}
		wantGeneration(t, dir, 1, 1)
		if err := os.WriteFile(s.path(1), whole[:i], 0o600); err != nil {
			t.Fatal(err)
		}
		wantGeneration(t, dir, 1, 1)
	}
	// Writing goes on over the damaged file, and the good one stays until it is done.
	s, _, _ = openStore(dir)
	if s.next != 1 {
		t.Fatalf("the good file is written next")
	}
	if err := os.WriteFile(s.path(0), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantGeneration(t, dir, 0, 2)
	s, _, _ = openStore(dir)
	if err := s.write(generation(1)); err != nil {
		t.Fatal(err)
	}
	wantGeneration(t, dir, 1, 1)
}

func TestStoreVersion(t *testing.T) {
	dir := t.TempDir()
	s := writeGenerations(t, dir, 1)
	b, err := os.ReadFile(s.path(0))
	if err != nil {
		t.Fatal(err)
	}
	b[11] = 2
	if err := os.WriteFile(s.path(0), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, problems := openStore(dir); len(problems) != 1 || !strings.Contains(problems[0].Error(), "version 2") {
		t.Errorf("%v", problems)
	}
}

// TestStoreCannotWrite: a failed write leaves the generation before, and the next one may succeed.
func TestStoreCannotWrite(t *testing.T) {
	dir := t.TempDir()
	s := writeGenerations(t, dir, 1)
	if err := os.Mkdir(s.path(1), 0o700); err != nil { // in the way, for root as well
		t.Fatal(err)
	}
	if err := s.write(generation(2)); err == nil {
		t.Fatal("written into a directory")
	}
	if err := os.Remove(s.path(1)); err != nil {
		t.Fatal(err)
	}
	wantGeneration(t, dir, 1, 0)
	if err := s.write(generation(2)); err != nil {
		t.Fatal(err)
	}
	wantGeneration(t, dir, 2, 0)
}

// FuzzDecodeGeneration: no file makes reading panic, and what is read was written by us.
func FuzzDecodeGeneration(f *testing.F) {
	b, err := encodeGeneration(7, generation(7))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:40])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		sequence, body, err := decodeGeneration(b)
		if err == nil && (len(body) > len(b)-storeHeader || sequence == 0 && len(body) == 0 && len(b) < storeHeader) {
			t.Fatalf("%d octets of %d", len(body), len(b))
		}
	})
}
