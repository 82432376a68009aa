package queue

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Config says where the queue is and how large it may become.
type Config struct {
	// Dir is the directory of the queue's files. It must be on storage that survives a power cut.
	// Created with mode 0700 when it is missing.
	Dir string `toml:"dir"`
	// SegmentSize is the size of one segment file in octets, a multiple of 4096, 8192 to 1048576,
	// default 262144. 65536 suits a router with 16 MB of flash. It is fixed when the pool is created.
	SegmentSize int `toml:"segment_size"`
	// Segments is how many segment files the pool has, 4 to 4096, default 32. Two of them are kept in
	// reserve so that a full queue can drain. More may be asked for later; fewer are not taken back.
	Segments int `toml:"segments"`
	// Records is the most records that may be live at once, 16 to 1000000, default 100000. Each takes
	// at most 64 octets of memory.
	Records int `toml:"records"`
	// WaitGrace is how long after its time of expiry a submitted record still waits for its fate:
	// wait_grace. 1s to 168h, default 1h.
	WaitGrace time.Duration `toml:"wait_grace"`
	// WhenFull says what becomes of a record that does not fit: "evict", that the oldest of the lowest class
	// below its own are dropped to make room for it, each with a line in the log and given out by Evicted, or
	// "refuse", that it is refused with ErrFull at once. One of which nothing lower is there is refused either
	// way. Default "evict".
	WhenFull string `toml:"when_full"`
	// Durability says what Append promises for the classes from 4 on, such as telemetry: "strict", that the
	// record is on the medium, or "relaxed", that it survives the death of the process and is on the medium
	// within RelaxedWait, together with whatever comes until then: a power cut may take what is
	// younger. Classes 0 to 3 are always strict. Default "strict".
	Durability string `toml:"durability"`
	// RelaxedWait is how long a record may be at risk when Durability is "relaxed", and how long it may wait
	// before it is sent: relaxed_wait. 100ms to 5m, default 5s.
	RelaxedWait time.Duration `toml:"relaxed_wait"`
	// KeyFile names a file that holds the key to seal records with, so that who gets hold of the medium alone
	// cannot read them: key_file. 64 hexadecimal digits, as `openssl rand -hex 32` makes them, mode 0600; keys
	// of before may follow, one to a line, to open what they have sealed. It must lie elsewhere than the
	// queue, or it protects nothing. With or without a key, what was stored before is still read. Default: none,
	// nothing is sealed.
	KeyFile string `toml:"key_file"`
	// KeyCredential names the same as a credential of the systemd unit (LoadCredential=, LoadCredentialEncrypted=):
	// key_credential. Not together with KeyFile. Default: none.
	KeyCredential string `toml:"key_credential"`
	// WriteBudget is how many octets may be written to the medium in 24 hours before it is said in the log and in
	// the status: write_budget. 0 for no limit, else 1 MiB to 1 TiB. Default 268435456 (256 MiB): in ten years
	// that is 1 TB, which a card of 16 GB bears with 1000 cycles even if it writes sixteen times as much as it is
	// told to.
	WriteBudget int64 `toml:"write_budget"`
	// Volatile allows a directory on a file system in RAM, where everything is lost with the power.
	Volatile bool `toml:"volatile"`
	// Program is how this process calls itself in the lock file; default: the name of the executable.
	Program string `toml:"-"`
	// ClockFloor is a time that has certainly passed, such as when the program was built: a wall
	// clock before it, or 15 years after it, is not believed. Default: start of 2026.
	ClockFloor time.Time `toml:"-"`
}

