//go:build !linux

package smpp

import (
	"syscall"
	"time"
)

// setUserTimeout does nothing where the kernel has no TCP_USER_TIMEOUT.
func setUserTimeout(syscall.RawConn, time.Duration) error { return nil }
