package queue

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"time"
)

// A Dumped is one thing that Dump found in a segment file: exactly one of its fields is set.
type Dumped struct {
	Segment *DumpedSegment `json:"segment,omitempty"` // first in each file
	Record  *DumpedRecord  `json:"record,omitempty"`
	Damage  *DumpedDamage  `json:"damage,omitempty"`
	End     *DumpedEnd     `json:"end,omitempty"` // last in each file
}

// DumpedSegment is what the header of a segment says.
type DumpedSegment struct {
	File    string `json:"file"`
	Octets  int64  `json:"octets"`            // of the file
	Header  string `json:"header"`            // "whole", "harmed", "blank", "later" or "unreadable"
	Problem string `json:"problem,omitempty"` // what is wrong with it
	Version string `json:"version,omitempty"`
	Pool    string `json:"pool,omitempty"` // hexadecimal
	Size    int    `json:"size,omitempty"` // that the file should have
	Life    uint64 `json:"life"`           // 0: never used
	Head    uint64 `json:"head,omitempty"` // lives below it hold nothing that counts
	// Previous is the life before this one in the log, and PreviousEnd where the log ended in that one; Recovered
	// says that a recovery found that end.
	Previous    uint64 `json:"previous,omitempty"`
	PreviousEnd uint32 `json:"previous_end,omitempty"`
	Recovered   bool   `json:"recovered,omitempty"`
}

// DumpedRecord is one whole record of the segment's life.
type DumpedRecord struct {
	File   string `json:"file"`
	Offset int    `json:"offset"`
	Octets int    `json:"octets"` // that it takes in the file
	Kind   string `json:"kind"`
	Known  bool   `json:"known"`            // false: only a later version can say what it is
	Sealed bool   `json:"sealed,omitempty"` // and not opened: the payload is what lies there
	Flags  uint8  `json:"flags"`
	Batch  uint16 `json:"batch"`
	ID     ID     `json:"id,omitempty"`
	// What a PUT or COPY says, and, as far as it tells them, a change.
	State     string    `json:"state,omitempty"`
	Lane      *Lane     `json:"lane,omitempty"`
	Class     *uint8    `json:"class,omitempty"`
	Key       string    `json:"key,omitempty"`
	Appended  time.Time `json:"appended,omitzero"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
	Replaces  ID        `json:"replaces,omitempty"` // the record that a PUT took the place of
	Tries     uint16    `json:"tries,omitempty"`
	Attempted bool      `json:"attempted,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Outcome   *uint8    `json:"outcome,omitempty"`
	Note      hexOctets `json:"note,omitempty"`
	Body      hexOctets `json:"body,omitempty"`
	Payload   hexOctets `json:"payload,omitempty"` // of a kind that is not known or cannot be taken apart
	// What a CHECK says.
	Next   ID        `json:"next,omitempty"`
	Head   uint64    `json:"head,omitempty"`
	Wall   time.Time `json:"wall,omitzero"`
	Totals *Totals   `json:"totals,omitempty"`
	Keys   int       `json:"keys,omitempty"` // how many a KEYS holds
}

// DumpedDamage is a stretch of a segment without whole records, before the last one.
type DumpedDamage struct {
	File   string `json:"file"`
	Offset int    `json:"offset"`
	Octets int    `json:"octets"`
	// Proven: it was durable once. Otherwise a power cut while it was being written explains it, unless the
	// next segment knows better; `queue check` looks at that too.
	Proven bool   `json:"proven"`
	Cause  string `json:"cause"`
}

// DumpedEnd says where the records of a segment end, and what is behind.
type DumpedEnd struct {
	File    string `json:"file"`
	Offset  int    `json:"offset"`
	Records int    `json:"records"`
	Torn    int    `json:"torn,omitempty"`  // octets of a record that was not written to its end
	Stale   int    `json:"stale,omitempty"` // whole records of former lives, behind it
}

// hexOctets are printed in hexadecimal.
type hexOctets []byte

// MarshalText gives hexadecimal digits.
func (h hexOctets) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

