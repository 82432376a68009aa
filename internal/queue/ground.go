package queue

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Magic numbers of statfs(2).
const (
	magicTmpfs   = 0x01021994
	magicRamfs   = 0x858458F6
	magicOverlay = 0x794C7630
	magicJFFS2   = 0x72B6
	magicUBIFS   = 0x24051905
	magicBtrfs   = 0x9123683E
	magicZFS     = 0x2FC12FC1
	magicBcache  = 0xCA451A4E // bcachefs
)

// copyingFS are the file systems on which writing over what is there takes new room.
var copyingFS = [...]uint32{magicJFFS2, magicUBIFS, magicBtrfs, magicZFS, magicBcache}

// groundCheck looks at the file system under dir. It refuses one in RAM unless volatile is set, and
// returns a note for each thing that makes a promise of durability doubtful.
func groundCheck(dir string, volatile bool) (notes []string, err error) {
	magic, m, err := groundOf(dir)
	if err != nil {
		return nil, fmt.Errorf("queue: state directory %s: %w", dir, err)
	}
	if magic == magicTmpfs || magic == magicRamfs {
		if !volatile {
			return nil, fmt.Errorf("%w: state directory %s lies on %s and is lost with the power; choose a directory on flash, or set volatile = true",
				ErrVolatile, dir, m.fsName("tmpfs"))
		}
		notes = append(notes, "the directory is in RAM: everything is lost with the power, as volatile = true allows")
	}
	if m.has("nobarrier") || m.option("barrier") == "0" {
		notes = append(notes, fmt.Sprintf("%s is mounted with nobarrier: a power cut may lose records that were acknowledged; mount it with barriers", m.point))
	}
	if m.option("data") == "journal" {
		notes = append(notes, fmt.Sprintf("%s is mounted with data=journal: every record is written twice, which wears the flash", m.point))
	}
	return notes, nil
}

// groundOf finds the file system that dir lies on, through an overlay to what is below it.
func groundOf(dir string) (magic uint32, m mount, err error) {
	if magic, err = fsMagic(dir); err != nil {
		return 0, mount{}, err
	}
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	m = mountOf(string(mounts), realPath(dir))
	if magic == magicOverlay {
		if upper := m.option("upperdir"); upper != "" {
			if over, err := fsMagic(upper); err == nil {
				magic = over
				m = mountOf(string(mounts), realPath(upper))
			}
		}
	}
	return magic, m, nil
}

func fsMagic(dir string) (uint32, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, os.NewSyscallError("statfs", err)
	}
	return uint32(st.Type), nil
}

func realPath(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return dir
}

// mount is one line of /proc/self/mountinfo (proc(5)).
type mount struct {
	point, fsType string
	options       []string // of the mount and of the file system
}

func (m mount) has(name string) bool {
	for _, o := range m.options {
		if o == name {
			return true
		}
	}
	return false
}

func (m mount) option(name string) string {
	for _, o := range m.options {
		if v, ok := strings.CutPrefix(o, name+"="); ok {
			return v
		}
	}
	return ""
}

func (m mount) fsName(otherwise string) string {
	if m.fsType == "" {
		return otherwise
	}
	return m.fsType
}

// mountOf finds the mount that path lies on: the last one with the longest mount point above it.
func mountOf(mountinfo, path string) (best mount) {
	for line := range strings.Lines(mountinfo) {
		left, right, ok := strings.Cut(strings.TrimSpace(line), " - ")
		l, r := strings.Fields(left), strings.Fields(right)
		if !ok || len(l) < 6 || len(r) < 1 {
			continue
		}
		point := unescape(l[4])
		under := point == "/" || path == point || strings.HasPrefix(path, point+"/")
		if !under || len(point) < len(best.point) {
			continue
		}
		best = mount{point: point, fsType: r[0], options: strings.Split(l[5], ",")}
		if len(r) > 2 {
			best.options = append(best.options, strings.Split(unescape(r[2]), ",")...)
		}
	}
	return best
}

// unescape undoes the octal escapes of mountinfo.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
