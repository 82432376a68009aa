package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// maxSyntaxErrors is where parse gives up: the text is hardly TOML then.
const maxSyntaxErrors = 20

// parse reads TOML. The decoder ends at the first line it cannot read; to find the others, that
// line is taken out and the rest read again. whole is false when the text could not be read to its
// end even so.
func parse(text string, p *problems) (m map[string]any, whole bool) {
	lines := strings.Split(text, "\n")
	for last := 0; len(p.list) < maxSyntaxErrors; {
		m = nil
		text = strings.Join(lines, "\n")
		_, err := toml.Decode(text, &m)
		if err == nil {
			delete(m, unreadable)
			return m, true
		}
		e, ok := errors.AsType[toml.ParseError](err)
		if !ok {
			p.list = append(p.list, problem{Problem: err.Error()})
			return nil, false
		}
		line := 1 + strings.Count(text[:max(0, min(e.Position.Start, len(text)))], "\n")
		p.list = append(p.list, problem{line, "", syntaxMessage(e.Message, lines[line-1])})
		if line <= last {
			return nil, false // it got no further: a text without an end, say
		}
		last = line
		if isHeader(lines[line-1]) {
			if _, err := toml.Decode(lines[line-1], &map[string]any{}); err != nil { // else it is there twice
				p.lose(lines[line-1])
			}
		}
		lines[line-1] = replacement(lines[line-1], len(p.list))
	}
	return nil, false
}

// unreadable is the table that takes what follows a header that could not be read.
const unreadable = "a header that could not be read"

// replacement stands in for a line that could not be read. What follows a header must not end up in
// the table above it.
func replacement(line string, n int) string {
	if isHeader(line) {
		return fmt.Sprintf("[%q.%d]", unreadable, n)
	}
	return ""
}

// isHeader reports whether the line begins a table.
func isHeader(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "[") }

// syntaxMessage says what the decoder could not read, with the commonest reason if it is that.
func syntaxMessage(message, line string) string {
	text := "not TOML: " + strings.TrimSuffix(oneLine(message), ".")
	if _, value, found := strings.Cut(line, "="); found && bareText(strings.TrimSpace(value)) {
		text += "; write text in quotation marks"
	}
	return text
}

// bareText is true for a value that begins like a word and is neither true nor false nor a number.
func bareText(value string) bool {
	switch {
	case value == "", strings.HasPrefix(value, "true"), strings.HasPrefix(value, "false"),
		strings.HasPrefix(value, "inf"), strings.HasPrefix(value, "nan"):
		return false
	}
	c := value[0] | 0x20
	return c >= 'a' && c <= 'z' || strings.ContainsAny(value[:1], "/.")
}
