package smpp

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// setUserTimeout makes the kernel give up a connection whose octets are not acknowledged for d.
// Without it, writes into a dead path go on for a quarter of an hour.
func setUserTimeout(raw syscall.RawConn, d time.Duration) error {
	return raw.Control(func(fd uintptr) {
		// A kernel without the option is no reason not to connect.
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(d.Milliseconds()))
	})
}
