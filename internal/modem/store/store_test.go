package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func open(t *testing.T, path string, size int) *Memory {
	t.Helper()
	m, err := Open(path, size, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func message(key uint64, text string) Slot { return Slot{Key: key, TPDU: []byte(text)} }

func TestMemory(t *testing.T) {
	for _, where := range []string{"", filepath.Join(t.TempDir(), "sm")} {
		m, err := New(3)
		if where != "" {
			m = open(t, where, 3)
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range []string{"a", "b", "c"} {
			if index, err := m.Add(message(uint64(i+1), text)); err != nil || index != i+1 {
				t.Fatalf("got %d, %v", index, err)
			}
		}
		if _, err := m.Add(message(9, "d")); !errors.Is(err, ErrFull) {
			t.Errorf("full: got %v", err)
		}
		if index, err := m.Add(message(2, "again")); err != nil || index != 2 {
			t.Errorf("known key: got %d, %v", index, err)
		}
		if err := m.Delete(2, 2, 0, -1, 4); err != nil || m.Used() != 2 {
			t.Errorf("got %v, %d used", err, m.Used())
		}
		if index, err := m.Add(message(2, "again")); err != nil || index != 0 {
			t.Errorf("known key of an empty slot: got %d, %v", index, err)
		}
		if err := m.SetStatus(3, Read); err != nil {
			t.Error(err)
		}
		for _, index := range []int{-1, 0, 2, 4} {
			if _, err := m.Get(index); !errors.Is(err, ErrIndex) {
				t.Errorf("%d: got %v", index, err)
			}
			if err := m.SetStatus(index, Read); !errors.Is(err, ErrIndex) {
				t.Errorf("%d: got %v", index, err)
			}
		}
		if index, err := m.Add(Slot{Status: Unsent, TPDU: []byte("e")}); err != nil || index != 2 {
			t.Errorf("got %d, %v", index, err)
		}
		want := []Slot{
			{Index: 1, Key: 1, TPDU: []byte("a")}, {Index: 2, Status: Unsent, TPDU: []byte("e")}, {Index: 3, Status: Read, Key: 3, TPDU: []byte("c")},
		}
		if got := m.List(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if where == "" {
			continue
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Add(message(0, "x")); err == nil {
			t.Error("a closed memory takes messages")
		}
		m = open(t, where, 3)
		if got := m.List(); !reflect.DeepEqual(got, want) {
			t.Errorf("after a restart: got %v, want %v", got, want)
		}
		if index, err := m.Add(message(2, "again")); err != nil || index != 0 {
			t.Errorf("known key after a restart: got %d, %v", index, err)
		}
	}
}

func TestMemoryRefuses(t *testing.T) {
	for _, size := range []int{-1, 0, MaxSlots + 1} {
		if _, err := New(size); err == nil {
			t.Errorf("%d slots are taken", size)
		}
	}
	m, _ := New(2)
	for _, s := range []Slot{{}, {TPDU: make([]byte, 256)}, {Status: 4, TPDU: []byte("a")}} {
		if _, err := m.Add(s); err == nil || m.Used() != 0 {
			t.Errorf("%+v is taken", s)
		}
	}
	if _, err := Open(t.TempDir(), 2, slog.Default()); err == nil {
		t.Error("a directory is a memory")
	}
}

func TestStatusNames(t *testing.T) {
	for s := Unread; s <= Sent; s++ {
		if back, ok := ParseStatus(s.String()); !ok || back != s {
			t.Errorf("%v: back %v, %t", s, back, ok)
		}
	}
	if _, ok := ParseStatus("ALL"); ok || Status(4).String() != "Status(4)" {
		t.Error("there is a fifth status")
	}
}

// A memory with fewer slots than before moves its messages, or says that it cannot.
func TestSmaller(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sm")
	m := open(t, path, 5)
	for i := range 5 {
		if _, err := m.Add(message(0, fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Delete(1, 3); err != nil {
		t.Fatal(err)
	}
	m.Close()
	if _, err := Open(path, 2, slog.Default()); err == nil || !strings.Contains(err.Error(), "holds 3 messages, and there are 2 slots") {
		t.Errorf("got %v", err)
	}
	m = open(t, path, 3)
	if got := texts(m); got != "1:3 2:1 3:4" {
		t.Errorf("got %q", got)
	}
}

func texts(m *Memory) string {
	var s []string
	for _, slot := range m.List() {
		s = append(s, fmt.Sprintf("%d:%s", slot.Index, slot.TPDU))
	}
	return strings.Join(s, " ")
}

// script does the same changes on any memory and gives what it holds after each.
func script(t *testing.T, m *Memory) (states []string) {
	rng := rand.New(rand.NewPCG(1, 2))
	states = append(states, fmt.Sprint(m.List()))
	for i := range 40 {
		var err error
		switch rng.IntN(4) {
		case 0, 1:
			_, err = m.Add(Slot{Key: uint64(i), Report: i%5 == 0, TPDU: bytes.Repeat([]byte{byte(i + 1)}, 1+rng.IntN(20))})
		case 2:
			err = m.SetStatus(1+rng.IntN(4), Read)
		case 3:
			err = m.Delete(1 + rng.IntN(4))
		}
		if err != nil && !errors.Is(err, ErrFull) && !errors.Is(err, ErrIndex) {
			t.Fatal(err)
		}
		if s := fmt.Sprint(m.List()); s != states[len(states)-1] {
			states = append(states, s)
		}
	}
	return states
}

// Wherever a power cut ends the file, the memory is what it was after one of the changes, later ones for longer
// files, and takes messages.
func TestCutAnywhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sm")
	states := script(t, open(t, path, 4))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for n := range len(whole) + 1 {
		for _, zeros := range []int{0, 100} {
			cut := filepath.Join(dir, "cut")
			if err := os.WriteFile(cut, append(whole[:n:n], make([]byte, zeros)...), 0o600); err != nil {
				t.Fatal(err)
			}
			m := open(t, cut, 4)
			got := fmt.Sprint(m.List())
			for at < len(states) && states[at] != got {
				at++
			}
			if at == len(states) {
				t.Fatalf("%d octets, %d zeros: %s is no state from then on", n, zeros, got)
			}
			if err := m.Delete(1); err != nil {
				t.Fatal(err)
			}
			if _, err := m.Add(message(0, "after")); err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprint(m.List())
			m.Close()
			if got := fmt.Sprint(open(t, cut, 4).List()); got != want {
				t.Fatalf("%d octets: then %s, want %s", n, got, want)
			}
		}
	}
	if at != len(states)-1 {
		t.Errorf("the whole file is state %d of %d", at, len(states)-1)
	}
}

// A flipped bit never changes a message; the file is kept aside with all that it held.
func TestFlipAnywhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sm")
	m := open(t, path, 8)
	known := map[string]bool{}
	for i := range 3 {
		text := strings.Repeat(string(rune('a'+i)), 5)
		known[text] = true
		if _, err := m.Add(message(uint64(i), text)); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(whole) * 8 {
		sub := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		b := bytes.Clone(whole)
		b[i/8] ^= 1 << (i % 8)
		file := filepath.Join(sub, "sm")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		m := open(t, file, 8)
		for _, s := range m.List() {
			if !known[string(s.TPDU)] {
				t.Errorf("bit %d: message %q", i, s.TPDU)
			}
		}
		aside, err := os.ReadFile(file + ".damaged-1")
		switch {
		case err == nil && !bytes.Equal(aside, b):
			t.Errorf("bit %d: another file was put aside", i)
		case len(m.List()) < 2 && i >= 8*len(magic):
			t.Errorf("bit %d: %d messages, since one is damaged", i, len(m.List()))
		case err != nil && i < 8*(len(whole)-headLen-bodyLen-keyLen-5): // a longer last record is what a power cut leaves
			t.Errorf("bit %d: %d messages, and nothing put aside", i, len(m.List()))
		}
		if _, err := m.Add(message(0, "after")); err != nil {
			t.Errorf("bit %d: %v", i, err)
		}
		m.Close()
	}
}

// The file does not grow without end, and a failed write changes nothing.
func TestRewrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sm")
	m := open(t, path, 10)
	most := int64(0)
	for i := range 600 {
		index, err := m.Add(message(uint64(i), strings.Repeat("x", 150)))
		if err != nil {
			t.Fatal(err)
		}
		if index > 5 {
			if err := m.Delete(1, 2, 3, 4, 5, 6); err != nil {
				t.Fatal(err)
			}
		}
		if info, err := os.Stat(path); err == nil {
			most = max(most, info.Size())
		}
	}
	if most > slack+1000 {
		t.Errorf("the file grew to %d octets", most)
	}
	want := m.List()
	m.Close()
	if got := open(t, path, 10).List(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWriteFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sm")
	m := open(t, path, 4)
	if _, err := m.Add(message(1, "kept")); err != nil {
		t.Fatal(err)
	}
	m.file.f.Close() // every write fails from here on
	if _, err := m.Add(message(2, "lost")); err == nil {
		t.Error("no error")
	}
	if m.Delete(1) == nil || m.SetStatus(1, Read) == nil {
		t.Error("no error")
	}
	if got := texts(m); got != "1:kept" {
		t.Errorf("got %q", got)
	}
	if err := m.file.reopen(m.file.size); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Add(message(2, "taken")); err != nil {
		t.Error(err)
	}
	if got := texts(open(t, path, 4)); got != "1:kept 2:taken" {
		t.Errorf("got %q", got)
	}
}

func TestTogether(t *testing.T) {
	m := open(t, filepath.Join(t.TempDir(), "sm"), 50)
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			for k := range 10 {
				if _, err := m.Add(message(uint64(10*i+k+1), "x")); err != nil {
					t.Error(err)
				}
				m.List()
			}
		})
	}
	wg.Wait()
	if m.Used() != 50 {
		t.Errorf("%d used", m.Used())
	}
}

func FuzzOpen(f *testing.F) {
	m := &Memory{slots: make([]Slot, 4)}
	m.apply(record{op: opAdd, slot: Slot{Index: 2, Key: 7, TPDU: []byte("hello")}})
	f.Add(m.snapshot())
	f.Add([]byte(magic))
	f.Add(record{op: opDelete, slot: Slot{Index: 2}}.append(m.snapshot()))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &Memory{slots: make([]Slot, 4)}
		m.replay(b)
		if n := len(m.List()); n != m.used {
			t.Fatalf("%x: %d messages, %d used", b, n, m.used)
		}
		again := &Memory{slots: make([]Slot, 4)}
		if bad, _ := again.replay(m.snapshot()[len(magic):]); bad >= 0 || fmt.Sprint(again.List(), again.keys) != fmt.Sprint(m.List(), m.keys) {
			t.Fatalf("%x: %v, again %v", b, m.List(), again.List())
		}
	})
}
