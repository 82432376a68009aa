package sysfs

import (
	"strings"
	"testing"
	"time"

	"smppagent/internal/alerts"
)

const sysroot = "testdata/sysroot"

// One reading of each file of a machine that somebody has put together badly.
func TestRead(t *testing.T) {
	number, state, text := alerts.Number, alerts.State, alerts.Text
	tests := []struct {
		name   string
		sensor Sensor
		value  alerts.Value
		unit   string
	}{
		{"thermal", Sensor{Thermal: "cpu-thermal"}, number(45.123), "C"},
		{"thermal below zero, told apart", Sensor{Thermal: "acpitz@thermal_zone3"}, number(-5), "C"},
		{"hwmon", Sensor{HWMon: "coretemp/temp1_input"}, number(52), "C"},
		{"hwmon, fault off", Sensor{HWMon: "coretemp/temp3_input"}, number(41.5), "C"},
		{"hwmon alarm on", Sensor{HWMon: "coretemp/temp1_crit_alarm"}, state(true), ""},
		{"hwmon alarm off", Sensor{HWMon: "rpi_volt/in0_lcrit_alarm"}, state(false), ""},
		{"hwmon told apart", Sensor{HWMon: "nvme@nvme1/temp1_input"}, number(40.85), "C"},
		{"fan", Sensor{HWMon: "coretemp/fan1_input"}, number(1150), "rpm"},
		{"voltage", Sensor{HWMon: "coretemp/in1_input"}, number(12.096), "V"},
		{"current", Sensor{HWMon: "coretemp/curr1_input"}, number(1.5), "A"},
		{"watts", Sensor{HWMon: "coretemp/power1_average"}, number(7.5), "W"},
		{"joules", Sensor{HWMon: "coretemp/energy1_input"}, number(2.5), "J"},
		{"humidity", Sensor{HWMon: "coretemp/humidity1_input"}, number(55.1), "%"},
		{"frequency", Sensor{HWMon: "coretemp/freq1_input"}, number(400e6), "Hz"},
		{"file of no quantity", Sensor{HWMon: "coretemp/pwm1"}, number(128), ""},
		{"capacity", Sensor{Power: "BAT0/capacity"}, number(87), "%"},
		{"battery voltage", Sensor{Power: "BAT0/voltage_now"}, number(12.1), "V"},
		{"battery energy", Sensor{Power: "BAT0/energy_now"}, number(45.5), "Wh"},
		{"battery temperature in tenths", Sensor{Power: "BAT0/temp"}, number(31.5), "C"},
		{"threshold", Sensor{Power: "BAT0/charge_control_end_threshold"}, number(80), "%"},
		{"time left", Sensor{Power: "BAT0/time_to_empty_now"}, number(3600), "s"},
		{"count", Sensor{Power: "BAT0/cycle_count"}, number(12), ""},
		{"status in words", Sensor{Power: "BAT0/status"}, text("Not charging"), ""},
		{"present", Sensor{Power: "BAT0/present"}, state(true), ""},
		{"mains off", Sensor{Power: "AC/online"}, state(false), ""},
		{"programmable supply on", Sensor{Power: "USB/online"}, state(true), ""},
		{"memory", Sensor{Memory: true}, number(75), "%"},
		{"1-Wire", Sensor{W1: "28-3c01f0961111"}, number(20.812), "C"},
		{"1-Wire in capitals", Sensor{W1: "28-3C01F0961111"}, number(20.812), "C"},
		{"1-Wire below zero", Sensor{W1: "28-3c01f096ffc0"}, number(-0.125), "C"},
		{"85 C of a thermocouple", Sensor{W1: "3b-000000085000"}, number(85), "C"},
		{"own unit and scale", Sensor{HWMon: "coretemp/in1_input", Unit: "bar", Scale: 0.5}, number(6.048), "bar"},
	}
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, tt := range tests {
		p := newProbe(sysroot, "s", tt.sensor)
		got := p.read(at)
		if got.Quality != alerts.Good || got.Value != tt.value || got.Unit != tt.unit || got.Sensor != "s" || !got.At.Equal(at) || got.Reason != "" {
			t.Errorf("%s: got %+v, want %+v %s", tt.name, got, tt.value, tt.unit)
		}
		if d := tt.sensor.Describe(); d.Kind != got.Value.Kind || d.Unit != got.Unit {
			t.Errorf("%s: described as %+v, read as %+v", tt.name, d, got)
		}
		p.sensor.Check(func(key, problem string) { t.Errorf("%s: %s %s", tt.name, key, problem) })
	}
}

