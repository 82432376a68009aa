package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// Every package says what it is for, and everything exported says what its signature cannot.
func TestDocumented(t *testing.T) {
	fset := token.NewFileSet()
	for _, p := range packages(t, "./...") {
		about := 0
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			if file.Doc != nil {
				about++
			}
			for _, d := range file.Decls {
				undocumented(d, func(id *ast.Ident) {
					t.Errorf("%s: %s has no doc comment", fset.Position(id.Pos()), id.Name)
				})
			}
		}
		if about != 1 {
			t.Errorf("%s: %d of its files have a package comment, want one", p.ImportPath, about)
		}
	}
}

// undocumented calls bad for every exported name that d declares without a comment.
func undocumented(d ast.Decl, bad func(*ast.Ident)) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
			bad(d.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && s.Doc == nil && s.Comment == nil && s.Name.IsExported() {
					bad(s.Name)
				}
			case *ast.ValueSpec:
				for _, id := range s.Names {
					if d.Doc == nil && s.Doc == nil && s.Comment == nil && id.IsExported() {
						bad(id)
					}
				}
			}
		}
	}
}

// exportedReceiver is true for functions and for methods of exported types.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	x := d.Recv.List[0].Type
	for {
		switch e := x.(type) {
		case *ast.StarExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.Ident:
			return e.IsExported()
		default:
			return false
		}
	}
}

// Files stay short enough to be read in one go.
func TestFileLength(t *testing.T) {
	eachFile(t, func(name string, text []byte) {
		if n := strings.Count(string(text), "\n"); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && n > 500 {
			t.Errorf("%s has %d lines, at most 500", name, n)
		}
	})
}
