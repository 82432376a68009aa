package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// hexNoise is what may stand between octets in hex.
const hexNoise = " \t\r\n:,-.|_"

// parseHex reads octets in hex: as a dump with offsets if it is one; else what people put between octets is
// left out.
func parseHex(text string) ([]byte, error) {
	if octets, ok := parseDump(text); ok {
		return octets, nil
	}
	digits := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case strings.IndexByte(hexNoise, c) >= 0:
		case len(digits)%2 == 0 && (strings.HasPrefix(text[i:], "0x") || strings.HasPrefix(text[i:], "0X") || strings.HasPrefix(text[i:], `\x`)):
			i++
		case c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f':
			digits = append(digits, c)
		default:
			return nil, noDigit(text, i)
		}
	}
	if len(digits) == 0 {
		return nil, errors.New("decode: no octets given, write them in hex")
	}
	if len(digits)%2 == 1 {
		return nil, fmt.Errorf("decode: %d hex digits, an octet has two", len(digits))
	}
	octets := make([]byte, len(digits)/2)
	if _, err := hex.Decode(octets, digits); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	return octets, nil
}

// noDigit says where in the text the character is that is neither a digit nor what stands between them.
func noDigit(text string, at int) error {
	c, _ := utf8.DecodeRuneInString(text[at:])
	before := text[:at]
	line, column := 1+strings.Count(before, "\n"), 1+utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	if line == 1 {
		return fmt.Errorf("decode: character %d, %q, is no hex digit", column, string(c))
	}
	return fmt.Errorf("decode: line %d: character %d, %q, is no hex digit", line, column, string(c))
}

// parseDump reads what hexdump -C, xxd, od -A x -t x1 and tcpdump -X write: lines that begin with the offset of
// their first octet. It is such a dump only when every offset is right, which no other hex is by chance; a
// single line must have its offset marked, by a colon, by more than one space, or by the text that follows.
func parseDump(text string) ([]byte, bool) {
	var octets, line []byte
	lines, marked, repeat := 0, false, false
	for row := range strings.Lines(text) {
		row = strings.TrimRight(row, " \t\r\n")
		if row == "" {
			continue
		}
		if row == "*" { // lines like the one above
			repeat = true
			continue
		}
		offset, rest, mark, ok := dumpOffset(row)
		if !ok || offset > maxDecodeInput {
			return nil, false
		}
		for repeat && len(line) > 0 && len(octets)+len(line) <= offset {
			octets = append(octets, line...)
		}
		repeat = false
		if offset != len(octets) {
			return nil, false
		}
		if line, ok = dumpOctets(rest); !ok {
			return nil, false
		}
		octets = append(octets, line...)
		marked = marked || mark
		lines++
	}
	return octets, len(octets) > 0 && (lines > 1 || marked)
}

// dumpOffset cuts the offset off a line.
func dumpOffset(row string) (offset int, rest string, marked, ok bool) {
	row = strings.TrimLeft(row, " \t")
	row = strings.TrimPrefix(row, "0x")
	n := 0
	for n < len(row) && isHex(row[n]) {
		n++
	}
	if n < 4 || n > 8 {
		return 0, "", false, false
	}
	v, err := strconv.ParseUint(row[:n], 16, 32)
	if err != nil {
		return 0, "", false, false
	}
	rest, marked = strings.CutPrefix(row[n:], ":")
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return 0, "", false, false
	}
	marked = marked || strings.Contains(rest, "|") || strings.HasPrefix(rest, "  ") || strings.HasPrefix(rest, "\t")
	return int(min(v, 1<<30)), rest, marked, true
}

// dumpOctets reads the octets of a line, which end where a text begins.
func dumpOctets(rest string) (octets []byte, ok bool) {
	rest, _, _ = strings.Cut(rest, "|")
	rest = strings.TrimLeft(rest, " \t")
	const most = 32 // octets in a line
	for rest != "" && len(octets) < most {
		word, after, _ := strings.Cut(rest, " ")
		b, err := hex.DecodeString(word)
		if err != nil {
			return octets, len(octets) > 0 // the text
		}
		octets = append(octets, b...)
		rest = after
		// Two spaces are the middle of hexdump -C and the end of the others.
		if gap := len(rest) - len(strings.TrimLeft(rest, " ")); gap > 0 {
			if len(octets) != 8 || len(word) != 2 {
				break
			}
			rest = rest[gap:]
		}
	}
	return octets, true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
