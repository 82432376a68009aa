package queue

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
)

const sectorSize = 512

// simDisk is a directory on a medium that may lose power: what was not synced may be there or not,
// sector by sector, and a name is only sure after the directory was synced. It counts what is done
// to it and fails when it is told to.
type simDisk struct {
	names   map[string]*simFile // as a running system sees them
	durable map[string]*simFile // as they are sure to be after a cut
	syncs   int
	written int
	// after is called after each operation that changes the medium, with its name.
	after func(op string)
	// fail decides on an error before each operation; nil: none.
	fail func(op, name string) error
	// deaf: syncs are acknowledged and do nothing.
	deaf   bool
	locked bool
}

// simFile is a file: what is durable, and the writes since the last sync.
type simFile struct {
	disk    *simDisk
	name    string
	durable []byte
	now     []byte
	shared  bool // now is somebody else's too
	writes  []simWrite
}

type simWrite struct {
	at   int
	data []byte
}

func newSimDisk() *simDisk {
	return &simDisk{names: map[string]*simFile{}, durable: map[string]*simFile{}}
}

func (d *simDisk) step(op, name string) error {
	if d.fail != nil {
		if err := d.fail(op, name); err != nil {
			return &fs.PathError{Op: op, Path: name, Err: err}
		}
	}
	return nil
}

func (d *simDisk) did(op string) {
	if d.after != nil {
		d.after(op)
	}
}

func (d *simDisk) prepare() ([]string, error) { return nil, nil }

type simLock struct{ d *simDisk }

func (l simLock) Close() error { l.d.locked = false; return nil }

func (d *simDisk) lock() (io.Closer, error) {
	if d.locked {
		return nil, &LockedError{Dir: "sim"}
	}
	d.locked = true
	return simLock{d}, nil
}

func (d *simDisk) list() ([]string, error) {
	return slices.Sorted(maps.Keys(d.names)), nil
}

func (d *simDisk) create(name string) (file, error) {
	if err := d.step("create", name); err != nil {
		return nil, err
	}
	if d.names[name] != nil {
		return nil, fs.ErrExist
	}
	f := &simFile{disk: d, name: name}
	d.names[name] = f
	d.did("create")
	return f, nil
}

func (d *simDisk) open(name string) (file, error) {
	if err := d.step("open", name); err != nil {
		return nil, err
	}
	if f := d.names[name]; f != nil {
		return f, nil
	}
	return nil, fs.ErrNotExist
}

func (d *simDisk) remove(name string) error {
	delete(d.names, name)
	d.did("remove")
	return nil
}

func (d *simDisk) rename(from, to string) error {
	if err := d.step("rename", from); err != nil {
		return err
	}
	f := d.names[from]
	f.name = to
	d.names[to] = f
	delete(d.names, from)
	d.did("rename")
	return nil
}

func (d *simDisk) putAside(name string) (string, error) {
	to := damagedName + "/" + name
	for n := 1; d.names[to] != nil; n++ {
		to = fmt.Sprintf("%s/%s.%d", damagedName, name, n)
	}
	d.names[to] = d.names[name]
	delete(d.names, name)
	d.did("putAside")
	return to, nil
}

func (d *simDisk) keepCopy(name string, data []byte, limit int64) error {
	d.names[damagedName+"/"+name] = &simFile{disk: d, name: name, now: slices.Clone(data)}
	return nil
}

func (d *simDisk) syncDir() error {
	if err := d.step("syncdir", ""); err != nil {
		return err
	}
	if !d.deaf {
		d.durable = maps.Clone(d.names)
	}
	d.did("syncdir")
	return nil
}

