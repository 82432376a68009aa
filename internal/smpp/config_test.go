package smpp

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
)

// problems lists the keys that Check objects to.
func problems(check func(func(key, problem string))) map[string]string {
	got := map[string]string{}
	check(func(key, problem string) { got[key] += problem })
	return got
}

func TestDefaultIsGood(t *testing.T) {
	cfg := Default()
	if got := problems(cfg.Check); len(got) != 2 || got["address"] == "" || got["system_id"] == "" {
		t.Errorf("Default lacks %v, want address and system_id", got)
	}
	cfg = config()
	if got := problems(cfg.Check); len(got) != 0 {
		t.Error(got)
	}
}

func TestPrivateOnly(t *testing.T) {
	for _, c := range []struct {
		address       string
		tls, insecure bool
		want          bool
	}{
		{"smsc.example.com", false, false, true},
		{"smsc.example.com:2775", false, false, true},
		{"smsc.example.com", true, false, false},
		{"smsc.example.com", false, true, false},
		{"localhost:2775", false, false, false},
		{"10.0.0.1:2775", false, false, false}, // Check judges it
		{"192.0.2.1:2775", false, true, false},
	} {
		cfg := config()
		cfg.Address, cfg.TLS.Enabled, cfg.Insecure = c.address, c.tls, c.insecure
		if got := cfg.PrivateOnly(); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
		if got := problems(cfg.Check); len(got) != 0 {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		key    string
		change func(*Config)
	}{
		{"address", func(c *Config) { c.Address = "::1:x:2775" }},
		{"address", func(c *Config) { c.Address = "host:0" }},
		{"address", func(c *Config) { c.Address = "host:70000" }},
		{"address", func(c *Config) { c.Address = "smpp://host:2775" }},
		{"address", func(c *Config) { c.Address = ":2775" }},
		{"address", func(c *Config) { c.Address = "192.0.2.1" }}, // in the clear
		{"address", func(c *Config) { c.Address = "[2001:db8::1]:2775" }},
		{"bind", func(c *Config) { c.Bind = "tranceiver" }},
		{"system_id", func(c *Config) { c.SystemID = "sixteen octets..." }},
		{"system_id", func(c *Config) { c.SystemID = "nul\x00" }},
		{"password", func(c *Config) { c.Password = "seventeen octets." }},
		{"password", func(c *Config) { c.PasswordFile = "/also" }},
		{"system_type", func(c *Config) { c.SystemType = "thirteen oct." }},
		{"interface_version", func(c *Config) { c.InterfaceVersion = "34" }},
		{"addr_ton", func(c *Config) { c.AddrTON = 7 }},
		{"addr_npi", func(c *Config) { c.AddrNPI = 2 }},
		{"address_range", func(c *Config) { c.AddressRange = strings.Repeat("1", 41) }},
		{"window", func(c *Config) { c.Window = 0 }},
		{"window", func(c *Config) { c.Window = 1001 }},
		{"inbound", func(c *Config) { c.Inbound = 0 }},
		{"max_pdu", func(c *Config) { c.MaxPDU = 131073 }},
		{"session_init_timer", func(c *Config) { c.SessionInitTimer = 5 }}, // a bare 5 is 5 ns
		{"enquire_link_timer", func(c *Config) { c.EnquireLinkTimer = 30 }},
		{"enquire_response", func(c *Config) { c.EnquireResponse = 0 }},
		{"response_timer", func(c *Config) { c.ResponseTimer = time.Hour }},
		{"body_timer", func(c *Config) { c.BodyTimer = 0 }},
		{"write_timer", func(c *Config) { c.WriteTimer = 0 }},
		{"unbind_timer", func(c *Config) { c.UnbindTimer = time.Minute }},
		{"reconnect_min", func(c *Config) { c.ReconnectMin = 0 }},
		{"reconnect_max", func(c *Config) { c.ReconnectMax = time.Millisecond }},
		{"reconnect_refused", func(c *Config) { c.ReconnectRefused = time.Second }},
		{"tls.key_file", func(c *Config) { c.TLS.Enabled, c.TLS.CertFile = true, "x" }},
		{"tls.cert_file", func(c *Config) { c.TLS.Enabled, c.TLS.KeyFile = true, "x" }},
		{"tls.ca_file", func(c *Config) { c.TLS.CAFile = "x" }},
		{"tls.insecure_skip_verify", func(c *Config) { c.TLS.InsecureSkipVerify = true }},
	} {
		cfg := config()
		c.change(&cfg)
		got := problems(cfg.Check)
		if got[c.key] == "" || len(got) != 1 {
			t.Errorf("%s: got %v", c.key, got)
		}
	}
}

func TestHostPort(t *testing.T) {
	for address, want := range map[string]string{
		"smsc": "smsc 2775", "smsc:3000": "smsc 3000", "10.0.0.1": "10.0.0.1 2775", "[::1]:2776": "::1 2776",
		"::1": "::1 2775", "[::1]": "::1 2775",
	} {
		cfg := Config{Address: address}
		host, port, err := cfg.hostPort()
		if err != nil || host+" "+port != want {
			t.Errorf("%q: got %s %s, %v, want %s", address, host, port, err, want)
		}
	}
	cfg := Config{Address: "smsc", TLS: TLSConfig{Enabled: true}}
	if _, port, _ := cfg.hostPort(); port != "3550" {
		t.Errorf("with TLS: port %s", port)
	}
}

// Every key has a name in snake_case, and survives the way through a file.
func TestTOML(t *testing.T) {
	in := `
address = "smsc.example.net:2775"
system_id = "site"
password = "secret08"
window = 3
enquire_link_timer = "250ms"
[tls]
enabled = true
ca_file = "/ca.pem"
`
	cfg := Default()
	meta, err := toml.Decode(in, &cfg)
	if err != nil || len(meta.Undecoded()) != 0 {
		t.Fatal(err, meta.Undecoded())
	}
	if cfg.Password.Reveal() != "secret08" || cfg.Window != 3 || cfg.EnquireLinkTimer != 250*time.Millisecond || !cfg.TLS.Enabled || cfg.ResponseTimer != 30*time.Second {
		t.Errorf("%+v", cfg)
	}
	for _, s := range []reflect.Type{reflect.TypeFor[Config](), reflect.TypeFor[TLSConfig]()} {
		for i := range s.NumField() {
			if key := s.Field(i).Tag.Get("toml"); key == "" || key != strings.ToLower(key) {
				t.Errorf("%s.%s has the key %q", s, s.Field(i).Name, key)
			}
		}
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	cfg := config()
	j, err := json.Marshal(struct{ P Secret }{cfg.Password})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "password", cfg.Password, "config", cfg)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "password", cfg.Password, "config", cfg)
	var out strings.Builder
	if err := toml.NewEncoder(&out).Encode(cfg); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		fmt.Sprint(cfg.Password), fmt.Sprintf("%v %+v %#v %s %q %x", cfg, cfg, cfg, cfg.Password, cfg.Password, cfg.Password),
		string(j), b.String(), out.String(),
	} {
		if strings.Contains(s, "secret08") || strings.Contains(s, "7365637265743038") {
			t.Errorf("the password is in %s", s)
		}
	}
	if Secret("").String() != "" {
		t.Error("no secret is printed as if there were one")
	}
}

