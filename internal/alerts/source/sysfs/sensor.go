package sysfs

import (
	"fmt"
	"math"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"smppagent/internal/alerts"
)

// Sensor is one [sensor.NAME] table. Exactly one of the first six fields says what to read.
type Sensor struct {
	// Thermal is the type of a thermal zone, as in /sys/class/thermal/thermal_zone*/type: "cpu-thermal".
	// When several zones are of that type, "acpitz@thermal_zone0" says which. In C.
	Thermal string `toml:"thermal"`
	// HWMon is the name of a hwmon device, as in /sys/class/hwmon/hwmon*/name, and a file of it:
	// "coretemp/temp1_input". When several devices have that name, "nvme@nvme0/temp1_input" says which, by
	// the last part of where its device link leads. In C, V, A, W, J, rpm, %, Hz or on and off, as the file is.
	HWMon string `toml:"hwmon"`
	// Power is a power supply and a file of it, as in /sys/class/power_supply: "BAT0/capacity",
	// "AC/online", "BAT0/status". In %, V, A, W, Wh, Ah, C, s, on and off, or words, as the file is.
	Power string `toml:"power"`
	// Disk is where a file system is mounted, or any directory in it: "/". In % used, as df counts.
	Disk string `toml:"disk"`
	// Memory is true for the memory that is not available to programs. In % of all.
	Memory bool `toml:"memory"`
	// W1 is the address of a 1-Wire thermometer, as in /sys/bus/w1/devices: "28-3c01f0961111". In C.
	W1 string `toml:"w1"`

	// Every is how long from one reading to the next, 1s to 24h. Default 1m.
	Every time.Duration `toml:"every"`
	// Unit stands behind the number in texts, at most 8 characters. Default: that of the file.
	Unit string `toml:"unit"`
	// Scale multiplies the number in its unit, for a sensor behind a voltage divider or in another unit.
	// Default 1; 0 is taken as 1.
	Scale float64 `toml:"scale"`
}

// The limits of Every, and its default.
const (
	MinEvery     = time.Second
	MaxEvery     = 24 * time.Hour
	DefaultEvery = time.Minute
)

// Default is a table with every default in place, which reads nothing yet.
func Default() Sensor { return Sensor{Every: DefaultEvery, Scale: 1} }

const maxUnit = 8

// kinds is what can be read, with an example of each.
const kinds = `thermal = "cpu-thermal", hwmon = "coretemp/temp1_input", power = "BAT0/capacity", disk = "/", memory = true or w1 = "28-3c01f0961111"`

// Kinds gives the keys that say what to read: one of thermal, hwmon, power, disk, memory and w1, or
// none when the table is for another source.
func (s Sensor) Kinds() []string {
	var k []string
	for _, kind := range []struct {
		key   string
		given bool
	}{
		{"thermal", s.Thermal != ""}, {"hwmon", s.HWMon != ""}, {"power", s.Power != ""},
		{"disk", s.Disk != ""}, {"memory", s.Memory}, {"w1", s.W1 != ""},
	} {
		if kind.given {
			k = append(k, kind.key)
		}
	}
	return k
}

// Check reports everything that is wrong with s: the key within its table, "" for the table itself,
// and what would be right.
func (s Sensor) Check(bad func(key, problem string)) {
	switch k := s.Kinds(); len(k) {
	case 0:
		bad("", "there is nothing to read: write one of "+kinds)
	case 1:
		if problem := s.checkKind(); problem != "" {
			bad(k[0], problem)
		}
	default:
		bad(k[1], fmt.Sprintf("%s are given: a sensor reads one of them, write a [sensor] table for each", strings.Join(k, " and ")))
	}
	if s.Every < MinEvery || s.Every > MaxEvery {
		bad("every", fmt.Sprintf(`%v must be "1s" to "24h", with its unit`, s.Every))
	}
	if n := utf8.RuneCountInString(s.Unit); n > maxUnit {
		bad("unit", fmt.Sprintf("%d characters are more than %d", n, maxUnit))
	} else if !utf8.ValidString(s.Unit) || strings.ContainsFunc(s.Unit, unicode.IsControl) {
		bad("unit", "it must be plain text in one line")
	}
	switch a := s.attribute(); {
	case math.IsNaN(s.Scale) || math.IsInf(s.Scale, 0):
		bad("scale", fmt.Sprintf("%v must be a number, such as 0.1", s.Scale))
	case s.Scale != 0 && s.Scale != 1 && a.kind != alerts.KindNumber && len(s.Kinds()) == 1:
		bad("scale", fmt.Sprintf("the sensor shows %v, which cannot be multiplied: leave scale out", a.kind))
	}
}

// checkKind is what is wrong with the one field that says what to read, or "".
func (s Sensor) checkKind() string {
	switch {
	case s.Thermal != "":
		if kind, _ := splitName(s.Thermal); kind == "" || strings.ContainsFunc(s.Thermal, unicode.IsControl) {
			return fmt.Sprintf(`%q must be the type of a thermal zone, such as "cpu-thermal"`, s.Thermal)
		}
	case s.HWMon != "":
		if device, file, ok := strings.Cut(s.HWMon, "/"); !ok || !isFileName(device) || !isFileName(file) {
			return fmt.Sprintf(`%q must be a device and a file, such as "coretemp/temp1_input"`, s.HWMon)
		}
	case s.Power != "":
		if supply, file, ok := strings.Cut(s.Power, "/"); !ok || !isFileName(supply) || !isFileName(file) {
			return fmt.Sprintf(`%q must be a power supply and a file, such as "BAT0/capacity"`, s.Power)
		}
	case s.Disk != "":
		if !path.IsAbs(s.Disk) || path.Clean(s.Disk) != s.Disk || strings.ContainsRune(s.Disk, 0) {
			return fmt.Sprintf(`%q must be a path from the root, such as "/" or "/var"`, s.Disk)
		}
	case s.W1 != "":
		return checkW1(s.W1)
	}
	return ""
}

// isFileName is true for what can be one part of a path.
func isFileName(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsFunc(s, func(r rune) bool { return r == '/' || unicode.IsControl(r) })
}

// splitName parts "nvme@nvme0" into the name and what tells devices of that name apart.
func splitName(s string) (name, which string) {
	name, which, _ = strings.Cut(s, "@")
	return name, which
}

// Describe says what the sensor shows: its unit and kind, for the rules and texts that use it.
func (s Sensor) Describe() alerts.Sensor {
	a := s.attribute()
	if s.Unit != "" {
		a.unit = s.Unit
	}
	return alerts.Sensor{Unit: a.unit, Kind: a.kind}
}
