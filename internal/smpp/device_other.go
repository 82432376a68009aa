//go:build !linux

package smpp

import (
	"errors"
	"syscall"
)

func bindToDevice(syscall.RawConn, string) error {
	return errors.New("interface: only Linux can bind a connection to one")
}
