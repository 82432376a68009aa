package pdu

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// These tests hold the codec against another reading of the standard: Wireshark's.

// tshark dissects the PDUs, each in a frame of its own, and returns what it prints.
func tshark(t *testing.T, pdus [][]byte, args ...string) []byte {
	t.Helper()
	program, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is not installed")
		}
		t.Skip("tshark is not installed")
	}
	args = append([]string{"-n", "-r", pcap(t, pdus), "-d", "tcp.port==2775,smpp"}, args...)
	cmd := exec.Command(program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C", "HOME="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, &stderr)
	}
	return out
}

// pcap writes each PDU as one TCP segment of one stream to port 2775, in a file that tshark reads: raw
// IPv4 without checksums.
func pcap(t *testing.T, pdus [][]byte) string {
	t.Helper()
	var b []byte
	le, be := binary.LittleEndian, binary.BigEndian
	b = le.AppendUint32(b, 0xA1B2C3D4)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, 1<<18)
	b = le.AppendUint32(b, 101) // LINKTYPE_RAW
	sequence := uint32(1)
	for i, p := range pdus {
		n := 20 + 20 + len(p)
		b = le.AppendUint32(b, uint32(i))
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, uint32(n))
		b = le.AppendUint32(b, uint32(n))

		b = append(b, 0x45, 0)
		b = be.AppendUint16(b, uint16(n))
		b = append(b, 0, 0, 0x40, 0, 64, 6, 0, 0)
		b = append(b, 127, 0, 0, 1, 127, 0, 0, 1)

		b = be.AppendUint16(b, 50000)
		b = be.AppendUint16(b, 2775)
		b = be.AppendUint32(b, sequence)
		b = be.AppendUint32(b, 1)
		b = append(b, 5<<4, 0x18, 0xFF, 0xFF, 0, 0, 0, 0)
		b = append(b, p...)
		sequence += uint32(len(p))
	}
	name := filepath.Join(t.TempDir(), "smpp.pcap")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestAgainstTshark compares every field of the goldens, and of a thousand random PDUs, with tshark's.
