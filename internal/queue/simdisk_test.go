package queue

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
)

const sectorSize = 512

// simDisk is a directory on a medium that may lose power. It keeps apart what is sure to be there after a
// cut and what is not yet: the writes and changes of size of each file since its last sync, and what was
// done to names since the directory's last sync. cut_test.go builds from that what a cut may leave. It
// counts what is done to it, fails when it is told to, and watches that nobody trusts a failed sync.
type simDisk struct {
	names   map[string]*simFile // as a running system sees them
	durable map[string]*simFile // as they are sure to be after a cut
	moves   []move              // what happened to names since the directory was synced
	syncs   int
	written int
	// after is called after each operation that changes the medium, with its name.
	after func(op string)
	// fail decides on an error before each operation; nil: none.
	fail func(op, name string) error
	// chance decides which octets a failed sync brought to the medium; nil: none of them.
	chance *rand.Rand
	// deaf: syncs are acknowledged and do nothing.
	deaf   bool
	locked bool
	// alive: the power was not cut since somebody wrote here.
	alive bool
	// wrong is the first thing that nobody may do to a medium and that was done.
	wrong string
}

// move is one change of names: a file gets the name to, loses the name from, or both.
type move struct {
	file     *simFile
	from, to string
}

// simFile is a file: what is durable, what a running system sees, and what happened in between.
type simFile struct {
	disk    *simDisk
	name    string
	durable []byte
	now     []byte
	shared  bool // now is somebody else's too
	writes  []simWrite
	sum     uint64 // of durable, 0: not known
	epoch   int    // syncs that made something durable
	spans   []span // what was written since the file was begun anew
}

// span is a stretch that was written after so many syncs.
type span struct{ at, end, epoch int }

// syncsBefore is how many syncs went before what is at an offset was written.
func (f *simFile) syncsBefore(at int) int {
	for _, s := range slices.Backward(f.spans) {
		if s.at <= at && at < s.end {
			return s.epoch
		}
	}
	return 0
}

// simWrite is a write, or with no data a change of the file's size.
type simWrite struct {
	at   int
	data []byte
	size int // of the file behind it
}

