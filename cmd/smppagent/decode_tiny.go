//go:build tiny

package main

import (
	"encoding/binary"
	"io"
	"iter"
)

// decodeCapture refuses captures, whose reader this edition does not have.
func decodeCapture(head []byte, _ io.Reader) (places iter.Seq[place], about []string, is bool, err error) {
	if len(head) < 4 {
		return nil, nil, false, nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(head) {
		case 0xA1B2C3D4, 0xA1B23C4D, 0x0A0D0D0A:
			return nil, nil, true, failf(exitUsage, "decode: this is a capture, and the tiny edition reads none: use the full one")
		}
	}
	return nil, nil, false, nil
}