func TestAgainstTshark(t *testing.T) {
	var pdus [][]byte
	for _, g := range goldens[:len(goldens)-len(moreGoldens)] {
		if _, unknown := g.pdu.(*Unknown); !unknown {
			pdus = append(pdus, octets(t, g.octets))
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		p, status := randomPDU(random)
		b, err := Append(nil, status, 1+random.Uint32N(0x7FFFFFFF), p)
		if err != nil {
			t.Fatal(err)
		}
		pdus = append(pdus, b)
	}
	var frames []struct {
		Source struct {
			Layers struct{ SMPP map[string]any }
		} `json:"_source"`
	}
	out := tshark(t, pdus, "-T", "json", "-J", "smpp", "--no-duplicate-keys")
	if err := json.Unmarshal(out, &frames); err != nil {
		t.Fatal(err)
	}
	if len(frames) != len(pdus) {
		t.Fatalf("tshark has %d frames of %d", len(frames), len(pdus))
	}
	for i, b := range pdus {
		ours, theirs := asTshark(t, b), asCompared(frames[i].Source.Layers.SMPP)
		for _, name := range slices.Sorted(maps.Keys(ours)) {
			if ours[name] != theirs[name] {
				t.Errorf("%x\n%s: %q, tshark has %q", b, name, ours[name], theirs[name])
			}
			delete(theirs, name)
		}
		if len(theirs) > 0 {
			t.Errorf("%x\ntshark has more: %v", b, theirs)
		}
	}
}

// randomPDU makes a PDU within the limits of the standard.
func randomPDU(r *rand.Rand) (PDU, Status) {
	text := func(most int) string {
		b := make([]byte, r.IntN(most+1))
		for i := range b {
			b[i] = byte('0' + r.IntN('z'-'0'))
		}
		return string(b)
	}
	octets := func(least, most int) []byte {
		b := make([]byte, least+r.IntN(most-least+1))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	npis := []uint8{0, 1, 3, 4, 6, 8, 9, 10, 14, 18}
	address := func() Address { return Address{uint8(r.IntN(7)), npis[r.IntN(len(npis))], text(20)} }
	var tags []Tag
	for n := range Tag(0x0600) { // tshark reads some of 5.0's broadcast tags wrong
		if n.spec().name != "" {
			tags = append(tags, n)
		}
	}
	tlvs := func() (list TLVs) {
		for range r.IntN(5) {
			tag := tags[r.IntN(len(tags))]
			spec := tag.spec()
			switch {
			case tag == TagMessagePayload || tag == TagSARMsgRefNum: // not with a text or a user data header
			case spec.as == kindCString:
				list.AddCString(tag, text(spec.most-1))
			default:
				list.Add(tag, octets(spec.least, spec.most))
			}
		}
		return list
	}
	bind := Bind{
		SystemID: text(15), Password: text(16), SystemType: text(12), InterfaceVersion: Version34,
		AddrTON: uint8(r.IntN(7)), AddrNPI: npis[r.IntN(len(npis))], AddressRange: text(40),
	}
	now := time.Unix(1700000000, 0).In(time.FixedZone("", 900*(r.IntN(97)-48)))
	submit := SubmitSM{
		ServiceType: text(5), Source: address(), Dest: address(),
		ESMClass: ESMClass(r.IntN(256)) &^ ESMUDHI, ProtocolID: uint8(r.IntN(256)), PriorityFlag: uint8(r.IntN(4)),
		ScheduleDeliveryTime: AbsoluteTime(now.Add(time.Duration(r.Int64N(1e17)))),
		ValidityPeriod:       RelativeTime(time.Duration(r.Int64N(2e15))),
		RegisteredDelivery:   RegisteredDelivery(r.IntN(32)), ReplaceIfPresent: uint8(r.IntN(2)),
		DataCoding: DataCoding(r.IntN(256)), SMDefaultMsgID: uint8(r.IntN(255)),
		ShortMessage: octets(0, 254), TLVs: tlvs(),
	}
	if r.IntN(4) == 0 {
		submit.ScheduleDeliveryTime, submit.ValidityPeriod = "", ""
		submit.ShortMessage = append([]byte{5, 0, 3}, octets(100, 100)...)
		submit.ESMClass |= ESMUDHI
	}
	status := StatusROK
	if r.IntN(3) == 0 {
		for status = 9; status.Meaning() == ""; { // tshark takes few of the reserved ones for SMPP
			status = Status(r.Uint32N(0x113))
		}
	}
	switch r.IntN(14) {
	case 0:
		return &BindTransmitter{bind}, 0
	case 1:
		return &BindReceiver{bind}, 0
	case 2:
		return &BindTransceiver{bind}, 0
	case 3:
		return &BindTransceiverResp{BindResp{SystemID: text(15)}}, 0
	case 4:
		return &BindTransmitterResp{BindResp{SystemID: text(15), TLVs: TLVs{{TagSCInterfaceVersion, octets(1, 1)}}}}, 0
	case 5:
		return &BindReceiverResp{}, status
	case 6:
		return &SubmitSMResp{MessageID: text(64)}, 0
	case 7:
		return &SubmitSMResp{}, status
	case 8:
		return &DeliverSMResp{}, status
	case 9:
		return &GenericNack{}, status
	case 10, 11:
		d := DeliverSM(submit)
		return &d, 0
	}
	return &submit, 0
}

// TestNamesAgainstTshark compares which command_status and which tags are assigned, and what the tags are
// called.
func TestNamesAgainstTshark(t *testing.T) {
	var pdus [][]byte
	for n := range Status(0x500) {
		b, err := Append(nil, n, 1, &EnquireLinkResp{})
		if err != nil {
			t.Fatal(err)
		}
		pdus = append(pdus, b)
	}
	var tags []Tag
	for n := range Tag(0x1400) {
		spec := n.spec()
		if spec.name == "" && (n+1).spec().name == "" && (n-1).spec().name == "" {
			continue
		}
		value := bytes.Repeat([]byte("1"), spec.least)
		if spec.as == kindCString {
			value[spec.least-1] = 0
		}
		b, err := Append(nil, 0, 1, &SubmitSM{TLVs: TLVs{{n, value}}})
		if err != nil {
			t.Fatal(err)
		}
		pdus = append(pdus, b)
		tags = append(tags, n)
	}
	out := string(tshark(t, pdus, "-O", "smpp"))
	results := map[string]string{} // what tshark does not take for SMPP at all is reserved, too
	for _, r := range regexp.MustCompile(`(?m)^ +Result: (.*) \(0x([0-9a-f]{8})\)$`).FindAllStringSubmatch(out, -1) {
		if r[1] != "[Reserved]" && r[1] != "Unknown" && r[1] != "[Vendor-specific Error]" {
			results[r[2]] = r[1]
		}
	}
	for n := range Status(0x500) {
		theirs := results[fmt.Sprintf("%08x", uint32(n))]
		if (n.Meaning() == "") != (theirs == "") {
			t.Errorf("%v %q, tshark has %q", n, n.Meaning(), theirs)
		}
	}
	names := regexp.MustCompile(`(?m)^ +Optional parameter: (.*) \(0x([0-9a-f]{4})\)$`).FindAllStringSubmatch(out, -1)
	if len(names) != len(tags) {
		t.Fatalf("tshark shows %d tags of %d", len(names), len(tags))
	}
	for i, n := range names {
		name := tags[i].spec().name
		theirs := n[1]
		switch {
		case strings.HasPrefix(theirs, "0x"):
			theirs = ""
		case theirs == "dest_port": // 5.0's name
			theirs = "destination_port"
		}
		if fmt.Sprintf("%04x", uint16(tags[i])) != n[2] || name != theirs {
			t.Errorf("%04X %q, tshark has %s %q", uint16(tags[i]), name, n[2], n[1])
		}
	}
}
