package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// packet is one packet that a test puts into a capture.
type packet struct {
	sequence uint32
	flags    byte // 2 is SYN, 1 FIN
	data     string
	back     bool // from the other side
	keep     int  // octets that are captured; 0 is all
}

const syn = 2

var (
	esme4 = netip.MustParseAddrPort("192.0.2.1:40000")
	smsc4 = netip.MustParseAddrPort("192.0.2.2:2775")
	esme6 = netip.MustParseAddrPort("[2001:db8::1]:40000")
	smsc6 = netip.MustParseAddrPort("[2001:db8::2]:2775")
)

// ip wraps a packet in TCP and IP.
func ip(p packet, from, to netip.AddrPort) []byte {
	if p.back {
		from, to = to, from
	}
	var b []byte
	length := 20 + len(p.data)
	if from.Addr().Is4() {
		b = append(b, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(20+length))
		b = append(b, 0, 0, 0x40, 0, 64, protocolTCP, 0, 0)
	} else {
		b = append(b, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(length+8))
		b = append(b, 0, 64) // a hop-by-hop header follows
	}
	b = append(append(b, from.Addr().AsSlice()...), to.Addr().AsSlice()...)
	if from.Addr().Is6() {
		b = append(b, protocolTCP, 0, 1, 4, 0, 0, 0, 0)
	}
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, p.sequence)
	b = append(b, 0, 0, 0, 0, 5<<4, p.flags, 0xFF, 0xFF, 0, 0, 0, 0)
	return append(b, p.data...)
}

// links are the ways a packet is framed.
var links = map[string]struct {
	link uint32
	wrap func(b []byte) []byte
}{
	"Ethernet": {linkEthernet, func(b []byte) []byte { return append(append(make([]byte, 12), etherOf(b)...), b...) }},
	"two VLANs": {linkEthernet, func(b []byte) []byte {
		return append(append(append(make([]byte, 12), 0x88, 0xA8, 0, 1, 0x81, 0, 0, 2), etherOf(b)...), b...)
	}},
	"padded Ethernet": {linkEthernet, func(b []byte) []byte {
		return append(append(append(make([]byte, 12), etherOf(b)...), b...), make([]byte, 12)...)
	}},
	"cooked":      {linkCooked, func(b []byte) []byte { return append(append(make([]byte, 14), etherOf(b)...), b...) }},
	"cooked v2":   {linkCooked2, func(b []byte) []byte { return append(append(etherOf(b), make([]byte, 18)...), b...) }},
	"raw IP":      {linkRaw, func(b []byte) []byte { return b }},
	"loopback":    {linkNull, func(b []byte) []byte { return append([]byte{2, 0, 0, 0}, b...) }},
	"OpenBSD lo":  {linkLoop, func(b []byte) []byte { return append([]byte{0, 0, 0, 24}, b...) }},
	"raw IP, BSD": {linkRawBSD, func(b []byte) []byte { return b }},
}

func etherOf(b []byte) []byte {
	if b[0]>>4 == 6 {
		return []byte{0x86, 0xDD}
	}
	return []byte{0x08, 0x00}
}

// start is when the first packet is seen; each comes a millisecond after the one before.
var start = time.Date(2026, 11, 23, 8, 49, 31, 0, time.UTC)

// pcap writes packets as tcpdump does.
func pcap(order binary.AppendByteOrder, link uint32, packets [][]byte, keep func(i int) int) []byte {
	b := order.AppendUint32(nil, 0xA1B2C3D4)
	b = order.AppendUint16(order.AppendUint16(b, 2), 4)
	b = order.AppendUint32(append(b, make([]byte, 8)...), maxPacket)
	b = order.AppendUint32(b, link)
	for i, p := range packets {
		n := len(p)
		if k := keep(i); k > 0 {
			n = min(n, k)
		}
		b = order.AppendUint32(b, uint32(start.Unix()))
		b = order.AppendUint32(b, uint32(1000*i))
		b = order.AppendUint32(order.AppendUint32(b, uint32(n)), uint32(len(p)))
		b = append(b, p[:n]...)
	}
	return b
}

