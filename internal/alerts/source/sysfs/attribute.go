package sysfs

import (
	"strings"

	"smppagent/internal/alerts"
)

// attribute is what a file holds.
type attribute struct {
	kind alerts.Kind
	unit string
	per  float64 // how many of the file's units make one of unit
}

func (s Sensor) attribute() attribute {
	switch {
	case s.Thermal != "" || s.W1 != "":
		return attribute{alerts.KindNumber, "C", 1000}
	case s.HWMon != "":
		_, file, _ := strings.Cut(s.HWMon, "/")
		return hwmonAttribute(file)
	case s.Power != "":
		_, file, _ := strings.Cut(s.Power, "/")
		return powerAttribute(file)
	}
	return attribute{alerts.KindNumber, "%", 1}
}

// hwmonAttribute is what Documentation/hwmon/sysfs-interface.rst says of a file, by the quantity it
// begins with. Alarms and faults are on or off.
func hwmonAttribute(file string) attribute {
	if strings.HasSuffix(file, "_alarm") || strings.HasSuffix(file, "_fault") {
		return attribute{kind: alerts.KindState}
	}
	quantity := strings.TrimRight(file[:strings.IndexByte(file+"_", '_')], "0123456789")
	switch quantity {
	case "temp":
		return attribute{alerts.KindNumber, "C", 1000}
	case "in":
		return attribute{alerts.KindNumber, "V", 1000}
	case "curr":
		return attribute{alerts.KindNumber, "A", 1000}
	case "power":
		return attribute{alerts.KindNumber, "W", 1e6}
	case "energy":
		return attribute{alerts.KindNumber, "J", 1e6}
	case "humidity":
		return attribute{alerts.KindNumber, "%", 1000}
	case "fan":
		return attribute{alerts.KindNumber, "rpm", 1}
	case "freq":
		return attribute{alerts.KindNumber, "Hz", 1}
	}
	return attribute{alerts.KindNumber, "", 1}
}

// powerAttribute is what Documentation/ABI/testing/sysfs-class-power says of a file.
func powerAttribute(file string) attribute {
	switch file {
	case "status", "health", "type", "technology", "charge_type", "charge_behaviour", "capacity_level", "model_name", "manufacturer", "scope", "usb_type":
		return attribute{kind: alerts.KindText}
	case "online", "present", "authentic":
		return attribute{kind: alerts.KindState}
	case "charge_control_start_threshold", "charge_control_end_threshold":
		return attribute{alerts.KindNumber, "%", 1}
	}
	quantity, _, _ := strings.Cut(file, "_")
	switch quantity {
	case "capacity":
		return attribute{alerts.KindNumber, "%", 1}
	case "voltage":
		return attribute{alerts.KindNumber, "V", 1e6}
	case "current":
		return attribute{alerts.KindNumber, "A", 1e6}
	case "power":
		return attribute{alerts.KindNumber, "W", 1e6}
	case "energy":
		return attribute{alerts.KindNumber, "Wh", 1e6}
	case "charge":
		return attribute{alerts.KindNumber, "Ah", 1e6}
	case "temp":
		return attribute{alerts.KindNumber, "C", 10}
	case "time":
		return attribute{alerts.KindNumber, "s", 1}
	}
	return attribute{alerts.KindNumber, "", 1}
}
