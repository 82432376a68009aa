package sim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"smppagent/internal/pdu"
)

// Faults is what an SMSC does wrong at the moment. All methods may be called at any time by anybody.
type Faults struct {
	changed func() // called after Set, without mu

	mu     sync.Mutex
	rng    *rand.Rand
	active map[string]*fault
}

// fault is one fault that is switched on.
type fault struct {
	kind   faultKind
	value  string        // as it was written
	left   int           // times still to happen, forever when negative
	chance float64       // 0 to 1 each time, when not 0
	by     time.Duration // of delay
	until  time.Time     // of period; zero: until switched off
	status pdu.Status    // of status
	rate   int           // of pace: a second; 0: not by pace
	second time.Time     // of pace: the second being counted
	count  int           // of pace: in that second
}

const forever = -1

func newFaults(seed uint64, changed func()) *Faults {
	return &Faults{changed: changed, rng: rand.New(rand.NewPCG(seed, 0x736d7070)), active: map[string]*fault{}}
}

// Set switches faults on and off: name=value, separated by commas, for example
// "throttle=5,mute=10s,drop-after=3,late=15s,garbage=1%". A name alone is name=on. "off" alone
// switches everything off. Either all of text is taken or, with an error that says what would be
// right, nothing.
func (f *Faults) Set(text string) error {
	defer f.changed()
	if strings.TrimSpace(text) == "off" {
		f.mu.Lock()
		defer f.mu.Unlock()
		clear(f.active)
		return nil
	}
	now := time.Now()
	var set []*fault
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		name, value, given := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !given {
			value = "on"
		}
		kind, ok := findFault(name)
		if !ok {
			return fmt.Errorf("sim: unknown quirk %q; there are %s", name, strings.Join(FaultNames(), ", "))
		}
		one, err := parseFault(kind, value, now)
		if err != nil {
			return fmt.Errorf("sim: quirk %s=%s: %w", name, value, err)
		}
		set = append(set, one)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range set {
		if one.left == 0 {
			delete(f.active, one.kind.name)
		} else {
			f.active[one.kind.name] = one
		}
	}
	return nil
}

// Active returns the faults that are switched on, as Set takes them, in alphabetical order.
func (f *Faults) Active() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	var list []string
	for name, one := range f.active {
		if !one.over(now) {
			list = append(list, name+"="+one.rest())
		}
	}
	slices.Sort(list)
	return list
}

// rest returns the value with what is still to come of it.
func (one *fault) rest() string {
	switch {
	case one.left < 0:
		return one.value
	case one.kind.unit == delay || one.kind.unit == status:
		value, _, _ := strings.Cut(one.value, "*")
		return value + "*" + strconv.Itoa(one.left)
	}
	return strconv.Itoa(one.left)
}

// FaultNames returns the name of every fault.
func FaultNames() []string {
	names := make([]string, len(faultList))
	for i, k := range faultList {
		names[i] = k.name
	}
	return names
}

// FaultHelp explains every fault, one a line, with its row in docs/interop.md, where it has one, and the
// section of SMPP 3.4 that it is about.
func FaultHelp() string {
	values := map[faultUnit]string{perEvent: "=N|P%", nth: "=N|P%", pace: "=N|P%|N/s", period: "=10s",
		delay: "=10s[*N]", status: "=ESME_…[*N]", groups: "=N", most: "=N"}
	var b strings.Builder
	for _, k := range faultList {
		section := k.section
		if !strings.HasPrefix(section, "App.") {
			section = "§" + section
		}
		if k.pitfall != "" {
			section = "pitfall " + k.pitfall + ", " + section
		}
		fmt.Fprintf(&b, "  %-30s %s (%s)\n", k.name+values[k.unit], k.help, section)
	}
	return b.String()
}

// Pitfalls returns for every quirk that real SMSCs have the numbers of its rows in docs/interop.md.
func Pitfalls() map[string][]int {
	all := map[string][]int{}
	for _, k := range faultList {
		for number := range strings.SplitSeq(k.pitfall, ",") {
			if n, err := strconv.Atoi(strings.TrimSpace(number)); err == nil {
				all[k.name] = append(all[k.name], n)
			}
		}
	}
	return all
}

func parseFault(kind faultKind, value string, now time.Time) (*fault, error) {
	if value == "on" && kind.usual != "" {
		value = kind.usual
	}
	one := &fault{kind: kind, value: value, left: forever}
	if value == "off" {
		one.left = 0
		return one, nil
	}
	var err error
	switch kind.unit {
	case perEvent, nth, pace:
		if value != "on" {
			err = one.parseOften(value)
		}
	case period:
		if value != "on" {
			var d time.Duration
			if d, err = parseDelay(value); err == nil {
				one.until = now.Add(d)
			}
		}
	case delay:
		value, err = one.parseTimes(value)
		if err == nil {
			one.by, err = parseDelay(value)
		}
	case status:
		value, err = one.parseTimes(value)
		if err == nil {
			one.status, err = parseStatus(value)
		}
	case groups:
		one.count, err = strconv.Atoi(value)
		if err != nil || one.count < 2 || one.count > 1000 {
			err = errors.New("want how many at a time, 2 to 1000, or off")
		}
	case most:
		one.count, err = strconv.Atoi(value)
		if err != nil || one.count < 1 || one.count > 1000 {
			err = errors.New("want how many at most, 1 to 1000, or off")
		}
	}
	return one, err
}

// parseOften reads 3, 10% and, where the kind allows it, 2/s.
func (one *fault) parseOften(value string) (err error) {
	if percent, ok := strings.CutSuffix(value, "%"); ok {
		one.chance, err = strconv.ParseFloat(percent, 64)
		one.chance /= 100
		if err != nil || !(one.chance > 0 && one.chance <= 1) {
			return errors.New("want a chance over 0% and up to 100%")
		}
		return nil
	}
	if rate, ok := strings.CutSuffix(value, "/s"); ok && one.kind.unit == pace {
		one.rate, err = strconv.Atoi(rate)
		if err != nil || one.rate < 1 {
			return errors.New("want how many a second are taken, such as 2/s")
		}
		return nil
	}
	one.left, err = parseCount(value)
	if err != nil && one.kind.unit == pace {
		return errors.New("want a number of times, a chance such as 10%, a pace such as 2/s, on or off")
	}
	return err
}

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1<<30 {
		return 0, errors.New("want a number of times, a chance such as 10%, on or off")
	}
	return n, nil
}

// parseTimes takes the *2 off the end of value.
func (one *fault) parseTimes(value string) (rest string, err error) {
	rest, times, ok := strings.Cut(value, "*")
	if ok {
		one.left, err = strconv.Atoi(times)
		if err != nil || one.left < 1 {
			return "", fmt.Errorf("want a number of times after the *, not %q", times)
		}
	}
	return rest, nil
}

func parseDelay(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, errors.New("want a duration with a unit, such as 10s or 1m30s")
	}
	return d, nil
}

// parseStatus reads the name of a command_status or its number.
func parseStatus(s string) (pdu.Status, error) {
	if n, err := strconv.ParseUint(s, 0, 32); err == nil {
		if n == 0 {
			return 0, errors.New("0 is ESME_ROK, which refuses nothing")
		}
		return pdu.Status(n), nil
	}
	// The names are those of §5.1.3 and of its vendor range, all below 0x500.
	for n := pdu.Status(1); n < 0x500; n++ {
		if n.String() == strings.ToUpper(s) {
			return n, nil
		}
	}
	return 0, errors.New("want a command_status, such as ESME_RSYSERR or 0x00000008")
}
