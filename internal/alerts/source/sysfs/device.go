package sysfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	thermalClass = "sys/class/thermal"
	hwmonClass   = "sys/class/hwmon"
	powerClass   = "sys/class/power_supply"
)

// device is a directory of a class with the name it gives itself. Its number in the class changes from
// boot to boot, so nothing is found by it.
type device struct {
	dir   string
	name  string
	which string // tells devices of one name apart
}

func thermalZones(root string) []device {
	return devices(filepath.Join(root, thermalClass), "thermal_zone", "type", filepath.Base)
}

// hwmonDevices are told apart by what they belong to: nvme0, coretemp.0, 0-0048.
func hwmonDevices(root string) []device {
	return devices(filepath.Join(root, hwmonClass), "hwmon", "name", func(dir string) string {
		if target, err := os.Readlink(filepath.Join(dir, "device")); err == nil {
			return filepath.Base(target)
		}
		return filepath.Base(dir)
	})
}

func devices(class, prefix, nameFile string, which func(dir string) string) []device {
	entries, err := os.ReadDir(class)
	if err != nil {
		return nil // no such class on this machine: find says that the device is not there
	}
	var found []device
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		dir := filepath.Join(class, e.Name())
		if name, err := readLine(filepath.Join(dir, nameFile)); err == nil {
			found = append(found, device{dir, name, which(dir)})
		}
	}
	return found
}

// find gives the directory of the one device that is meant by NAME or NAME@WHICH.
func find(all []device, what, spec string) (string, error) {
	name, which := splitName(spec)
	same := slices.DeleteFunc(slices.Clone(all), func(d device) bool {
		return d.name != spec && (d.name != name || which != "" && d.which != which)
	})
	switch len(same) {
	case 0:
		return "", fmt.Errorf("there is no %s %q: there is %s", what, spec, names(all))
	case 1:
		return same[0].dir, nil
	}
	var choices []string
	for _, d := range same {
		choices = append(choices, fmt.Sprintf("%q", d.name+"@"+d.which))
	}
	return "", fmt.Errorf("there is more than one %s %q: write one of %s", what, name, strings.Join(choices, ", "))
}

// names lists what there is, for the reason why something else was not found.
func names(all []device) string {
	var have []string
	for _, d := range all {
		have = append(have, d.name)
	}
	slices.Sort(have)
	switch have = slices.Compact(have); {
	case len(have) == 0:
		return "none"
	case len(have) > maxNames:
		have = append(have[:maxNames], "…")
	}
	return strings.Join(have, ", ")
}

const maxNames = 10

// checkFault is an error when the chip itself says that the input is broken: temp1_fault beside
// temp1_input (Documentation/hwmon/sysfs-interface.rst).
func checkFault(dir, file string) error {
	channel, ok := strings.CutSuffix(file, "_input")
	if !ok {
		return nil
	}
	if fault, err := readLine(filepath.Join(dir, channel+"_fault")); err == nil && fault != "0" {
		return errors.New(channel + "_fault is on: the sensor is open, shorted or not connected")
	}
	return nil
}

// readLine reads a file of one line.
func readLine(name string) (string, error) {
	b, err := readWhole(name)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(b)), nil
}

const maxFile = 64 << 10 // a page for a file of sysfs, about 2 KiB for /proc/meminfo

// readWhole reads a file of lines. What is empty or ends within a line is no reading: the kernel ends
// every file with a line feed.
func readWhole(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	switch {
	case err != nil:
		return nil, fileError(name, err)
	case len(bytes.TrimSpace(b)) == 0:
		return nil, fmt.Errorf("%s is empty", name)
	case b[len(b)-1] != '\n':
		return nil, fmt.Errorf("%s was cut: it does not end with a line feed", name)
	}
	return b, nil
}

// fileError says what is wrong with a file: its name and the kernel's reason, without the call.
func fileError(name string, err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}
