package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"smppagent/internal/alerts"
	"smppagent/internal/alerts/source/push"
	"smppagent/internal/alerts/source/sysfs"
	"smppagent/internal/bridge"
	"smppagent/internal/modem/virtual"
	"smppagent/internal/queue"
)

// Where the config is looked for when --config is not given, in this order.
const (
	configEnv      = "SMPPAGENT_CONFIG"
	configHere     = "config.toml"
	configEtc      = "/etc/smppagent/config.toml"
	configDefaults = "$" + configEnv + ", ./" + configHere + " or " + configEtc
)

// config is the whole of config.toml: the packages' own configs side by side.
type config struct {
	Agent agentConfig `toml:"agent"`
	alerts.Config
	Sensor map[string]sysfs.Sensor `toml:"sensor"`
	SMSC   map[string]smscConfig   `toml:"smsc"`
	// Profile are ways in which SMSCs want their messages, for [smsc.NAME] to name: keys of that table.
	Profile map[string]profileTable `toml:"profile"`
	Route   bridge.Config           `toml:"route"`
	Queue   queue.Config            `toml:"queue"`
	// Virtual are the modems that the agent is for others.
	Virtual []virtual.Config `toml:"virtual"`
	// PushLimits protect people and their telephone bill from a script in a loop: [push_limits].
	PushLimits push.Limits `toml:"push_limits"`
}

// agentConfig is the table [agent]: what the program itself needs.
type agentConfig struct {
	// StateDir holds what survives a restart: the queue, incidents and counters. It must be on flash
	// or disk, and one agent's alone. A path relative to the config file's directory.
	// Default "/var/lib/smppagent".
	StateDir string `toml:"state_dir"`
	// Socket is the unix socket through which the verbs reach the running agent. Relative to the
	// config file's directory. Default: agent.sock in state_dir.
	Socket string `toml:"socket"`
	// SocketGroup is the group, by name or number, whose members may use the socket. Default "": the
	// agent's own.
	SocketGroup string `toml:"socket_group"`
	// Root is the directory under which the files of the machine are looked for that sensors name: /sys,
	// /proc and the file systems. Another one for a container that sees the machine's elsewhere. Absolute.
	// Default "/".
	Root string `toml:"root"`
	// LogLevel is what is logged: "debug", "info", "warn" or "error". Default "info".
	LogLevel string `toml:"log_level"`
}

// level is the log level that LogLevel names.
func (c *agentConfig) level() slog.Level {
	switch c.LogLevel {
	case "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	return slog.LevelInfo
}

func (c *agentConfig) Check(bad func(key, problem string)) {
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		bad("log_level", fmt.Sprintf("%q is none of debug, info, warn and error", c.LogLevel))
	}
	if c.StateDir == "" {
		bad("state_dir", "is empty: name a directory on flash or disk")
	}
	if !filepath.IsAbs(c.Root) {
		bad("root", fmt.Sprintf(`%q is no absolute path; "/" is right unless the agent is in a container`, c.Root))
	}
}

// defaultConfig is the config of an empty file.
func defaultConfig() *config {
	return &config{
		Agent:  agentConfig{StateDir: "/var/lib/smppagent", Root: "/", LogLevel: "info"},
		Config: alerts.Default(),
		Route:  bridge.Default(),
		Queue:  queue.Default(),

		PushLimits: push.DefaultLimits(),
	}
}

// freshEntries are the defaults of the tables that may occur many times under names of their own.
func freshEntries() map[reflect.Type]reflect.Value {
	fresh := map[reflect.Type]reflect.Value{}
	for _, v := range []any{defaultSMSC(bridge.NetworkGSM), sysfs.Sensor{Every: sysfs.DefaultEvery}, virtual.Default()} {
		fresh[reflect.TypeOf(v)] = reflect.ValueOf(v)
	}
	return fresh
}

// readConfig reads the text of a config that stands in dir, and checks it. It returns everything that
// is wrong, in the order of the text. With files the files that the config names are looked at too.
func readConfig(text, dir string, files bool) (*config, []problem) {
	c := defaultConfig()
	d := decoder{problems: problems{lines: indexLines(text)}, fresh: freshEntries()}
	if m, whole := parse(text, &d.problems); whole {
		known, err := readProfiles(m)
		if err != nil {
			d.add("profile", err.Error())
		}
		d.begin = func(key string, m map[string]any, e any) {
			if e, ok := e.(*smscConfig); ok {
				known.begin(&d, key, m, e)
			}
		}
		known.check(&d)
		d.table("", m, reflect.ValueOf(c).Elem())
		c.resolve(dir)
		c.check(&d.problems, files)
		c.settle()
	}
	return c, d.sorted()
}

