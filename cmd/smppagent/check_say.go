package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"smppagent/internal/alerts"
	"smppagent/internal/alerts/source/sysfs"
	"smppagent/internal/smpp"
)

// said is what a config makes the agent do, as check says it back.
type said struct {
	Site    string           `json:"site"`
	Sensors []saidSensor     `json:"sensors"`
	Alerts  []alerts.Preview `json:"alerts"`
	Push    saidPush         `json:"push"`
	SMSC    []saidSMSC       `json:"smsc"` // in the order in which they are preferred
	Ports   []saidPort       `json:"ports,omitempty"`
	Queue   saidQueue        `json:"queue"`
}

type saidSensor struct {
	Name  string `json:"name"`
	Reads string `json:"reads"` // as in its table: disk = "/"
	Unit  string `json:"unit"`
	Every string `json:"every"`
}

type saidPush struct {
	To    []string `json:"to"` // people and groups; empty is everybody
	Class string   `json:"class"`
}

type saidSMSC struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	SystemID string `json:"system_id"`
	Bind     string `json:"bind"`
	Profile  string `json:"profile,omitempty"`
	Order    int    `json:"order"`
	Weight   int    `json:"weight"`
	TLS      bool   `json:"tls"`
	Note     string `json:"note,omitempty"` // why texts may not leave
}

type saidQueue struct {
	Dir    string `json:"dir"`
	Octets int64  `json:"octets"` // on flash, at most
	// AtRisk is for how long telemetry that was taken may be lost with the power; no other class ever is.
	AtRisk time.Duration `json:"telemetry_at_risk,omitempty"`
	Sealed bool          `json:"sealed"` // with a key
	Full   string        `json:"when_full"`
}

// words says what the queue does for its messages beyond keeping them.
func (q *saidQueue) words() string {
	words := "every message is on flash before it is accepted"
	if q.AtRisk > 0 {
		words += fmt.Sprintf("; telemetry may be lost with the power for %v, no other class", q.AtRisk)
	}
	if q.Sealed {
		words += "; sealed with a key"
	}
	if q.Full == "refuse" {
		return words + "; when it is full new ones are refused"
	}
	return words + "; when it is full the oldest of the lowest class goes first"
}

// say tells what the config makes the agent do. The config must have no problems.
func (c *config) say() *said {
	s := &said{
		Site:   c.Site.Name,
		Alerts: c.Preview(c.sensors()),
		Push:   saidPush{To: append([]string{}, c.Push.To...), Class: c.Push.Class},
		Queue: saidQueue{
			Dir: c.Queue.Dir, Octets: int64(c.Queue.SegmentSize) * int64(c.Queue.Segments), AtRisk: c.Queue.AtRisk(),
			Sealed: c.Queue.KeyFile != "" || c.Queue.KeyCredential != "", Full: c.Queue.WhenFull,
		},
	}
	for _, name := range slices.Sorted(maps.Keys(c.Sensor)) {
		sensor := c.Sensor[name]
		s.Sensors = append(s.Sensors, saidSensor{name, reads(sensor), sensor.Describe().Unit, plainDuration(sensor.Every)})
	}
	for _, l := range c.links() {
		a := l.Account
		s.SMSC = append(s.SMSC, saidSMSC{
			l.Name, a.Address, a.SystemID, a.Bind, c.SMSC[l.Name].Base, l.Rank.Order, l.Rank.Weight, a.TLS.Enabled, linkNote(a),
		})
	}
	for i := range c.Virtual {
		s.Ports = append(s.Ports, sayPort(&c.Virtual[i]))
	}
	return s
}

// linkNote says what in an account that has no problems keeps texts from leaving, or may.
func linkNote(c smpp.Config) string {
	if c.Bind == smpp.BindReceiver {
		return `NO text can leave: bind = "receiver" only receives`
	}
	if c.PrivateOnly() {
		return "without TLS it connects to private addresses only, unless insecure = true"
	}
	return ""
}

// reads says what a sensor reads, as its table does. A sensor that was checked reads one thing.
func reads(s sysfs.Sensor) string {
	kind := strings.Join(s.Kinds(), " ")
	for _, value := range []string{s.Thermal, s.HWMon, s.Power, s.Disk, s.W1} {
		if value != "" {
			return kind + " " + value
		}
	}
	return kind
}

// plainDuration is d without the zero units that its String adds: "2m", not "2m0s".
func plainDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// print says it in words.
func (s *said) print(w io.Writer) {
	fmt.Fprintf(w, "site %s\n\n", s.Site)
	for _, x := range s.Sensors {
		unit := ""
		if x.Unit != "" {
			unit = " in " + x.Unit
		}
		fmt.Fprintf(w, "sensor %s: %s%s, every %s\n", x.Name, x.Reads, unit, x.Every)
	}
	for _, x := range s.Alerts {
		fmt.Fprintf(w, "\nalert %s: %s\n", x.Alert, x.Words)
		for _, t := range x.Texts {
			fmt.Fprintf(w, "  %-8s %q\n%11s%s\n", t.Reason, t.Text, "", sizeWords(t))
		}
	}
	to := "everybody"
	if len(s.Push.To) > 0 {
		to = strings.Join(s.Push.To, ", ")
	}
	fmt.Fprintf(w, "\npush: %s to %s, unless it says otherwise\n", s.Push.Class, to)
	for _, x := range s.SMSC {
		tls := "without TLS"
		if x.TLS {
			tls = "with TLS"
		}
		fmt.Fprintf(w, "smsc %s: %s as %q at %s, %s", x.Name, x.Bind, x.SystemID, x.Address, tls)
		if x.Profile != "" {
			fmt.Fprintf(w, ", profile %s", x.Profile)
		}
		if len(s.SMSC) > 1 {
			fmt.Fprintf(w, ", order %d, weight %d", x.Order, x.Weight)
		}
		fmt.Fprintln(w)
		if x.Note != "" {
			fmt.Fprintf(w, "  %s\n", x.Note)
		}
	}
	for _, x := range s.Ports {
		x.print(w)
	}
	fmt.Fprintf(w, "queue: up to %.1f MB in %s\n  %s\n\n", float64(s.Queue.Octets)/1e6, s.Queue.Dir, s.Queue.words())
}

// sizeWords says how long a text is with the longest values in it.
func sizeWords(t alerts.PreviewText) string {
	words := fmt.Sprintf("%d segment", t.Parts)
	if t.Parts != 1 {
		words += "s"
	}
	words += " of " + t.Alphabet.String()
	if t.Costly != "" {
		words += " because of " + strconv.Quote(t.Costly) + ": 70 characters each instead of 160"
	}
	if t.Cut > 0 {
		words += fmt.Sprintf("; up to %d characters do not fit and are cut", t.Cut)
	}
	return words
}
