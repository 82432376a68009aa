package archtest

import (
	"slices"
	"strings"
	"testing"
)

// mayImport says which packages of the tree each package may import. Left of the queue nothing knows
// SMPP, right of it nothing knows sensors; the simulator shares no code with what it judges.
var mayImport = map[string][]string{
	"cmd/smppagent": {
		"internal/sms", "internal/pdu", "internal/smpp", "internal/queue", "internal/alerts", "internal/alerts/source/*",
		"internal/door", "internal/bridge", "internal/sim", "internal/modem/*", "internal/capture",
	},
	"internal/sms":             {},
	"internal/pdu":             {},
	"internal/pdu/bare":        {},
	"internal/capture":         {},
	"internal/smpp":            {"internal/pdu"},
	"internal/queue":           {},
	"internal/alerts":          {"internal/sms"},
	"internal/alerts/source/*": {"internal/alerts", "internal/door", "internal/sms"},
	"internal/door":            {},
	"internal/bridge":          {"internal/sms", "internal/pdu", "internal/smpp", "internal/queue", "internal/alerts", "internal/modem/tpdu"},
	"internal/sim":             {"internal/pdu", "internal/sms"},
	"internal/modem/store":     {},
	"internal/modem/tpdu":      {"internal/sms"},
	"internal/modem/textmode":  {"internal/modem/store", "internal/modem/tpdu", "internal/sms"},
	"internal/modem/virtual":   {"internal/sms", "internal/modem/store", "internal/modem/textmode", "internal/modem/tpdu"},
	"internal/archtest":        {},
}

// inside cuts the module's path off an import path; ok is false for packages that are not ours.
func inside(path string) (name string, ok bool) {
	return strings.CutPrefix(path, module+"/")
}

// row finds the key or entry for a package in mayImport's notation.
func row(names []string, pkg string) (string, bool) {
	for _, n := range names {
		if prefix, wild := strings.CutSuffix(n, "*"); n == pkg || wild && strings.HasPrefix(pkg, prefix) {
			return n, true
		}
	}
	return "", false
}

func TestImportDirection(t *testing.T) {
	var known []string
	for n := range mayImport {
		known = append(known, n)
	}
	slices.Sort(known)
	for _, tags := range []string{"", "tiny"} {
		for _, p := range packages(t, "-tags", tags, "./...") {
			name, ok := inside(p.ImportPath)
			if !ok {
				t.Errorf("%s is outside cmd and internal", p.ImportPath)
				continue
			}
			key, ok := row(known, name)
			if !ok {
				t.Errorf("%s has no row in mayImport: say what it may import", name)
				continue
			}
			for _, imp := range p.Imports {
				if dep, ours := inside(imp); ours {
					if _, ok := row(mayImport[key], dep); !ok {
						t.Errorf("%s imports %s; it may import %q", name, dep, mayImport[key])
					}
				}
			}
		}
	}
}

// Packages named after nothing in particular collect everything.
func TestPackageNames(t *testing.T) {
	for _, p := range packages(t, "./...") {
		name := p.ImportPath[strings.LastIndexByte(p.ImportPath, '/')+1:]
		if slices.Contains([]string{"config", "types", "util", "utils", "common", "errors", "log", "helpers", "misc"}, name) {
			t.Errorf("%s: what it holds belongs into the packages that use it", p.ImportPath)
		}
	}
}
