package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// Constants of the NBD protocol (doc/proto.md of the NBD project), named as there.
const (
	nbdMagic      = 0x4e42444d41474943 // "NBDMAGIC"
	nbdIHaveOpt   = 0x49484156454F5054 // "IHAVEOPT"
	nbdOptReply   = 0x3e889045565a9
	nbdRequest    = 0x25609513
	nbdSimple     = 0x67446698
	nbdOptExport  = 1
	nbdOptAbort   = 2
	nbdOptGo      = 7
	nbdRepAck     = 1
	nbdRepInfo    = 3
	nbdRepUnsup   = 1<<31 + 1
	nbdCmdRead    = 0
	nbdCmdWrite   = 1
	nbdCmdDisc    = 2
	nbdCmdFlush   = 3
	nbdFlagFUA    = 1 << 0
	nbdEInval     = 22
	nbdMostOctets = 32 << 20 // of one request, as the protocol advises
	// Fixed newstyle, without the 124 zeros; a device that has a cache, flush and FUA.
	nbdHandshake = 1<<0 | 1<<1
	nbdDevice    = 1<<0 | 1<<2 | 1<<3
)

// serveNBD serves a disk to one client at a time until ctx ends. After the client is gone and served is
// told, nothing of it is under way any more.
func serveNBD(ctx context.Context, ln net.Listener, d *disk, served chan<- error) error {
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	for {
		conn, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("nbd: %w", err)
		}
		end := context.AfterFunc(ctx, func() { conn.Close() })
		err = (&nbdSession{disk: d, in: bufio.NewReader(conn), out: bufio.NewWriter(conn)}).run()
		end()
		conn.Close()
		select {
		case served <- err:
		case <-ctx.Done():
		}
	}
}

// nbdSession is one client's connection. It is served in order, so a flush is of all that was answered
// before it.
type nbdSession struct {
	disk *disk
	in   *bufio.Reader
	out  *bufio.Writer
}

// run serves until the client is gone, which is no error.
func (s *nbdSession) run() error {
	go1, err := s.handshake()
	for err == nil && go1 {
		go1, err = s.command()
	}
	for _, gone := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, gone) {
			return nil
		}
	}
	return err
}

// put writes fields in network order.
func (s *nbdSession) put(fields ...any) {
	for _, f := range fields {
		_ = binary.Write(s.out, binary.BigEndian, f) // the error stays in the writer until Flush
	}
}

// get reads fields in network order.
func (s *nbdSession) get(fields ...any) error {
	for _, f := range fields {
		if err := binary.Read(s.in, binary.BigEndian, f); err != nil {
			return err
		}
	}
	return nil
}

// handshake haggles until the client has the device; ok is false when it goes.
func (s *nbdSession) handshake() (ok bool, err error) {
	s.put(uint64(nbdMagic), uint64(nbdIHaveOpt), uint16(nbdHandshake))
	if err := s.out.Flush(); err != nil {
		return false, err
	}
	var flags uint32
	if err := s.get(&flags); err != nil {
		return false, err
	}
	for {
		var magic uint64
		var option, n uint32
		if err := s.get(&magic, &option, &n); err != nil {
			return false, err
		}
		if magic != nbdIHaveOpt || n > 4096 {
			return false, fmt.Errorf("nbd: option %d of %d octets with magic %x", option, n, magic)
		}
		if _, err := s.in.Discard(int(n)); err != nil {
			return false, err
		}
		switch option {
		case nbdOptExport:
			s.put(uint64(s.disk.size()), uint16(nbdDevice))
			return true, s.out.Flush()
		case nbdOptGo:
			s.put(uint64(nbdOptReply), option, uint32(nbdRepInfo), uint32(12), uint16(0), uint64(s.disk.size()), uint16(nbdDevice))
			s.put(uint64(nbdOptReply), option, uint32(nbdRepAck), uint32(0))
			return true, s.out.Flush()
		case nbdOptAbort:
			return false, nil
		}
		s.put(uint64(nbdOptReply), option, uint32(nbdRepUnsup), uint32(0))
		if err := s.out.Flush(); err != nil {
			return false, err
		}
	}
}

// command serves one request; ok is false when it was the last.
func (s *nbdSession) command() (ok bool, err error) {
	var r struct {
		Magic       uint32
		Flags, Kind uint16
		Cookie, Off uint64
		Octets      uint32
	}
	if err := s.get(&r); err != nil {
		return false, err
	}
	if r.Magic != nbdRequest || r.Octets > nbdMostOctets {
		return false, fmt.Errorf("nbd: request %x for %d octets", r.Magic, r.Octets)
	}
	var data []byte
	var problem error
	switch r.Kind {
	case nbdCmdRead:
		data = make([]byte, r.Octets)
		problem = s.disk.read(data, int64(r.Off))
	case nbdCmdWrite:
		b := make([]byte, r.Octets)
		if _, err := io.ReadFull(s.in, b); err != nil {
			return false, err
		}
		if problem = s.disk.write(b, int64(r.Off)); problem == nil && r.Flags&nbdFlagFUA != 0 {
			problem = s.disk.through(int64(r.Off), len(b))
		}
	case nbdCmdFlush:
		problem = s.disk.flush()
	case nbdCmdDisc:
		return false, nil
	default:
		problem = fmt.Errorf("nbd: command %d", r.Kind)
	}
	if errors.Is(problem, errOff) {
		return false, nil // as if the cable was cut
	}
	code := uint32(0)
	if problem != nil {
		code, data = nbdEInval, nil
	}
	s.put(uint32(nbdSimple), code, r.Cookie, data)
	return true, s.out.Flush()
}
