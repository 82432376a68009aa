package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

// page is a block full of b.
func page(b byte) []byte { return bytes.Repeat([]byte{b}, block) }

// at reads the first octet of a block.
func at(t *testing.T, d *disk, n int64) byte {
	t.Helper()
	b := make([]byte, block)
	if err := d.read(b, n*block); err != nil {
		t.Fatal(err)
	}
	return b[0]
}

// What was flushed or written through survives every cut; of what was not, each block has one of its states,
// and over many cuts each of them is seen.
func TestDiskCut(t *testing.T) {
	seen := map[[3]byte]int{}
	for seed := range uint64(500) {
		d := newDisk(make([]byte, 4*block))
		d.pace = 0
		write := func(n int64, b byte) {
			t.Helper()
			if err := d.write(page(b), n*block); err != nil {
				t.Fatal(err)
			}
		}
		write(0, 1)
		write(1, 1)
		if err := d.flush(); err != nil {
			t.Fatal(err)
		}
		write(1, 2)
		write(2, 1)
		write(2, 2)
		write(3, 7)
		if err := d.through(3*block, block); err != nil {
			t.Fatal(err)
		}
		if at(t, d, 1) != 2 || at(t, d, 2) != 2 {
			t.Fatal("what was written last is not read")
		}
		d.failAt(0)
		if unsure, _ := d.restore(rand.New(rand.NewPCG(seed, 0))); unsure != 2 {
			t.Fatalf("%d blocks were not flushed, want 2", unsure)
		}
		if at(t, d, 0) != 1 || at(t, d, 3) != 7 {
			t.Fatalf("seed %d: blocks 0 and 3 were durable and are %d and %d", seed, at(t, d, 0), at(t, d, 3))
		}
		seen[[3]byte{0, at(t, d, 1), at(t, d, 2)}]++
	}
	for _, one := range []byte{1, 2} {
		for _, two := range []byte{0, 1, 2} {
			if seen[[3]byte{0, one, two}] == 0 {
				t.Errorf("no cut left block 1 as %d and block 2 as %d", one, two)
			}
			delete(seen, [3]byte{0, one, two})
		}
	}
	if len(seen) > 0 {
		t.Errorf("cuts made states that nobody wrote: %v", seen)
	}
}

// From the moment that the power goes nothing becomes durable, also not what is being flushed.
func TestDiskFails(t *testing.T) {
	d := newDisk(make([]byte, 2*block))
	gone := d.failAt(3)
	if err := d.write(page(1), 0); err != nil {
		t.Fatal(err)
	}
	if err := d.flush(); err != nil {
		t.Fatal(err)
	}
	if err := d.write(page(2), block); err != nil {
		t.Fatal(err)
	}
	select {
	case <-gone:
	default:
		t.Error("the power is on after the third request")
	}
	for what, err := range map[string]error{"flush": d.flush(), "FUA": d.through(block, block)} {
		if !errors.Is(err, errOff) {
			t.Errorf("%s without power: %v", what, err)
		}
	}
	if unsure, _ := d.restore(rand.New(rand.NewPCG(1, 1))); unsure != 1 || at(t, d, 0) != 1 {
		t.Errorf("%d blocks were not flushed, want 1; the flushed one is %d, want 1", unsure, at(t, d, 0))
	}
	if err := d.flush(); err != nil {
		t.Errorf("with power again: %v", err)
	}
}

// A write of less than a block leaves the rest of it as it was.
func TestDiskPart(t *testing.T) {
	d := newDisk(page(1))
	if err := d.write(page(2)[:sector], sector); err != nil {
		t.Fatal(err)
	}
	got, want := page(0), append(append(page(1)[:sector:sector], page(2)[:sector]...), page(1)[2*sector:]...)
	if err := d.read(got, 0); err != nil || !bytes.Equal(got, want) {
		t.Errorf("not flushed: %v, %d %d %d", err, got[0], got[sector], got[2*sector])
	}
	if err := d.flush(); err != nil {
		t.Fatal(err)
	}
	if err := d.read(got[:sector], sector); err != nil || got[0] != 2 {
		t.Errorf("flushed: %v, %d", err, got[0])
	}
}

func TestDiskRange(t *testing.T) {
	d := newDisk(make([]byte, block))
	for _, r := range []struct {
		off int64
		n   int
	}{{-sector, sector}, {0, 1}, {1, sector}, {sector, block}, {1 << 62, sector}} {
		if d.write(make([]byte, r.n), r.off) == nil || d.read(make([]byte, r.n), r.off) == nil {
			t.Errorf("%d octets at %d are taken", r.n, r.off)
		}
	}
}