// UnmarshalText is the inverse of MarshalText.
func (h *hexOctets) UnmarshalText(text []byte) (err error) {
	*h, err = hex.AppendDecode(nil, text)
	return err
}

// Dump reads one segment file, or all of a directory in the order of their lives, as they are on the medium:
// without lock, without judging which of them count, and without changing anything. Sealed records are opened with keys, or told as
// sealed. It calls visit for what it finds until visit returns an error, and returns that, or why nothing could be read.
func Dump(path string, keys Keys, visit func(Dumped) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("queue: dump: %w", err)
	}
	names := []string{path}
	if info.IsDir() {
		if names, err = filepath.Glob(filepath.Join(path, "seg-*")); err != nil || len(names) == 0 {
			return fmt.Errorf("queue: dump: no segment files (seg-0000 and so on) in %s", path)
		}
	}
	dumps := make([]*dump, len(names))
	for i, name := range names {
		dumps[i] = &dump{name: name, keys: keys, visit: visit}
		dumps[i].head()
	}
	sort.SliceStable(dumps, func(i, j int) bool { return dumps[i].seg.Life < dumps[j].seg.Life })
	for _, d := range dumps {
		if err := d.run(); err != nil {
			return err
		}
	}
	return nil
}

// dump reads one segment file.
type dump struct {
	name   string
	keys   Keys
	sealer sealer
	visit  func(Dumped) error
	seg    DumpedSegment
	header header
	pool   poolID
	known  bool // pool is
}

// read returns the file, at most what a segment may have.
func (d *dump) read() ([]byte, error) {
	f, err := os.Open(d.name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		d.seg.Octets = info.Size()
	}
	return io.ReadAll(io.LimitReader(f, maxSegmentSize))
}

// head finds out what the file is.
func (d *dump) head() {
	d.seg = DumpedSegment{File: filepath.Base(d.name), Header: "unreadable"}
	b, err := d.read()
	if err != nil && len(b) < segmentHeader {
		d.seg.Problem = err.Error()
		return
	}
	h, ok, later := parseHeader(b)
	var version *versionError
	switch {
	case errors.As(later, &version):
		d.seg.Header, d.seg.Problem = "later", version.Error()
		d.seg.Version = fmt.Sprintf("%d.%d", version.major, version.minor)
		return
	case ok:
		d.seg.Header = "whole"
		d.seg.Version = fmt.Sprintf("%d.%d", binary.LittleEndian.Uint16(b[8:]), binary.LittleEndian.Uint16(b[10:]))
	case !slices.ContainsFunc(b, func(c byte) bool { return c != 0 }):
		d.seg.Header = "blank"
		return
	default:
		d.seg.Header, d.seg.Problem = "harmed", "neither its header nor the CHECK behind it tells the pool and the life"
		if h, ok = headerInCheck(b); !ok {
			return
		}
		d.seg.Problem = "the header is harmed; the CHECK behind it tells what it was"
	}
	d.header, d.pool, d.known = h, h.pool, true
	d.sealer, _ = d.keys.sealerFor(h.pool) // keys of the right length make no errors
	d.seg.Pool, d.seg.Size = hex.EncodeToString(h.pool[:]), int(h.pages)*pageSize
	d.seg.Life, d.seg.Head = h.life, h.head
	d.seg.Previous, d.seg.PreviousEnd, d.seg.Recovered = h.previous, h.previousEnd, h.flags&flagRecovered != 0
	if d.seg.Octets != int64(d.seg.Size) {
		d.seg.Problem = fmt.Sprintf("the file has %d octets and should have %d", d.seg.Octets, d.seg.Size)
	}
}

// headerInCheck returns the header that the first CHECK of a segment repeats.
func headerInCheck(b []byte) (header, bool) {
	at := segmentHeader + recordHeader
	if len(b) < at+checkPayload {
		return header{}, false
	}
	c, ok := parseCheck(b[at:])
	if !ok {
		return header{}, false
	}
	_, ok = parseRecord(b[segmentHeader:], c.header.pool, segmentHeader)
	return c.header, ok
}

