package sysfs

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"smppagent/internal/alerts"
)

// probe is one sensor on its way through time. It belongs to one goroutine.
type probe struct {
	root    string
	name    string
	sensor  Sensor
	unit    string
	due     time.Time
	last    alerts.Reading
	good    float64   // the last good number before Scale,
	goodAt  time.Time // and when it was read; zero: never
	refusal string    // what emit said last
}

func newProbe(root, name string, s Sensor) *probe {
	if s.Every == 0 {
		s.Every = Default().Every
	}
	if s.Scale == 0 {
		s.Scale = Default().Scale
	}
	return &probe{root: root, name: name, sensor: s, unit: s.Describe().Unit}
}

// read reads the sensor now, and sets when it is due again: an interval from now, however long the
// reading takes, so that a slow sensor is never asked twice in a row to catch up.
func (p *probe) read(now time.Time) alerts.Reading {
	p.due = now.Add(p.sensor.Every)
	p.last = alerts.Reading{Sensor: p.name, At: now, Unit: p.unit}
	v, err := p.value(now)
	if err != nil {
		p.last.Quality, p.last.Reason = alerts.Bad, err.Error()
	} else {
		p.last.Value = v
	}
	return p.last
}

func (p *probe) value(now time.Time) (alerts.Value, error) {
	a := p.sensor.attribute()
	var number float64
	var err error
	switch s := p.sensor; {
	case s.Disk != "":
		number, err = diskUsed(filepath.Join(p.root, s.Disk))
	case s.Memory:
		number, err = memoryUsed(filepath.Join(p.root, "proc/meminfo"))
	case s.W1 != "":
		number, err = readW1(p.root, s.W1)
		if err == nil {
			err = p.doubtW1(number, now)
		}
	default:
		var text string
		if text, err = p.readFile(); err != nil || a.kind == alerts.KindText {
			return alerts.Text(text), err
		}
		number, err = parseNumber(text, a)
	}
	if err != nil {
		return alerts.Value{}, err
	}
	if a.kind == alerts.KindState {
		return alerts.State(number != 0), nil
	}
	p.good, p.goodAt = number, now
	return alerts.Number(number * p.sensor.Scale), nil
}

// readFile finds the file of a thermal zone, a hwmon device or a power supply and reads its one line.
func (p *probe) readFile() (string, error) {
	switch s := p.sensor; {
	case s.Thermal != "":
		zone, err := find(thermalZones(p.root), "thermal zone of type", s.Thermal)
		if err != nil {
			return "", err
		}
		return readLine(filepath.Join(zone, "temp"))
	case s.HWMon != "":
		name, file, _ := strings.Cut(s.HWMon, "/")
		device, err := find(hwmonDevices(p.root), "hwmon device named", name)
		if err != nil {
			return "", err
		}
		if err := checkFault(device, file); err != nil {
			return "", err
		}
		return readLine(filepath.Join(device, file))
	}
	return readLine(filepath.Join(p.root, powerClass, p.sensor.Power))
}

const absoluteZero = -273.15 // C

func parseNumber(text string, a attribute) (float64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("it reads %.20q, which is no number", text)
	}
	if a.kind == alerts.KindState {
		return float64(n), nil
	}
	v := float64(n) / a.per
	if a.unit == "C" && v < absoluteZero {
		return 0, fmt.Errorf("%s C is below absolute zero", strconv.FormatFloat(math.Round(v), 'f', -1, 64))
	}
	return v, nil
}
