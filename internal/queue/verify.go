package queue

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A Verdict is what Verify found.
type Verdict struct {
	Recovery
	Holder     string       `json:"holder,omitempty"`     // the process that holds the directory, "" when none does
	Unreadable []Unreadable `json:"unreadable,omitempty"` // live records that cannot be read whole
	// Kept lists the files in damaged/, put there by earlier starts, and KeptOctets their size together.
	Kept       []string `json:"kept,omitempty"`
	KeptOctets int64    `json:"kept_octets,omitempty"`
	// Start says in sentences what a start of the agent would do with the files as they are.
	Start []string `json:"start"`
}

// Unreadable is a live record of which a part cannot be read.
type Unreadable struct {
	ID      ID     `json:"id"`
	Problem string `json:"problem"`
}

// Sound reports whether everything that should be there is, and can be read.
func (v *Verdict) Sound() bool { return !v.Harmed() && len(v.Unreadable) == 0 }

// verifyTries is how often Verify reads a directory that a process is writing to until nothing looks harmed: a
// segment that is used again between two reads looks as if its records were gone.
const verifyTries = 5

// Verify reads the whole queue in cfg.Dir as a start would, each record with its checksum, without its lock and
// without changing anything; of cfg it uses Dir, Segments and the keys. It may be called while a process serves
// the queue. It returns an error only when the directory cannot be read.
func Verify(cfg Config) (*Verdict, error) {
	for try := 1; ; try++ {
		v, err := verifyOnce(cfg)
		if err != nil || v.Sound() || v.Holder == "" || try == verifyTries {
			return v, err
		}
	}
}

func verifyOnce(cfg Config) (*Verdict, error) {
	if _, err := os.ReadDir(cfg.Dir); err != nil {
		return nil, fmt.Errorf("queue: check: %w", err)
	}
	l := newLoader(cfg.withDefaults(), &readOnly{disk{dir: cfg.Dir}}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	defer l.s.close()
	if err := l.load(false); err != nil {
		return nil, err
	}
	v := &Verdict{Recovery: *l.rec, Holder: holderOf(cfg.Dir)}
	l.s.index.all(func(sl *slot) {
		_, err := l.s.readWhole(sl)
		if err == nil && sl.latest.segment() != nowhere {
			err = l.s.readLatest(sl, &whole{})
		}
		if err != nil {
			v.Unreadable = append(v.Unreadable, Unreadable{sl.id, strings.TrimPrefix(err.Error(), "queue: ")})
		}
	})
	entries, _ := os.ReadDir(filepath.Join(cfg.Dir, damagedName)) // there is none as a rule
	for _, e := range entries {
		v.Kept = append(v.Kept, damagedName+"/"+e.Name())
		if info, err := e.Info(); err == nil {
			v.KeptOctets += info.Size()
		}
	}
	v.foretell(cfg.Segments)
	return v, nil
}

// foretell says what a start would do.
func (v *Verdict) foretell(segments int) {
	say := func(when bool, format string, args ...any) {
		if when {
			v.Start = append(v.Start, fmt.Sprintf(format, args...))
		}
	}
	say(v.Segments == 0 && segments == 0, "make a new pool of segments")
	say(v.Segments < segments, "make %d segments of %s", segments-v.Segments, octets(int64(v.SegmentSize)))
	for _, name := range v.Aside {
		say(true, "put aside into %s/: %s", damagedName, name)
	}
	for _, d := range v.Damaged {
		say(true, "keep a copy in %s/ of what is left, and go on without it: %s", damagedName, d)
	}
	say(v.Lost > 0, "count %d records as lost", v.Lost)
	say(v.InDoubt > 0, "take %d records for such as may have been sent", v.InDoubt)
	say(v.Unknown > 0, "leave out %d records that only a later version knows", v.Unknown)
	say(v.TornTail > 0, "leave out an unfinished write of %s, of which nobody was told that it was stored", octets(v.TornTail))
	for _, u := range v.Unreadable {
		say(true, "set record %d aside as unreadable when its turn comes: %s", u.ID, u.Problem)
	}
	say(v.Segments > 0, "go on with %d live records, of which %d wait for their fate and %d are set aside", v.Live, v.Waiting, v.Buried)
}

// holderOf names the process that holds the lock of dir, "" when none does. It takes no lock itself, so that
// it keeps nobody out: the kernel lists the locks in /proc/locks (proc(5)).
func holderOf(dir string) string {
	info, err := os.Stat(filepath.Join(dir, lockName))
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	locks, err := os.ReadFile("/proc/locks")
	if !ok || err != nil {
		return ""
	}
	inode := fmt.Sprintf(":%d", st.Ino)
	for line := range strings.Lines(string(locks)) {
		// 1: FLOCK  ADVISORY  WRITE 1234 fd:00:5678 0 EOF
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" || !strings.HasSuffix(f[5], inode) {
			continue
		}
		text, _ := os.ReadFile(filepath.Join(dir, lockName))
		pid, program, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
		return strings.TrimSpace(program + ", pid " + pid)
	}
	return ""
}
