package queue

import (
	"fmt"
	"strings"
	"time"
)

// Recovery says what Open or Inspect found.
type Recovery struct {
	Dir         string `json:"dir"`
	Created     bool   `json:"created,omitempty"` // the pool is new
	Segments    int    `json:"segments"`          // files of the pool
	SegmentSize int    `json:"segment_size"`
	InUse       int    `json:"in_use"`  // segments that hold the log
	Records     int    `json:"records"` // whole records read
	Live        int    `json:"live"`    // records not settled, of which
	Waiting     int    `json:"waiting"`
	Buried      int    `json:"buried"`
	InDoubt     int    `json:"in_doubt"` // live records marked Attempted because damage may hide what became of them
	// TornTail is the octets that were being written when the power or the process went; no caller
	// was told that they were stored.
	TornTail int64 `json:"torn_tail,omitempty"`
	// Lost counts the records that are missing from the row of IDs where damage is.
	Lost int `json:"lost,omitempty"`
	// Damaged lists what had been stored and cannot be read any more.
	Damaged []Damage `json:"damaged,omitempty"`
	// Aside lists files that are not of this pool or of a later version, with where they are now.
	Aside []string `json:"aside,omitempty"`
	// Unknown counts records of kinds that only a later version knows.
	Unknown int           `json:"unknown,omitempty"`
	Notes   []string      `json:"notes,omitempty"`
	Took    time.Duration `json:"took"` // nanoseconds
}

// Harmed reports whether something that had been stored is not there as it was.
func (r *Recovery) Harmed() bool {
	return len(r.Damaged) > 0 || r.Lost > 0 || len(r.Aside) > 0 || r.Unknown > 0
}

// Damage is one stretch of a file that held records and cannot be read.
type Damage struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Length int64  `json:"octets,omitempty"`
	Cause  string `json:"cause"`
	Copy   string `json:"copy,omitempty"` // where a copy was put, "" when none was made
}

// String describes a damage in a few words.
func (d Damage) String() string {
	s := fmt.Sprintf("%s: %s", d.File, d.Cause)
	if d.Length > 0 {
		s = fmt.Sprintf("%s at %d, %s: %s", d.File, d.Offset, octets(d.Length), d.Cause)
	}
	if d.Copy != "" {
		s += ", copied to " + d.Copy
	}
	return s
}

// String says it in one line for the log.
func (r *Recovery) String() string {
	if r.Created {
		return fmt.Sprintf("new pool of %d segments of %s in %s%s", r.Segments, octets(int64(r.SegmentSize)), r.Dir, r.tail())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d live", r.Live)
	if r.Waiting > 0 || r.Buried > 0 {
		fmt.Fprintf(&b, " (%d waiting, %d buried)", r.Waiting, r.Buried)
	}
	fmt.Fprintf(&b, " of %d records in %d of %d segments, %v", r.Records, r.InUse, r.Segments, r.Took.Round(time.Millisecond))
	if r.TornTail > 0 {
		fmt.Fprintf(&b, "; unfinished write of %s left out", octets(r.TornTail))
	}
	if len(r.Damaged) > 0 {
		fmt.Fprintf(&b, "; DAMAGED: %s", r.Damaged[0])
		if n := len(r.Damaged) - 1; n > 0 {
			fmt.Fprintf(&b, " and %d more", n)
		}
	}
	if r.Lost > 0 {
		fmt.Fprintf(&b, "; records LOST: %d", r.Lost)
	}
	if r.InDoubt > 0 {
		fmt.Fprintf(&b, "; %d records may have been sent before the damage", r.InDoubt)
	}
	if r.Unknown > 0 {
		fmt.Fprintf(&b, "; %d records of a later version left out", r.Unknown)
	}
	return b.String() + r.tail()
}

func (r *Recovery) tail() string {
	var b strings.Builder
	if len(r.Aside) > 0 {
		fmt.Fprintf(&b, "; put aside: %s", strings.Join(r.Aside, ", "))
	}
	if len(r.Notes) > 0 {
		fmt.Fprintf(&b, "; note: %s", strings.Join(r.Notes, "; "))
	}
	return b.String()
}
