package alerts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"smppagent/internal/sms"
)

// directory knows the people and the groups.
type directory struct {
	people map[string]sms.Address
	groups map[string]Names
}

// directory reports what is wrong with [people] and [groups] and gives the rest.
func (c Config) directory(bad func(key, problem string)) directory {
	d := directory{people: make(map[string]sms.Address, len(c.People)), groups: c.Groups}
	for _, name := range slices.Sorted(maps.Keys(c.People)) {
		key := "people." + name
		if err := checkName(name); err != nil {
			bad(key, err.Error())
		}
		phone := c.People[name].Phone
		a, err := parsePhone(phone)
		if err != nil {
			bad(key+".phone", err.Error())
		}
		d.people[name] = a
	}
	for _, name := range slices.Sorted(maps.Keys(c.Groups)) {
		key := "groups." + name
		if err := checkName(name); err != nil {
			bad(key, err.Error())
		}
		if _, both := c.People[name]; both {
			bad(key, fmt.Sprintf("%q is a person as well: give the group another name", name))
		}
		if len(c.Groups[name]) == 0 {
			bad(key, `the group is empty: write for example ["ivan", "maria"]`)
		}
		if path := d.cycle([]string{name}); path != nil {
			bad(key, "the group contains itself: "+strings.Join(path, " > "))
			continue
		}
		for _, n := range c.Groups[name] {
			if !d.knows(n) {
				bad(key, d.stranger(n))
			}
		}
	}
	return d
}

// parsePhone reads a person's number: one that rings the same phone wherever the SMSC stands, so neither a
// national number nor a short code nor a name.
func parsePhone(s string) (sms.Address, error) {
	const right = `write the number with its country, for example "+359888123456"`
	if s == "" {
		return sms.Address{}, fmt.Errorf("there is no number: %s", right)
	}
	a, err := sms.ParseAddress(s)
	switch {
	case err != nil:
		return a, fmt.Errorf("%q is no phone number: %s (%s)", s, right, strings.TrimPrefix(err.Error(), "sms: "))
	case a.TON == sms.TONNational:
		return a, fmt.Errorf("%q has no country: %s", s, right)
	case a.TON != sms.TONInternational:
		return a, fmt.Errorf("%q is no phone number: %s", s, right)
	}
	return a, nil
}

func (d directory) knows(name string) bool {
	_, person := d.people[name]
	_, group := d.groups[name]
	return person || group
}

func (d directory) stranger(name string) string {
	known := slices.Sorted(maps.Keys(d.people))
	known = append(known, slices.Sorted(maps.Keys(d.groups))...)
	if len(known) == 0 {
		return fmt.Sprintf("nobody is called %q: [people] is empty", name)
	}
	return fmt.Sprintf("no person or group is called %q%s", name, didYouMean(name, known))
}

// cycle gives the way on which the last group of path leads back to its first, nil when none does.
func (d directory) cycle(path []string) []string {
	for _, n := range d.groups[path[len(path)-1]] {
		if n == path[0] {
			return append(path, n)
		}
		if _, group := d.groups[n]; group && !slices.Contains(path, n) {
			if found := d.cycle(append(slices.Clone(path), n)); found != nil {
				return found
			}
		}
	}
	return nil
}

// resolve gives the people behind names, each once, in order, and what is wrong with the names.
func (d directory) resolve(names []string) (people []string, problems []string) {
	seen := map[string]bool{}
	var walk func(names []string)
	walk = func(names []string) {
		for _, n := range names {
			if seen[n] {
				continue
			}
			seen[n] = true
			if _, ok := d.people[n]; ok {
				people = append(people, n)
			} else if members, ok := d.groups[n]; ok {
				walk(members)
			} else {
				problems = append(problems, d.stranger(n))
			}
		}
	}
	walk(names)
	return people, problems
}

// everybody gives all people in the order of their names.
func (d directory) everybody() []string { return slices.Sorted(maps.Keys(d.people)) }

// present gives those names that are people of the configuration.
func (d directory) present(names []string) []string {
	var out []string
	for _, n := range names {
		if _, ok := d.people[n]; ok {
			out = append(out, n)
		}
	}
	return out
}

// recipients gives the people who are still in the configuration with their phones.
func (d directory) recipients(names []string) []Recipient {
	var out []Recipient
	for _, n := range names {
		if a, ok := d.people[n]; ok && !a.IsZero() {
			out = append(out, Recipient{Name: n, Phone: a})
		}
	}
	return out
}
