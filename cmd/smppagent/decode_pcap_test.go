//go:build !tiny

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"smppagent/internal/pdu"
)

func TestDecodeCapture(t *testing.T) {
	for _, tt := range []struct {
		how      string
		code     int
		commands string
		about    []string
	}{
		{"in order", exitOK, "bind_transceiver bind_transceiver_resp submit_sm enquire_link deliver_sm", nil},
		{"out of order", exitOK, "bind_transceiver bind_transceiver_resp submit_sm enquire_link deliver_sm", []string{" octets were sent again"}},
		{"a gap", exitOK, "bind_transceiver bind_transceiver_resp enquire_link deliver_sm", []string{
			"192.0.2.1:40000 to 192.0.2.2:2775: 30 octets are missing after octet ", " are in no PDU",
		}},
	} {
		name := filepath.Join(t.TempDir(), "smsc.pcap")
		if err := os.WriteFile(name, captureOf(t, tt.how), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"decode", "--json", name}, {"decode", "--json"}} {
			in := ""
			if len(args) == 2 {
				in = string(captureOf(t, tt.how))
			}
			out, errs, code := invoke(t, in, args...)
			var shown []shownPDU
			if err := json.Unmarshal([]byte(out), &shown); err != nil || code != tt.code {
				t.Fatalf("%s: code %d, %v, %s\n%s", tt.how, code, err, errs, out)
			}
			var commands []string
			for _, p := range shown {
				commands = append(commands, p.Command)
				if p.Packet == nil || p.Packet.Number < 1 || p.Packet.Time.Year() != 2026 || !strings.HasPrefix(p.Packet.From, "192.0.2.") {
					t.Errorf("%s: %s is of packet %+v", tt.how, p.Command, p.Packet)
				}
			}
			if got := strings.Join(commands, " "); got != tt.commands {
				t.Errorf("%s: got %s, want %s", tt.how, got, tt.commands)
			}
			for _, want := range tt.about {
				if !strings.Contains(errs, want) {
					t.Errorf("%s: %q is missing in %q", tt.how, want, errs)
				}
			}
			if strings.Contains(out, hex.EncodeToString([]byte("s3cret"))) {
				t.Errorf("%s: the password is shown", tt.how)
			}
		}
	}
}

// The whole of what is printed for a short capture.
func TestDecodeCaptureGolden(t *testing.T) {
	out, errs, code := invoke(t, string(captureOf(t, "in order")), "decode")
	if code != exitOK || errs != "" {
		t.Fatalf("code %d, %s", code, errs)
	}
	_, rest, _ := strings.Cut(out, "packet 4, ")
	got, _, _ := strings.Cut(rest, "\n\n")
	if want := strings.TrimPrefix(goldenSubmit, "packet 4, "); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if want := `       receipt for "7": DELIVERED, err 000, done 2611230850` + "\n"; !strings.HasSuffix(out, want) {
		t.Errorf("it does not end with %q:\n%s", want, out)
	}
}

