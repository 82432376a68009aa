package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"testing"
)

// A client as in the protocol's text reads what it wrote, and a flush makes it durable; the server says when
// it is gone.
func TestNBD(t *testing.T) {
	d := newDisk(make([]byte, 8*block))
	d.pace = 0
	name := filepath.Join(t.TempDir(), "nbd")
	ln, err := net.Listen("unix", name)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served, ended := make(chan error, 1), make(chan error, 1)
	go func() { ended <- serveNBD(ctx, ln, d, served) }()
	conn, err := net.Dial("unix", name)
	if err != nil {
		t.Fatal(err)
	}
	c := &nbdClient{t, conn}
	c.want("4e42444d41474943 49484156454f5054 0003")
	c.put(uint32(3))
	c.put(uint64(nbdIHaveOpt), uint32(8), uint32(0)) // NBD_OPT_STRUCTURED_REPLY
	c.want("0003e889045565a9 00000008 80000001 00000000")
	c.put(uint64(nbdIHaveOpt), uint32(nbdOptGo), uint32(6), uint32(0), uint16(0))
	c.want("0003e889045565a9 00000007 00000003 0000000c 0000 0000000000008000 000d", "0003e889045565a9 00000007 00000001 00000000")

	c.request(0, nbdCmdWrite, 5, 2*block, page(9))
	c.want("67446698 00000000 0000000000000005")
	c.put(uint32(nbdRequest), uint16(0), uint16(nbdCmdRead), uint64(6), uint64(2*block), uint32(block))
	c.want("67446698 00000000 0000000000000006")
	if got := c.read(block); !bytes.Equal(got, page(9)) {
		t.Errorf("read %x…", got[:8])
	}
	c.put(uint32(nbdRequest), uint16(0), uint16(nbdCmdFlush), uint64(7), uint64(0), uint32(0))
	c.want("67446698 00000000 0000000000000007")
	c.request(0, nbdCmdWrite, 8, 7*block, page(4))
	c.want("67446698 00000000 0000000000000008")
	c.request(nbdFlagFUA, nbdCmdWrite, 9, 6*block, page(5))
	c.want("67446698 00000000 0000000000000009")
	c.request(0, nbdCmdWrite, 10, 8*block, page(5)) // behind the end
	c.want("67446698 00000016 000000000000000a")
	d.failAt(0)
	c.put(uint32(nbdRequest), uint16(0), uint16(nbdCmdFlush), uint64(11), uint64(0), uint32(0))
	if n, err := conn.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("a flush without power is answered: %d octets, %v", n, err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if unsure, _ := d.restore(rand.New(rand.NewPCG(1, 1))); unsure != 1 || at(t, d, 2) != 9 || at(t, d, 6) != 5 {
		t.Errorf("%d blocks were not flushed, want 1; blocks 2 and 6 are %d and %d, want 9 and 5", unsure, at(t, d, 2), at(t, d, 6))
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// nbdClient writes and expects octets.
type nbdClient struct {
	t    *testing.T
	conn net.Conn
}

func (c *nbdClient) put(fields ...any) {
	c.t.Helper()
	for _, f := range fields {
		if err := binary.Write(c.conn, binary.BigEndian, f); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *nbdClient) request(flags, kind uint16, cookie, off uint64, data []byte) {
	c.t.Helper()
	c.put(uint32(nbdRequest), flags, kind, cookie, off, uint32(len(data)), data)
}

func (c *nbdClient) read(n int) []byte {
	c.t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(c.conn, b); err != nil {
		c.t.Fatal(err)
	}
	return b
}

// want reads the octets that are written in hex, with spaces for people.
func (c *nbdClient) want(hexes ...string) {
	c.t.Helper()
	for _, h := range hexes {
		want := octets(c.t, h)
		if got := c.read(len(want)); !bytes.Equal(got, want) {
			c.t.Fatalf("got %x, want %x", got, want)
		}
	}
}
