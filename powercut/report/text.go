// Package report is what the guest and the host of the power-cut rig say to each other: lines over one
// connection, and the texts that the messages bear. It does no I/O.
package report

import (
	"fmt"
	"hash/crc32"
	"strings"
)

// fill lengthens texts, so that records of many lengths lie on the medium. All of it is in the GSM 7-bit
// default alphabet, and the longest text fits one segment.
const fill = "the pump in the cellar runs and the water stands at the third mark of the old gauge"

// Text makes the n-th text of a producer in a boot. No other call gives the same one, and Genuine knows it.
func Text(boot, producer, n int) string {
	body := fmt.Sprintf("b%d p%d n%d %s", boot, producer, n, fill[:(n*37+producer*11)%len(fill)])
	return fmt.Sprintf("%s %08x", strings.TrimSpace(body), crc32.ChecksumIEEE([]byte(strings.TrimSpace(body))))
}

// Genuine says whether Text made s: a text that was harmed on the medium is not genuine.
func Genuine(s string) bool {
	i := strings.LastIndexByte(s, ' ')
	return i > 0 && fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(s[:i]))) == s[i+1:]
}
