package conformance

import (
	"strings"
	"unicode/utf16"
)

// utf16Text reads UTF-16 behind a byte order mark of either order.
func utf16Text(b []byte) string {
	if len(b) < 2 {
		return ""
	}
	high := 0
	if b[0] == 0xFF {
		high = 1
	}
	var units []uint16
	for i := 2; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i+high])<<8|uint16(b[i+1-high]))
	}
	text, _, _ := strings.Cut(string(utf16.Decode(units)), "\x00") // gammu-smsd writes some octets more
	return strings.TrimRight(text, "\n")
}
