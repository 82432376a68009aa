package main

import (
	"runtime"
	"syscall"
	"unsafe"
)

// sysFinitModule is the number of finit_module(2) by architecture; package syscall does not have it.
var sysFinitModule = map[string]uintptr{"arm": 379, "mipsle": 4348, "amd64": 313}

// finitModule loads the module in an open file.
func finitModule(fd uintptr, parameters *byte) syscall.Errno {
	_, _, errno := syscall.Syscall(sysFinitModule[runtime.GOARCH], fd, uintptr(unsafe.Pointer(parameters)), 0)
	return errno
}

// ioctl does a request that is passed a pointer.
func ioctl(fd, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}
