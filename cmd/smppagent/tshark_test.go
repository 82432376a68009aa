package main

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// tshark runs Wireshark's command on a file.
func tshark(t *testing.T, file string, args ...string) string {
	t.Helper()
	exe, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is missing")
		}
		t.Skip("tshark is missing")
	}
	var errs bytes.Buffer
	cmd := exec.Command(exe, append([]string{"-r", file}, args...)...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, errs.String())
	}
	return string(out)
}
