package sysfs

import (
	"strings"
	"testing"

	"smppagent/internal/alerts"
)

func TestDiscover(t *testing.T) {
	found := Discover(sysroot)
	var good, bad []string
	for _, f := range found {
		if f.Reading.Quality != alerts.Good {
			bad = append(bad, f.Name)
			continue
		}
		if len(bad) > 0 {
			t.Errorf("%s can be read and comes after %v, which cannot", f.Name, bad)
		}
		good = append(good, f.Name+" "+f.Reading.Value.String()+f.Reading.Unit)
		if again := newProbe(sysroot, f.Name, f.Sensor).read(f.Reading.At); again.Value != f.Reading.Value && f.Sensor.Disk == "" {
			t.Errorf("%s: got %v, and %v again", f.Name, f.Reading.Value, again.Value)
		}
		f.Sensor.Check(func(key, problem string) { t.Errorf("%s: %s: %s", f.Name, key, problem) })
	}
	want := []string{
		"cpu-thermal 45.1C", "acpitz-thermal-zone2 27.8C", "acpitz-thermal-zone3 -5C",
		"coretemp-temp1 52C", "coretemp-temp3 41.5C", "nvme-nvme0-temp1 38.9C", "nvme-nvme1-temp1 40.9C",
		"28-3c01f0961111 20.8C", "28-3c01f096ffc0 -0.125C", "3b-000000085000 85C",
		"coretemp-humidity1 55.1%", "coretemp-fan1 1150rpm", "rpi-volt-in0-lcrit-alarm off",
		"ac-online off", "bat0-capacity 87%", "bat0-status Not charging", "usb-online on",
		"disk", "memory 75%",
	}
	if len(good) != len(want) {
		t.Errorf("got %d %q, want %d %q", len(good), good, len(want), want)
	}
	for i := range min(len(good), len(want)) {
		if !strings.HasPrefix(good[i], want[i]) {
			t.Errorf("got %q, want %q", good[i], want[i])
		}
	}
	if got := strings.Join(bad, " "); !strings.HasPrefix(got, "gpu-thermal torn gone cold words directory coretemp-temp2 ") || !strings.Contains(got, "28-3c01f0968500") {
		t.Errorf("what cannot be read: got %s", got)
	}
}

// This machine has at least a disk and a memory.
func TestDiscoverHere(t *testing.T) {
	names := map[string]bool{}
	good := 0
	for _, f := range Discover("") {
		if names[f.Name] {
			t.Errorf("%s twice", f.Name)
		}
		names[f.Name] = true
		if f.Reading.Quality == alerts.Good {
			good++
		}
		f.Sensor.Check(func(key, problem string) { t.Errorf("%s: %s: %s", f.Name, key, problem) })
	}
	if good < 2 || !names["disk"] || !names["memory"] {
		t.Errorf("got %v, of which %d can be read", names, good)
	}
}

func TestUnique(t *testing.T) {
	taken := map[string]bool{}
	for _, tt := range []struct{ in, want string }{
		{"disk", "disk"}, {"disk", "disk-2"}, {"disk", "disk-3"}, {"", "sensor"},
		{strings.Repeat("x", 40), strings.Repeat("x", 28)}, {strings.Repeat("x", 41), strings.Repeat("x", 28) + "-2"},
	} {
		if got := unique(taken, tt.in); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzParseW1(f *testing.F) {
	f.Add([]byte("4d 01 4b 46 7f ff 0c 10 1c : crc=1c YES\n4d 01 4b 46 7f ff 0c 10 1c t=20812\n"))
	f.Add([]byte("4d 01 4b 46 7f ff 0c 10 1c : crc=1c NO\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parseW1(b)
		if err == nil && (!strings.Contains(string(b), " YES\n") || !strings.Contains(string(b), "t=")) {
			t.Fatalf("%q: got %v", b, v)
		}
	})
}
