package main

import (
	"fmt"
	"sort"
	"strings"
)

// problem is one thing that is wrong with the config: where, and what would be right.
type problem struct {
	Line    int    `json:"line"` // from 1; 0 when no line of the file is to blame
	Key     string `json:"key"`  // full name, "" for the file as a whole
	Problem string `json:"problem"`
}

// String gives the problem as it follows the file's name: "17: alert.freezer.when: …".
func (p problem) String() string {
	switch {
	case p.Key == "":
		return fmt.Sprintf("%d: %s", p.Line, p.Problem)
	case p.Line == 0:
		return fmt.Sprintf(" %s: %s", p.Key, p.Problem)
	}
	return fmt.Sprintf("%d: %s: %s", p.Line, p.Key, p.Problem)
}

// configError is a config that cannot be used.
type configError struct {
	Name     string // of the file, as the user gave it
	Problems []problem
}

func (e *configError) Error() string {
	if len(e.Problems) == 1 {
		return e.Name + " has an error"
	}
	return fmt.Sprintf("%s has %d errors", e.Name, len(e.Problems))
}

// problems collects what is wrong, once for each key: a value that could not be read is not judged
// again by the package whose it is.
type problems struct {
	lines lineIndex
	list  []problem
	bad   map[string]bool
	lost  map[string]bool // tables whose header could not be read
}

// lose notes a header that could not be read. What its table lacks then, and that there is none of its
// kind, is no problem of its own.
func (p *problems) lose(header string) {
	if p.bad == nil {
		p.bad = map[string]bool{}
	}
	if p.lost == nil {
		p.lost = map[string]bool{}
	}
	name := ""
	for key := range indexLines(header) { // smsc and smsc.main
		p.bad[key] = true
		if len(key) > len(name) {
			name = key
		}
	}
	p.lost[name] = true
}

// add notes a problem of key; a second one of the same key is dropped, and so is one of a table whose
// header could not be read.
func (p *problems) add(key, text string) {
	if p.bad[key] {
		return
	}
	for table := parentKey(key); table != ""; table = parentKey(table) {
		if p.lost[table] {
			return
		}
	}
	if p.bad == nil {
		p.bad = map[string]bool{}
	}
	p.bad[key] = true
	if i := strings.LastIndexByte(key, '['); i >= 0 && strings.HasSuffix(key, "]") {
		p.bad[key[:i]] = true // an array with a value that could not be read
	}
	p.list = append(p.list, problem{p.lines.line(key), key, oneLine(text)})
}

// under returns a function that notes problems of keys in the table named table, as the Check
// methods of the packages' configs want it. They name a key of a table within it by a dot.
func (p *problems) under(table string) func(key, problem string) {
	return func(key, problem string) {
		switch {
		case table == "":
		case key == "":
			key = table
		default:
			key = table + "." + key
		}
		p.add(key, problem)
	}
}

// sorted returns the problems in the order of the file.
func (p *problems) sorted() []problem {
	sort.SliceStable(p.list, func(i, j int) bool {
		a, b := &p.list[i], &p.list[j]
		return a.Line < b.Line || a.Line == b.Line && a.Key < b.Key
	})
	return p.list
}