// What cannot be read, or cannot be true, is Bad with its reason and has no value.
func TestReadBad(t *testing.T) {
	tests := []struct {
		name   string
		sensor Sensor
		want   string
	}{
		{"empty, as after EINVAL", Sensor{Thermal: "gpu-thermal"}, "thermal_zone1/temp is empty"},
		{"torn", Sensor{Thermal: "torn"}, "thermal_zone4/temp was cut"},
		{"no file", Sensor{Thermal: "gone"}, "thermal_zone5/temp: no such file or directory"},
		{"absolute zero", Sensor{Thermal: "cold"}, "-274 C is below absolute zero"},
		{"words", Sensor{Thermal: "words"}, `it reads "warm", which is no number`},
		{"read fails", Sensor{Thermal: "directory"}, "thermal_zone8/temp: is a directory"},
		{"two of a type", Sensor{Thermal: "acpitz"}, `write one of "acpitz@thermal_zone2", "acpitz@thermal_zone3"`},
		{"none of that type", Sensor{Thermal: "cpu_thermal"}, `there is no thermal zone of type "cpu_thermal": there is acpitz, cold, cpu-thermal, directory`},
		{"none told apart so", Sensor{Thermal: "acpitz@thermal_zone0"}, `there is no thermal zone of type "acpitz@thermal_zone0"`},
		{"two chips", Sensor{HWMon: "nvme/temp1_input"}, `there is more than one hwmon device named "nvme": write one of "nvme@nvme0", "nvme@nvme1"`},
		{"no chip", Sensor{HWMon: "k10temp/temp1_input"}, `there is no hwmon device named "k10temp": there is coretemp, nvme, rpi_volt`},
		{"no file of a chip", Sensor{HWMon: "coretemp/temp9_input"}, "temp9_input: no such file"},
		{"fault", Sensor{HWMon: "coretemp/temp2_input"}, "temp2_fault is on"},
		{"no supply", Sensor{Power: "BAT1/capacity"}, "BAT1/capacity: no such file"},
		{"no text", Sensor{Power: "AC/status"}, "AC/status: no such file"},
		{"no disk", Sensor{Disk: "/srv"}, "/srv: no such file"},
		{"CRC", Sensor{W1: "28-3c01f0962222"}, "the checksum is wrong"},
		{"power-on value", Sensor{W1: "28-3c01f0968500"}, "85.000 C is what the thermometer shows before it has measured"},
		{"brown-out", Sensor{W1: "28-3c01f0961279"}, "127.937 C is outside of -55 to 125 C"},
		{"all zero", Sensor{W1: "28-3c01f0960000"}, "short-circuited"},
		{"one line", Sensor{W1: "28-3c01f096aaaa"}, "which has no temperature"},
		{"torn thermometer", Sensor{W1: "28-3c01f096bbbb"}, "was cut"},
		{"empty thermometer", Sensor{W1: "28-3c01f096cccc"}, "is empty"},
		{"thermometer without the file", Sensor{W1: "28-3c01f096dddd"}, "no such file"},
		{"garbage", Sensor{W1: "28-3c01f096eeee"}, "is not the first line of w1_slave"},
		{"no number", Sensor{W1: "28-3c01f096ffff"}, `it reads "warm", which is no temperature`},
		{"thermometer gone", Sensor{W1: "28-3c01f0963333"}, "no such file"},
	}
	for _, tt := range tests {
		got := newProbe(sysroot, "s", tt.sensor).read(time.Now())
		if got.Quality != alerts.Bad || !strings.Contains(got.Reason, tt.want) {
			t.Errorf("%s: got %v %q, want %q", tt.name, got.Quality, got.Reason, tt.want)
		}
		if got.Value != (alerts.Value{}) {
			t.Errorf("%s: has the value %v", tt.name, got.Value)
		}
	}
	got := newProbe(t.TempDir(), "s", Sensor{HWMon: "coretemp/temp1_input"}).read(time.Now())
	if want := `there is no hwmon device named "coretemp": there is none`; got.Reason != want {
		t.Errorf("a machine without hwmon: got %q, want %q", got.Reason, want)
	}
}

// 85.000 C is believed when the thermometer was close to it a short while ago.
func TestPowerOnValue(t *testing.T) {
	start := time.Now()
	tests := []struct {
		name  string
		good  float64
		after time.Duration
		want  alerts.Quality
	}{
		{"4.9 below", 80.1, time.Minute, alerts.Good},
		{"5 above", 90, time.Minute, alerts.Good},
		{"room temperature", 21, time.Minute, alerts.Bad},
		{"long ago", 84, 11 * time.Minute, alerts.Bad},
		{"ten readings ago", 84, 10 * time.Minute, alerts.Good},
	}
	for _, tt := range tests {
		p := newProbe(sysroot, "s", Sensor{W1: "28-3c01f0968500"})
		p.good, p.goodAt = tt.good, start
		if got := p.read(start.Add(tt.after)); got.Quality != tt.want {
			t.Errorf("%s: got %v %q, want %v", tt.name, got.Quality, got.Reason, tt.want)
		}
	}
}
