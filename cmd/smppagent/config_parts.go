package main

import (
	"path/filepath"
	"slices"
	"time"

	"smppagent/internal/alerts"
	"smppagent/internal/bridge"
	"smppagent/internal/queue"
	"smppagent/internal/sms"
)

// queueConfig returns the table [queue], its directory known, with what the program knows of itself: a
// clock that shows a time before the program's own commit is wrong.
func (c *config) queueConfig() queue.Config {
	q := c.Queue
	q.Program = programName
	if t, err := time.Parse(time.RFC3339, buildVersion().Time); err == nil && t.After(q.ClockFloor) {
		q.ClockFloor = t
	}
	return q
}

// alertsDir is where the incidents are kept.
func (c *config) alertsDir() string { return filepath.Join(c.Agent.StateDir, "alerts") }

// spoolDir is where raise, clear and event leave what they have to say while the agent is down.
func (c *config) spoolDir() string { return filepath.Join(c.Agent.StateDir, "spool") }

// forward returns the people to whom inbound short messages are forwarded: those that route.forward
// names.
func (c *config) forward() ([]bridge.Person, error) {
	var people []bridge.Person
	var seen []string
	var add func(names alerts.Names) error
	add = func(names alerts.Names) error {
		for _, name := range names {
			if slices.Contains(seen, name) {
				continue
			}
			seen = append(seen, name)
			if p, ok := c.People[name]; ok {
				phone, err := sms.ParseAddress(p.Phone)
				if err != nil {
					return err
				}
				people = append(people, bridge.Person{Name: name, Phone: phone})
			} else if err := add(c.Groups[name]); err != nil {
				return err
			}
		}
		return nil
	}
	if c.Route.Forward == "" {
		return nil, nil
	}
	return people, add(alerts.Names{c.Route.Forward})
}
