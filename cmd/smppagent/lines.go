package main

import (
	"strconv"
	"strings"
)

// lineIndex tells on which line each key of a TOML text stands, by the key's full name as joinKey
// and indexKey write it: alert.freezer.when, smsc."main link".address, alert.x.to[2].
type lineIndex map[string]int

// joinKey returns the full name of key under parent ("" at the top), quoted where TOML would need it.
func joinKey(parent, key string) string {
	bare := key != ""
	for _, r := range key {
		bare = bare && isBare(r)
	}
	if !bare {
		key = strconv.Quote(key)
	}
	if parent == "" {
		return key
	}
	return parent + "." + key
}

// indexKey returns the full name of element i of the array at key.
func indexKey(key string, i int) string {
	return key + "[" + strconv.Itoa(i) + "]"
}

// line returns the line of key or, when key itself is not in the text, of the nearest table or
// array around it; 0 when the text has none of them. Whoever wrote key may have left out quotes.
func (x lineIndex) line(key string) int {
	for ; key != ""; key = parentKey(key) {
		if n, ok := x[key]; ok {
			return n
		}
		for k, n := range x {
			if strings.ReplaceAll(k, `"`, "") == key {
				return n
			}
		}
	}
	return 0
}

// parentKey cuts the last part off a key's full name.
func parentKey(key string) string {
	end, quoted := 0, false
	for i := 0; i < len(key); i++ {
		switch {
		case quoted && key[i] == '\\':
			i++
		case key[i] == '"':
			quoted = !quoted
		case !quoted && (key[i] == '.' || key[i] == '['):
			end = i
		}
	}
	return key[:end]
}

// indexLines finds the keys of a TOML text and their lines. It does not judge the text: what the
// TOML decoder refuses may be missing or misplaced here, never fatal.
func indexLines(text string) lineIndex {
	s := scanner{text: text, line: 1, index: lineIndex{}, count: map[string]int{}}
	for !s.end() {
		s.blank(true)
		switch {
		case s.end():
		case s.peek() == '[':
			s.header()
			s.restOfLine()
		default:
			s.pair(s.table)
			s.restOfLine()
		}
	}
	return s.index
}

// scanner walks a TOML text once and notes where keys begin.
type scanner struct {
	text  string
	at    int    // the next octet
	line  int    // its line, from 1
	table string // the full name of the table we are in
	index lineIndex
	count map[string]int // elements so far of each array of tables
}

func (s *scanner) end() bool { return s.at >= len(s.text) }

func (s *scanner) peek() byte {
	if s.end() {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.at:], prefix) }

// next steps over n octets, counting lines.
func (s *scanner) next(n int) {
	n = min(n, len(s.text)-s.at)
	s.line += strings.Count(s.text[s.at:s.at+n], "\n")
	s.at += n
}

// blank steps over spaces and, when lines is true, over line ends and comments too.
func (s *scanner) blank(lines bool) {
	for !s.end() {
		switch c := s.peek(); {
		case c == ' ' || c == '\t':
		case lines && (c == '\n' || c == '\r'):
		case lines && c == '#':
			s.restOfLine()
			continue
		default:
			return
		}
		s.next(1)
	}
}

// restOfLine steps over everything up to and including the end of the line.
func (s *scanner) restOfLine() {
	if i := strings.IndexByte(s.text[s.at:], '\n'); i >= 0 {
		s.next(i + 1)
	} else {
		s.at = len(s.text)
	}
}

// note records that key begins here, unless it was seen before.
func (s *scanner) note(key string, line int) {
	if _, ok := s.index[key]; !ok {
		s.index[key] = line
	}
}

// header reads [table] or [[array of tables]].
func (s *scanner) header() {
	line, array := s.line, s.has("[[")
	s.next(1)
	if array {
		s.next(1)
	}
	parts := s.key()
	name := ""
	for i, part := range parts {
		name = joinKey(name, part)
		s.note(name, line)
		switch n := s.count[name]; {
		case array && i == len(parts)-1:
			s.count[name] = n + 1
			name = indexKey(name, n)
			s.note(name, line)
		case n > 0: // a part of a header means the array's latest element
			name = indexKey(name, n-1)
		}
	}
	s.table = name
}

// pair reads key = value in the table named in.
func (s *scanner) pair(in string) {
	line := s.line
	parts := s.key()
	if len(parts) == 0 {
		s.next(1)
		return
	}
	for _, part := range parts {
		in = joinKey(in, part)
		s.note(in, line)
	}
	s.blank(false)
	if s.peek() != '=' {
		return
	}
	s.next(1)
	s.blank(false)
	s.value(in)
}

// key reads a bare, quoted or dotted key and returns its parts.
func (s *scanner) key() []string {
	var parts []string
	for {
		s.blank(false)
		switch c := s.peek(); {
		case c == '"' || c == '\'':
			parts = append(parts, s.text1())
		default:
			from := s.at
			for !s.end() && isBare(rune(s.peek())) {
				s.at++
			}
			if s.at == from {
				return parts
			}
			parts = append(parts, s.text[from:s.at])
		}
		s.blank(false)
		if s.peek() != '.' {
			return parts
		}
		s.next(1)
	}
}

func isBare(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
}
