package main

import (
	"strings"

	"github.com/BurntSushi/toml"
)

// value steps over the value of key. Elements of arrays and keys of inline tables are noted.
func (s *scanner) value(key string) {
	switch c := s.peek(); c {
	case '"', '\'':
		if s.has(`"""`) || s.has(`'''`) {
			s.longText()
		} else {
			s.text1()
		}
	case '[':
		s.list(key)
	case '{':
		s.inline(key)
	default:
		for !s.end() && !strings.ContainsRune(",]}#\r\n", rune(s.peek())) {
			s.at++
		}
	}
}

// list reads an array, which may go over many lines with comments between the elements.
func (s *scanner) list(key string) {
	s.next(1)
	for i := 0; ; i++ {
		s.blank(true)
		if s.end() {
			return
		}
		if s.peek() == ']' {
			s.next(1)
			return
		}
		from := s.at
		s.note(indexKey(key, i), s.line)
		s.value(indexKey(key, i))
		if !s.comma(from) {
			return
		}
	}
}

// inline reads an inline table.
func (s *scanner) inline(key string) {
	s.next(1)
	for {
		s.blank(true)
		if s.end() {
			return
		}
		if s.peek() == '}' {
			s.next(1)
			return
		}
		from := s.at
		s.pair(key)
		if !s.comma(from) {
			return
		}
	}
}

// comma steps over the comma after an element that began at from. It is false when there is
// something else, which the TOML decoder refuses.
func (s *scanner) comma(from int) bool {
	s.blank(true)
	switch s.peek() {
	case ',':
		s.next(1)
		return true
	case ']', '}':
		return s.at > from
	}
	return false
}

// text1 reads a text on one line, "basic" or 'literal', and returns what it says.
func (s *scanner) text1() string {
	quote, from := s.peek(), s.at
	for s.at++; !s.end() && s.peek() != quote && s.peek() != '\n'; s.at++ {
		if quote == '"' && s.peek() == '\\' && s.at+1 < len(s.text) && s.text[s.at+1] != '\n' {
			s.at++
		}
	}
	if s.peek() != quote {
		return s.text[min(from+1, s.at):s.at]
	}
	s.at++
	body := s.text[from+1 : s.at-1]
	if quote == '"' && strings.ContainsRune(body, '\\') {
		var v struct{ K string } // TOML's escapes are the decoder's business
		if _, err := toml.Decode("k = "+s.text[from:s.at], &v); err == nil {
			return v.K
		}
	}
	return body
}

// longText steps over a """text""" or a literal one, which may end in up to two quotes of its own.
func (s *scanner) longText() {
	quote := s.text[s.at : s.at+3]
	for s.next(3); !s.end() && !s.has(quote); {
		if quote[0] == '"' && s.peek() == '\\' {
			s.next(1)
		}
		s.next(1)
	}
	s.next(3)
	for range 2 {
		if s.peek() == quote[0] {
			s.next(1)
		}
	}
}
