package alerts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"smppagent/internal/sms"
)

// Check reports everything that is wrong with c: the key with its path from the root of config.toml,
// such as "alert.freezer.when", and what would be right. sensors are the configured [sensor.NAME]; the
// names in [push] sensors come on top.
func (c Config) Check(sensors map[string]Sensor, bad func(key, problem string)) {
	if sensors == nil {
		sensors = map[string]Sensor{}
	}
	c.compile(sensors, bad)
}

// plan is a Config understood: what the engine works by. It never changes.
type plan struct {
	site     string
	zone     *time.Location
	people   directory
	rules    []*rule // in the order of their names
	bySensor map[string][]int
	push     pushPlan
}

type pushPlan struct {
	to      []string
	class   sms.Class
	repeat  []time.Duration
	sensors []string
	maxOpen int
}

func (c Config) compile(sensors map[string]Sensor, bad func(key, problem string)) *plan {
	p := &plan{site: c.Site.Name, bySensor: map[string][]int{}}
	p.zone = c.Site.check(bad)
	p.people = c.directory(bad)
	if sensors != nil {
		sensors = maps.Clone(sensors)
	}
	p.push = c.Push.compile(sensors, p.people, bad)
	for _, own := range ownFields {
		if _, taken := sensors[own]; taken {
			bad("sensor."+own, fmt.Sprintf("{%s} means something else in texts: give the sensor another name", own))
		}
	}
	for i, name := range slices.Sorted(maps.Keys(c.Alerts)) {
		r := c.Alerts[name].compile(name, sensors, p.people, bad)
		p.rules = append(p.rules, r)
		for _, s := range r.watched {
			p.bySensor[s] = append(p.bySensor[s], i)
		}
	}
	return p
}

const maxSite = 20

func (s Site) check(bad func(key, problem string)) *time.Location {
	switch n := utf8.RuneCountInString(s.Name); {
	case strings.TrimSpace(s.Name) == "":
		bad("site.name", `there is no name, and every text begins with it: write for example "Cabin"`)
	case n > maxSite:
		bad("site.name", fmt.Sprintf("%d characters are more than %d: every text begins with it", n, maxSite))
	case strings.ContainsFunc(s.Name, unicode.IsControl) || !utf8.ValidString(s.Name):
		bad("site.name", "it must be plain text in one line")
	}
	zone, err := s.Location()
	if err != nil {
		bad("site.timezone", fmt.Sprintf(`%q is no time zone that this machine knows: write for example "Europe/Sofia" or "UTC"`, s.Timezone))
	}
	return zone
}

// Location is the zone that Timezone names; the machine's when it names none, and beside an error.
func (s Site) Location() (*time.Location, error) {
	if s.Timezone == "" {
		return time.Local, nil
	}
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return time.Local, fmt.Errorf("alerts: site.timezone: %w", err)
	}
	return zone, nil
}

func (c PushConfig) compile(sensors map[string]Sensor, d directory, bad func(key, problem string)) pushPlan {
	p := pushPlan{repeat: c.Repeat, sensors: c.Sensors, maxOpen: c.MaxOpen}
	var problems []string
	if p.to, problems = d.resolve(c.To); len(c.To) == 0 {
		p.to = d.everybody()
	}
	for _, problem := range problems {
		bad("push.to", problem)
	}
	var err error
	if p.class, err = parseClass(c.Class, defaultClass); err != nil {
		bad("push.class", err.Error())
	}
	checkRepeat(c.Repeat, p.class, func(problem string) { bad("push.repeat", problem) })
	if c.MaxOpen < 1 || c.MaxOpen > 1000 {
		bad("push.max_open", fmt.Sprintf("%d must be 1 to 1000", c.MaxOpen))
	}
	for _, name := range c.Sensors {
		if err := checkName(name); err != nil {
			bad("push.sensors", err.Error())
		}
		if _, taken := sensors[name]; taken {
			bad("push.sensors", fmt.Sprintf("%q is a [sensor.%s] as well: choose another name", name, name))
		} else if sensors != nil {
			sensors[name] = Sensor{Fields: []string{"text"}}
		}
	}
	return p
}
