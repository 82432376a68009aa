package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"smppagent/internal/alerts"
)

func TestEveryProblemAtOnce(t *testing.T) {
	text := `[agent]
log_level = "loud"
state_dri = "x"
socket = 5
sokcet_group = "a"

[people.ivan]
phone = 359888123456
phone = "+359888123456"

[push
to = "ivan"
[agnet]
x = 1

[alert.freezer]
when = freezer above -12
repeat = ["10m", 5, "5 min", "soon"]
to = ["ivan", 7]
`
	_, got := readConfig(text, "/etc/smppagent", false)
	want := []string{
		`2: agent.log_level: "loud" is none of debug, info, warn and error`,
		`3: agent.state_dri: unknown key, did you mean "state_dir"?`,
		`4: agent.socket: is the number 5: write text in quotation marks`,
		`5: agent.sokcet_group: unknown key, did you mean "socket_group"?`,
		`8: people.ivan.phone: is the number 359888123456: write text in quotation marks`,
		`9: not TOML: Key 'people.ivan.phone' has already been defined`,
		`11: not TOML: expected '.' or ']' to end table name`,
		`13: agnet: unknown table or key, did you mean "agent"?`,
		`17: not TOML: expected value but found "freezer" instead; write text in quotation marks`,
		`18: alert.freezer.repeat[1]: 5 has no unit: write "5s", "5m" or "5h"`,
		`18: alert.freezer.repeat[2]: "5 min" is no duration: write "5m"`,
		`18: alert.freezer.repeat[3]: "soon" is no duration: write a number and a unit, such as "30s", "5m" or "24h"`,
		`19: alert.freezer.to: 7 is not a name: write it in quotation marks`,
	}
	at := 0
	for _, w := range want {
		for at < len(got) && !strings.HasPrefix(got[at].String(), w) {
			t.Logf("more: %s", got[at])
			at++
		}
		if at == len(got) {
			t.Fatalf("not reported, or not in order: %s\ngot: %v", w, got)
		}
		at++
	}
}

// A header that could not be read is one problem: that its table is missing, or has nothing in it, is none.
func TestUnreadableHeader(t *testing.T) {
	const rest = "system_id = \"x\"\n"
	for text, want := range map[string][]string{
		"[smsc.main\n" + rest + "[site]\nname = \"Cabin\"":                            {"1: not TOML"},
		"[smsc main]\n" + rest + "[site]\nname = \"Cabin\"":                           {"1: not TOML"},
		"[site\nname = \"Cabin\"\n[smsc.main]\naddress = \"127.0.0.1:2775\"\n" + rest: {"1: not TOML"},
		"[sensor.x\n[site]\nname = \"Cabin\"":                                         {"1: not TOML", "smsc: there is no SMSC"},
		"[site]\nname = \"\"\n[site]\n[smsc.m]\nx = 1\n":                              {"2: site.name", "3: not TOML", "4: smsc.m.address", "4: smsc.m.system_id", "5: smsc.m.x"},
	} {
		_, got := readConfig(text, "/etc/smppagent", false)
		for _, w := range want {
			n := slices.IndexFunc(got, func(p problem) bool { return strings.HasPrefix(strings.TrimSpace(p.String()), w) })
			if n < 0 {
				t.Errorf("%q: no %q", text, w)
				continue
			}
			got = slices.Delete(got, n, n+1)
		}
		for _, p := range got {
			t.Errorf("%q: as well %s", text, p)
		}
	}
}

func TestTextWithoutEnd(t *testing.T) {
	_, got := readConfig("[agent]\nlog_level = \"loud\"\nsocket = \"\"\"\nstate_dir = \"x\"\n", "/etc/smppagent", false)
	if len(got) == 0 || !strings.Contains(got[0].String(), "not TOML") {
		t.Errorf("got %v, want the syntax error", got)
	}
}

// sample has a field of every type that a config may have.
type sample struct {
	Text   string            `toml:"text"`
	Bool   bool              `toml:"bool"`
	Int    int               `toml:"int"`
	Small  int8              `toml:"small"`
	Octet  uint8             `toml:"octet"`
	Float  float64           `toml:"float"`
	Span   time.Duration     `toml:"span"`
	Names  alerts.Names      `toml:"names"`
	Stamp  textual           `toml:"stamp"`
	List   []string          `toml:"list"`
	Spans  []time.Duration   `toml:"spans"`
	Map    map[string]string `toml:"map"`
	Tables map[string]inner  `toml:"tables"`
	Rows   []inner           `toml:"rows"`
	Inner  inner             `toml:"inner"`
	Far    *inner            `toml:"far"`
	inner
}

