package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// sector is what a disk is addressed by, and block what it writes whole or not at all, in octets. It is that of
// the file systems: ext4 refuses to mount when the last block of a transaction in its journal is torn
// (JBD2: journal transaction is corrupt).
const (
	sector = 512
	block  = 4096
)

// A disk is a block device with a cache that loses what was not flushed. Its methods may be called by
// several goroutines.
type disk struct {
	mu      sync.Mutex
	durable []byte
	// unsure has, by block, what it was after each write since the last flush, in order. The medium may have
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

// newDisk makes a disk that holds content, a multiple of block long, which is the disk's from then on.
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
	for n := 0; n < len(b); {
		at, inside := (off+int64(n))/block, int(off+int64(n))%block
		n += copy(b[n:], d.latest(at)[inside:])
	}
	return nil
}

// latest is a block as it was written last.
func (d *disk) latest(at int64) []byte {
	if v := d.unsure[at]; len(v) > 0 {
		return v[len(v)-1]
	}
	return d.durable[at*block : (at+1)*block]
}

// write keeps a copy of b in the cache.
func (d *disk) write(b []byte, off int64) error {
	if err := d.check(off, len(b)); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spend()
	for n := 0; n < len(b); {
		at, inside := (off+int64(n))/block, int(off+int64(n))%block
		after := slices.Clone(d.latest(at))
		n += copy(after[inside:], b[n:])
		d.unsure[at] = append(d.unsure[at], after)
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

// through makes the blocks of n octets at off durable, as a write with FUA does.
func (d *disk) through(off int64, n int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return errOff
	}
	for at := off / block; at*block < off+int64(n); at++ {
		d.settle(at, len(d.unsure[at]))
	}
	return nil
}

// settle makes the n-th write of a block since the last flush what the medium has; 0 is none of them.
func (d *disk) settle(at int64, n int) {
	if n > 0 {
		copy(d.durable[at*block:], d.unsure[at][n-1])
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

// restore gives a disk whose machine is gone its power back. Of each block in the cache chance keeps one of
// the states since the last flush; it also chooses between losing all, losing nothing, few, many and any
// mixture, and how slow the medium is until the next time. It returns how many blocks were in the cache, and
// how many of them have their last state.
func (d *disk) restore(chance *rand.Rand) (unsure, kept int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off, d.left, d.power = false, 0, make(chan struct{})
	way := chance.IntN(5)
	d.pace = paces[chance.IntN(len(paces))]
	blocks := make([]int64, 0, len(d.unsure))
	for at := range d.unsure {
		blocks = append(blocks, at)
	}
	slices.Sort(blocks) // so that the seed decides, not the map
	for _, at := range blocks {
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
	return len(blocks), kept
}
