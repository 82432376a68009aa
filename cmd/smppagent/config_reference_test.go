package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// walkConfig calls f for every key of a config struct. Names that the user chooses are * in the key, and so
// are numbers of list elements.
func walkConfig(t reflect.Type, key string, f func(key string, field reflect.StructField)) {
	for _, field := range reflect.VisibleFields(t) {
		tag := field.Tag.Get("toml")
		if tag == "" || tag == "-" {
			continue
		}
		name := joinKey(key, tag)
		switch e := field.Type; {
		case e.Kind() == reflect.Struct && e != reflect.TypeFor[time.Time]() && len(tomlFields(e)) > 0:
			walkConfig(e, name, f)
			continue
		case e.Kind() == reflect.Map && e.Elem().Kind() == reflect.Struct:
			walkConfig(e.Elem(), name+".*", f)
			continue
		case e.Kind() == reflect.Slice && e.Elem().Kind() == reflect.Struct:
			walkConfig(e.Elem(), name+"[*]", f)
			continue
		}
		f(name, field)
	}
}

// reference returns the config.toml at the root of the repository.
func reference(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// commentedKey is a default in config.toml: the key and its value behind "# ". Examples of other
// values are indented further.
var commentedKey = regexp.MustCompile(`^# ([a-z0-9_.]+) = .`)

// exampleLine is a line of an example in config.toml.
var exampleLine = regexp.MustCompile(`^#       (\[|[a-z0-9_.]+ = .)`)

// uncomment takes the comment sign off every line of config.toml that re matches.
func uncomment(text string, res ...*regexp.Regexp) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		for _, re := range res {
			if re.MatchString(line) {
				lines[i] = strings.TrimPrefix(line, "# ")
			}
		}
	}
	return strings.Join(lines, "\n")
}

// The examples are right, too.
func TestReferenceExamples(t *testing.T) {
	text := uncomment(reference(t), exampleLine)
	c, wrong := readConfig(text, "/etc/smppagent", false)
	if len(wrong) > 0 {
		t.Errorf("config.toml with its examples: %v", wrong)
	}
	if _, ok := c.Sensor["freezer"]; !ok {
		t.Errorf("config.toml with its examples has no sensor freezer: %v", c.Sensor)
	}
}

func TestReferenceLoads(t *testing.T) {
	if _, wrong := readConfig(reference(t), "/etc/smppagent", false); len(wrong) > 0 {
		t.Errorf("config.toml: %v", wrong)
	}
}

// A commented-out line is a key that exists, with its default: with the comment sign taken off, the
// config is right and the same as before.
func TestReferenceDefaults(t *testing.T) {
	text := reference(t)
	before, _ := readConfig(text, "/etc/smppagent", false)
	lines := strings.Split(text, "\n")
	n := 0
	for i, line := range lines {
		if !commentedKey.MatchString(line) {
			continue
		}
		n++
		with := slices.Clone(lines)
		with[i] = strings.TrimPrefix(line, "# ")
		got, wrong := readConfig(strings.Join(with, "\n"), "/etc/smppagent", false)
		if len(wrong) > 0 {
			t.Errorf("config.toml:%d: %q: %v", i+1, line, wrong)
		} else if !reflect.DeepEqual(got, before) {
			t.Errorf("config.toml:%d: %q is not the default", i+1, line)
		}
	}
	if n < 5 {
		t.Errorf("config.toml has %d commented-out keys", n)
	}
}

// The reference has every key there is, set or commented out.
func TestReferenceIsComplete(t *testing.T) {
	have := indexLines(uncomment(reference(t), commentedKey, exampleLine))
	walkConfig(reflect.TypeFor[config](), "", func(key string, _ reflect.StructField) {
		pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(key), `\*`, `([^."]+|"[^"]+")`) + `($|[.\[])`)
		for k := range have {
			if pattern.MatchString(k) {
				return
			}
		}
		t.Errorf("config.toml does not show %s", key)
	})
}
