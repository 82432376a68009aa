package main

import (
	"fmt"
	"slices"
)

// A board is a kind of machine that QEMU plays.
type board struct {
	name    string // of the directory with its kernel
	emulate string // QEMU's program
	goarch  string
	variant string // GOARM or GOMIPS, as NAME=VALUE
	target  string // of scripts/targets
	args    []string
	console string // of the kernel
	network string // the device for user networking
	modules []string
}

// The boards: the 32-bit ARM of a Raspberry Pi 2, and the MIPS of a router.
var (
	armVirt = board{
		name: "armmp", emulate: "qemu-system-arm", goarch: "arm", variant: "GOARM=7", target: "armv7",
		args:    []string{"-M", "virt,highmem=off", "-cpu", "cortex-a7", "-m", "256"},
		console: "ttyAMA0", network: "virtio-net-device", modules: []string{"virtio_mmio", "virtio_net"},
	}
	malta = board{
		name: "4kc-malta", emulate: "qemu-system-mipsel", goarch: "mipsle", variant: "GOMIPS=softfloat", target: "mipsle",
		args:    []string{"-M", "malta,memory-backend=ram", "-cpu", "24Kc", "-m", "256"},
		console: "ttyS0", network: "virtio-net-pci,romfile=", modules: []string{"virtio_pci", "virtio_net"},
	}
)

// A medium is a file system on a kind of flash, on a board.
type medium struct {
	fs      string
	board   board
	modules []string // of the kernel, in order, each with its parameters
	mkfs    []string // the program of this machine that makes the file system, before the image's name
	kind    mediumKind
}

// mediumKind is what loses the power.
type mediumKind uint8

// The kinds of medium.
const (
	cached   mediumKind = iota // a disk with a cache: the machine is killed, and the disk loses sectors
	mapped                     // NOR flash in the machine's memory, which is a file: the machine is killed
	emulated                   // NAND flash of the kernel's simulator: the file system cuts by itself
)

// nor is memory that the kernel takes for flash: it never loses what was written, and a kill stops the writing
// between any two octets.
var nor = fmt.Sprintf("phram phram=nv,%#x,%#x,%#x", norAt, norSize, norBlock)

// The media. UBIFS is not on nor because UBI refuses such memory (its write buffer has size 0).
var (
	ext4 = medium{
		fs: "ext4", board: armVirt, kind: cached, modules: []string{"virtio_blk", "crc32c_generic", "ext4"},
		mkfs: []string{"mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0"},
	}
	f2fs = medium{
		fs: "f2fs", board: armVirt, kind: cached, modules: []string{"virtio_blk", "crc32_generic", "f2fs"},
		mkfs: []string{"mkfs.f2fs", "-q", "-f"},
	}
	ubifs = medium{
		fs: "ubifs", board: armVirt, kind: emulated,
		modules: []string{"nandsim id_bytes=0x20,0xa2,0x00,0x15", "ubi mtd=0", "zstd", "lzo", "deflate", "ubifs"},
	}
	jffs2 = medium{fs: "jffs2", board: malta, kind: mapped, modules: []string{nor, "zlib_deflate", "jffs2"}}
)

// Where the NOR flash lies in the memory of the board, in octets. The kernel is told to leave it alone.
const (
	norAt    = 192 << 20
	norSize  = 16 << 20
	norBlock = 64 << 10
	boardRAM = 256 << 20
)

// imageSize is the size of a disk in octets; f2fs wants so much.
const imageSize = 128 << 20

// commandLine is what the kernel is booted with. options are for the guest.
func (m medium) commandLine(options map[string]string) string {
	line := fmt.Sprintf("console=%s panic=-1 loglevel=4 rdinit=/init powercut.fs=%s", m.board.console, m.fs)
	if m.kind == mapped {
		const after = norAt + norSize
		line += fmt.Sprintf(" mem=%dM@0 mem=%dM@%#x", norAt>>20, (boardRAM-after)>>20, after)
	}
	names := make([]string, 0, len(options))
	for name := range options {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		line += fmt.Sprintf(" powercut.%s=%s", name, options[name])
	}
	return line
}
