// Command queue measures, on a loop-mounted ext4, how much of the flash the agent's queue and other stores wear for one
// message, and how fast the queue is beside bare loops of write and fdatasync. It needs root for the mount.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	n := flag.Int("n", 2000, "messages of each measurement")
	flag.Parse()
	if err := run(*n); err != nil {
		fmt.Fprintln(os.Stderr, "bench/queue:", err)
		os.Exit(1)
	}
}

func run(n int) (err error) {
	if os.Getuid() != 0 {
		fmt.Println("bench/queue skipped: it needs root to mount an ext4 of its own")
		return nil
	}
	for _, program := range []string{"mkfs.ext4", "losetup", "mount", "umount"} {
		if _, err := exec.LookPath(program); err != nil {
			fmt.Printf("bench/queue skipped: %s is missing\n", program)
			return nil
		}
	}
	d, err := mountLoop()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.unmount()) }()
	if err := wear(d, n); err != nil {
		return err
	}
	return speed(filepath.Join(d.point, "speed"))
}
