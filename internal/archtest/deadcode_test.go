package archtest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// canary is an exported method that nothing calls, on a type that is put into an interface. It is in
// the binary only when the linker's dead-code elimination of methods is off, which costs megabytes.
const canary = "main.(*exitError).Canary"

// symbols builds the agent, not stripped, and returns the names in it.
func symbols(t *testing.T, args ...string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "smppagent")
	goTool(t, slices.Concat([]string{"build", "-buildvcs=false", "-o", file}, args, []string{"./cmd/smppagent"})...)
	names := goTool(t, "tool", "nm", file)
	if !bytes.Contains(names, []byte(" main.main\n")) {
		t.Fatal("the binary has no symbols: go tool nm proves nothing")
	}
	return names
}

func TestDeadCodeIsEliminated(t *testing.T) {
	for _, tags := range []string{"", "tiny"} {
		names := symbols(t, "-tags", tags)
		if bytes.Contains(names, []byte(canary)) {
			t.Errorf("tags %q: the linker keeps every exported method: something calls reflect's MethodByName or Method with a "+
				"computed name; text/template and html/template do", tags)
		}
		for _, forbidden := range []string{" text/template.(*Template).Execute", " text/template/parse.(*Tree).", " html/template."} {
			if at := bytes.Index(names, []byte(forbidden)); at >= 0 {
				line, _, _ := bytes.Cut(names[at:], []byte("\n"))
				t.Errorf("tags %q: the binary has%s", tags, line)
			}
		}
	}
}

// With one call by a computed name the canary is there: the test above can fail.
func TestCanarySings(t *testing.T) {
	dir := t.TempDir()
	extra := filepath.Join(dir, "extra.go")
	text := "package main\n\nimport (\n\t\"os\"\n\t\"reflect\"\n)\n\nfunc init() {\n\tif len(os.Args) > 99 {\n" +
		"\t\treflect.ValueOf(error(&exitError{})).MethodByName(os.Args[1]).Call(nil)\n\t}\n}\n"
	overlay, err := json.Marshal(map[string]map[string]string{
		"Replace": {filepath.Join(root(t), "cmd", "smppagent", "extra.go"): extra},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{extra: []byte(text), filepath.Join(dir, "overlay.json"): overlay} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if names := symbols(t, "-overlay", filepath.Join(dir, "overlay.json")); !bytes.Contains(names, []byte(canary)) {
		t.Errorf("%s is not in the binary although dead-code elimination is off: look for another canary", canary)
	}
}

// The packages that break dead-code elimination or are too large for a small board stay out, whoever
// would bring them. Cobra imports text/template; as long as nothing sets a template the linker leaves
// out all but 27 kB that its initialisation mentions, which the test above holds.
func TestForbiddenPackages(t *testing.T) {
	forbidden := []string{
		"html/template", "github.com/alecthomas/kong", "github.com/expr-lang/expr",
		"go.opentelemetry.io/otel", "github.com/prometheus/client_golang/prometheus", "C", "net/http/pprof", "testing",
	}
	for _, tags := range []string{"", "tiny"} {
		var deps []string
		for _, p := range packages(t, "-deps", "-tags", tags, "./cmd/smppagent") {
			deps = append(deps, p.ImportPath)
			if _, ours := inside(p.ImportPath); ours && slices.Contains(p.Imports, "text/template") {
				t.Errorf("%s imports text/template", p.ImportPath)
			}
		}
		for _, f := range forbidden {
			if slices.Contains(deps, f) {
				t.Errorf("tags %q: %s is linked in", tags, f)
			}
		}
		if !slices.ContainsFunc(deps, func(d string) bool { return strings.HasPrefix(d, module+"/") }) {
			t.Error("go list -deps names none of our packages")
		}
	}
}