// pcapng writes packets as Wireshark does, with nanoseconds.
func pcapng(order binary.AppendByteOrder, link uint32, packets [][]byte, keep func(i int) int) []byte {
	var b []byte
	block := func(kind uint32, body []byte) {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		b = order.AppendUint32(order.AppendUint32(b, kind), uint32(12+len(body)))
		b = order.AppendUint32(append(b, body...), uint32(12+len(body)))
	}
	block(blockSection, append(order.AppendUint32(nil, 0x1A2B3C4D), 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255))
	d := order.AppendUint16(nil, uint16(link))
	d = order.AppendUint32(append(d, 0, 0), maxPacket)
	d = order.AppendUint16(order.AppendUint16(d, 9), 1)
	d = append(d, 9, 0, 0, 0, 0, 0, 0, 0)
	block(blockInterface, d)
	block(5, make([]byte, 12)) // interface statistics, which nobody reads
	for i, p := range packets {
		n := len(p)
		if k := keep(i); k > 0 {
			n = min(n, k)
		}
		ticks := uint64(start.Add(time.Duration(i) * time.Millisecond).UnixNano())
		e := order.AppendUint32(nil, 0)
		e = order.AppendUint32(order.AppendUint32(e, uint32(ticks>>32)), uint32(ticks))
		e = order.AppendUint32(order.AppendUint32(e, uint32(n)), uint32(len(p)))
		block(blockEnhanced, append(e, p[:n]...))
	}
	return b
}

// tell says what is in a capture on one line.
func tell(c *Capture) string {
	var s []string
	for _, f := range c.Flows {
		t := fmt.Sprintf("%d>%d:", f.From.Port(), f.To.Port())
		for _, r := range f.Runs {
			if r.Missing != 0 {
				t += fmt.Sprintf(" [%d]", r.Missing)
			}
			t += fmt.Sprintf(" %s", r.Data)
		}
		if f.Repeated > 0 {
			t += fmt.Sprintf(" (%d again)", f.Repeated)
		}
		s = append(s, t)
	}
	return strings.Join(s, "; ")
}

var streams = []struct {
	name    string
	packets []packet
	want    string
}{
	{"in order", []packet{{sequence: 9, flags: syn}, {sequence: 10, data: "bind"}, {sequence: 14, data: "submit"}}, "40000>2775: bindsubmit"},
	{"both ways", []packet{{sequence: 9, flags: syn}, {sequence: 99, flags: syn, back: true}, {sequence: 10, data: "bind"},
		{sequence: 100, data: "resp", back: true}, {sequence: 14, flags: 1}}, "40000>2775: bind; 2775>40000: resp"},
	{"out of order", []packet{{sequence: 9, flags: syn}, {sequence: 16, data: "c"}, {sequence: 13, data: "bbb"}, {sequence: 10, data: "aaa"},
		{sequence: 17, data: "d"}}, "40000>2775: aaabbbcd"},
	{"sent again", []packet{{sequence: 9, flags: syn}, {sequence: 10, data: "aaa"}, {sequence: 10, data: "aaa"}, {sequence: 11, data: "aabb"}},
		"40000>2775: aaabb (5 again)"},
	{"a gap", []packet{{sequence: 9, flags: syn}, {sequence: 10, data: "aaa"}, {sequence: 20, data: "bbb"}, {sequence: 23, data: "ccc"}},
		"40000>2775: aaa [7] bbbccc"},
	{"a gap at the start", []packet{{sequence: 9, flags: syn}, {sequence: 14, data: "bbb"}}, "40000>2775: [4] bbb"},
	{"no start", []packet{{sequence: 14, data: "bbb"}, {sequence: 17, data: "c"}}, "40000>2775: [-1] bbbc"},
	{"the numbers wrap", []packet{{sequence: 0xFFFFFFFD, flags: syn}, {sequence: 1, data: "cc"}, {sequence: 0xFFFFFFFE, data: "aab"}},
		"40000>2775: aabcc"},
	{"the ports again", []packet{{sequence: 9, flags: syn}, {sequence: 10, data: "one"}, {sequence: 999, flags: syn}, {sequence: 1000, data: "two"}},
		"40000>2775: one; 40000>2775: two"},
	{"SYN sent again", []packet{{sequence: 9, flags: syn}, {sequence: 9, flags: syn}, {sequence: 10, data: "one"}}, "40000>2775: one"},
	{"cut short", []packet{{sequence: 9, flags: syn}, {sequence: 10, data: "abcdef", keep: -4}, {sequence: 16, data: "ghi"}},
		"40000>2775: ab [4] ghi"},
	{"nothing said", []packet{{sequence: 9, flags: syn}, {sequence: 10}}, ""},
}

