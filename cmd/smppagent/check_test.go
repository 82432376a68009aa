package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"smppagent/internal/bridge"
	"smppagent/internal/sms"
)

// withReference writes config.toml with the replacements made to a directory and returns its path.
func withReference(t *testing.T, oldnew ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(name, []byte(strings.NewReplacer(oldnew...).Replace(reference(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// What the queue promises less than it could is said.
func TestCheckSaysRisk(t *testing.T) {
	name := withReference(t, "[queue]\n", "[queue]\ndurability = \"relaxed\"\nwhen_full = \"refuse\"\n")
	out, errs, _ := invoke(t, "", "check", "--config", name)
	const want = "\n  every message is on flash before it is accepted; telemetry may be lost with the power for 5s, " +
		"no other class; when it is full new ones are refused\n"
	if !strings.Contains(out, want) {
		t.Errorf("%q is missing in\n%s%s", want, out, errs)
	}
}

func TestCheckSaysItBack(t *testing.T) {
	name := withReference(t, `text = "Water in the cellar!"`, `text = "Вода в мазето!"`)
	out, errs, code := invoke(t, "", "check", "--config", name)
	if code != exitOK || errs != "" {
		t.Fatalf("got code %d, stderr %q, stdout\n%s", code, errs, out)
	}
	for _, want := range []string{
		"site Cabin\n",
		"sensor memory: memory in %, every 1m\n",
		"sensor disk: disk / in %, every 10s\n",
		"alert water: when water on for 10s, until (by default) water off for 10s: alarm to ivan, maria\n",
		"first    \"Cabin: Вода в мазето!\"\n           1 segment of ucs2 because of ",
		"cleared  \"Cabin: Cellar is dry again after 12d23h.\"\n           1 segment of gsm7\n",
		"push: warning to everybody, unless it says otherwise\n",
		"smsc main: transceiver as \"cabin\" at 127.0.0.1:2775, without TLS\n",
		"queue: up to 8.4 MB in " + filepath.Join(filepath.Dir(name), "run", "queue") +
			"\n  every message is on flash before it is accepted; when it is full the oldest of the lowest class goes first\n",
		name + ": no problems\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out, "secret") {
		t.Errorf("the password is shown:\n%s", out)
	}
	out, _, code = invoke(t, "", "check", "--json", "--config", name)
	var r checkResult
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitOK || !r.OK || len(r.Problems) != 0 {
		t.Fatalf("--json: code %d, %v\n%s", code, err, out)
	}
	if len(r.Says.Alerts) != 2 || r.Says.Alerts[1].Texts[0].Alphabet != sms.UCS2 || r.Says.SMSC[0].Name != "main" || r.Says.Queue.Octets != 8<<20 {
		t.Errorf("--json: got %+v", r.Says)
	}
}

// The problems that the packages find in their tables come with their lines.
// The config that the README begins with has twelve lines, is right, and makes the text that stands below it.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "```toml\n")
	text, rest, found := strings.Cut(rest, "```\n")
	if n := strings.Count(text, "\n"); !found || n != 12 {
		t.Errorf("the config has %d lines", n)
	}
	c, wrong := readConfig(text, "/etc/smppagent", false)
	if len(wrong) > 0 {
		t.Fatalf("the config is wrong: %v", wrong)
	}
	says := c.say()
	before, after, _ := strings.Cut(says.Alerts[0].Texts[0].Text, "-188.8")
	if line, _, _ := strings.Cut(strings.TrimSpace(rest), "\n"); !strings.HasPrefix(line, "> **"+before) || !strings.HasSuffix(line, after+"**") {
		t.Errorf("the text is %q, the README shows %s", says.Alerts[0].Texts[0].Text, line)
	}
}

func TestCheckFindsWhatPackagesFind(t *testing.T) {
	name := withReference(t,
		`name = "Cabin"`, `name = ""`,
		`phone = "+359887654321"`, `phone = "maria"`,
		`family = ["ivan", "maria"]`, `family = ["ivan", "mara"]`,
		`disk = "/"`, `disk = "root"`,
		`when = "disk above 95 for 1m"`, `when = "disk over 95"`,
		`address = "127.0.0.1:2775"`, `address = "127.0.0.1:smpp"`,
		`# window = 10`, `window = 0`,
		`# tls.ca_file = ""`, `tls.ca_file = "ca.pem"`,
		`# segments = 32`, `segments = 1`,
		`# forward = ""`, `forward = "nobody"`,
		`# policy = "at_least_once"`, `policy = "twice"`,
	)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	out, errs, code := invoke(t, "", "check", "--json", "--config", name)
	var r checkResult
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitUsage || !strings.HasSuffix(errs, "config.toml has 12 errors\n") {
		t.Errorf("got code %d, %v, stderr %q, %v", code, err, errs, r.Problems)
	}
	for _, want := range []struct{ key, line string }{
		{"site.name", `name = ""`}, {"people.maria.phone", `phone = "maria"`}, {"groups.family", "family = "},
		{"sensor.disk.disk", `disk = "root"`}, {"alert.disk-full.when", "when = \"disk over"}, {"smsc.main.address", "address = "},
		{"smsc.main.window", "window = 0"}, {"smsc.main.tls.ca_file", "tls.ca_file = "}, {"queue.segments", "segments = 1"},
		{"alert.water.to", "to = \"family\""}, {"route.forward", "forward = "}, {"route.policy", "policy = "},
	} {
		found := false
		for _, p := range r.Problems {
			if p.Key == want.key {
				found = true
				if got := lines[p.Line-1]; !strings.HasPrefix(got, want.line) {
					t.Errorf("%s: line %d is %q, want %q", p.Key, p.Line, got, want.line)
				}
			}
		}
		if !found {
			t.Errorf("%s is not reported; got %v", want.key, r.Problems)
		}
	}
}

func TestForward(t *testing.T) {
	for forward, want := range map[string][]bridge.Person{
		"":     nil,
		"ivan": {{Name: "ivan", Phone: sms.Address{TON: sms.TONInternational, NPI: sms.NPIISDN, Addr: "359888123456"}}},
		"family": {
			{Name: "ivan", Phone: sms.Address{TON: sms.TONInternational, NPI: sms.NPIISDN, Addr: "359888123456"}},
			{Name: "maria", Phone: sms.Address{TON: sms.TONInternational, NPI: sms.NPIISDN, Addr: "359887654321"}},
		},
	} {
		c, _ := readConfig(reference(t), "/etc/smppagent", false)
		c.Route.Forward = forward
		if got, err := c.forward(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v, %v; want %v", forward, got, err, want)
		}
	}
}

func TestPlainDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Minute: "1m", 10 * time.Second: "10s", 24 * time.Hour: "24h", 90 * time.Minute: "1h30m", 61 * time.Second: "1m1s",
		time.Hour + time.Second: "1h0m1s",
	} {
		if got := plainDuration(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}
