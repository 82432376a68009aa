package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"
)

// ubiMakeVolume is UBI_IOCMKVOL of mtd/ubi-user.h on processors other than mips: _IOW('o', 0, 152 octets).
const ubiMakeVolume = 1<<30 | 152<<16 | 'o'<<8

// makeVolume makes a UBI volume that takes all of ubi0, if there is none. The attribute files are those of
// Documentation/ABI/stable/sysfs-class-ubi.
func makeVolume() error {
	if _, err := os.Stat("/sys/class/ubi/ubi0_0"); err == nil {
		return nil
	}
	size := uint64(1)
	for _, name := range []string{"avail_eraseblocks", "eraseblock_size"} {
		text, err := os.ReadFile("/sys/class/ubi/ubi0/" + name)
		if err != nil {
			return fmt.Errorf("ubi: %w", err)
		}
		n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
		if err != nil {
			return fmt.Errorf("ubi: %s: %w", name, err)
		}
		size *= n
	}
	if err := appear("/dev/ubi0"); err != nil {
		return err
	}
	dev, err := os.OpenFile("/dev/ubi0", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer dev.Close()
	const name = "flash"
	var b bytes.Buffer // struct ubi_mkvol_req: id, alignment, octets, type dynamic, flags, length of the name
	for _, field := range []any{int32(0), int32(1), size, uint8(3), uint8(0), uint16(len(name)), uint32(0)} {
		if err := binary.Write(&b, binary.NativeEndian, field); err != nil {
			return err
		}
	}
	b.WriteString(name)
	request := make([]byte, 152)
	copy(request, b.Bytes())
	if err := ioctl(dev.Fd(), ubiMakeVolume, unsafe.Pointer(&request[0])); err != nil {
		return fmt.Errorf("ubi: make a volume: %w", err)
	}
	return appear("/dev/ubi0_0")
}
