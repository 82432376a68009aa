package smpp

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// bindToDevice makes a socket send and receive by that network interface only, whatever the routes say, so
// that a VPN is used or nothing: SO_BINDTODEVICE of socket(7). Before Linux 5.7 it needs CAP_NET_RAW.
func bindToDevice(raw syscall.RawConn, device string) error {
	var err error
	if e := raw.Control(func(fd uintptr) { err = unix.BindToDevice(int(fd), device) }); e != nil {
		return e
	}
	if err != nil {
		return fmt.Errorf("interface %s: %w", device, err)
	}
	return nil
}
