package sms

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What Wireshark's dissectors read in the headers and the text: one capture with a
// submit_sm (SMPP 3.4 §4.4.1) for each segment.
func TestSplitTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("tshark is missing: apt-get install tshark")
		}
		t.Skip("tshark is missing: apt-get install tshark")
	}
	tests := []struct {
		text       string
		concat     Concat
		dataCoding byte
		parts      [2]string
	}{
		{rep("щ", 67) + "яяя!", Concat8, 0x08, [2]string{rep("щ", 67), "яяя!"}},
		{rep("щ", 67) + "яяя!", Concat16, 0x08, [2]string{rep("щ", 66), "щяяя!"}},
		{rep("a", 152) + "€ @Δ[]", Concat8, 0xF1, [2]string{rep("a", 152), "€ @Δ[]"}},
		{rep("a", 151) + "€ @Δ[]é", Concat16, 0xF1, [2]string{rep("a", 151), "€ @Δ[]é"}},
	}
	for _, tt := range tests {
		m := Message{Text: tt.text, Ref: 0x12AB}
		_, segments, err := m.Split(tt.concat)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "submit.pcap")
		if err := os.WriteFile(file, capture(segments, tt.dataCoding), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(tshark, "-n", "-r", file, "-d", "tcp.port==2775,smpp", "-T", "fields", "-E", "separator=;",
			"-e", "gsm_sms.udh.mm.msg_id", "-e", "gsm_sms.udh.mm.msg_parts", "-e", "gsm_sms.udh.mm.msg_part",
			"-e", "smpp.message_text", "-e", "_ws.malformed").Output()
		if err != nil {
			t.Fatal(err)
		}
		ref := 0xAB
		if tt.concat == Concat16 {
			ref = 0x12AB
		}
		want := fmt.Sprintf("%d;2;1;%s;\n%d;2;2;%s;\n", ref, tt.parts[0], ref, tt.parts[1])
		if string(out) != want {
			t.Errorf("%v: got %q, want %q", tt.concat, out, want)
		}
	}
}

// capture is a pcap file in which a client sends one submit_sm a packet.
func capture(segments []Segment, dataCoding byte) []byte {
	be, le := binary.BigEndian, binary.LittleEndian
	file := le.AppendUint32(nil, 0xA1B2C3D4)
	file = le.AppendUint16(le.AppendUint16(file, 2), 4)     // version
	file = le.AppendUint32(le.AppendUint64(file, 0), 65535) // zone, accuracy, snap length
	file = le.AppendUint32(file, 101)                       // raw IP
	sequence := uint32(1)
	for i, s := range segments {
		sm := append(append([]byte{}, s.UDH...), s.Data...)
		body := append([]byte("\x00\x00\x001234\x00\x01\x01359888123456\x00"), // service_type, source, destination
			0x40, 0, 0, 0, 0, 0, 0, dataCoding, 0, byte(len(sm))) // esm_class UDHI … sm_length
		body = append(body, sm...)
		pdu := be.AppendUint32(nil, uint32(16+len(body)))
		pdu = be.AppendUint32(be.AppendUint64(pdu, 4<<32), uint32(i+1)) // submit_sm, status 0, sequence_number
		pdu = append(pdu, body...)

		tcp := be.AppendUint32(be.AppendUint16(be.AppendUint16(nil, 40000), 2775), sequence)
		tcp = append(be.AppendUint32(tcp, 1), 0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0)
		tcp = append(tcp, pdu...)
		sequence += uint32(len(pdu))
		ip := append([]byte{0x45, 0}, be.AppendUint16(nil, uint16(20+len(tcp)))...)
		ip = append(ip, 0, byte(i), 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1)
		ip = append(ip, tcp...)

		file = le.AppendUint32(le.AppendUint32(file, uint32(i)), 0)
		file = le.AppendUint32(le.AppendUint32(file, uint32(len(ip))), uint32(len(ip)))
		file = append(file, ip...)
	}
	return file
}
