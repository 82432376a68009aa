package sysfs

import (
	"bytes"
	"fmt"
	"strconv"
	"syscall"
)

// diskUsed is how full the file system of a directory is, in percent, as df counts: what only root may
// still use does not count as free.
func diskUsed(dir string) (float64, error) {
	var st syscall.Statfs_t
	for {
		err := syscall.Statfs(dir, &st)
		if err == nil {
			break
		}
		if err != syscall.EINTR {
			return 0, fmt.Errorf("%s: %w", dir, err)
		}
	}
	return percentUsed(dir, st.Blocks, st.Bfree, st.Bavail)
}

func percentUsed(dir string, blocks, free, available uint64) (float64, error) {
	if blocks == 0 {
		return 0, fmt.Errorf("%s is on a file system without a size", dir)
	}
	if free > blocks || available > free {
		return 0, fmt.Errorf("%s has more blocks free (%d, %d) than it has (%d)", dir, free, available, blocks)
	}
	used := blocks - free
	if used+available == 0 {
		return 100, nil
	}
	return 100 * float64(used) / (float64(used) + float64(available)), nil
}

// memoryUsed is how much of the memory programs cannot have any more, in percent: all but MemAvailable
// (Documentation/filesystems/proc.rst).
func memoryUsed(meminfo string) (float64, error) {
	b, err := readWhole(meminfo)
	if err != nil {
		return 0, err
	}
	total, err := memoryField(b, "MemTotal")
	if err != nil {
		return 0, fmt.Errorf("%s %w", meminfo, err)
	}
	available, err := memoryField(b, "MemAvailable")
	if err != nil {
		return 0, fmt.Errorf("%s %w", meminfo, err)
	}
	if total == 0 || available > total {
		return 0, fmt.Errorf("%s has %d kB available of %d kB", meminfo, available, total)
	}
	return 100 * float64(total-available) / float64(total), nil
}

// memoryField is the number of a line such as "MemTotal:  24682416 kB".
func memoryField(meminfo []byte, name string) (uint64, error) {
	for line := range bytes.Lines(meminfo) {
		key, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || string(key) != name {
			continue
		}
		number, unit, _ := bytes.Cut(bytes.TrimSpace(value), []byte(" "))
		n, err := strconv.ParseUint(string(number), 10, 64)
		if err != nil || string(unit) != "kB" {
			return 0, fmt.Errorf("has %s %.20q, which is no number of kB", name, bytes.TrimSpace(value))
		}
		return n, nil
	}
	return 0, fmt.Errorf("has no line %s", name)
}