// simHandle is an open file. After a failed sync it is of no more use.
type simHandle struct {
	*simFile
	failed, closed bool
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

func (d *simDisk) watch(format string, args ...any) {
	if d.wrong == "" {
		d.wrong = fmt.Sprintf(format, args...)
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
	d.moves = append(d.moves, move{file: f, to: name})
	d.did("create")
	return &simHandle{simFile: f}, nil
}

func (d *simDisk) open(name string) (file, error) {
	if err := d.step("open", name); err != nil {
		return nil, err
	}
	if f := d.names[name]; f != nil {
		return &simHandle{simFile: f}, nil
	}
	return nil, fs.ErrNotExist
}

func (d *simDisk) remove(name string) error {
	if d.names[name] == nil {
		return fs.ErrNotExist
	}
	d.moves = append(d.moves, move{file: d.names[name], from: name})
	delete(d.names, name)
	d.did("remove")
	return nil
}

func (d *simDisk) rename(from, to string) error {
	if err := d.step("rename", from); err != nil {
		return err
	}
	f := d.names[from]
	if f == nil {
		return fs.ErrNotExist
	}
	d.moves = append(d.moves, move{file: f, from: from, to: to})
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
	return to, d.rename(name, to)
}

func (d *simDisk) keepCopy(name string, data []byte, limit int64) error {
	name = damagedName + "/" + name
	if d.names[name] == nil {
		f := &simFile{disk: d, name: name}
		f.write(slices.Clone(data), 0)
		d.names[name] = f
		d.moves = append(d.moves, move{file: f, to: name})
	}
	return nil
}

func (d *simDisk) syncDir() error {
	if err := d.step("syncdir", ""); err != nil {
		return err
	}
	if !d.deaf {
		d.durable, d.moves = maps.Clone(d.names), nil
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

func (f *simHandle) WriteAt(b []byte, at int64) (int, error) {
	if f.failed || f.closed {
		f.disk.watch("%s is written through a handle whose sync has failed (%v) or that is closed (%v)", f.name, f.failed, f.closed)
	}
	n, short := len(b), false
	if err := f.disk.step("write", f.name); err != nil {
		if !errors.Is(err, errShort) {
			return 0, err
		}
		n, short = len(b)/2, true
	}
	f.write(slices.Clone(b[:n]), int(at))
	f.disk.written += n
	f.disk.did("write")
	if short {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// write changes what a running system sees; f keeps b.
func (f *simFile) write(b []byte, at int) {
	f.own()
	if need := at + len(b); need > len(f.now) {
		f.now = append(f.now, make([]byte, need-len(f.now))...)
	}
	copy(f.now[at:], b)
	if at == 0 {
		f.spans = nil
	}
	f.spans = append(f.spans, span{at, at + len(b), f.epoch})
	f.writes = append(f.writes, simWrite{at: at, data: b, size: len(f.now)})
}

// own makes now this file's alone.
func (f *simFile) own() {
	if f.shared {
		f.now, f.shared = slices.Clone(f.now), false
	}
}

func (f *simFile) size() (int64, error) { return int64(len(f.now)), nil }

func (f *simHandle) truncate(size int64) error {
	if err := f.disk.step("truncate", f.name); err != nil {
		return err
	}
	f.own()
	switch n := int(size); {
	case n == len(f.now):
		return nil
	case n < len(f.now):
		f.now = f.now[:n]
	default:
		f.now = append(f.now, make([]byte, n-len(f.now))...)
	}
	f.writes = append(f.writes, simWrite{at: len(f.now), size: len(f.now)})
	f.disk.did("truncate")
	return nil
}

func (f *simHandle) datasync() error {
	f.disk.syncs++
	if f.failed || f.closed {
		f.disk.watch("%s is synced through a handle whose sync has failed (%v) or that is closed (%v)", f.name, f.failed, f.closed)
	}
	if err := f.disk.step("sync", f.name); err != nil {
		// As ext4 and others do: the pages are clean now, and some never reached the medium.
		if rng := f.disk.chance; rng != nil {
			p := newPlan(f.disk)
			p.sample(rng)
			f.durable, f.sum = p.content(f.simFile), 0
		}
		f.writes, f.failed = nil, true
		return err
	}
	if !f.disk.deaf {
		if len(f.writes) > 0 || len(f.durable) != len(f.now) {
			f.sum = 0
			f.epoch++
		}
		f.durable, f.shared = f.now, true
		f.writes = nil
	}
	f.disk.did("sync")
	return nil
}

// forget leaves in sight what is durable and what is still on its way.
func (f *simHandle) forget() {
	b := slices.Clone(f.durable)
	for _, w := range f.writes {
		if w.size > len(b) {
			b = append(b, make([]byte, w.size-len(b))...)
		}
		b = b[:w.size]
		copy(b[w.at:], w.data)
	}
	f.now, f.shared = b, false
	if len(f.writes) == 0 {
		f.now, f.shared = f.durable, true
	}
}

func (f *simHandle) Close() error { f.closed = true; return nil }

// sumSeed makes the sums of one run of the tests comparable.
var sumSeed = maphash.MakeSeed()

// checksum is a hash of what is durable.
func (f *simFile) checksum() uint64 {
	if f.sum == 0 {
		f.sum = maphash.Bytes(sumSeed, f.durable) | 1
	}
	return f.sum
}

// checksum tells media apart by what is on them: names and content. unsure takes in as well what is not
// durable.
func (d *simDisk) checksum(unsure bool) uint64 {
	var h maphash.Hash
	h.SetSeed(sumSeed)
	add := func(names map[string]*simFile, content func(f *simFile) uint64) {
		for _, name := range slices.Sorted(maps.Keys(names)) {
			maphash.WriteComparable(&h, name)
			maphash.WriteComparable(&h, content(names[name]))
		}
	}
	add(d.names, func(f *simFile) uint64 {
		if len(f.writes) == 0 && len(f.now) == len(f.durable) && f.shared {
			return f.checksum()
		}
		return maphash.Bytes(sumSeed, f.now)
	})
	if unsure && (len(d.moves) > 0 || slices.ContainsFunc(slices.Collect(maps.Values(d.names)), func(f *simFile) bool { return len(f.writes) > 0 })) {
		add(d.durable, (*simFile).checksum)
	}
	return h.Sum64()
}

// String lists the headers and the whole records on the medium, for whoever has to understand a failure.
func (d *simDisk) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		f := d.names[name]
		h, ok, err := parseHeader(f.now)
		fmt.Fprintf(&b, "%s: %d octets, header whole %v %v, life %d, head %d, flags %d, after life %d up to %d; %d writes not synced\n",
			name, len(f.now), ok, err, h.life, h.head, h.flags, h.previous, h.previousEnd, len(f.writes))
		for at := segmentHeader; ok && at+recordHeader <= len(f.now); at += recordAlign {
			if r, whole := parseRecord(f.now[at:], h.pool, at); whole && r.kind != kindPad {
				fmt.Fprintf(&b, "  %5d: life %d batch %d kind %2d flags %d id %d, %d octets\n", at, r.life, r.batch, r.kind, r.flags, r.id, len(r.payload))
			}
		}
	}
	return b.String()
}