// TestRead reads every stream in every framing, in every kind of file.
func TestRead(t *testing.T) {
	files := map[string]func(binary.AppendByteOrder, uint32, [][]byte, func(int) int) []byte{"pcap": pcap, "pcapng": pcapng}
	orders := map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian}
	for _, tt := range streams {
		for on, link := range links {
			for in, file := range files {
				for _, order := range orders {
					for _, ends := range [][2]netip.AddrPort{{esme4, smsc4}, {esme6, smsc6}} {
						var packets [][]byte
						for _, p := range tt.packets {
							packets = append(packets, link.wrap(ip(p, ends[0], ends[1])))
						}
						b := file(order, link.link, packets, func(i int) int {
							if k := tt.packets[i].keep; k < 0 {
								pad := 0
								if on == "padded Ethernet" {
									pad = 12
								}
								return len(packets[i]) + k - pad
							}
							return 0
						})
						c, err := Read(bytes.NewReader(b))
						if err != nil || c.Problem != nil || c.Packets != len(packets) || c.Malformed+c.Others+c.Fragments != 0 {
							t.Fatalf("%s on %s in %s: %v, %+v", tt.name, on, in, err, c)
						}
						if got := tell(c); got != tt.want {
							t.Errorf("%s on %s in %s: got %q, want %q", tt.name, on, in, got, tt.want)
						}
					}
				}
			}
		}
	}
}

// TestPacket: each octet is known to be of its packet.
func TestPacket(t *testing.T) {
	packets := [][]byte{
		ip(packet{sequence: 9, flags: syn}, esme4, smsc4), ip(packet{sequence: 10, data: "aa"}, esme4, smsc4),
		ip(packet{sequence: 14, data: "cc"}, esme4, smsc4), ip(packet{sequence: 12, data: "bb"}, esme4, smsc4),
	}
	for name, file := range map[string][]byte{
		"pcap":   pcap(binary.LittleEndian, linkRaw, packets, func(int) int { return 0 }),
		"pcapng": pcapng(binary.BigEndian, linkRaw, packets, func(int) int { return 0 }),
	} {
		c, err := Read(bytes.NewReader(file))
		if err != nil || tell(c) != "40000>2775: aabbcc" {
			t.Fatalf("%s: %v, %s", name, err, tell(c))
		}
		for offset, want := range []int{2, 2, 4, 4, 3, 3} {
			n, at := c.Flows[0].Runs[0].Packet(offset)
			if w := start.Add(time.Duration(want-1) * time.Millisecond); n != want || at.Sub(w).Abs() > time.Microsecond {
				t.Errorf("%s: octet %d is of packet %d at %v, want %d at %v", name, offset, n, at, want, w)
			}
		}
	}
}

