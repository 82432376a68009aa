//go:build !tiny

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smppagent/internal/capture"
)

// What capture saves Wireshark reads as SMPP, with the password masked.
func TestCapture(t *testing.T) {
	t.Parallel()
	s := newSite(t, `smsc.test.password = "hunter2"`)
	s.fails(exitNotRunning, []string{"there is no socket"}, "capture")
	s.start()
	s.sends(exitOK, []string{"delivered"}, "--text", "what goes over the wire", "--receipt")
	file := s.path("x.pcapng")
	out, errs, code := s.verb("capture", "-o", file)
	if code != exitOK || !has(out, "test: ", " PDUs, ", "saved in "+file) {
		t.Fatalf("capture ended with %d:\n%s%s", code, out, errs)
	}
	b, err := os.ReadFile(file)
	if err != nil || bytes.Contains(b, []byte("hunter2")) || !bytes.Contains(b, []byte("*******")) {
		t.Errorf("the password is in the file, or no bind is: %v", err)
	}
	if c, err := capture.Read(bytes.NewReader(b)); err != nil || len(c.Flows) != 2 || c.Flows[0].To.String() != s.addr {
		t.Errorf("the file is not of one connection to %s: %v", s.addr, err)
	}
	seen := tshark(t, file, "-o", "tcp.check_checksum:TRUE", "-Y", "smpp", "-T", "fields", "-e", "smpp.command_id", "-e", "tcp.checksum.status", "-e", "_ws.malformed")
	for _, id := range []string{"0x00000009\t1\t", "0x80000009\t1\t", "0x00000004\t1\t", "0x80000004\t1\t", "0x00000005\t1\t", "0x80000005\t1\t"} {
		if !strings.Contains(seen, id) {
			t.Errorf("tshark does not see %q in\n%s", id, seen)
		}
	}
	if bad := tshark(t, file, "-Y", "tcp.analysis.flags || _ws.malformed"); bad != "" {
		t.Errorf("tshark objects to\n%s", bad)
	}
	out, _, code = s.verb("capture", "test", "-o", file, "--json")
	if code != exitOK || !has(out, `"file": `, `"name": "test"`, `"pdus": `) {
		t.Errorf("capture --json said %s", out)
	}
	if out, _, code = s.verb("capture", "test", "-o", "-"); code != exitOK || !capture.Is([]byte(out)) {
		t.Errorf("capture -o - wrote %.20q", out)
	}
	s.fails(exitUsage, []string{"there is no [smsc.tset]; there are test"}, "capture", "tset")
	s.ends()
}

// When the SMSC breaks the protocol the agent saves a file by itself, and not one for each time.
func TestCaptureOnBreach(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	s.faults("nack=on")
	s.sends(exitOK, []string{"is on flash"}, "--text", "not understood", "--no-wait")
	s.until("a capture is saved", func() bool { return len(s.logged("the last PDUs are saved")) > 0 })
	files, err := filepath.Glob(s.path("state/captures/*.pcapng"))
	if err != nil || len(files) != 1 || filepath.Base(files[0]) != "000001-test.pcapng" {
		t.Fatalf("saved are %q, %v", files, err)
	}
	if seen := tshark(t, files[0], "-Y", "smpp.command_id == 0x80000000", "-T", "fields", "-e", "smpp.command_status"); seen == "" {
		t.Error("the generic_nack is not in the file")
	}
	s.faults("")
	s.ends()
}

// Files are numbered over a restart, and the oldest go.
func TestCaptureNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"000009-a.pcapng", "000010-b-c.pcapng", "1000000-a.pcapng", "note.txt", "x-a.pcapng", "-3-a.pcapng"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names, err := captureNames(dir)
	if got := strings.Join(names, " "); err != nil || got != "000009-a.pcapng 000010-b-c.pcapng 1000000-a.pcapng" {
		t.Errorf("%s, %v", got, err)
	}
}
