package sysfs

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"smppagent/internal/alerts"
)

// Found is something that can be a sensor.
type Found struct {
	Name    string         // a name for its [sensor.NAME] table: lower case letters, digits and "-"
	Sensor  Sensor         // what to write into the table
	Reading alerts.Reading // what it shows now; not Good when it is there and cannot be read
}

// Discover lists what the machine below root has, temperatures first, the disk and the memory last. It
// reads everything once, which takes 0.75 s for each 1-Wire thermometer.
func Discover(root string) []Found {
	if root == "" {
		root = "/"
	}
	var candidates []Sensor
	zones, chips := thermalZones(root), hwmonDevices(root)
	for _, z := range zones {
		candidates = append(candidates, Sensor{Thermal: address(zones, z)})
	}
	for _, pattern := range []string{"temp*_input", "humidity*_input", "fan*_input", "in*_lcrit_alarm"} {
		for _, c := range chips {
			for _, file := range glob(c.dir, pattern) {
				candidates = append(candidates, Sensor{HWMon: address(chips, c) + "/" + file})
			}
		}
	}
	for _, w := range glob(filepath.Join(root, w1Bus), "*-*") {
		if checkW1(w) == "" {
			candidates = append(candidates, Sensor{W1: w})
		}
	}
	for _, supply := range glob(filepath.Join(root, powerClass), "*") {
		for _, file := range []string{"capacity", "online", "status"} {
			if _, err := os.Stat(filepath.Join(root, powerClass, supply, file)); err == nil {
				candidates = append(candidates, Sensor{Power: supply + "/" + file})
			}
		}
	}
	candidates = append(candidates, Sensor{Disk: "/"}, Sensor{Memory: true})

	var found []Found
	taken := map[string]bool{}
	for _, s := range candidates {
		s.Every, s.Scale = Default().Every, Default().Scale
		name := unique(taken, suggestName(s))
		found = append(found, Found{name, s, newProbe(root, name, s).read(time.Now())})
	}
	sort.SliceStable(found, func(i, j int) bool { return rank(found[i]) < rank(found[j]) })
	return found
}

// rank puts temperatures that can be read first, and what cannot be read behind all the rest.
func rank(f Found) int {
	switch {
	case f.Reading.Quality != alerts.Good:
		return 3
	case f.Reading.Unit == "C":
		return 0
	case f.Sensor.Disk == "" && !f.Sensor.Memory:
		return 1
	}
	return 2
}

// address is how d is written so that no other of all is meant.
func address(all []device, d device) string {
	if _, err := find(all, "", d.name); err != nil {
		return d.name + "@" + d.which
	}
	return d.name
}

func glob(dir, pattern string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // not on this machine
	}
	var files []string
	for _, e := range entries {
		if ok, err := filepath.Match(pattern, e.Name()); ok && err == nil {
			files = append(files, e.Name())
		}
	}
	return files
}

// suggestName makes a name of what the sensor reads: "coretemp-temp1", "bat0-capacity", "disk".
func suggestName(s Sensor) string {
	name := "memory"
	switch {
	case s.Thermal != "":
		name = s.Thermal
	case s.HWMon != "":
		name = strings.TrimSuffix(s.HWMon, "_input")
	case s.Power != "":
		name = s.Power
	case s.W1 != "":
		name = s.W1
	case s.Disk != "":
		name = "disk"
	}
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, strings.ToLower(name)), "-")
}

const maxName = 28 // of the 32 that a sensor's name may have

// unique makes name one that is not taken.
func unique(taken map[string]bool, name string) string {
	if name == "" {
		name = "sensor"
	}
	name = name[:min(len(name), maxName)]
	try := name
	for i := 2; taken[try]; i++ {
		try = fmt.Sprintf("%s-%d", name, i)
	}
	taken[try] = true
	return try
}
