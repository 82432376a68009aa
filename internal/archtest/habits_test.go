package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// A test that sleeps is slow when it passes and wrong when the machine is busy: time is bent with
// testing/synctest and timers, or the event is awaited.
func TestNoSleepInTests(t *testing.T) {
	fset := token.NewFileSet()
	eachFile(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, "_test.go") {
			return
		}
		file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Sleep" {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" {
				t.Errorf("%s: sleeps", fset.Position(n.Pos()))
			}
			return true
		})
	})
}

// No file names a directory of the machine it was written on.
func TestNoMachinePaths(t *testing.T) {
	bad := regexp.MustCompile(`/(home|Users)/[a-z]`)
	eachFile(t, func(name string, text []byte) {
		if at := bad.FindIndex(text); at != nil {
			t.Errorf("%s:%d: names %s", name, 1+bytes.Count(text[:at[0]], []byte("\n")), text[at[0]:at[1]])
		}
	})
}

// Tools and modules have one version, the one in go.mod.
func TestVersionsArePinned(t *testing.T) {
	floating := regexp.MustCompile(`@(latest|master|main|upgrade)\b|go (install|get) `)
	eachFile(t, func(name string, text []byte) {
		if name == "Makefile" || strings.HasPrefix(name, "scripts/") || strings.HasPrefix(name, ".ci/") {
			if at := floating.FindIndex(text); at != nil {
				t.Errorf("%s: %q fetches what go.mod does not pin", name, text[at[0]:at[1]])
			}
		}
		if name == "go.mod" && regexp.MustCompile(`(?m)^replace `).Match(text) {
			t.Errorf("go.mod replaces a module: the build depends on this machine")
		}
	})
}

// The modules of their own beside the agent's are built with the same Go.
func TestOneGo(t *testing.T) {
	line := regexp.MustCompile(`(?m)^go (\S+)$`)
	versions := map[string][]string{}
	eachFile(t, func(name string, text []byte) {
		if name != "go.mod" && !strings.HasSuffix(name, "/go.mod") {
			return
		}
		version := "none"
		if m := line.FindSubmatch(text); m != nil {
			version = string(m[1])
		}
		versions[version] = append(versions[version], name)
	})
	if len(versions) != 1 {
		t.Errorf("the modules name different versions of Go: %v", versions)
	}
	for version, names := range versions {
		if len(names) < 2 {
			t.Errorf("only %v names Go %s: the other modules were not looked at", names, version)
		}
	}
}
