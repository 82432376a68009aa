package sysfs

import (
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"smppagent/internal/alerts"
)

func TestMemoryUsedBad(t *testing.T) {
	for file, want := range map[string]string{
		"old":     "old has no line MemAvailable",
		"cut":     "cut was cut",
		"over":    "has 948305 kB available of 948304 kB",
		"unit":    `has MemAvailable "948 MB", which is no number of kB`,
		"words":   `has MemTotal "much kB", which is no number of kB`,
		"zero":    "has 0 kB available of 0 kB",
		"empty":   "empty is empty",
		"nowhere": "no such file",
	} {
		if got, err := memoryUsed("testdata/meminfo/" + file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v; want %q", file, got, err, want)
		}
	}
}

func TestPercentUsed(t *testing.T) {
	tests := []struct {
		blocks, free, available uint64
		want                    float64
		problem                 string
	}{
		{1000, 1000, 950, 0, ""},
		{1000, 250, 250, 75, ""},
		{1000, 300, 200, 100 * 700.0 / 900, ""}, // 100 blocks only for root
		{1000, 50, 0, 100, ""},
		{1000, 1000, 0, 100, ""},
		{1 << 62, 1 << 61, 1 << 61, 50, ""},
		{0, 0, 0, 0, "is on a file system without a size"},
		{1000, 1001, 0, 0, "more blocks free"},
		{1000, 10, 11, 0, "more blocks free"}, // as some network shares say
	}
	for _, tt := range tests {
		got, err := percentUsed("/x", tt.blocks, tt.free, tt.available)
		if math.Abs(got-tt.want) > 1e-9 || (err == nil) != (tt.problem == "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
			t.Errorf("%d %d %d: got %v, %v; want %v %q", tt.blocks, tt.free, tt.available, got, err, tt.want, tt.problem)
		}
	}
}

// The disk of this machine, against df, which rounds up.
func TestDiskUsedHere(t *testing.T) {
	df, err := exec.LookPath("df")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("df is missing: apt-get install coreutils")
		}
		t.Skip("df is missing: apt-get install coreutils")
	}
	got := newProbe("/", "disk", Sensor{Disk: "/"}).read(time.Now())
	out, err := exec.Command(df, "-P", "/").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	fields := strings.Fields(lines[len(lines)-1])
	want, err := strconv.ParseFloat(strings.TrimSuffix(fields[4], "%"), 64)
	if err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	if got.Quality != alerts.Good || got.Unit != "%" || got.Value.Number > want+0.5 || got.Value.Number < want-1.5 {
		t.Errorf("got %+v, df says %v %%", got, want)
	}
}

// The memory of this machine.
func TestMemoryUsedHere(t *testing.T) {
	got := newProbe("/", "memory", Sensor{Memory: true}).read(time.Now())
	if n := got.Value.Number; got.Quality != alerts.Good || n <= 0 || n >= 100 {
		t.Errorf("got %+v", got)
	}
}

// /proc is a file system without blocks: no figure is better than 0 %.
func TestDiskWithoutSize(t *testing.T) {
	if got := newProbe("/", "disk", Sensor{Disk: "/proc"}).read(time.Now()); got.Quality != alerts.Bad || !strings.Contains(got.Reason, "without a size") {
		t.Errorf("got %+v", got)
	}
}
