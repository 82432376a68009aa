package alerts

import (
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// readConfig decodes a document over the defaults; an unknown key is an error, as it is in the agent.
func readConfig(t *testing.T, doc string) Config {
	t.Helper()
	c := Default()
	meta, err := toml.Decode(doc, &c)
	if err != nil {
		t.Fatal(err)
	}
	if u := meta.Undecoded(); len(u) > 0 {
		t.Fatalf("not decoded: %v", u)
	}
	return c
}

func problems(c Config, sensors map[string]Sensor) []string {
	var out []string
	c.Check(sensors, func(key, problem string) { out = append(out, key+": "+problem) })
	return out
}

var cabinSensors = map[string]Sensor{
	"freezer":   {Unit: "C", Kind: KindNumber},
	"cellar":    {Unit: "C", Kind: KindNumber},
	"water":     {Kind: KindState},
	"mains":     {Kind: KindText},
	"voicemail": {Fields: []string{"caller", "seconds"}},
}

const cabin = `
[site]
name = "Cabin"
timezone = "UTC"

[people.ivan]
phone = "+359 88 8123456"
[people.maria]
phone = "+359888000111"

[groups]
family = ["ivan", "maria"]
all = "family, maria"

[alert.flood]
class = "emergency"
when = "water on for 3s"
text = "Water in the cellar!"
clear = "Cellar is dry again."
to = "all"
repeat = ["10m", "30m"]

[alert.freezer]
class = "alarm"
when = "freezer above -12 for 20m"
until = "freezer below -15"
text = "Freezer {freezer} {freezer.unit} and rising."
clear = "Freezer back at {freezer} after {duration}, peak {freezer.max}."
to = ["ivan", "family"]

[alert.backup]
when = "backup on"
text = "Backup: {backup.text}"
to = "ivan"

[alert.voicemail]
class = "info"
when = "voicemail new"
text = "Voicemail from {voicemail.caller}, {voicemail.seconds}s."
to = "maria"

[push]
sensors = "backup"
`

func TestCheckGood(t *testing.T) {
	c := readConfig(t, cabin)
	if p := problems(c, cabinSensors); len(p) > 0 {
		t.Errorf("%s", strings.Join(p, "\n"))
	}
	p := c.compile(cabinSensors, func(string, string) {})
	if got := p.rules[1].to; !slices.Equal(got, []string{"ivan", "maria"}) {
		t.Errorf("flood goes to %v", got)
	}
	if got := p.push.to; !slices.Equal(got, []string{"ivan", "maria"}) {
		t.Errorf("pushes go to %v", got)
	}
	if got := p.people.people["ivan"].String(); got != "+359888123456" {
		t.Errorf("ivan is at %s", got)
	}
}

func TestCheckReportsEverything(t *testing.T) {
	c := readConfig(t, `
[site]
name = "A name that is far too long"
timezone = "Europe/Sofya"

[people.ivan]
phone = "0888"
[people."bad name"]
phone = "+359888000111"
[people.maria]
phone = "Maria"
[people.national]
phone = "0888 123 456"
[people.nophone]

[groups]
loop = ["pool"]
pool = "loop"
ivan = "maria"
none = []
typo = ["mraia"]

[alert.freezer]
when = "frezer above -12 for 20m"
until = "freezer below"
class = "alarn"
text = "Freezer {frezer} {freezer.peak}"
clear = "Back {"
to = ["ivna"]
repeat = [5, "1000h"]

[alert.over]
when = "freezer above 3"
until = "freezer below 5"
text = "x"
to = "ivan"

[alert.event]
when = "voicemail new or water on"
until = "water off"
text = "x {duration.max}"
clear = "y"
class = "info"
repeat = ["10m"]
to = "ivan"

[alert.kind]
when = "water above 3 and cellar new and freezer has OB"
text = " "

[push]
to = "nobody"
class = "loud"
sensors = ["freezer", "a b"]
max_open = 0
repeat = ["1s"]
`)
	sensors := map[string]Sensor{"site": {}}
	for k, v := range cabinSensors {
		sensors[k] = v
	}
	got := problems(c, sensors)
	want := []string{
		`site.name: 27 characters are more than 20`,
		`site.timezone: "Europe/Sofya" is no time zone`,
		`people.bad name: "bad name" is no name`,
		`people.ivan.phone: "0888" is no phone number: write the number with its country`,
		`people.maria.phone: "Maria" is no phone number`,
		`people.national.phone: "0888 123 456" has no country: write the number with its country`,
		`people.nophone.phone: there is no number`,
		`groups.ivan: "ivan" is a person as well`,
		`groups.loop: the group contains itself: loop > pool > loop`,
		`groups.none: the group is empty`,
		`groups.pool: the group contains itself: pool > loop > pool`,
		`groups.typo: no person or group is called "mraia"; did you mean "maria"?`,
		`push.to: no person or group is called "nobody"`,
		`push.class: "loud" is no class`,
		`push.repeat: 1s is below 1m`,
		`push.max_open: 0 must be 1 to 1000`,
		`push.sensors: "freezer" is a [sensor.freezer] as well`,
		`push.sensors: "a b" is no name`,
		`sensor.site: {site} means something else`,
		`alert.event.when: "new" happens and does not last: it cannot stand beside "or"`,
		`alert.event.until: "new" happens and does not last, so there is nothing to end`,
		`alert.event.clear: "new" happens and does not last, so there is nothing to end`,
		`alert.event.repeat: "new" happens and does not last, so there is nothing to end`,
		`alert.event.text: column 3: {duration.max} is no field`,
		`alert.event.repeat: class info is not repeated`,
		`alert.freezer.when: column 1: there is no sensor "frezer"; did you mean "freezer"?`,
		`alert.freezer.until: column 14: a number must follow "below"`,
		`alert.freezer.class: "alarn" is no class: write emergency, alarm, warning, info, telemetry; did you mean "alarm"?`,
		`alert.freezer.text: column 9: {frezer} is neither a sensor nor one of {site}, {duration}, {count}; did you mean "freezer"?`,
		`alert.freezer.clear: column 6: "{" is never closed`,
		`alert.freezer.to: no person or group is called "ivna"; did you mean "ivan"?`,
		`alert.freezer.repeat: 5ns is below 1m: write a number and a unit, for example "10m"`,
		`alert.freezer.repeat: 1000h0m0s is above 168h`,
		`alert.kind.when: column 1: water shows on or off, which is never "above"`,
		`alert.kind.when: column 19: cellar shows a number and has no events`,
		`alert.kind.when: column 34: freezer shows a number, which is never "has"`,
		`alert.kind.text: there is no text`,
		`alert.kind.to: nobody is told`,
		`alert.over.until: "freezer below 5" can be true while "freezer above 3" still is`,
	}
	for _, w := range want {
		n := slices.IndexFunc(got, func(g string) bool { return strings.HasPrefix(g, w) })
		if n < 0 {
			t.Errorf("not reported: %s", w)
			continue
		}
		got = slices.Delete(got, n, n+1)
	}
	for _, g := range got {
		t.Errorf("reported as well: %s", g)
	}
}

func TestCheckFields(t *testing.T) {
	for text, want := range map[string]string{
		"{freezer.peak}":          `column 1: {freezer.peak}: freezer has no "peak", but unit, at, min, max`,
		"a {voicemail.calller}":   `column 3: {voicemail.calller}: voicemail has no "calller", but unit, at, min, max, caller, seconds; did you mean "caller"?`,
		"{durations}":             `column 1: {durations} is neither a sensor nor one of {site}, {duration}, {count}; did you mean "duration"?`,
		"{count.x}":               `column 1: {count.x} is no field: {count} has no parts`,
		"} x":                     `column 1: "}" without "{": for the brace itself write "}}"`,
		"ä {}":                    `column 3: {} is no field`,
		"{a b}":                   `column 1: {a b} is no field`,
		strings.Repeat("x", 1001): `column 1: 1001 octets`,
		"{{freezer}} {freezer}}}": "",
	} {
		tpl, err := parseTemplate(text)
		if err == nil {
			err = tpl.check(cabinSensors)
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%.40q: %v; want %q", text, err, want)
		}
	}
	tpl, _ := parseTemplate("{{a}} {freezer}}} {freezer.max}")
	if got := tpl.fill(func(n, p string) string { return n + "/" + p }); got != "{a} freezer/} freezer/max" {
		t.Errorf("filled in as %q", got)
	}
}

func TestNoPeopleNoAlerts(t *testing.T) {
	c := readConfig(t, "[site]\nname = \"Cabin\"")
	if p := problems(c, nil); len(p) > 0 {
		t.Errorf("%v", p)
	}
	c = readConfig(t, "")
	if p := problems(c, nil); len(p) != 1 || !strings.HasPrefix(p[0], "site.name: there is no name") {
		t.Errorf("%v", p)
	}
}

func TestPreview(t *testing.T) {
	c := readConfig(t, cabin+`
[alert.long]
when = "cellar below 3 or freezer silent for 3h"
text = "{site}, ёлки: cellar {cellar} since {cellar.at}, freezer {freezer.min}..{freezer.max}, mains {mains}, fired {count} times"
to = "ivan"
`)
	got := c.Preview(cabinSensors)
	if len(got) != 5 {
		t.Fatalf("%d previews", len(got))
	}
	words := map[string]string{
		"flood":     `when water on for 3s, until (by default) water off for 3s: emergency to ivan, maria, again after 10m, 30m, then every 30m until it is over`,
		"freezer":   `when freezer above -12 for 20m, until freezer below -15: alarm to ivan, maria`,
		"backup":    `when backup on, until (by default) backup off: warning to ivan; its end is not told`,
		"voicemail": `when voicemail new: info to maria`,
		"long":      `when cellar below 3 or freezer silent for 3h, until (by default) cellar above 4 and freezer heard within 3h: warning to ivan; its end is not told`,
	}
	for _, p := range got {
		if p.Words != words[p.Alert] {
			t.Errorf("%s\n got %s\nwant %s", p.Alert, p.Words, words[p.Alert])
		}
		for _, x := range p.Texts {
			if strings.Contains(x.Text, "{") {
				t.Errorf("%s: %q", p.Alert, x.Text)
			}
		}
	}
	flood, long := got[1], got[3]
	if len(flood.Texts) != 3 || flood.Texts[1].Text != "Cabin: still, after 12d23h: Water in the cellar!" || flood.Texts[1].Parts != 1 || flood.Texts[1].Cut != 0 {
		t.Errorf("%+v", flood.Texts)
	}
	if x := long.Texts[0]; x.Costly != "ёлки" || x.Parts != 1 || x.Cut == 0 || !strings.HasPrefix(x.Text, "Cabin, ёлки: cellar -188.8 since 23:59") {
		t.Errorf("%+v", x)
	}
}