// check lets every package judge its own table.
func (c *config) check(p *problems, files bool) {
	c.Agent.Check(p.under("agent"))
	c.checkSensors(p)
	c.Config.Check(c.sensors(), p.under(""))
	c.Route.Check(p.under("route"))
	if name := c.Route.Forward; name != "" {
		_, person := c.People[name]
		if _, group := c.Groups[name]; !person && !group {
			p.add("route.forward", fmt.Sprintf("%q is neither in [people] nor in [groups]", name))
		}
	}
	c.Queue.Check(p.under("queue"))
	c.PushLimits.Check(p.under("push_limits"))
	c.checkSMSCs(p, files)
	c.checkVirtual(p, files)
}

// sensors is what rules and texts need to know of the sensors.
func (c *config) sensors() map[string]alerts.Sensor {
	known := make(map[string]alerts.Sensor, len(c.Sensor))
	for name, s := range c.Sensor {
		known[name] = s.Describe()
	}
	return known
}

// checkSensors judges the tables [sensor.NAME].
func (c *config) checkSensors(p *problems) {
	for name, s := range c.Sensor {
		key := joinKey("sensor", name)
		if strings.ContainsFunc(name, func(r rune) bool { return !isBare(r) }) || name == "" || len(name) > 32 {
			p.add(key, fmt.Sprintf("%q cannot stand in a sentence: name the sensor with 1 to 32 letters, digits, \"-\" and \"_\"", name))
		}
		s.Check(p.under(key))
	}
}

// resolve makes relative paths relative to dir, the directory of the config file, and puts in those
// that follow from others.
func (c *config) resolve(dir string) {
	in := func(dir string, path *string) {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
	in(dir, &c.Agent.StateDir)
	if c.Agent.Socket == "" {
		c.Agent.Socket = filepath.Join(c.Agent.StateDir, "agent.sock")
	}
	in(dir, &c.Agent.Socket)
	if c.Queue.Dir == "" {
		c.Queue.Dir = filepath.Join(c.Agent.StateDir, "queue")
	}
	in(dir, &c.Queue.Dir)
	in(dir, &c.Queue.KeyFile)
	for i := range c.Virtual {
		in(dir, &c.Virtual[i].PTY)
		in(dir, &c.Virtual[i].Learn)
	}
	for name, s := range c.SMSC {
		in(dir, &s.PasswordFile)
		in(dir, &s.TLS.CAFile)
		in(dir, &s.TLS.CertFile)
		in(dir, &s.TLS.KeyFile)
		c.SMSC[name] = s
	}
}

// settle puts in the defaults that depend on what the check has found.
func (c *config) settle() {
	for name, s := range c.Sensor {
		if s.Scale == 0 && s.Describe().Kind == alerts.KindNumber {
			s.Scale = 1
			c.Sensor[name] = s
		}
	}
}

// findConfig returns the path of the config file: --config, else the first of configDefaults.
func (a *app) findConfig() (string, error) {
	if a.configPath != "" {
		return a.configPath, nil
	}
	if path := os.Getenv(configEnv); path != "" {
		return path, nil
	}
	for _, path := range []string{configHere, configEtc} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			return path, nil
		}
	}
	return "", failf(exitUsage, "no config: there is neither ./%s nor %s; name one with --config or $%s", configHere, configEtc, configEnv)
}

// loadConfig reads the config of this invocation, paths resolved. A config with problems is a
// *configError and ends the program with exitUsage. The files it names are not looked at: not every
// user of a verb may read the password.
func (a *app) loadConfig() (*config, error) {
	name, err := a.findConfig()
	if err != nil {
		return nil, err
	}
	return loadConfigFile(name, false)
}

// loadConfigFile is loadConfig for a file that was found; with files it looks at the files that the
// config names too.
func loadConfigFile(name string, files bool) (*config, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fail(exitUsage, fmt.Errorf("config: %w", err))
	}
	full, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	c, wrong := readConfig(string(text), filepath.Dir(full), files)
	if len(wrong) > 0 {
		return nil, fail(exitUsage, &configError{name, wrong})
	}
	return c, nil
}
