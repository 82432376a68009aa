package main

import (
	"strings"

	"smppagent/internal/pdu"
)

// pickOctets finds octets in a text that has more in it than them: the log of an SMSC, or a program. It knows
// strings with escapes ('\x00\x10ok', of Python and of Wireshark), the dumps of Kannel ("data: 00 10 ..."), long
// numbers in hex, as Jasmin and others write PDUs, and lists (0x00, 0x10, ...). None is nil.
func pickOctets(text string) []byte {
	for _, pick := range []func(string) []byte{pickStrings, pickDataLines, pickNumbers, pickList} {
		if octets := pick(text); len(octets) >= pdu.HeaderLen {
			return octets
		}
	}
	return nil
}

// pickStrings reads the strings in quotes, from the first one with octets in hex on.
func pickStrings(text string) []byte {
	first := strings.Index(text, `\x`)
	if first < 0 {
		return nil
	}
	begin := strings.LastIndexAny(text[:first], `'"`)
	if begin < 0 {
		return nil
	}
	var octets []byte
	quote := text[begin]
	inside := false
	for text = text[begin:]; text != ""; {
		c := text[0]
		text = text[1:]
		switch {
		case c == quote:
			inside = !inside
		case !inside:
		case c != '\\' || text == "":
			octets = append(octets, c)
		case text[0] == 'x' && len(text) >= 3 && isHex(text[1]) && isHex(text[2]):
			octets = append(octets, unhex(text[1])<<4|unhex(text[2]))
			text = text[3:]
		default:
			octets = append(octets, escaped(text[0]))
			text = text[1:]
		}
	}
	return octets
}

// escaped is the octet that a letter stands for after a backslash.
func escaped(c byte) byte {
	const letters, octets = "0abtnvfr", "\x00\a\b\t\n\v\f\r"
	if i := strings.IndexByte(letters, c); i >= 0 {
		return octets[i]
	}
	return c
}

// pickDataLines reads the octets after "data: ", up to the text beside them.
func pickDataLines(text string) []byte {
	var octets []byte
	for line := range strings.Lines(text) {
		_, rest, _ := strings.Cut(line, "data: ")
		for len(rest) >= 2 && isHex(rest[0]) && isHex(rest[1]) && (len(rest) == 2 || rest[2] <= ' ') {
			octets = append(octets, unhex(rest[0])<<4|unhex(rest[1]))
			rest = rest[min(3, len(rest)):]
		}
	}
	return octets
}

// pickNumbers reads words of hex digits that are as long as a header or longer. A PDU begins with zeros; a
// fingerprint or an identifier seldom does.
func pickNumbers(text string) []byte {
	var octets []byte
	for _, word := range words(text) {
		word = strings.TrimPrefix(word, "0x")
		if len(word) < 2*pdu.HeaderLen || len(word)%2 != 0 || !strings.HasPrefix(word, "0000") {
			continue
		}
		if b, err := parseHex(word); err == nil {
			octets = append(octets, b...)
		}
	}
	return octets
}

// pickList reads the words of two digits after 0x; comments are left out.
func pickList(text string) []byte {
	var octets []byte
	for text != "" {
		code, rest, _ := strings.Cut(text, "/*")
		for _, word := range words(code) {
			if len(word) == 4 && (word[:2] == "0x" || word[:2] == "0X") && isHex(word[2]) && isHex(word[3]) {
				octets = append(octets, unhex(word[2])<<4|unhex(word[3]))
			}
		}
		_, text, _ = strings.Cut(rest, "*/")
	}
	return octets
}

// words are the runs of letters and digits.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') && r < 0x80
	})
}

// unhex is the value of a hex digit.
func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
