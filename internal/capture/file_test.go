package capture

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
)

// missing skips a test that needs a program, except where all programs must be.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func readFile(t *testing.T, name string) *Capture {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := Read(f)
	if err != nil || c.Problem != nil {
		t.Fatalf("%s: %v, %+v", name, err, c)
	}
	return c
}

// FuzzRead reads anything as a capture, and counts what it got.
func FuzzRead(f *testing.F) {
	for on, link := range links {
		for _, tt := range streams[:3] {
			var packets [][]byte
			for _, p := range tt.packets {
				packets = append(packets, link.wrap(ip(p, esme4, smsc4)))
			}
			if on == "Ethernet" {
				f.Add(pcapng(binary.LittleEndian, link.link, packets, func(int) int { return 0 }))
			}
			f.Add(pcap(binary.BigEndian, link.link, packets, func(int) int { return 0 }))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		octets := 0
		for _, flow := range c.Flows {
			for _, r := range flow.Runs {
				octets += len(r.Data)
				if len(r.Data) == 0 || r.Missing < -1 {
					t.Fatalf("%+v", r)
				}
				for i := range r.Data {
					if n, _ := r.Packet(i); n < 1 || n > c.Packets {
						t.Fatalf("octet %d is of packet %d of %d", i, n, c.Packets)
					}
				}
			}
		}
		if octets > len(b) {
			t.Fatalf("%d octets of %d", octets, len(b))
		}
	})
}