// Default returns the configuration of an 8 MiB pool without a directory.
func Default() Config {
	return Config{
		SegmentSize: 256 << 10,
		Segments:    32,
		Records:     100_000,
		WaitGrace:   time.Hour,
		WriteBudget: 256 << 20,
		WhenFull:    whenFullEvict,
		Durability:  strict,
		RelaxedWait: 5 * time.Second,
		Program:     filepath.Base(os.Args[0]),
		ClockFloor:  time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// The bounds of Config.
const (
	minSegmentSize, maxSegmentSize = 8 << 10, 1 << 20
	minSegments, maxSegments       = 4, 4096
	minRecords, maxRecords         = 16, 1_000_000
	minWaitGrace, maxWaitGrace     = time.Second, 7 * 24 * time.Hour
	minBudget, maxBudget           = 1 << 20, 1 << 40
	minRelaxed, maxRelaxed         = 100 * time.Millisecond, 5 * time.Minute
)

// The values of Config.WhenFull.
const (
	whenFullEvict  = "evict"
	whenFullRefuse = "refuse"
)

// The values of Config.Durability.
const (
	strict  = "strict"
	relaxed = "relaxed"
)

// AtRisk is for how long a record of the classes from 4 on may be lost with the power after Append has returned;
// 0 is never.
func (c Config) AtRisk() time.Duration {
	if c.Durability != relaxed {
		return 0
	}
	return c.RelaxedWait
}

// firstRelaxed is the first class that Config.Durability is for.
const firstRelaxed = 4

// Check calls bad for each field that is out of range, with its key and what would be right.
func (c Config) Check(bad func(key, problem string)) {
	if c.Dir == "" {
		bad("dir", "is empty; give a directory on flash, such as /var/lib/smppagent/queue")
	}
	if c.SegmentSize < minSegmentSize || c.SegmentSize > maxSegmentSize || c.SegmentSize%pageSize != 0 {
		bad("segment_size", fmt.Sprintf("is %d; a multiple of %d from %d to %d octets is right", c.SegmentSize, pageSize, minSegmentSize, maxSegmentSize))
	}
	if c.Segments < minSegments || c.Segments > maxSegments {
		bad("segments", fmt.Sprintf("is %d; %d to %d is right", c.Segments, minSegments, maxSegments))
	}
	if c.Records < minRecords || c.Records > maxRecords {
		bad("records", fmt.Sprintf("is %d; %d to %d is right", c.Records, minRecords, maxRecords))
	}
	if c.WaitGrace < minWaitGrace || c.WaitGrace > maxWaitGrace {
		bad("wait_grace", fmt.Sprintf("is %v; 1s to 168h is right (a bare number counts nanoseconds: give a unit)", c.WaitGrace))
	}
	for key, value := range map[string]string{"key_file": c.KeyFile, "key_credential": c.KeyCredential} {
		if value != "" && !hasSealing {
			bad(key, "the tiny edition of this program cannot seal records: use the full one")
		}
	}
	if c.KeyFile != "" && c.KeyCredential != "" {
		bad("key_credential", "is given beside key_file: keep one of them")
	}
	if c.KeyCredential != filepath.Base(c.KeyCredential) && c.KeyCredential != "" {
		bad("key_credential", fmt.Sprintf("is %q; the name of a credential, without a path, is right", c.KeyCredential))
	}
	if c.WriteBudget != 0 && (c.WriteBudget < minBudget || c.WriteBudget > maxBudget) {
		bad("write_budget", fmt.Sprintf("is %d; 0 for no limit, or %d to %d octets a day is right", c.WriteBudget, int64(minBudget), int64(maxBudget)))
	}
	if c.WhenFull != whenFullEvict && c.WhenFull != whenFullRefuse {
		bad("when_full", fmt.Sprintf(`is %q; "evict" or "refuse" is right`, c.WhenFull))
	}
	if c.Durability != strict && c.Durability != relaxed {
		bad("durability", fmt.Sprintf(`is %q; "strict" or "relaxed" is right`, c.Durability))
	}
	if c.RelaxedWait < minRelaxed || c.RelaxedWait > maxRelaxed {
		bad("relaxed_wait", fmt.Sprintf("is %v; 100ms to 5m is right (a bare number counts nanoseconds: give a unit)", c.RelaxedWait))
	}
}

// MaxBody is the largest body in octets that a queue of this configuration takes: a quarter of a
// segment, at most 60 KiB, and no more than fits one segment of the smallest size with all that may
// come to it.
func (c Config) MaxBody() int {
	return min(c.SegmentSize/4, 60<<10, c.SegmentSize-pageSize-2*checkSize-recordSize(MaxKey+MaxNote+MaxReason+64+sealOverhead))
}

// withDefaults fills what is zero from Default.
func (c Config) withDefaults() Config {
	d := Default()
	if c.SegmentSize == 0 {
		c.SegmentSize = d.SegmentSize
	}
	if c.Segments == 0 {
		c.Segments = d.Segments
	}
	if c.Records == 0 {
		c.Records = d.Records
	}
	if c.WaitGrace == 0 {
		c.WaitGrace = d.WaitGrace
	}
	if c.WhenFull == "" {
		c.WhenFull = d.WhenFull
	}
	if c.Durability == "" {
		c.Durability = d.Durability
	}
	if c.RelaxedWait == 0 {
		c.RelaxedWait = d.RelaxedWait
	}
	if c.Program == "" {
		c.Program = d.Program
	}
	if c.ClockFloor.IsZero() {
		c.ClockFloor = d.ClockFloor
	}
	return c
}

// problem returns the first problem of c as an error, or nil.
func (c Config) problem() (err error) {
	c.Check(func(key, problem string) {
		if err == nil {
			err = fmt.Errorf("queue: %s %s", key, problem)
		}
	})
	return err
}
