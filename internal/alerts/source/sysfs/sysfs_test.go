package sysfs

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/alerts"
)

// put writes a file of a machine.
func put(t *testing.T, root, name, content string) {
	t.Helper()
	name = filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

type seen struct {
	after time.Duration
	alerts.Reading
}

// run reads sensors for so long in the bubble's time and gives what each one said.
func run(root string, sensors map[string]Sensor, log *slog.Logger, long time.Duration, emit func(seen) error) map[string][]seen {
	ctx, cancel := context.WithTimeout(context.Background(), long)
	defer cancel()
	start := time.Now()
	readings := make(chan seen)
	done := make(chan error)
	go func() {
		done <- New(root, sensors, log).Run(ctx, func(_ context.Context, r alerts.Reading) error {
			s := seen{time.Since(start), r}
			readings <- s
			return emit(s)
		})
	}()
	got := map[string][]seen{}
	for {
		select {
		case s := <-readings:
			got[s.Sensor] = append(got[s.Sensor], s)
		case <-done:
			return got
		}
	}
}

func accept(seen) error { return nil }

func TestRunIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := run(sysroot, map[string]Sensor{
			"default": {Thermal: "cpu-thermal"},
			"fast":    {HWMon: "coretemp/temp1_input", Every: time.Second},
			"odd":     {Memory: true, Every: 7 * time.Second},
			"w1":      {W1: "28-3c01f0961111", Every: 10 * time.Second},
			"disk":    {Disk: "/var", Every: 30 * time.Second},
			"broken":  {Thermal: "gone", Every: 5 * time.Second},
		}, slog.New(slog.DiscardHandler), 2*time.Minute-time.Millisecond, accept)
		for name, every := range map[string]time.Duration{
			"default": time.Minute, "fast": time.Second, "odd": 7 * time.Second,
			"w1": 10 * time.Second, "disk": 30 * time.Second, "broken": 5 * time.Second,
		} {
			want := int((2*time.Minute-1)/every) + 1
			if len(got[name]) != want {
				t.Errorf("%s: got %d readings, want %d", name, len(got[name]), want)
			}
			for i, s := range got[name] {
				if s.after != time.Duration(i)*every {
					t.Errorf("%s: reading %d came after %v, want %v", name, i, s.after, time.Duration(i)*every)
				}
				if bad := s.Quality == alerts.Bad; bad != (name == "broken") {
					t.Errorf("%s: got %+v", name, s.Reading)
				}
			}
		}
	})
}

// A consumer that is slow to store a reading does not get a burst of them afterwards.
func TestRunNeverCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := run(sysroot, map[string]Sensor{"s": {Memory: true, Every: 10 * time.Second}},
			slog.New(slog.DiscardHandler), time.Minute, func(s seen) error {
				if s.after == 10*time.Second {
					<-time.After(25 * time.Second)
				}
				return nil
			})
		var at []time.Duration
		for _, s := range got["s"] {
			at = append(at, s.after)
		}
		want := []time.Duration{0, 10 * time.Second, 35 * time.Second, 45 * time.Second, 55 * time.Second}
		if len(at) != len(want) {
			t.Fatalf("got %v, want %v", at, want)
		}
		for i := range at {
			if at[i] != want[i] {
				t.Fatalf("got %v, want %v", at, want)
			}
		}
	})
}

// A sensor goes bad when its file goes, comes back with it, and follows its device to another number;
// the log says each once.
func TestRunChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := t.TempDir()
		put(t, root, "sys/class/hwmon/hwmon0/name", "chip\n")
		put(t, root, "sys/class/hwmon/hwmon0/temp1_input", "20000\n")
		var log strings.Builder
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		got := run(root, map[string]Sensor{"s": {HWMon: "chip/temp1_input"}}, logger, 5*time.Minute+time.Second, func(s seen) error {
			switch s.after {
			case time.Minute:
				put(t, root, "sys/class/hwmon/hwmon0/temp1_input", "")
			case 3 * time.Minute: // the driver comes back as hwmon5, and another one is hwmon0 now
				put(t, root, "sys/class/hwmon/hwmon0/name", "other\n")
				put(t, root, "sys/class/hwmon/hwmon0/temp1_input", "99000\n")
				put(t, root, "sys/class/hwmon/hwmon5/name", "chip\n")
				put(t, root, "sys/class/hwmon/hwmon5/temp1_input", "21000\n")
			}
			return nil
		})
		var qualities, values []string
		for _, s := range got["s"] {
			qualities, values = append(qualities, s.Quality.String()), append(values, s.Value.String())
		}
		if q, v := strings.Join(qualities, " "), strings.Join(values, " "); q != "good good bad bad good good" || v != "20 20 ? ? 21 21" {
			t.Errorf("got %s, %s", q, v)
		}
		want := `level=WARN msg="sensor cannot be read" sensor=s reason="` + root + `/sys/class/hwmon/hwmon0/temp1_input is empty"
level=INFO msg="sensor can be read again" sensor=s
`
		if log.String() != want {
			t.Errorf("log: got\n%swant\n%s", log.String(), want)
		}
	})
}

