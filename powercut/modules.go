package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A kernel is an unpacked kernel package.
type kernel struct {
	image   string            // the file to boot
	modules map[string]string // file by name, "_" for "-"; "" is in the image itself
}

// openKernel looks into dir, where a kernel package was unpacked.
func openKernel(dir string) (kernel, error) {
	k := kernel{modules: map[string]string{}}
	images, err := filepath.Glob(filepath.Join(dir, "boot", "vmlinuz-*"))
	if err != nil || len(images) != 1 {
		return k, fmt.Errorf("%d kernels in %s, want 1: scripts/powercut fetches it", len(images), dir)
	}
	k.image = images[0]
	builtin, err := filepath.Glob(filepath.Join(dir, "lib", "modules", "*", "modules.builtin"))
	if err != nil || len(builtin) != 1 {
		return k, fmt.Errorf("%d modules.builtin in %s, want 1", len(builtin), dir)
	}
	list, err := os.ReadFile(builtin[0])
	if err != nil {
		return k, err
	}
	for line := range strings.Lines(string(list)) {
		k.modules[moduleName(strings.TrimSuffix(filepath.Base(strings.TrimSpace(line)), ".ko"))] = ""
	}
	err = filepath.WalkDir(filepath.Join(dir, "lib", "modules"), func(path string, d fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(filepath.Base(path), ".ko"); ok {
			k.modules[moduleName(name)] = path
		}
		return err
	})
	return k, err
}

func moduleName(s string) string { return strings.ReplaceAll(s, "-", "_") }

// order returns the names of the wanted modules and of what they need, each after what it needs, without what
// is in the image.
func (k kernel) order(wanted ...string) ([]string, error) {
	var order []string
	var visit func(name string) error
	visit = func(name string) error {
		if slices.Contains(order, name) {
			return nil
		}
		file, ok := k.modules[name]
		if !ok {
			return fmt.Errorf("%s has no module %s", k.image, name)
		}
		if file == "" {
			return nil
		}
		needs, err := moduleNeeds(file)
		if err != nil {
			return err
		}
		for _, n := range needs {
			if err := visit(n); err != nil {
				return err
			}
		}
		order = append(order, name)
		return nil
	}
	for _, name := range wanted {
		if err := visit(moduleName(name)); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// moduleNeeds reads the modules that one says it depends on.
func moduleNeeds(file string) ([]string, error) {
	f, err := elf.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	defer f.Close()
	info := f.Section(".modinfo")
	if info == nil {
		return nil, fmt.Errorf("%s is no kernel module", file)
	}
	text, err := info.Data()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for entry := range bytes.SplitSeq(text, []byte{0}) {
		if list, ok := strings.CutPrefix(string(entry), "depends="); ok && list != "" {
			names := strings.Split(list, ",")
			for i := range names {
				names[i] = moduleName(names[i])
			}
			return names, nil
		}
	}
	return nil, nil
}