// run reads the file and tells what is in it.
func (d *dump) run() error {
	if err := d.visit(Dumped{Segment: &d.seg}); err != nil || !d.known {
		return err
	}
	b, err := d.read()
	if err != nil {
		if err := d.visit(Dumped{Damage: &DumpedDamage{File: d.seg.File, Offset: len(b), Proven: true, Cause: err.Error()}}); err != nil {
			return err
		}
	}
	b = b[:min(len(b), d.seg.Size)]
	var sc scan
	if d.header.life != 0 {
		sc.scanSegment(b, d.pool, uint32(d.header.life), segmentHeader)
	}
	holes := sc.holes
	for _, at := range sc.offsets {
		for ; len(holes) > 0 && holes[0].end <= at; holes = holes[1:] {
			if err := d.hole(holes[0]); err != nil {
				return err
			}
		}
		if r, ok := parseRecord(b[at:], d.pool, at); ok {
			if err := d.visit(Dumped{Record: d.record(r, at)}); err != nil {
				return err
			}
		}
	}
	for _, h := range holes {
		if err := d.hole(h); err != nil {
			return err
		}
	}
	end := DumpedEnd{File: d.seg.File, Offset: max(sc.end, segmentHeader), Records: len(sc.offsets), Torn: sc.torn}
	for life, n := range livesIn(b, d.pool) {
		if life != uint32(d.header.life) {
			end.Stale += n
		}
	}
	return d.visit(Dumped{End: &end})
}

func (d *dump) hole(h hole) error {
	cause := "no whole record is here; a power cut while it was being written leaves that"
	if h.proven {
		cause = "what was stored here cannot be read: a later batch shows that it was durable"
	}
	return d.visit(Dumped{Damage: &DumpedDamage{
		File: d.seg.File, Offset: h.start, Octets: h.end - h.start, Proven: h.proven, Cause: cause,
	}})
}

// record takes one record apart.
func (d *dump) record(r record, at int) *DumpedRecord {
	out := &DumpedRecord{
		File: d.seg.File, Offset: at, Octets: recordSize(len(r.payload)), Kind: r.kind.String(), Known: r.kind.known(),
		Flags: r.flags, Batch: r.batch, ID: r.id,
	}
	out.Sealed = r.flags&flagSealed != 0 && !d.sealer.open(&r, at, nil)
	if ok := out.Known && !out.Sealed && out.fill(r); !ok {
		out.Payload = r.payload
	}
	return out
}

// fill sets what the payload says; false when it cannot be taken apart.
func (o *DumpedRecord) fill(r record) bool {
	switch r.kind {
	case kindPut, kindCopy:
		w, ok := parseWhole(r.payload)
		if !ok {
			return false
		}
		o.State, o.Lane, o.Class, o.Key = w.state.String(), &w.lane, &w.class, w.key
		o.Appended, o.NotBefore, o.Expires = wall(w.appended), wall(w.notBefore), wall(w.expires)
		o.Replaces = w.replace.old
		if w.retryAt != 0 {
			o.NotBefore = wall(w.retryAt)
		}
		o.Tries, o.Attempted, o.Reason, o.Note, o.Body = w.tries, w.attempted, w.reason, w.note, w.body
		return true
	case kindCheck:
		c, ok := parseCheck(r.payload)
		o.Next, o.Head, o.Wall, o.Totals = c.next, c.header.head, wall(c.stamp), &c.totals
		return ok
	case kindKeys:
		o.Keys = len(r.payload) / keyEntry
		return true
	case kindPad:
		return true
	}
	c, ok := parseChange(r.payload, r.kind)
	if !ok {
		return false
	}
	o.Tries, o.Attempted, o.Reason, o.Note, o.NotBefore = c.tries, c.attempted, c.reason, c.note, wall(c.at)
	switch r.kind {
	case kindDone, kindDrop, kindExpired:
		o.Outcome = &c.outcome
	}
	return true
}
