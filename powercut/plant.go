package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A plant is a fault that is put into the agent before it is built: a rig that does not find it proves nothing
// about an agent without. The source itself is not touched.
type plant struct {
	file     string // of the agent; "" is no fault
	old, new string // what stands there once, and what is put in its place
}

var (
	// noFlush is an agent that does not wait for the medium.
	noFlush = plant{
		file: "internal/queue/files.go",
		old:  "err := syscall.Fdatasync(int(f.Fd()))",
		new:  "err := error(nil)",
	}
	// noAttempt is an agent that under the policy once does not make sure that it may have sent.
	noAttempt = plant{
		file: "internal/queue/queue.go",
		old:  "return q.change(ctx, lasting(sure), func(s *store) error { return s.attempt(id, note) })",
		new:  "return q.change(ctx, written, func(s *store) error { return s.attempt(id, note) })",
	}
)

// apply returns the file with the fault in it.
func (p plant) apply(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, p.file))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), p.old); n != 1 {
		return "", fmt.Errorf("the fault cannot be planted: %q stands %d times in %s", p.old, n, p.file)
	}
	return strings.Replace(string(text), p.old, p.new, 1), nil
}

// build builds an agent with the fault for a board; dir is for files in between.
func (p plant) build(ctx context.Context, root string, b board, dir, out string) error {
	text, err := p.apply(root)
	if err != nil {
		return err
	}
	root, err = filepath.Abs(root)
	if err != nil {
		return err
	}
	patched, overlay := filepath.Join(dir, "patched"), filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, p.file): patched}})
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{patched: []byte(text), overlay: list} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return err
		}
	}
	return goBuild(ctx, root, b, out, "-overlay", overlay, "./cmd/smppagent")
}