type inner struct {
	A int    `toml:"a"`
	B string `toml:"b"`
}

type textual struct{ s string }

func (x *textual) UnmarshalText(b []byte) error {
	if string(b) == "bad" {
		return os.ErrInvalid
	}
	x.s = string(b)
	return nil
}

func decodeSample(t *testing.T, text string) (sample, []string) {
	t.Helper()
	d := decoder{problems: problems{lines: indexLines(text)}, fresh: map[reflect.Type]reflect.Value{
		reflect.TypeFor[inner](): reflect.ValueOf(inner{A: 42}),
	}}
	m, whole := parse(text, &d.problems)
	if !whole {
		t.Fatalf("%q: %v", text, d.list)
	}
	var s sample
	d.table("", m, reflect.ValueOf(&s).Elem())
	var wrong []string
	for _, p := range d.sorted() {
		wrong = append(wrong, p.String())
	}
	return s, wrong
}

func TestDecodeTypes(t *testing.T) {
	got, wrong := decodeSample(t, `
text = "t"
bool = true
int = -3
small = 127
octet = 255
float = 2
span = "1d12h"
names = "x, y"
stamp = "s"
list = ["p", "q"]
spans = ["90s"]
map = { k = "v" }
tables.one.b = "x"
inner.a = 7
far = { b = "f" }
a = 1
[[rows]]
a = 1
[[rows]]
b = "2"
`)
	want := sample{
		Text: "t", Bool: true, Int: -3, Small: 127, Octet: 255, Float: 2, Span: 36 * time.Hour,
		Names: alerts.Names{"x", "y"}, Stamp: textual{"s"}, List: []string{"p", "q"}, Spans: []time.Duration{90 * time.Second},
		Map: map[string]string{"k": "v"}, Tables: map[string]inner{"one": {42, "x"}},
		Rows: []inner{{A: 1}, {A: 42, B: "2"}}, Inner: inner{A: 7}, Far: &inner{B: "f"}, inner: inner{A: 1},
	}
	if len(wrong) > 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v\nproblems %v", got, want, wrong)
	}
}

