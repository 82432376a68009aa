package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"smppagent/internal/pdu"
)

// serve is an SMSC that accepts everything as fast as it can: it answers what it has read before it reads
// again. It prints its address.
func serve() error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	for {
		conn, err := ln.Accept()
		if err != nil {
			return err
		}
		if err := answer(conn); err != nil && !errors.Is(err, io.EOF) {
			fmt.Fprintln(os.Stderr, "session: smsc:", err)
		}
		_ = conn.Close()
	}
}

func answer(conn net.Conn) error {
	r, w := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriterSize(conn, 64<<10)
	body := make([]byte, 64<<10)
	var head [16]byte
	for id := uint64(0); ; {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return err
		}
		length, command := binary.BigEndian.Uint32(head[:]), pdu.Command(binary.BigEndian.Uint32(head[4:]))
		if length < 16 || int(length) > len(body) {
			return fmt.Errorf("command_length %d", length)
		}
		if _, err := io.ReadFull(r, body[:length-16]); err != nil {
			return err
		}
		text := ""
		switch command {
		case pdu.CmdSubmitSM:
			id++
			text = fmt.Sprintf("%08x\x00", id)
		case pdu.CmdBindTransmitter, pdu.CmdBindTransceiver:
			text = "bench\x00"
		}
		binary.BigEndian.PutUint32(head[:], uint32(16+len(text)))
		head[4] |= 0x80
		binary.BigEndian.PutUint32(head[8:], 0)
		_, _ = w.Write(head[:]) // Flush tells
		_, _ = w.WriteString(text)
		if r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}