// A reading that is refused is said once in the log and is no reason to stop.
func TestRunRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		got := run(sysroot, map[string]Sensor{"s": {Memory: true}}, slog.New(slog.NewTextHandler(&log, nil)),
			3*time.Minute+time.Second, func(seen) error { return errors.New("no sensor of that name") })
		if len(got["s"]) != 4 || strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), `msg="reading refused" sensor=s error="no sensor of that name"`) {
			t.Errorf("got %d readings, log %s", len(got["s"]), log.String())
		}
	})
}

// The end of the context ends Run at any point: before it begins, and while a reading is being stored.
func TestRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		source := New(sysroot, map[string]Sensor{"s": {Memory: true}}, slog.New(slog.DiscardHandler))
		if err := source.Run(ctx, func(context.Context, alerts.Reading) error { return nil }); err != nil {
			t.Errorf("before it begins: got %v", err)
		}
		ctx, cancel = context.WithCancel(context.Background())
		err := source.Run(ctx, func(ctx context.Context, _ alerts.Reading) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		})
		if err != nil {
			t.Errorf("while a reading is being stored: got %v", err)
		}
		ctx, cancel = context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		start := time.Now()
		if err := New(sysroot, nil, slog.New(slog.DiscardHandler)).Run(ctx, nil); err != nil || time.Since(start) != time.Hour {
			t.Errorf("without sensors: got %v after %v", err, time.Since(start))
		}
	})
}

// A thermometer that takes its time holds up no other kind of sensor: the file is a pipe that says
// nothing until the others have been read.
func TestRunSlowThermometer(t *testing.T) {
	root := t.TempDir()
	put(t, root, "sys/bus/w1/devices/28-3c01f0961111/id", "\n")
	pipe := filepath.Join(root, "sys/bus/w1/devices/28-3c01f0961111/w1_slave")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, root, "sys/class/thermal/thermal_zone0/type", "cpu\n")
	put(t, root, "sys/class/thermal/thermal_zone0/temp", "30000\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	readings := make(chan alerts.Reading, 3)
	done := make(chan error)
	source := New(root, map[string]Sensor{"a-slow": {W1: "28-3c01f0961111"}, "cpu": {Thermal: "cpu"}, "disk": {Disk: "/"}}, slog.New(slog.DiscardHandler))
	go func() {
		done <- source.Run(ctx, func(_ context.Context, r alerts.Reading) error { readings <- r; return nil })
	}()
	for waiting := map[string]bool{"cpu": true, "disk": true}; len(waiting) > 0; {
		r := <-readings
		if !waiting[r.Sensor] || r.Quality != alerts.Good {
			t.Fatalf("got %+v, waiting for %v, before the thermometer has measured", r, waiting)
		}
		delete(waiting, r.Sensor)
	}
	if err := os.WriteFile(pipe, []byte("4d 01 4b 46 7f ff 0c 10 1c : crc=1c YES\n4d 01 4b 46 7f ff 0c 10 1c t=20812\n"), 0); err != nil {
		t.Fatal(err)
	}
	if r := <-readings; r.Sensor != "a-slow" || r.Value != alerts.Number(20.812) {
		t.Errorf("got %+v", r)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("got %v", err)
	}
}

// A drive that does not answer holds up neither another chip nor a power supply: its temperature is a
// pipe that nobody writes to until they have been read.
func TestRunSlowDrive(t *testing.T) {
	root := t.TempDir()
	put(t, root, "sys/class/hwmon/hwmon0/name", "drivetemp\n")
	pipe := filepath.Join(root, "sys/class/hwmon/hwmon0/temp1_input")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, root, "sys/class/hwmon/hwmon1/name", "cpu\n")
	put(t, root, "sys/class/hwmon/hwmon1/temp1_input", "30000\n")
	put(t, root, "sys/class/power_supply/AC/online", "1\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	readings := make(chan alerts.Reading, 3)
	done := make(chan error)
	source := New(root, map[string]Sensor{
		"a-drive": {HWMon: "drivetemp/temp1_input"}, "cpu": {HWMon: "cpu/temp1_input"}, "mains": {Power: "AC/online"},
	}, slog.New(slog.DiscardHandler))
	go func() {
		done <- source.Run(ctx, func(_ context.Context, r alerts.Reading) error { readings <- r; return nil })
	}()
	for waiting := map[string]bool{"cpu": true, "mains": true}; len(waiting) > 0; {
		r := <-readings
		if !waiting[r.Sensor] || r.Quality != alerts.Good {
			t.Fatalf("got %+v, waiting for %v, before the drive has answered", r, waiting)
		}
		delete(waiting, r.Sensor)
	}
	if err := os.WriteFile(pipe, []byte("41000\n"), 0); err != nil {
		t.Fatal(err)
	}
	if r := <-readings; r.Sensor != "a-drive" || r.Value != alerts.Number(41) {
		t.Errorf("got %+v", r)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("got %v", err)
	}
}
