package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// sector is what a disk writes whole or not at all, in octets.
const sector = 512

// A disk is a block device with a cache that loses what was not flushed. Its methods may be called by
// several goroutines.
type disk struct {
	mu      sync.Mutex
	durable []byte
	// unsure has, by sector, what was written to it since the last flush, in order. The medium may have
	// any of them or what was there before.
	unsure map[int64][][]byte
	// pace is the longest time that a flush takes; each takes between none of it and all.
	pace  time.Duration
	power chan struct{} // closed when it goes
	off   bool
	left  int // requests until it goes, and one; 0: it stays
}

// paces are how long a flush may take: a good disk, a good card, a card as they are.
var paces = []time.Duration{0, 8 * time.Millisecond, 40 * time.Millisecond}

// newDisk makes a disk that holds content, a multiple of sector long, which is the disk's from then on.
func newDisk(content []byte) *disk {
	return &disk{durable: content, unsure: map[int64][][]byte{}, power: make(chan struct{}), pace: paces[1]}
}

func (d *disk) size() int64 { return int64(len(d.durable)) }

// check says what is wrong with a request for n octets at off.
func (d *disk) check(off int64, n int) error {
	if off < 0 || n < 0 || off%sector != 0 || n%sector != 0 || off > d.size()-int64(n) {
		return fmt.Errorf("disk: %d octets at %d of %d, in sectors of %d", n, off, d.size(), sector)
	}
	return nil
}

// read fills b with what was written last.
func (d *disk) read(b []byte, off int64) error {
	if err := d.check(off, len(b)); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := 0; i < len(b); i += sector {
		at := off + int64(i)
		if v := d.unsure[at/sector]; len(v) > 0 {
			copy(b[i:i+sector], v[len(v)-1])
		} else {
			copy(b[i:i+sector], d.durable[at:])
		}
	}
	return nil
}

// write keeps a copy of b in the cache.
func (d *disk) write(b []byte, off int64) error {
	if err := d.check(off, len(b)); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spend()
	for i := 0; i < len(b); i += sector {
		at := (off + int64(i)) / sector
		d.unsure[at] = append(d.unsure[at], slices.Clone(b[i:i+sector]))
	}
	return nil
}

// errOff is that the disk has no power.
var errOff = errors.New("disk: no power")

// flush makes all that was written durable, in its time. A disk that loses its power before the end has not
// done it, and returns errOff.
func (d *disk) flush() error {
	d.mu.Lock()
	d.spend()
	pace, power := d.pace, d.power
	d.mu.Unlock()
	if pace > 0 {
		done := time.NewTimer(rand.N(pace))
		defer done.Stop()
		select {
		case <-done.C:
		case <-power:
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return errOff
	}
	for at := range d.unsure {
		d.settle(at, len(d.unsure[at]))
	}
	return nil
}

// through makes n octets at off durable, as a write with FUA does.
func (d *disk) through(off int64, n int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return errOff
	}
	for at := off / sector; at < (off+int64(n))/sector; at++ {
		d.settle(at, len(d.unsure[at]))
	}
	return nil
}

// settle makes the n-th write of a sector since the last flush what the medium has; 0 is none of them.
func (d *disk) settle(at int64, n int) {
	if n > 0 {
		copy(d.durable[at*sector:], d.unsure[at][n-1])
	}
	delete(d.unsure, at)
}

// failAt takes the power away when the n-th write or flush from now begins, 0 is at once: from then on nothing
// becomes durable. It returns what is closed when that has happened.
func (d *disk) failAt(requests int) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left = requests + 1
	d.spend()
	return d.power
}

// spend counts a request for failAt; the caller holds mu.
func (d *disk) spend() {
	if d.left == 0 || d.off {
		return
	}
	if d.left--; d.left == 0 {
		d.off = true
		close(d.power)
	}
}

// restore gives a disk whose machine is gone its power back. Of each sector in the cache chance keeps one of
// the states since the last flush; it also chooses between losing all, losing nothing, few, many and any
// mixture, and how slow the medium is until the next time. It returns how many sectors were in the cache, and
// how many of them have their last state.
func (d *disk) restore(chance *rand.Rand) (unsure, kept int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off, d.left, d.power = false, 0, make(chan struct{})
	way := chance.IntN(5)
	d.pace = paces[chance.IntN(len(paces))]
	sectors := make([]int64, 0, len(d.unsure))
	for at := range d.unsure {
		sectors = append(sectors, at)
	}
	slices.Sort(sectors) // so that the seed decides, not the map
	for _, at := range sectors {
		last := len(d.unsure[at])
		n := 0
		switch way {
		case 0:
		case 1:
			n = last
		case 2, 3:
			if chance.IntN(8) == 0 == (way == 2) {
				n = last
			}
		default:
			n = chance.IntN(last + 1)
		}
		if n == last {
			kept++
		}
		d.settle(at, n)
	}
	return len(sectors), kept
}
