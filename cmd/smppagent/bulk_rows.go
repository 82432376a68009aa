//go:build !tiny

package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A bulkText is one row of the file: whom it is to, and the text that the template makes for it.
type bulkText struct {
	line     int
	to, text string
}

// A bulkRowError is what is wrong with one row; the next one may be right.
type bulkRowError struct{ problem string }

func (e *bulkRowError) Error() string { return e.problem }

// bulkReader reads the rows of a CSV file, whose fields are parted by commas, semicolons or tabs.
type bulkReader struct {
	csv    *csv.Reader
	to     int
	parts  []string // of the template; between them columns
	fields []int
	header []string
}

// newBulkReader reads the first line and holds the template against it.
func newBulkReader(in io.Reader, template, column string) (*bulkReader, error) {
	b := bufio.NewReader(in)
	if bom, _ := b.Peek(3); string(bom) == "\xEF\xBB\xBF" {
		_, _ = b.Discard(3)
	}
	r := &bulkReader{csv: csv.NewReader(b), to: -1}
	start, _ := b.Peek(4096)
	line, _, _ := strings.Cut(string(start), "\n")
	for _, comma := range ";\t" {
		if strings.ContainsRune(line, comma) && !strings.Contains(line, ",") {
			r.csv.Comma = comma
		}
	}
	r.csv.FieldsPerRecord = -1
	header, err := r.csv.Read()
	if err != nil {
		return nil, errors.New("the first line must name the columns, such as: to,name")
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	r.header = header
	wanted := []string{"to", "phone", "number", "msisdn"}
	if column != "" {
		wanted = []string{column}
	}
	for _, name := range wanted {
		if r.to < 0 {
			r.to = slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, name) })
		}
	}
	if r.to < 0 {
		return nil, fmt.Errorf("no column %s among %s", strings.Join(wanted, ", "), strings.Join(header, ", "))
	}
	return r, r.parse(template)
}

// parse takes the template apart.
func (r *bulkReader) parse(template string) error {
	part := ""
	for template != "" {
		i := strings.IndexAny(template, "{}")
		if i < 0 {
			break
		}
		part, template = part+template[:i], template[i:]
		if len(template) > 1 && template[1] == template[0] { // a brace itself
			part, template = part+template[:1], template[2:]
			continue
		}
		name, rest, closed := strings.Cut(template[1:], "}")
		if template[0] == '}' || !closed {
			return fmt.Errorf("--template: a brace stands alone at %.20q; write {{ or }} for a brace itself", template)
		}
		n := slices.IndexFunc(r.header, func(h string) bool { return strings.EqualFold(h, strings.TrimSpace(name)) })
		if n < 0 {
			return fmt.Errorf("--template: there is no column %q; there are %s", name, strings.Join(r.header, ", "))
		}
		r.parts, r.fields = append(r.parts, part), append(r.fields, n)
		part, template = "", rest
	}
	r.parts = append(r.parts, part+template)
	return nil
}

// next returns the next row, io.EOF after the last, or a *bulkRowError.
func (r *bulkReader) next() (row bulkText, err error) {
	record, err := r.csv.Read()
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		row.line = e.Line
		return row, &bulkRowError{e.Err.Error()}
	}
	if err != nil {
		return row, err
	}
	row.line, _ = r.csv.FieldPos(0)
	if len(record) != len(r.header) {
		return row, &bulkRowError{fmt.Sprintf("%d fields, and %d columns", len(record), len(r.header))}
	}
	row.to = strings.TrimSpace(record[r.to])
	var text strings.Builder
	for i, n := range r.fields {
		text.WriteString(r.parts[i])
		text.WriteString(record[n])
	}
	text.WriteString(r.parts[len(r.parts)-1])
	if row.text = text.String(); strings.TrimSpace(row.text) == "" {
		return row, &bulkRowError{"the text is empty"}
	}
	return row, nil
}
