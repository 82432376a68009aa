package pdu

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
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

// TestAgainstTshark compares every field of the goldens, of random PDUs of every command, and of each TLV in
// each PDU that may have it, with tshark's.
//
// Where tshark 4.0 reads the standard otherwise, and wrongly: of broadcast_rep_num it takes one octet of two
// (5.0 §4.8.4.13), of ms_validity one of four (5.0 §4.8.4.41), of source_telematics_id one even when there
// are two; what follows them it takes for TLVs that are none. These stand last here. With an error status
// it reads no TLVs, which 3.4 §4.7.2 has in a data_sm_resp then, so the random PDUs have ESME_ROK.
func TestAgainstTshark(t *testing.T) {
	var pdus [][]byte
	for _, g := range goldens {
		if _, unknown := g.pdu.(*Unknown); !unknown {
			pdus = append(pdus, lastWords(t, octets(t, g.octets)))
		}
	}
	r := seeded(t)
	add := func(p PDU) {
		b, err := Append(nil, StatusROK, 1+r.Uint32N(0x7FFFFFFF), p)
		if err != nil {
			t.Fatal(err)
		}
		pdus = append(pdus, lastWords(t, b))
	}
	for _, cmd := range commands() {
		for range 40 {
			p, _ := r.pdu(cmd)
			add(p)
		}
		for tag := range Tag(0x1400) {
			if s := tag.spec(); s.name != "" && s.in&carried[cmd] != 0 {
				add(r.with(cmd, tag))
			}
		}
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

// lastWords leaves one TLV in a PDU of those that tshark reads wrong, and puts it last.
func lastWords(t *testing.T, b []byte) []byte {
	t.Helper()
	f, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	list := tlvsOf(f.PDU)
	if list == nil {
		return b
	}
	var good, bad TLVs
	for _, v := range *list {
		if n := len(v.Value); v.Tag == TagBroadcastRepNum || v.Tag == TagMsValidity && n > 1 || v.Tag == TagSourceTelematicsID && n > 1 {
			bad = append(bad, v)
		} else {
			good = append(good, v)
		}
	}
	if f.Command == CmdBroadcastSM { // which must have it
		bad = slices.DeleteFunc(bad, func(v TLV) bool { return v.Tag != TagBroadcastRepNum })
	}
	*list = append(good, bad[max(len(bad)-1, 0):]...)
	if b, err = Append(nil, f.Status, f.Sequence, f.PDU); err != nil {
		t.Fatal(err)
	}
	return b
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
		value := bytes.Repeat([]byte("1"), int(spec.least))
		if spec.as == kindCString {
			value[spec.least-1] = 0
		}
		b := frame(t, CmdSubmitSM, 0, "00 000000 000000 000000 0000 00000000 00")
		b = append(append(b, byte(n>>8), byte(n), 0, byte(len(value))), value...)
		b[3] = byte(len(b))
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
