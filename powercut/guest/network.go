package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"syscall"
	"unsafe"
)

// ifreq is struct ifreq of netdevice(7), as long as it is on 64-bit machines.
type ifreq struct {
	name [16]byte
	data [24]byte
}

// bringUp gives a network interface its address and turns it on.
func bringUp(name, address string) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	defer syscall.Close(fd)
	var r ifreq
	copy(r.name[:], name)
	binary.NativeEndian.PutUint16(r.data[0:], syscall.AF_INET)
	copy(r.data[4:8], net.ParseIP(address).To4())
	if err := ioctl(uintptr(fd), syscall.SIOCSIFADDR, unsafe.Pointer(&r)); err != nil {
		return fmt.Errorf("network: address of %s: %w", name, err)
	}
	r.data = [24]byte{}
	binary.NativeEndian.PutUint16(r.data[0:], syscall.IFF_UP|syscall.IFF_RUNNING)
	if err := ioctl(uintptr(fd), syscall.SIOCSIFFLAGS, unsafe.Pointer(&r)); err != nil {
		return fmt.Errorf("network: turn on %s: %w", name, err)
	}
	return nil
}
