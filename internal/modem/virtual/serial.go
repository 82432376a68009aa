package virtual

import (
	"fmt"
	"strings"

	"go.bug.st/serial"
)

// parseFraming reads "8N1": data bits, parity, stop bits.
func parseFraming(s string) (serial.Mode, error) {
	parity := map[byte]serial.Parity{'N': serial.NoParity, 'E': serial.EvenParity, 'O': serial.OddParity}
	stop := map[byte]serial.StopBits{'1': serial.OneStopBit, '2': serial.TwoStopBits}
	if len(s) == 3 && strings.IndexByte("5678", s[0]) >= 0 {
		p, known := parity[upper(s[1])]
		b, also := stop[s[2]]
		if known && also {
			return serial.Mode{DataBits: int(s[0] - '0'), Parity: p, StopBits: b}, nil
		}
	}
	return serial.Mode{}, fmt.Errorf("%q is no framing: write data bits 5 to 8, parity N, E or O, and stop bits 1 or 2, such as \"8N1\"", s)
}