// TestBroken cuts captures everywhere and changes each octet: there is an error, a problem, or less than there
// was, and never a panic.
func TestBroken(t *testing.T) {
	packets := [][]byte{
		links["Ethernet"].wrap(ip(packet{sequence: 9, flags: syn}, esme4, smsc4)),
		links["Ethernet"].wrap(ip(packet{sequence: 10, data: "aaaa"}, esme4, smsc4)),
	}
	for name, file := range map[string][]byte{
		"pcap":   pcap(binary.LittleEndian, linkEthernet, packets, func(int) int { return 0 }),
		"pcapng": pcapng(binary.LittleEndian, linkEthernet, packets, func(int) int { return 0 }),
	} {
		for n := range file {
			c, err := Read(bytes.NewReader(file[:n]))
			if err == nil && c.Problem == nil && c.Packets == len(packets) {
				t.Errorf("%s: the first %d of %d octets are taken for all", name, n, len(file))
			}
			bad := bytes.Clone(file)
			bad[n] ^= 0xFF
			if c, err := Read(bytes.NewReader(bad)); err == nil && len(c.Flows) > 1 {
				t.Errorf("%s: with octet %d changed: %s", name, n, tell(c))
			}
		}
	}
	for text, want := range map[string]string{
		"": "before it has begun", "GIF8": "within its header", strings.Repeat("x", 24): "no pcap and no pcapng",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestCounts: what is no TCP is counted.
func TestCounts(t *testing.T) {
	tcp := ip(packet{sequence: 10, data: "x"}, esme4, smsc4)
	udp, fragment, short := bytes.Clone(tcp), bytes.Clone(tcp), bytes.Clone(tcp)
	udp[9] = 17
	fragment[6] |= 0x20
	short[0] = 0x44
	c, err := Read(bytes.NewReader(pcap(binary.BigEndian, linkRaw, [][]byte{tcp, udp, fragment, short, {}, {0x10}}, func(int) int { return 0 })))
	if err != nil || c.Packets != 6 || c.Others != 2 || c.Fragments != 1 || c.Malformed != 2 {
		t.Errorf("%v, %+v", err, c)
	}
}

// TestShuffled sends a long stream in pieces that overlap, come again and come in any order within a window.
func TestShuffled(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		whole := make([]byte, 1+r.IntN(4000))
		for i := range whole {
			whole[i] = byte('a' + i%26)
		}
		first := r.Uint32()
		pieces := []packet{{sequence: first - 1, flags: syn}}
		for at := 0; at < len(whole); {
			n := 1 + r.IntN(min(300, len(whole)-at))
			back := r.IntN(min(at, 20) + 1)
			pieces = append(pieces, packet{sequence: first + uint32(at-back), data: string(whole[at-back : at+n])})
			at += n
		}
		for i := 1; i+4 < len(pieces); i++ {
			j := i + r.IntN(4)
			pieces[i], pieces[j] = pieces[j], pieces[i]
		}
		var packets [][]byte
		for _, p := range pieces {
			packets = append(packets, ip(p, esme6, smsc6))
		}
		c, err := Read(bytes.NewReader(pcap(binary.LittleEndian, linkRaw, packets, func(int) int { return 0 })))
		if err != nil || len(c.Flows) != 1 || len(c.Flows[0].Runs) != 1 || !bytes.Equal(c.Flows[0].Runs[0].Data, whole) {
			t.Fatalf("%v: %s\nwant %s", err, tell(c), whole)
		}
	}
}

// TestText2pcap reads what text2pcap of Wireshark writes.
func TestText2pcap(t *testing.T) {
	program, err := exec.LookPath("text2pcap")
	if err != nil {
		missing(t, "text2pcap is not installed: apt-get install tshark")
	}
	for _, args := range [][]string{{"-F", "pcap"}, {"-F", "pcapng"}, {"-F", "nsecpcap"}} {
		name := t.TempDir() + "/capture"
		cmd := exec.Command(program, append(args, "-q", "-T", "40000,2775", "-", name)...)
		cmd.Stdin = strings.NewReader("000000 62 69 6e 64\n\n000000 73 75 62 6d 69 74\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("text2pcap %v: %v\n%s", args, err, out)
		}
		if got := tell(readFile(t, name)); got != "40000>2775: [-1] bindsubmit" && got != "40000>2775: bindsubmit" {
			t.Errorf("text2pcap %v: %s", args, got)
		}
	}
}
