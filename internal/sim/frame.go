package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

const headerLen = 16 // SMPP 3.4 §3.2

// lengthError is a command_length that cannot be: the stream has lost its PDU boundaries.
type lengthError struct {
	length uint32
	first  [4]byte
	max    int
}

func (e *lengthError) Error() string {
	what := fmt.Sprintf("command_length %d, want %d to %d", e.length, headerLen, e.max)
	switch {
	case e.first[0] == 0x16 && e.first[1] == 3:
		what += ": the peer speaks TLS"
	case string(e.first[:]) == "GET " || string(e.first[:]) == "POST" || string(e.first[:]) == "HEAD":
		what += ": the peer speaks HTTP"
	}
	return what
}

// frameReader cuts a stream of octets into PDUs.
type frameReader struct {
	conn net.Conn
	r    io.Reader
	max  int
	body time.Duration // how long a PDU that has begun may take
	buf  []byte
}

// next returns the octets of one PDU, valid until the following call. It waits until idle for the PDU
// to begin, for ever when idle is zero. A *lengthError means that no further PDU can be found; EOF
// inside a PDU is io.ErrUnexpectedEOF.
func (f *frameReader) next(idle time.Time) ([]byte, error) {
	if err := f.conn.SetReadDeadline(idle); err != nil {
		return nil, err
	}
	f.buf = grow(f.buf[:0], headerLen)
	if _, err := io.ReadFull(f.r, f.buf[:1]); err != nil {
		return nil, err
	}
	if err := f.conn.SetReadDeadline(time.Now().Add(f.body)); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(f.r, f.buf[1:headerLen]); err != nil {
		return nil, noEOF(err)
	}
	length := binary.BigEndian.Uint32(f.buf)
	if length < headerLen || uint64(length) > uint64(f.max) {
		return nil, &lengthError{length: length, first: [4]byte(f.buf[:4]), max: f.max}
	}
	// Memory follows the octets that arrive, not the length that was announced.
	for len(f.buf) < int(length) {
		have := len(f.buf)
		f.buf = grow(f.buf, min(int(length)-have, 4096))
		if _, err := io.ReadFull(f.r, f.buf[have:]); err != nil {
			return nil, noEOF(err)
		}
	}
	return f.buf, nil
}

// grow returns b with n more octets of any value.
func grow(b []byte, n int) []byte {
	for cap(b)-len(b) < n {
		b = append(b[:cap(b)], 0)[:len(b)]
	}
	return b[:len(b)+n]
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
