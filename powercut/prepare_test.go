package main

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// octets reads hex with spaces.
func octets(t *testing.T, h string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(h, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The archive is as the kernel's text has it: header, name and content, each filled up to four octets.
func TestInitramfs(t *testing.T) {
	r := &initramfs{}
	r.add("dev", modeDirectory, nil, 0, 0)
	r.add("init", modeProgram, []byte("hello"), 0, 0)
	want := "070701" + "00000001" + "000041ED" + "00000000" + "00000000" + "00000001" + "00000000" + "00000000" +
		"00000000" + "00000000" + "00000000" + "00000000" + "00000004" + "00000000" + "dev\x00\x00\x00" +
		"070701" + "00000002" + "000081ED" + "00000000" + "00000000" + "00000001" + "00000000" + "00000005" +
		"00000000" + "00000000" + "00000000" + "00000000" + "00000005" + "00000000" + "init\x00\x00" + "hello\x00\x00\x00"
	got := string(r.end())
	if !strings.HasPrefix(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if !strings.Contains(got[len(want):], "TRAILER!!!\x00") || len(got)%4 != 0 {
		t.Errorf("the end is %q", got[len(want):])
	}
}

// Every planted fault still has its place in the source, and an agent with it builds.
func TestPlants(t *testing.T) {
	built := map[plant]bool{}
	for _, s := range all {
		if s.plant.file == "" || built[s.plant] {
			continue
		}
		built[s.plant] = true
		text, err := s.plant.apply("..")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, s.plant.old) || !strings.Contains(text, s.plant.new) {
			t.Errorf("%s: the fault is not in the text", s.name)
		}
		dir := t.TempDir()
		if err := s.plant.build(t.Context(), "..", armVirt, dir, filepath.Join(dir, "agent")); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
	if len(built) < 2 {
		t.Errorf("%d faults are planted, want 2", len(built))
	}
	if _, err := (plant{file: "go.mod", old: "no such line"}).apply(".."); err == nil {
		t.Error("a fault without a place is planted")
	}
}

// The guest builds for the boards.
func TestGuestBuilds(t *testing.T) {
	for _, b := range []board{armVirt, malta} {
		out := filepath.Join(t.TempDir(), "guest")
		if err := goBuild(t.Context(), ".", b, out, "./guest"); err != nil {
			t.Error(err)
		}
	}
}

// The config that the agent gets is one that it takes.
func TestConfig(t *testing.T) {
	dir := t.TempDir()
	agent, file := filepath.Join(dir, "agent"), filepath.Join(dir, "config.toml")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", agent, "./cmd/smppagent")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, policy := range []string{"at_least_once", "once"} {
		text := strings.Replace(config, "%q", `"`+policy+`"`, 1)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(agent, "check", "--config", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", policy, err, out)
		}
	}
}

// The order of modules has each after what it needs, once, and leaves out what the kernel has inside.
func TestModuleOrder(t *testing.T) {
	dir := t.TempDir()
	modules := filepath.Join(dir, "lib", "modules", "6.1")
	for _, d := range []string{filepath.Join(dir, "boot"), modules} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string][]byte{
		filepath.Join(dir, "boot", "vmlinuz-6.1"):    nil,
		filepath.Join(modules, "modules.builtin"):    []byte("kernel/crypto/lzo.ko\n"),
		filepath.Join(modules, "ext4.ko"):            object("license=GPL", "depends=jbd2,mbcache"),
		filepath.Join(modules, "jbd2.ko"):            object("depends="),
		filepath.Join(modules, "mbcache.ko"):         object("depends=jbd2"),
		filepath.Join(modules, "virtio-blk-x.ko"):    object("depends="),
		filepath.Join(modules, "wants-nothing.ko"):   object(),
		filepath.Join(modules, "wants-the-gone.ko"):  object("depends=gone"),
		filepath.Join(modules, "no-module-at-a.txt"): nil,
	}
	for name, content := range files {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k, err := openKernel(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := k.order("virtio-blk-x", "lzo", "ext4", "jbd2", "wants_nothing")
	if want := "virtio_blk_x jbd2 mbcache ext4 wants_nothing"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %v, %v; want %s", got, err, want)
	}
	for _, bad := range []string{"gone", "wants_the_gone"} {
		if _, err := k.order(bad); err == nil {
			t.Errorf("%s is found", bad)
		}
	}
}

// object is an ELF file (32 bits, little endian) whose section .modinfo has these entries.
func object(entries ...string) []byte {
	info := strings.Join(entries, "\x00") + "\x00"
	names := "\x00.modinfo\x00.shstrtab\x00"
	var b bytes.Buffer
	word := func(fields ...uint32) {
		for _, f := range fields {
			b.Write([]byte{byte(f), byte(f >> 8), byte(f >> 16), byte(f >> 24)})
		}
	}
	b.WriteString("\x7fELF\x01\x01\x01" + strings.Repeat("\x00", 9))
	word(1|40<<16, 1, 0, 0, uint32(52+len(info)+len(names)), 0, 52|0<<16, 40<<16, 3|2<<16)
	b.WriteString(info + names)
	word(make([]uint32, 10)...)
	word(1, 1, 0, 0, 52, uint32(len(info)), 0, 0, 1, 0)
	word(10, 3, 0, 0, uint32(52+len(info)), uint32(len(names)), 0, 0, 1, 0)
	return b.Bytes()
}
