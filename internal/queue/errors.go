package queue

import (
	"errors"
	"fmt"
)

// The errors a caller may ask for with errors.Is.
var (
	// ErrFull: the record does not fit its class's share of the pool; the error is a *FullError.
	ErrFull = errors.New("queue: full")
	// ErrTooLarge: body, key, note or the whole of an Append is larger than the queue takes.
	ErrTooLarge = errors.New("queue: too large")
	// ErrStorage: the medium refused writing or syncing twice. What an Append brought is not stored; a
	// change of state holds in memory, and on flash as soon as the medium takes writes again.
	ErrStorage = errors.New("queue: storage failed")
	// ErrNotFound: no live record has the ID.
	ErrNotFound = errors.New("queue: no such record")
	// ErrState: the record is in a state that does not allow the change.
	ErrState = errors.New("queue: wrong state")
	// ErrClosed: Run has returned.
	ErrClosed = errors.New("queue: closed")
	// ErrVolatile: the directory lies on a file system in RAM and Config.Volatile is not set.
	ErrVolatile = errors.New("queue: directory is in RAM")
)

// A LockedError says which process holds the directory.
type LockedError struct {
	Dir     string
	Program string // as the holder calls itself, "" when it did not say
	PID     int    // 0 when unknown
}

// Error names the directory, and the program and its pid where they are known.
func (e *LockedError) Error() string {
	program := e.Program
	if program == "" {
		program = "another process"
	}
	if e.PID == 0 {
		return fmt.Sprintf("queue: state directory %s is in use by %s", e.Dir, program)
	}
	return fmt.Sprintf("queue: state directory %s is in use by %s, pid %d", e.Dir, program, e.PID)
}

// A FullError says which limit a record did not fit, how full the pool is, and what would help.
type FullError struct {
	Class    uint8
	Percent  int   // share of Capacity that the class may use
	Used     int64 // octets in use, of which Live are of records not yet settled
	Live     int64
	Capacity int64 // octets of the pool without the reserve
	Records  int   // live records
	Disk     bool  // the file system is full, and what is left of it is kept for settling records
	Max      int   // 0, or Config.Records when that is the limit that was met
}

// Error says which limit was met, how full the pool is, and what would help.
func (e *FullError) Error() string {
	if e.Disk {
		return "queue: full: the file system has no room left, and what was kept back is for messages that wait; make room on it"
	}
	if e.Max != 0 {
		return fmt.Sprintf("queue: full: %d records are waiting and at most %d may; settle or drop some, or raise queue.records", e.Records, e.Max)
	}
	return fmt.Sprintf("queue: full for class %d: it may use %d%% of %s, and %s are in use by %d records; settle or drop some, or raise queue.segments",
		e.Class, e.Percent, octets(e.Capacity), octets(e.Used), e.Records)
}

// Is makes errors.Is(err, ErrFull) true.
func (e *FullError) Is(target error) bool { return target == ErrFull }

// octets prints a size for people.
func octets(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d octets", n)
}
