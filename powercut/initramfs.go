package main

import (
	"bytes"
	"fmt"
)

// initramfs is a cpio archive of the format "newc" (Documentation/driver-api/early-userspace/
// buffer-format.rst of Linux), which the kernel unpacks as its root.
type initramfs struct {
	b     bytes.Buffer
	files uint32
}

// Modes of what is in it (stat(2)).
const (
	modeDirectory = 0o040755
	modeProgram   = 0o100755
	modeFile      = 0o100600
	modeCharacter = 0o020600
)

// add puts a file there; a directory must come before what is in it. major and minor are of a device.
func (r *initramfs) add(name string, mode uint32, content []byte, major, minor uint32) {
	r.files++
	fields := []uint32{r.files, mode, 0, 0, 1, 0, uint32(len(content)), 0, 0, major, minor, uint32(len(name) + 1), 0}
	r.b.WriteString("070701")
	for _, f := range fields {
		fmt.Fprintf(&r.b, "%08X", f)
	}
	r.b.WriteString(name + "\x00")
	r.pad()
	r.b.Write(content)
	r.pad()
}

// pad fills up to a multiple of four octets.
func (r *initramfs) pad() {
	for r.b.Len()%4 != 0 {
		r.b.WriteByte(0)
	}
}

// end returns the archive.
func (r *initramfs) end() []byte {
	r.add("TRAILER!!!", 0, nil, 0, 0)
	return r.b.Bytes()
}
