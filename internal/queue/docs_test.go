package queue

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestFormatDocument: the names in docs/queue.md are names in the code, its numbers are the code's, and every kind
// and flag of a record is in it.
func TestFormatDocument(t *testing.T) {
	doc := string(must(os.ReadFile("../../docs/queue.md")))
	declared := map[string]bool{}
	for _, name := range must(filepath.Glob("*.go")) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				declared[id.Name] = true
			}
			return true
		})
	}
	named := 0
	for _, m := range regexp.MustCompile("`([a-zA-Z]*[a-z][A-Z][a-zA-Z]*)`").FindAllStringSubmatch(doc, -1) {
		if named++; !declared[m[1]] {
			t.Errorf("`%s` is no name in the code", m[1])
		}
	}
	if named < 20 {
		t.Errorf("%d names found", named)
	}
	numbers := map[string]int{
		"segmentHeader": segmentHeader, "recordHeader": recordHeader, "recordAlign": recordAlign, "pageSize": pageSize,
		"reserve": reserve, "sealOverhead": sealOverhead,
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("\\b([a-zA-Z]+)`?[ │\n]*=[ │\n]*([0-9]+)").FindAllStringSubmatch(doc, -1) {
		want, ok := numbers[m[1]]
		if told[m[1]] = true; ok && strconv.Itoa(want) != m[2] {
			t.Errorf("%s is %s in the document, %d in the code", m[1], m[2], want)
		}
	}
	for name := range numbers {
		if !told[name] {
			t.Errorf("the document does not say what %s is", name)
		}
	}
	for k, name := range kindNames {
		if row := regexp.MustCompile(`(?m)^\|[^|]*\b` + strconv.Itoa(k) + ` ` + name + `\b`); name != "" && !row.MatchString(doc) {
			t.Errorf("no row of the document has %d %s", k, name)
		}
	}
	for name, bit := range map[string]int{"flagMore": flagMore, "flagRest": flagRest, "flagIgnorable": flagIgnorable, "flagSealed": flagSealed} {
		if !strings.Contains(doc, strconv.Itoa(bit)+" `"+name+"`") {
			t.Errorf("the document does not say that %s is %d", name, bit)
		}
	}
}