func TestPasswordSources(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Setenv("SMPP_TEST_PASSWORD", "fromenv")
	for _, c := range []struct {
		cfg   Config
		want  string
		key   string // CheckFiles objects to
		wrong string // part of the error
	}{
		{Config{Password: "inline"}, "inline", "", ""},
		{Config{}, "", "", ""},
		{Config{PasswordFile: file("good", "fromfile\n", 0o600)}, "fromfile", "", ""},
		{Config{PasswordFile: file("dos", "fromfile\r\nsecond line\n", 0o400)}, "fromfile", "", ""},
		{Config{PasswordFile: file("open", "fromfile", 0o644)}, "fromfile", "password_file", ""},
		{Config{PasswordFile: file("empty", "\n", 0o600)}, "", "password_file", "is empty"},
		{Config{PasswordFile: file("long", "seventeen octets.", 0o600)}, "", "password_file", "at most 16"},
		{Config{PasswordFile: dir + "/none"}, "", "password_file", "no such file"},
		{Config{PasswordEnv: "SMPP_TEST_PASSWORD"}, "fromenv", "", ""},
		{Config{PasswordEnv: "SMPP_TEST_NOT_SET"}, "", "password_env", "SMPP_TEST_NOT_SET"},
	} {
		got, err := c.cfg.secret()
		if got.Reveal() != c.want || (c.wrong == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%+v: got %q, %v; want %q, %q", c.cfg, got.Reveal(), err, c.want, c.wrong)
		}
		if p := problems(c.cfg.CheckFiles); (c.key == "") != (len(p) == 0) || p[c.key] == "" && c.key != "" {
			t.Errorf("%+v: CheckFiles objects to %v, want %q", c.cfg, p, c.key)
		}
	}
}

func TestCheckFilesOfTLS(t *testing.T) {
	ca := newAuthority(t, "CA")
	_, cert, key := ca.issue("board", -hour, hour)
	cfg := config()
	cfg.TLS = TLSConfig{Enabled: true, CAFile: ca.file, CertFile: cert, KeyFile: key}
	if p := problems(cfg.CheckFiles); len(p) != 0 {
		t.Error(p)
	}
	cfg.TLS = TLSConfig{Enabled: true, CAFile: key, CertFile: cert, KeyFile: cert}
	if p := problems(cfg.CheckFiles); len(p) != 2 || !strings.Contains(p["tls.ca_file"], "no PEM certificate") {
		t.Error(p)
	}
}