func (f *simFile) ReadAt(b []byte, at int64) (int, error) {
	if err := f.disk.step("read", f.name); err != nil {
		return 0, err
	}
	if at >= int64(len(f.now)) {
		return 0, io.EOF
	}
	n := copy(b, f.now[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

var errEIO = syscall.EIO

var errShort = errors.New("short write")

func (f *simFile) WriteAt(b []byte, at int64) (int, error) {
	n, short := len(b), false
	if err := f.disk.step("write", f.name); err != nil {
		if !errors.Is(err, errShort) {
			return 0, err
		}
		n, short = len(b)/2, true
	}
	b = slices.Clone(b[:n])
	if f.shared {
		f.now, f.shared = slices.Clone(f.now), false
	}
	if need := int(at) + len(b); need > len(f.now) {
		f.now = append(f.now, make([]byte, need-len(f.now))...)
	}
	copy(f.now[at:], b)
	f.writes = append(f.writes, simWrite{int(at), b})
	f.disk.written += len(b)
	f.disk.did("write")
	if short {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (f *simFile) size() (int64, error) { return int64(len(f.now)), nil }

func (f *simFile) truncate(size int64) error {
	if f.shared {
		f.now, f.shared = slices.Clone(f.now), false
	}
	if int(size) < len(f.now) {
		f.now = f.now[:size]
	} else {
		f.now = append(f.now, make([]byte, int(size)-len(f.now))...)
	}
	return nil
}

func (f *simFile) datasync() error {
	f.disk.syncs++
	if err := f.disk.step("sync", f.name); err != nil {
		// As ext4 and others do: the pages are clean now, and some never reached the medium.
		f.writes = nil
		return err
	}
	if !f.disk.deaf {
		f.durable, f.shared = f.now, true
		f.writes = nil
	}
	f.disk.did("sync")
	return nil
}

func (f *simFile) Close() error { return nil }

// How a cut leaves what was not synced.
const (
	cutNone   = iota // nothing of it arrived
	cutAll           // all of it arrived
	cutRandom        // each sector as it was at some moment since the sync
	cutKill          // no cut: the process was killed, all is there but no more durable than before
	cuts
)

// cut returns the medium as it may be after the power went: a fresh disk, nothing open.
func (d *simDisk) cut(mode int, rng *rand.Rand) *simDisk {
	after := newSimDisk()
	seen := map[*simFile]*simFile{}
	take := func(name string, f *simFile) {
		g := seen[f]
		if g == nil {
			g = &simFile{disk: after, name: f.name}
			g.durable = f.torn(mode, rng)
			g.now, g.shared = g.durable, true
			if mode == cutKill {
				g.durable, g.now, g.writes = f.durable, f.now, slices.Clone(f.writes)
				f.shared = true
			}
			seen[f] = g
		}
		after.names[name] = g
	}
	for _, name := range slices.Sorted(maps.Keys(d.durable)) {
		if d.names[name] == d.durable[name] || mode == cutNone || mode == cutRandom && rng.IntN(2) == 0 {
			take(name, d.durable[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		if d.durable[name] == nil && (mode == cutAll || mode == cutKill || mode == cutRandom && rng.IntN(2) == 0) {
			take(name, d.names[name])
		}
	}
	after.durable = maps.Clone(after.names)
	if mode == cutKill {
		after.durable = map[string]*simFile{}
		for name, f := range d.durable {
			after.durable[name] = seen[f]
		}
	}
	return after
}

// torn is the content of the file after a cut.
func (f *simFile) torn(mode int, rng *rand.Rand) []byte {
	switch {
	case mode == cutNone || len(f.writes) == 0:
		return f.durable
	case mode == cutAll:
		return slices.Clone(f.now)
	}
	b := slices.Clone(f.durable)
	// Each sector stops at one of the versions it went through.
	stop := map[int]int{}
	for i, w := range f.writes {
		for sector := w.at / sectorSize; sector <= (w.at+len(w.data)-1)/sectorSize; sector++ {
			if _, ok := stop[sector]; !ok {
				stop[sector] = i + rng.IntN(len(f.writes)-i+1)
			}
		}
	}
	for i, w := range f.writes {
		for n, c := range w.data {
			at := w.at + n
			if i >= stop[at/sectorSize] {
				continue
			}
			if at >= len(b) {
				grown := make([]byte, at+1-len(b))
				if len(b)%7 == 0 { // longer, but with what was on the medium before
					for j := range grown {
						grown[j] = byte(rng.Uint32())
					}
				}
				b = append(b, grown...)
			}
			b[at] = c
		}
	}
	return b
}