func TestDecodeProblems(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`text = 1`, `1: text: is the number 1: write text in quotation marks`},
		{`text = ["a"]`, `1: text: is a list: write text in quotation marks`},
		{`bool = "true"`, `1: bool: is the text "true": write true or false`},
		{`int = "10"`, `1: int: is the text "10": write a whole number without quotation marks`},
		{`int = 1.5`, `1: int: is the number 1.5: write a whole number without quotation marks`},
		{`small = 128`, `1: small: 128 does not fit`},
		{`octet = -1`, `1: octet: -1 does not fit`},
		{`float = "1"`, `1: float: is the text "1": write a number without quotation marks`},
		{`span = 5`, `1: span: 5 has no unit: write "5s", "5m" or "5h"`},
		{`span = "5"`, `1: span: "5" has no unit: write "5s", "5m" or "5h"`},
		{`span = 2.5`, `1: span: is the number 2.5: write a duration such as "30s" or "5m"`},
		{`span = "2 days"`, `1: span: "2 days" is no duration: write "2d"`},
		{`span = "1m 30s"`, `1: span: "1m 30s" is no duration: write "1m30s"`},
		{`span = ""`, `1: span: "" is no duration: write a number and a unit, such as "30s", "5m" or "24h"`},
		{`names = [1]`, `1: names: 1 is not a name: write it in quotation marks`},
		{`stamp = 1`, `1: stamp: is the number 1: write text in quotation marks`},
		{`stamp = "bad"`, `1: stamp: invalid argument`},
		{`list = "a"`, `1: list: is the text "a": write a list in square brackets`},
		{"list = [\n'a',\n2]", `3: list[1]: is the number 2: write text in quotation marks`},
		{`map = 1`, `1: map: is the number 1: write it as a table, [map] or [map.NAME]`},
		{`inner = 1`, `1: inner: is the number 1: write it as a table, [inner]`},
		{"[[inner]]\na=1", `1: inner: is a list: write it as a table, [inner]`},
		{"[tables.\"x y\"]\n\nz = 1", `3: tables."x y".z: unknown key; there are: a, b`},
		{"[[rows]]\n[[rows]]\na = ''", `3: rows[1].a: is the text "": write a whole number without quotation marks`},
		{"span = 2026-01-01", `1: span: is a date: write a duration such as "30s" or "5m"`},
	} {
		if _, got := decodeSample(t, c.in); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s\ngot  %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestClosest(t *testing.T) {
	known := []string{"when", "until", "address", "response_timer", "to", "cc"}
	for word, want := range map[string]string{
		"wehn": "when", "When": "when", "adress": "address", "respons_timeout": "response_timer", "ot": "to",
		"banana": "", "x": "", "response-timer": "response_timer",
	} {
		if got := closest(word, known); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
}

// Every field of the config has a type that the decoder can read, and a tag in snake_case.
func TestConfigTypes(t *testing.T) {
	walkConfig(reflect.TypeFor[config](), "", func(key string, f reflect.StructField) {
		if tag := f.Tag.Get("toml"); tag != strings.ToLower(tag) || strings.ContainsAny(tag, "-. ") {
			t.Errorf("%s: the toml tag is %q, want snake_case", key, tag)
		}
		v := reflect.New(f.Type).Elem()
		d := decoder{}
		d.value(key, struct{}{}, v) // no TOML value: a problem, not a panic
		if len(d.list) != 1 {
			t.Errorf("%s: a value of no type gives %v, want one problem", key, d.list)
		}
	})
}

func TestFindAndLoad(t *testing.T) {
	good := strings.Replace(reference(t), `state_dir = "run"`, `state_dir = "state"`, 1)
	wrong := "[agent]\nx = 1\n" + strings.Replace(good, "[agent]\n", "", 1)
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv(configEnv, "")
	if _, err := os.Stat(configEtc); err == nil {
		t.Logf("%s exists; the last place is not tested", configEtc)
	} else if _, _, code := invoke(t, "", "check"); code != exitUsage {
		t.Errorf("no config: got code %d, want %d", code, exitUsage)
	}
	for name, text := range map[string]string{"config.toml": good, "env.toml": good, "flag.toml": wrong} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := &app{}
	c, err := a.loadConfig()
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "state"); c.Agent.StateDir != want || c.Agent.Socket != filepath.Join(want, "agent.sock") {
		t.Errorf("paths: got %q and %q, want them under %q", c.Agent.StateDir, c.Agent.Socket, want)
	}
	t.Setenv(configEnv, "env.toml")
	if name, _ := a.findConfig(); name != "env.toml" {
		t.Errorf("with $%s: got %s", configEnv, name)
	}
	out, errs, code := invoke(t, "", "check", "--config", "flag.toml")
	if want := "flag.toml:2: agent.x: unknown key; there are: log_level, root, socket, socket_group, state_dir\n"; out != want ||
		errs != "smppagent: flag.toml has an error\n" || code != exitUsage {
		t.Errorf("check: got code %d, stdout %q, stderr %q; want %q", code, out, errs, want)
	}
	out, _, code = invoke(t, "", "check", "--json", "--config", "flag.toml")
	var r checkResult
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitUsage || r.OK || len(r.Problems) != 1 || r.Problems[0].Line != 2 {
		t.Errorf("check --json: code %d, %v, %q", code, err, out)
	}
	if _, errs, code = invoke(t, "", "check", "--config", "none.toml"); code != exitUsage || !strings.Contains(errs, "none.toml") {
		t.Errorf("missing file: got code %d, %q", code, errs)
	}
}

// The name of an SMSC is kept with every message, so it must not be long.
func TestNameOfSMSC(t *testing.T) {
	for name, right := range map[string]bool{`"big one"`: true, strings.Repeat("n", 32): true, strings.Repeat("n", 33): false, `""`: false} {
		_, wrong := readConfig("[smsc."+name+"]\naddress = \"127.0.0.1:2775\"\nsystem_id = \"a\"\npassword = \"b\"\n", "/etc/smppagent", false)
		refused := slices.ContainsFunc(wrong, func(p problem) bool { return strings.Contains(p.String(), "the name has") })
		if refused == right {
			t.Errorf("[smsc.%s]: %v", name, wrong)
		}
	}
}
