package alerts

import (
	"maps"
	"slices"
)

// Sensor is what the configuration says about a sensor, as far as rules and texts care.
type Sensor struct {
	Unit   string   // "C", "%"; may be empty
	Kind   Kind     // what it shows; KindNone: not known beforehand
	Fields []string // the parts that its events have: "caller", "seconds"
}

func sensorNames(sensors map[string]Sensor) []string {
	return slices.Sorted(maps.Keys(sensors))
}
