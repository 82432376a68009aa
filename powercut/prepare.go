package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// place says where things are on this machine.
type place struct {
	root  string // of the agent's source
	build string // of what make built
	work  string // of what the rig makes
}

// config is the agent's. The state is on the flash and the rest in the initramfs, as on a board whose root
// is read-only.
const config = `[agent]
state_dir = "/flash/state"
socket = "/run/agent.sock"
log_level = "warn"
[site]
name = "Rig"
[people.you]
phone = "+359888123456"
[smsc.host]
address = "` + smscAddress + `"
system_id = "rig"
password = "secret"
reconnect_min = "200ms"
reconnect_max = "1s"
reconnect_refused = "1s"
[route]
policy = %q
in_doubt_wait = "1s"
retry_min = "1s"
keep_failed = 10000
[queue]
segment_size = 65536
segments = 32
`

// prepare makes all that a series needs: agent, guest, initramfs, medium.
func (s *series) prepare(ctx context.Context, at place, seed uint64) (err error) {
	if s.self, err = os.Executable(); err != nil {
		return err
	}
	s.dir = filepath.Join(at.work, s.name)
	if err := os.RemoveAll(s.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	name := []byte(s.name + strings.Repeat(" ", 32))
	s.chance = rand.New(rand.NewChaCha8([32]byte(fmt.Appendf(nil, "%-16x%s", seed, name)[:32])))
	b := s.medium.board
	if s.kernel, err = openKernel(filepath.Join(at.work, "kernel", b.name)); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Join(at.build, "linux-amd64", "smppagent"), s.file("sim")); err != nil {
		return err
	}
	agent := filepath.Join(at.build, "linux-"+b.target, "smppagent")
	if s.plant.file != "" {
		agent = s.file("agent")
		if err := s.plant.build(ctx, at.root, b, s.dir, agent); err != nil {
			return err
		}
	}
	guest := s.file("guest")
	if err := goBuild(ctx, ".", b, guest, "./guest"); err != nil {
		return err
	}
	if err := s.pack(agent, guest); err != nil {
		return err
	}
	switch s.medium.kind {
	case cached:
		return s.format(ctx)
	case mapped:
		return s.erase()
	}
	return nil
}

// goBuild builds a static program for a board, with more arguments before the package.
func goBuild(ctx context.Context, dir string, b board, out string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-o", out}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+b.goarch, b.variant)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", strings.Join(args, " "), err, text)
	}
	return nil
}

// pack makes the initramfs.
func (s *series) pack(agent, guest string) error {
	policy := "at_least_once"
	if s.once {
		policy = "once"
	}
	r := &initramfs{}
	for _, dir := range []string{"dev", "proc", "sys", "run", "flash", "modules"} {
		r.add(dir, modeDirectory, nil, 0, 0)
	}
	r.add("dev/console", modeCharacter, nil, 5, 1)
	r.add("config.toml", modeFile, fmt.Appendf(nil, config, policy), 0, 0)
	for name, file := range map[string]string{"init": guest, "smppagent": agent} {
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("%w: make cross builds the agent", err)
		}
		r.add(name, modeProgram, content, 0, 0)
	}
	parameters, wanted := map[string]string{}, []string{}
	for _, m := range append(append([]string{}, s.medium.board.modules...), s.medium.modules...) {
		name, rest, _ := strings.Cut(m, " ")
		parameters[moduleName(name)] = rest
		wanted = append(wanted, name)
	}
	names, err := s.kernel.order(wanted...)
	if err != nil {
		return err
	}
	var order bytes.Buffer
	for _, name := range names {
		content, err := os.ReadFile(s.kernel.modules[name])
		if err != nil {
			return err
		}
		r.add("modules/"+name+".ko", modeFile, content, 0, 0)
		fmt.Fprintf(&order, "%s.ko %s\n", name, parameters[name])
	}
	r.add("modules/order", modeFile, order.Bytes(), 0, 0)
	return os.WriteFile(s.file("initramfs"), r.end(), 0o600)
}

// format makes the disk with an empty file system.
func (s *series) format(ctx context.Context) error {
	image := s.file("image")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(image, imageSize); err != nil {
		return err
	}
	mkfs := append(s.medium.mkfs, image)
	if text, err := exec.CommandContext(ctx, mkfs[0], mkfs[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", mkfs[0], err, text)
	}
	content, err := os.ReadFile(image)
	if err != nil {
		return err
	}
	s.disk = newDisk(content)
	return os.Remove(image)
}

// erase makes the machine's memory, with an erased NOR flash in it.
func (s *series) erase() error {
	f, err := os.Create(s.file("ram"))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(boardRAM); err != nil {
		return err
	}
	_, err = f.WriteAt(bytes.Repeat([]byte{0xFF}, norSize), norAt)
	return err
}
