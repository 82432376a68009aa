package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// flash is where the file system under test is mounted.
const flash = "/flash"

// mountKernel mounts what the kernel shows of itself.
func mountKernel() error {
	for _, m := range []struct{ kind, point string }{
		{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/run"}, {"debugfs", "/sys/kernel/debug"},
	} {
		if err := os.MkdirAll(m.point, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount(m.kind, m.point, m.kind, 0, ""); err != nil && !errors.Is(err, syscall.EBUSY) {
			return fmt.Errorf("mount %s: %w", m.kind, err)
		}
	}
	return nil
}

// mountFlash mounts the flash as the file system fs: ext4 and f2fs on /dev/vda, jffs2 on the MTD 0, ubifs
// on UBI volume 0, which is made when it is not there. With cuts a UBIFS loses power by itself some time later.
func mountFlash(fs string, cuts bool) error {
	if err := os.MkdirAll(flash, 0o755); err != nil {
		return err
	}
	source := "/dev/vda"
	switch fs {
	case "jffs2":
		source = "mtd0"
	case "ubifs":
		source = "ubi0_0"
		if err := makeVolume(); err != nil {
			return err
		}
		return mountUBIFS(source, cuts)
	default:
		if err := appear(source); err != nil {
			return err
		}
	}
	if err := syscall.Mount(source, flash, fs, syscall.MS_NOATIME, ""); err != nil {
		return fmt.Errorf("mount %s as %s: %w", source, fs, err)
	}
	return nil
}

// mountUBIFS mounts a UBIFS, with cuts one that loses power by itself (fs/ubifs/debug.c). That may happen while
// it recovers from the last time, which is then done again; the third time without.
func mountUBIFS(source string, cuts bool) (err error) {
	for try := range 3 {
		if err := loseByItself(cuts && try < 2); err != nil {
			return err
		}
		if err = syscall.Mount(source, flash, "ubifs", syscall.MS_NOATIME, ""); err == nil {
			break
		}
		fmt.Println("guest: mount as ubifs:", err)
	}
	if err != nil {
		return fmt.Errorf("mount %s as ubifs: %w", source, err)
	}
	return loseByItself(cuts)
}

// loseByItself switches the power cuts of UBIFS.
func loseByItself(yes bool) error {
	value := "0"
	if yes {
		value = "1"
	}
	if err := os.WriteFile("/sys/kernel/debug/ubifs/tst_recovery", []byte(value), 0o644); err != nil {
		return fmt.Errorf("ask for power cuts: %w", err)
	}
	return nil
}

// appear waits for a file that the kernel makes.
func appear(name string) error {
	for range 200 {
		if _, err := os.Stat(name); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%s does not appear", name)
}

// loadModules loads the kernel modules that dir/order names, a line each: the file, then its parameters.
func loadModules(dir string, options map[string]string) error {
	order, err := os.ReadFile(dir + "/order")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(order)) {
		name, parameters, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err := loadModule(dir+"/"+name, parameters); err != nil {
			return fmt.Errorf("module %s: %w", name, err)
		}
	}
	return nil
}

func loadModule(file, parameters string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	p, err := syscall.BytePtrFromString(parameters)
	if err != nil {
		return err
	}
	if errno := finitModule(f.Fd(), p); errno != 0 && errno != syscall.EEXIST {
		return errno
	}
	return nil
}
