package virtual

import (
	"slices"
	"testing"
	"time"
)

// Each key that cannot be used is named; the config of the tests is right as it is.
func TestCheck(t *testing.T) {
	for _, x := range []struct {
		key    string
		change func(*Config)
	}{
		{"", func(*Config) {}},
		{"name", func(c *Config) { c.Name = "a b" }},
		{"name", func(c *Config) { c.Name = "" }},
		{"pty", func(c *Config) { c.PTY = "/run/x" }},
		{"pty", func(c *Config) { c.TCP = "" }},
		{"mode", func(c *Config) { c.Mode = "rw" }},
		{"framing", func(c *Config) { c.Framing = "9N1" }},
		{"flow", func(c *Config) { c.Flow = "dtr" }},
		{"tcp", func(c *Config) { c.TCP = "0.0.0.0:2777" }},
		{"tcp", func(c *Config) { c.TCP = ":2777" }},
		{"", func(c *Config) { c.TCP, c.PIN = ":2777", "1234" }},
		{"", func(c *Config) { c.TCP, c.Allow = "0.0.0.0:2777", []string{"192.168.7.0/24", "10.0.0.1"} }},
		{"tcp", func(c *Config) { c.TCP = "127.0.0.1" }},
		{"tcp", func(c *Config) { c.TCP = "example.org:80" }},
		{"allow", func(c *Config) { c.Allow = []string{"host"} }},
		{"pin", func(c *Config) { c.PIN = "12a4" }},
		{"sender", func(c *Config) { c.Sender = "much too long a name" }},
		{"", func(c *Config) { c.Destinations = []string{"+359*", "112", "*"} }},
		{"destinations", func(c *Config) { c.Destinations = []string{"+"} }},
		{"destinations", func(c *Config) { c.Destinations = []string{"+359*1"} }},
		{"country", func(c *Config) { c.Country = "0359" }},
		{"trunk_prefix", func(c *Config) { c.Country, c.TrunkPrefix = "359", "x" }},
		{"inbound", func(c *Config) { c.Inbound = "some" }},
		{"ack", func(c *Config) { c.Ack = "" }},
		{"when_down", func(c *Config) { c.WhenDown = "up" }},
		{"divert", func(c *Config) { c.Divert = "never" }},
		{"burst", func(c *Config) { c.Burst = 0 }},
		{"collapse", func(c *Config) { c.Collapse = 25 * time.Hour }},
		{"quiet_hours", func(c *Config) { c.QuietHours = "22" }},
		{"manufacturer", func(c *Config) { c.Manufacturer = "a\"b" }},
		{"imei", func(c *Config) { c.IMEI = "123" }},
		{"number", func(c *Config) { c.Number = "me" }},
	} {
		cfg := testConfig(x.change)
		var got []string
		cfg.Check(func(key, _ string) { got = append(got, key) })
		if x.key == "" && len(got) > 0 || x.key != "" && !slices.Equal(got, []string{x.key}) {
			t.Errorf("got problems with %q, want %q: %+v", got, x.key, cfg)
		}
	}
}

// Numbers that a port is not to send to, as clients write them.
func TestNumbers(t *testing.T) {
	p := newTestPort(t, newFakeAgent(), func(cfg *Config) {
		cfg.Country, cfg.Destinations = "359", []string{"+359888*", "112"}
	})
	for _, x := range []struct {
		text    string
		kind    int
		want    string
		allowed bool
	}{
		{"+359888123456", 145, "+359888123456", true},
		{"359888123456", 145, "+359888123456", true},
		{"0888 123-456", 129, "+359888123456", true},
		{"00359888123456", 129, "+359888123456", true},
		{"0877123456", 129, "+359877123456", false},
		{"+447700900456", 145, "+447700900456", false},
		{"112", 129, "112", true},
	} {
		a, err := p.number(x.text, x.kind)
		if err != nil || a.String() != x.want || p.allowed(a) != x.allowed {
			t.Errorf("%q, %d: got %v, %v, allowed %t", x.text, x.kind, a, err, p.allowed(a))
		}
	}
}