const goldenSubmit = `packet 4, 2026-11-23 08:49:31.000003, 192.0.2.1:40000 to 192.0.2.2:2775
submit_sm, 62 octets from octet 34
    0  command_length           0000003e                            §5.1.1, 5.0 §4.7.4    62
    4  command_id               00000004                            §5.1.2, 5.0 §4.7.5    0x00000004 submit_sm
    8  command_status           00000000                            §5.1.3, 5.0 §4.7.6    0x00000000 ESME_ROK: no error
   12  sequence_number          00000002                            §5.1.4, 5.0 §4.7.24   2
   16  service_type             00                                  §5.2.11, 5.0 §4.7.25  ""
   17  source_addr_ton          00                                  §5.2.5, 5.0 §4.7.1    0x00 unknown
   18  source_addr_npi          00                                  §5.2.6, 5.0 §4.7.2    0x00 unknown
   19  source_addr              00                                  §5.2.8, 5.0 §4.7.29   ""
   20  dest_addr_ton            01                                  §5.2.5, 5.0 §4.7.1    0x01 international
   21  dest_addr_npi            01                                  §5.2.6, 5.0 §4.7.2    0x01 ISDN (E.164)
   22  destination_addr         33353938383831323334353600          §5.2.9, 5.0 §4.7.8    "359888123456"
   35  esm_class                40                                  §5.2.12, 5.0 §4.7.12  0x40 default mode, UDHI
   36  protocol_id              00                                  §5.2.13, 5.0 §4.7.20  0
   37  priority_flag            00                                  §5.2.14, 5.0 §4.7.19  0
   38  schedule_delivery_time   00                                  §5.2.15, 5.0 §4.7.23  ""
   39  validity_period          00                                  §5.2.16, 5.0 §4.7.23  ""
   40  registered_delivery      00                                  §5.2.17, 5.0 §4.7.21  0x00 no receipt
   41  replace_if_present_flag  00                                  §5.2.18, 5.0 §4.7.22  0
   42  data_coding              00                                  §5.2.19, 5.0 §4.7.7   0x00 SMSC default alphabet
   43  sm_default_msg_id        00                                  §5.2.20, 5.0 §4.7.27  0
   44  sm_length                11                                  §5.2.21, 5.0 §4.7.28  17
   45  short_message            0500032a020143656c6c6172201b6520..  §5.2.22, 5.0 §4.7.26  user data header 0500032a0201, "Cellar \x1be 5"
       user data header: concatenation, 8-bit reference, 2a0201: message 42, segment 1 of 2
       text in GSM 7-bit default alphabet, one septet an octet (data_coding 0 is the SMSC's own alphabet, this one with most):
       "Cellar € 5"`

// TestDecodeSeesWhatTsharkSees: of a capture made by text2pcap both list the same PDUs.
func TestDecodeSeesWhatTsharkSees(t *testing.T) {
	for _, program := range []string{"tshark", "text2pcap"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not installed", program)
			}
			t.Skipf("%s is not installed: apt-get install tshark", program)
		}
	}
	name := filepath.Join(t.TempDir(), "smsc.pcap")
	if err := os.WriteFile(name, captureOf(t, "in order"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("tshark", "-r", name, "-Y", "smpp", "-T", "fields",
		"-e", "smpp.command_id", "-E", "aggregator= ")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, &stderr)
	}
	var want []string
	for _, id := range strings.Fields(string(raw)) {
		b, err := hex.DecodeString(strings.TrimPrefix(id, "0x"))
		if err != nil || len(b) != 4 {
			t.Fatalf("tshark says command_id %q", id)
		}
		want = append(want, pdu.Command(binary.BigEndian.Uint32(b)).String())
	}
	out, _, _ := invoke(t, "", "decode", "--json", name)
	var shown []shownPDU
	if err := json.Unmarshal([]byte(out), &shown); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range shown {
		got = append(got, p.Command)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") || len(got) != 5 {
		t.Errorf("got %v, tshark sees %v", got, want)
	}
}

// TestDecodeJSONKeys: programs read what --json prints. A key may come; one that is there stays.
func TestDecodeJSONKeys(t *testing.T) {
	capture, _, _ := invoke(t, string(captureOf(t, "in order")), "decode", "--json")
	broken, _, _ := invoke(t, "", "decode", "--json", "000000100000001500000001000000")
	odd, _, _ := invoke(t, "", "decode", "--json", octetsOf(t, 1, &pdu.SubmitSM{ESMClass: pdu.ESMUDHI, ShortMessage: []byte("\x02\x70\x01x")}))
	keys := map[string]bool{}
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case []any:
			for i := range v {
				walk(at, v[i])
			}
		case map[string]any:
			for k := range v {
				keys[at+k] = true
				walk(at+k+".", v[k])
			}
		}
	}
	for _, out := range []string{capture, broken, odd} {
		var v any
		if err := json.Unmarshal([]byte(out), &v); err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		walk("", v)
	}
	for _, key := range strings.Fields(`offset length command status sequence
		packet packet.number packet.time packet.from packet.to
		fields fields.offset fields.name fields.octets fields.section fields.section50 fields.value fields.note
		text text.header text.header.name text.header.octets text.header.value text.alphabet text.text text.note
		text.receipt text.receipt.message_id text.receipt.state text.receipt.err text.receipt.done
		error error.offset error.field error.problem`) {
		if !keys[key] {
			t.Errorf("there is no %s", key)
		}
	}
}
