package sim

import (
	"encoding/binary"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// tap is a connection that keeps what passes through it, in order.
type tap struct {
	net.Conn
	mu      sync.Mutex
	packets []packet
}

type packet struct {
	fromSMSC bool
	octets   []byte
}

func (c *tap) keep(fromSMSC bool, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.packets = append(c.packets, packet{fromSMSC, append([]byte{}, b...)})
}

func (c *tap) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.keep(true, b[:n])
	}
	return n, err
}

func (c *tap) Write(b []byte) (int, error) {
	c.keep(false, b)
	return c.Conn.Write(b)
}

// pcap writes packets as TCP segments over IPv4 between ports 40000 and 2775.
func pcap(packets []packet) []byte {
	b := binary.BigEndian.AppendUint32(nil, 0xA1B2C3D4)
	b = binary.BigEndian.AppendUint32(b, 0x00020004)
	b = append(b, make([]byte, 8)...)
	b = binary.BigEndian.AppendUint32(b, 65535)
	b = binary.BigEndian.AppendUint32(b, 101) // raw IP
	next := map[bool]uint32{false: 1, true: 1}
	for i, p := range packets {
		length := 40 + len(p.octets)
		b = binary.BigEndian.AppendUint32(b, uint32(i))
		b = binary.BigEndian.AppendUint32(b, 0)
		b = binary.BigEndian.AppendUint32(b, uint32(length))
		b = binary.BigEndian.AppendUint32(b, uint32(length))
		from, to := []byte{10, 0, 0, 1}, []byte{10, 0, 0, 2}
		fromPort, toPort := uint16(40000), uint16(2775)
		if p.fromSMSC {
			from, to, fromPort, toPort = to, from, toPort, fromPort
		}
		b = append(b, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(length))
		b = append(b, 0, 0, 0x40, 0, 64, 6, 0, 0)
		b = append(append(b, from...), to...)
		b = binary.BigEndian.AppendUint16(b, fromPort)
		b = binary.BigEndian.AppendUint16(b, toPort)
		b = binary.BigEndian.AppendUint32(b, next[p.fromSMSC])
		b = binary.BigEndian.AppendUint32(b, next[!p.fromSMSC])
		b = append(b, 0x50, 0x18, 0x10, 0, 0, 0, 0, 0)
		b = append(b, p.octets...)
		next[p.fromSMSC] += uint32(len(p.octets))
	}
	return b
}

// TestTshark has a second opinion on a conversation: every PDU of the SMSC is what it was meant to be.
func TestTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is missing")
		}
		t.Skip("tshark is missing")
	}
	cfg := Default()
	cfg.ReceiptDelay = 0
	cfg.Seed = 1
	cfg.Accounts = map[string]string{"pump": "secret"}
	s, address := listen(t, cfg)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := &tap{Conn: conn}
	e := newESME(t, c)
	e.ask(bindTransceiver, bindBody("pump", "wrong"))
	e.ask(bindTransceiver, bindBody("pump", "secret"))
	e.submitted(t, "359888123456", "wet!", 0x02, 0x04, 0, 2, 0, 7)
	e.answer(e.next(), 0)
	if err := s.SetOutcome("6", Undeliverable, false); err != nil {
		t.Fatal(err)
	}
	e.submitted(t, "359888123456", "wet again")
	e.answer(e.next(), 0)
	if err := s.SendMO("+359888123456", "", strings.Repeat("вода ", 20)); err != nil {
		t.Fatal(err)
	}
	e.answer(e.next(), 0)
	e.answer(e.next(), 0)
	e.ask(0x00000999, nil)
	e.ask(enquireLink, nil)
	e.ask(unbind, nil)
	e.closed()

	file := filepath.Join(t.TempDir(), "smsc.pcap")
	if err := os.WriteFile(file, pcap(c.packets), 0o600); err != nil {
		t.Fatal(err)
	}
	fields := []string{"smpp.command_id", "smpp.command_status", "smpp.system_id", "smpp.SC_interface_version", "smpp.message_id",
		"smpp.esm.submit.msg_type", "smpp.receipted_message_id", "smpp.message_state", "smpp.network_error.code", "smpp.user_message_reference",
		"smpp.esm.submit.features", "smpp.data_coding", "gsm_sms.udh.mm.msg_parts", "gsm_sms.udh.mm.msg_part", "_ws.malformed"}
	args := []string{"-r", file, "-Y", "smpp && tcp.srcport == 2775", "-T", "fields", "-E", "occurrence=a", "-E", "separator=|"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command(tshark, args...).Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	want := strings.Join([]string{
		"0x80000009|0x0000000e|||||||||||||",
		"0x80000009|0x00000000|smppsim|52|||||||||||",
		"0x80000004|0x00000000|||0000001001||||||||||",
		"0x00000005|||||0x01|0000001001|2||0x0007|0x00|0x00|||",
		"0x80000004|0x00000000|||0000001002||||||||||",
		"0x00000005|||||0x01|0000001002|5|0x0001||0x00|0x00|||",
		"0x00000005|||||0x00|||||0x01|0x08|2|1|",
		"0x00000005|||||0x00|||||0x01|0x08|2|2|",
		"0x80000000|0x00000003|||||||||||||",
		"0x80000015|0x00000000|||||||||||||",
		"0x80000006|0x00000000|||||||||||||",
		"",
	}, "\n")
	if got := string(out); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
