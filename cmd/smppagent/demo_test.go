//go:build !tiny

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The files of an earlier demo would be taken for what this one did: its incidents are open already.
func TestDemoWantsNewDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, errs, code := invoke(t, "", "demo", "--dir", dir)
	if code != exitUsage || out != "" || !strings.Contains(errs, dir+" has the files of an earlier one") {
		t.Errorf("got code %d, stdout %q, stderr %q", code, out, errs)
	}
}
