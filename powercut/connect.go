package main

import (
	"io"
	"net"
	"os"
	"sync"
)

// Where the guest finds the SMSC and the rig; QEMU hands each connection there to the verb connect, and
// lets the guest reach nothing else.
const (
	smscAddress   = "10.0.2.100:2775"
	reportAddress = "10.0.2.100:7000"
)

// connect joins standard input and output to an address on this machine, until either side ends. QEMU starts
// it for each connection of the guest.
func connect(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	var once sync.WaitGroup
	once.Go(func() {
		_, _ = io.Copy(conn, os.Stdin) // ends when the machine is gone
		_ = conn.(*net.TCPConn).CloseWrite()
	})
	_, _ = io.Copy(os.Stdout, conn)
	_ = os.Stdout.Close()
	once.Wait()
	return conn.Close()
}
