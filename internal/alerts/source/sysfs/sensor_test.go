package sysfs

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
)

func TestCheck(t *testing.T) {
	tests := []struct {
		name   string
		sensor Sensor
		want   string // "key: problem"; empty: none
	}{
		{"shortest interval", Sensor{Memory: true, Every: time.Second}, ""},
		{"longest interval", Sensor{Memory: true, Every: 24 * time.Hour}, ""},
		{"thermal with blanks", Sensor{Thermal: "Skin Temp"}, ""},
		{"scale of a file without a quantity", Sensor{HWMon: "x/pwm1", Scale: -2}, ""},

		{"nothing", Sensor{}, `: there is nothing to read: write one of thermal = "cpu-thermal"`},
		{"two", Sensor{HWMon: "a/b", Disk: "/"}, "disk: hwmon and disk are given: a sensor reads one of them"},
		{"three", Sensor{Thermal: "x", Memory: true, W1: "x"}, "memory: thermal and memory and w1 are given"},
		{"thermal", Sensor{Thermal: "@thermal_zone0"}, `thermal: "@thermal_zone0" must be the type of a thermal zone`},
		{"hwmon without file", Sensor{HWMon: "coretemp"}, `hwmon: "coretemp" must be a device and a file, such as`},
		{"hwmon two parts", Sensor{HWMon: "coretemp/a/b"}, `hwmon: "coretemp/a/b" must be`},
		{"hwmon upwards", Sensor{HWMon: "coretemp/.."}, `hwmon: "coretemp/.." must be`},
		{"power without supply", Sensor{Power: "/capacity"}, `power: "/capacity" must be a power supply and a file`},
		{"power upwards", Sensor{Power: "../uevent"}, `power: "../uevent" must be`},
		{"disk relative", Sensor{Disk: "var"}, `disk: "var" must be a path from the root`},
		{"disk not clean", Sensor{Disk: "/var/"}, `disk: "/var/" must be a path from the root`},
		{"w1", Sensor{W1: "cellar"}, `w1: "cellar" must be an address as in /sys/bus/w1/devices`},
		{"w1 short", Sensor{W1: "28-3c01f096111"}, "must be an address"},
		{"w1 not hexadecimal", Sensor{W1: "28-3c01f096111g"}, "must be an address"},
		{"w1 switch", Sensor{W1: "29-3c01f0961111"}, `w1: "29-3c01f0961111" is of family 29, which is no thermometer`},
		{"bare number", Sensor{Memory: true, Every: 5}, `every: 5ns must be "1s" to "24h", with its unit`},
		{"long interval", Sensor{Memory: true, Every: 25 * time.Hour}, "every: 25h0m0s must be"},
		{"negative interval", Sensor{Memory: true, Every: -time.Minute}, "every: -1m0s must be"},
		{"long unit", Sensor{Memory: true, Unit: "per cent!"}, "unit: 9 characters are more than 8"},
		{"unit of two lines", Sensor{Memory: true, Unit: "a\nb"}, "unit: it must be plain text in one line"},
		{"scale", Sensor{Memory: true, Scale: math.NaN()}, "scale: NaN must be a number"},
		{"scale of a state", Sensor{Power: "AC/online", Scale: 2}, "scale: the sensor shows on or off, which cannot be multiplied"},
	}
	for _, tt := range tests {
		var got []string
		if tt.sensor.Every == 0 {
			tt.sensor.Every = DefaultEvery
		}
		tt.sensor.Check(func(key, problem string) { got = append(got, key+": "+problem) })
		switch {
		case tt.want == "" && len(got) != 0:
			t.Errorf("%s: got %q, want none", tt.name, got)
		case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
			t.Errorf("%s: got %q, want %q alone", tt.name, got, tt.want)
		}
	}
}

func TestDefault(t *testing.T) {
	var got []string
	Default().Check(func(key, problem string) { got = append(got, key) })
	if len(got) != 1 || got[0] != "" {
		t.Errorf("the defaults lack more than something to read: %q", got)
	}
	Sensor{Memory: true}.Check(func(key, problem string) { got = append(got, key+": "+problem) })
	if len(got) != 2 || !strings.HasPrefix(got[1], "every: 0s must be") {
		t.Errorf("an interval of 0s: got %q", got)
	}
}

// The keys of the configuration are the ones that the comments name.
func TestTOML(t *testing.T) {
	var c struct {
		Sensor map[string]Sensor `toml:"sensor"`
	}
	meta, err := toml.Decode(`
[sensor.cellar]
w1    = "28-3c01f0961111"
every = "5m"
unit  = "C"
scale = 2
[sensor.cpu]
thermal = "cpu-thermal"
[sensor.board]
hwmon = "coretemp/temp1_input"
[sensor.ups]
power = "BAT0/capacity"
[sensor.disk]
disk = "/"
[sensor.ram]
memory = true
`, &c)
	if err != nil || len(meta.Undecoded()) != 0 {
		t.Fatal(err, meta.Undecoded())
	}
	want := map[string]Sensor{
		"cellar": {W1: "28-3c01f0961111", Every: 5 * time.Minute, Unit: "C", Scale: 2},
		"cpu":    {Thermal: "cpu-thermal"},
		"board":  {HWMon: "coretemp/temp1_input"},
		"ups":    {Power: "BAT0/capacity"},
		"disk":   {Disk: "/"},
		"ram":    {Memory: true},
	}
	for name, s := range want {
		if c.Sensor[name] != s {
			t.Errorf("%s: got %+v, want %+v", name, c.Sensor[name], s)
		}
		s.Every = max(s.Every, DefaultEvery)
		s.Check(func(key, problem string) { t.Errorf("%s: %s: %s", name, key, problem) })
	}
}
