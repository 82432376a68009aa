package smpp

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"smppagent/internal/pdu"
)

// contextFor ends with the test, or after half a minute of a test that hangs.
func contextFor(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), 30*time.Second)
}

// smsc is the least SMSC there can be: it accepts any bind and any submit_sm, counts, answers, and
// writes when its input is drained. Each answer passes through change, nil from it is no answer.
func smsc(t testing.TB, conn net.Conn, change func([]byte) []byte) (submits int) {
	in := make([]byte, 64<<10)
	var out []byte
	from, to := 0, 0
	for {
		if from > 0 {
			to = copy(in, in[from:to])
			from = 0
		}
		n, err := conn.Read(in[to:])
		if err != nil {
			if err != io.EOF {
				t.Logf("smsc: %v", err)
			}
			return submits
		}
		to += n
		for to-from >= pdu.HeaderLen {
			length := int(binary.BigEndian.Uint32(in[from:]))
			if length < pdu.HeaderLen || length > len(in) {
				t.Errorf("smsc: command_length %d", length)
				return submits
			}
			if to-from < length {
				break
			}
			h := in[from : from+pdu.HeaderLen]
			at := len(out)
			switch cmd := pdu.Command(binary.BigEndian.Uint32(h[4:])); cmd {
			case pdu.CmdSubmitSM:
				submits++
				out = append(out, 0, 0, 0, 25, 0x80, 0, 0, 4, 0, 0, 0, 0, h[12], h[13], h[14], h[15], 'm', 'e', 's', 's', 'a', 'g', 'e', '1', 0)
			case pdu.CmdBindTransceiver, pdu.CmdBindTransmitter, pdu.CmdBindReceiver:
				out = append(out, 0, 0, 0, 21, 0x80, 0, 0, h[7], 0, 0, 0, 0, h[12], h[13], h[14], h[15], 'S', 'M', 'S', 'C', 0)
			case pdu.CmdEnquireLink, pdu.CmdUnbind:
				out = append(out, 0, 0, 0, 16, 0x80, 0, 0, h[7], 0, 0, 0, 0, h[12], h[13], h[14], h[15])
			default:
				t.Errorf("smsc: unexpected %v", cmd)
			}
			out = append(out[:at], change(out[at:])...)
			from += length
		}
		if _, err := conn.Write(out); err != nil {
			return submits
		}
		out = out[:0]
	}
}
