package capture

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wrote is a file with a conversation over IPv4 on one interface and one over IPv6 on another.
func wrote() []byte {
	f := NewFile("smppagent test", "for a test")
	for _, ends := range [][2]netip.AddrPort{{esme4, smsc4}, {esme6, smsc6}} {
		on := f.Interface("link " + ends[0].Addr().String())
		at := start
		add := func(out bool, flags Flags, sequence, ack uint32, data string) {
			p := Packet{At: at, From: ends[0], To: ends[1], Flags: flags, Sequence: sequence, Ack: ack, Data: []byte(data), Out: out, Comment: "c"}
			if !out {
				p.From, p.To = p.To, p.From
			}
			f.Add(on, p)
			at = at.Add(time.Millisecond)
		}
		add(true, SYN, 0, 0, "")
		add(false, SYN|ACK, 0, 1, "")
		add(true, ACK, 1, 1, "")
		add(true, PSH|ACK, 1, 1, "odd")
		add(false, PSH|ACK, 1, 4, "even")
		add(true, FIN|ACK, 4, 5, "")
		add(false, FIN|ACK, 5, 5, "")
	}
	return f.Octets()
}

// What is written reads back.
func TestWrite(t *testing.T) {
	c, err := Read(bytes.NewReader(wrote()))
	if err != nil || c.Problem != nil || c.Packets != 14 || c.Others+c.Malformed+c.Fragments != 0 || len(c.Flows) != 4 {
		t.Fatalf("%+v, %v", c, err)
	}
	for i, want := range []string{"odd", "even", "odd", "even"} {
		f := c.Flows[i]
		if len(f.Runs) != 1 || string(f.Runs[0].Data) != want || f.Runs[0].Missing != 0 {
			t.Errorf("flow %d is %+v, want %q", i, f.Runs, want)
		}
	}
	if _, at := c.Flows[0].Runs[0].Packet(0); !at.Round(time.Microsecond).Equal(start.Add(3 * time.Millisecond)) {
		t.Errorf("the first octets are of %v", at)
	}
}

// Wireshark finds nothing to object to: checksums, lengths and the order of the numbers are right.
func TestWriteTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		missing(t, "tshark is missing: make setup installs it")
	}
	file := filepath.Join(t.TempDir(), "x.pcapng")
	if err := os.WriteFile(file, wrote(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tshark, "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-T", "fields",
		"-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e", "tcp.len", "-e", "frame.interface_name", "-e", "frame.comment",
		"-e", "_ws.expert.message", "-e", "tcp.analysis.flags", "-E", "separator=|").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	n := 0
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) < 7 || strings.HasPrefix(line, "Running as") {
			continue
		}
		name, ip := "link 192.0.2.1", "1"
		if n >= 7 {
			name, ip = "link 2001:db8::1", ""
		}
		n++
		if f[0] != ip || f[1] != "1" || f[3] != name || f[4] != "c" || f[6] != "" || strings.Contains(f[5], "alformed") {
			t.Errorf("packet %d: %s", n, fmt.Sprint(f))
		}
	}
	if n != 14 {
		t.Errorf("tshark read %d packets:\n%s", n, out)
	}
}
