// Package sysfs reads the sensors that Linux shows as files: temperatures, voltages and alarms of
// hwmon, thermal zones, power supplies, 1-Wire thermometers, and how full a disk and the memory are. It
// only reads, never faster than it was told, and does not judge what a value means.
package sysfs

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"smppagent/internal/alerts"
)

// Source reads a set of sensors, each one every so often.
type Source struct {
	root    string
	sensors map[string]Sensor
	log     *slog.Logger
}

var _ alerts.Source = (*Source)(nil)

// New makes a source of sensors, by their names in the configuration, which must have passed Check.
// Every path is looked up below root: "/" or "" on a machine, a copy of its files in a test. It starts nothing.
func New(root string, sensors map[string]Sensor, log *slog.Logger) *Source {
	if root == "" {
		root = "/"
	}
	return &Source{root: root, sensors: maps.Clone(sensors), log: log}
}

// Run reads every sensor at once and then at its interval until ctx ends, and gives each reading to
// emit: quality Good, or Bad with the reason when there is no value to be had or it cannot be true. It
// returns nil when every read it began has come back. A device or a network share that does not answer
// can hold up a read for as long as the kernel waits; its sensors are silent until then, the others are not.
func (s *Source) Run(ctx context.Context, emit func(context.Context, alerts.Reading) error) error {
	var wg sync.WaitGroup
	for _, lane := range s.lanes() {
		wg.Go(func() { s.poll(ctx, lane, emit) })
	}
	<-ctx.Done()
	wg.Wait()
	return nil
}

// lanes parts the sensors into those that may wait for each other: the 1-Wire thermometers, which take
// 0.75 s each and share a bus; each disk; and each device, since a drive that dies, or a chip on a bus that
// is stuck, may not answer for as long as the kernel has patience.
func (s *Source) lanes() [][]*probe {
	byLane := map[string][]*probe{}
	for _, name := range slices.Sorted(maps.Keys(s.sensors)) {
		p := newProbe(s.root, name, s.sensors[name])
		lane := ""
		switch {
		case p.sensor.W1 != "":
			lane = "w1"
		case p.sensor.Disk != "":
			lane = "disk " + p.sensor.Disk
		case p.sensor.HWMon != "":
			device, _, _ := strings.Cut(p.sensor.HWMon, "/")
			lane = "hwmon " + device
		case p.sensor.Power != "":
			supply, _, _ := strings.Cut(p.sensor.Power, "/")
			lane = "power " + supply
		case p.sensor.Thermal != "":
			lane = "thermal " + p.sensor.Thermal
		}
		byLane[lane] = append(byLane[lane], p)
	}
	return slices.Collect(maps.Values(byLane))
}

// poll reads the probes of one lane when they are due.
func (s *Source) poll(ctx context.Context, lane []*probe, emit func(context.Context, alerts.Reading) error) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		for _, p := range lane {
			if ctx.Err() != nil {
				return
			}
			if time.Until(p.due) <= 0 {
				s.report(ctx, p, emit)
			}
		}
		next := slices.MinFunc(lane, func(a, b *probe) int { return a.due.Compare(b.due) })
		timer.Reset(time.Until(next.due))
	}
}

// report reads p, tells, and logs what has changed.
func (s *Source) report(ctx context.Context, p *probe, emit func(context.Context, alerts.Reading) error) {
	was := p.last
	r := p.read(time.Now())
	switch {
	case r.Quality == alerts.Bad && (was.Quality != alerts.Bad || was.Reason != r.Reason):
		s.log.Warn("sensor cannot be read", "sensor", p.name, "reason", r.Reason)
	case r.Quality == alerts.Good && was.Quality == alerts.Bad:
		s.log.Info("sensor can be read again", "sensor", p.name)
	}
	refusal := ""
	if err := emit(ctx, r); err != nil && ctx.Err() == nil {
		refusal = err.Error()
	}
	if refusal != "" && refusal != p.refusal {
		s.log.Warn("reading refused", "sensor", p.name, "error", refusal)
	}
	p.refusal = refusal
}
