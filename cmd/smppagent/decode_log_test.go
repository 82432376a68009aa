package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"smppagent/internal/pdu"
)

// Whatever people paste that has the octets of a PDU in it, the PDU is found.
func TestDecodePicksOctets(t *testing.T) {
	const picked = "21 octets were picked out of the text\n"
	for _, tt := range []struct{ name, text, about string }{
		{"Kannel", `2026-11-23 08:49:31 [1234] [6] DEBUG: SMPP[smsc1]: Got PDU:
2026-11-23 08:49:31 [1234] [6] DEBUG:  Octet string dump at 0x7f0b8c0008c0:
2026-11-23 08:49:31 [1234] [6] DEBUG:    len:  21
2026-11-23 08:49:31 [1234] [6] DEBUG:    data: 00 00 00 15 80 00 00 04   ........
2026-11-23 08:49:31 [1234] [6] DEBUG:    data: 00 00 00 00 00 00 00 07   deadbeef
2026-11-23 08:49:31 [1234] [6] DEBUG:    data: 61 62 63 31 00            abc1.
2026-11-23 08:49:31 [1234] [6] DEBUG:  Octet string dump ends.
`, picked},
		{"Jasmin", "2026-11-23 08:49:31 DEBUG    1234 Receiving data [000000158000000400000000000000076162633100]\n", picked},
		{"a number after a fingerprint", "tls 93b885adfe0da089cdf634904fd59f71: pdu=0x000000158000000400000000000000076162633100;", picked},
		{"Python", `got b'\x00\x00\x00\x15\x80\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x07abc1\x00' from smsc`, picked},
		{"escapes", `"\x00\x00\x00\x15\x80\x00\x00\x04" \` + "\n" + `"\0\0\0\x00\x00\x00\0\x07\x61bc1\0"`, picked},
		{"C", "const char pkt[21] = {\n0x00, 0x00, 0x00, 0x15, 0x80, 0x00, 0x00, 0x04, /* 0xff */\n" +
			"0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07,\n0x61, 0x62, 0x63, 0x31, 0X00 };\n", picked},
		{"from a web page", "\ufeff00000015\u00a080000004 00000000\u00a000000007 6162633100", ""},
		{"a line of Wireshark's", "0000   00 00 00 15 80 00 00 04 00 00 00 00 00 00 00 07   ................\n0010   61 62 63 31 00   abc1.\n", ""},
		{"a packet", "00112233445566778899aabb0800" + "450000390001000040060000" + "7f0000017f000001" + "9c400ad7" + strings.Repeat("01", 16) +
			"000000158000000400000000000000076162633100", "the first 54 octets are in no PDU\n"},
	} {
		out, errs, code := invoke(t, tt.text, "decode", "--json")
		var shown []shownPDU
		if err := json.Unmarshal([]byte(out), &shown); err != nil || code != exitOK || len(shown) != 1 {
			t.Errorf("%s: code %d, %v, %s\n%s", tt.name, code, err, errs, out)
			continue
		}
		if p := shown[0]; p.Command != "submit_sm_resp" || p.Sequence != 7 || p.Length != 21 || p.Fields[4].Value != `"abc1"` {
			t.Errorf("%s: %+v", tt.name, p)
		}
		if errs != tt.about {
			t.Errorf("%s: about %q, want %q", tt.name, errs, tt.about)
		}
	}
	single := "0000   00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 07   ................\n"
	if out, errs, code := invoke(t, single, "decode"); code != exitOK || !strings.HasPrefix(out, "enquire_link, 16 octets from octet 0\n") {
		t.Errorf("a single line of Wireshark's: code %d, %s\n%s", code, errs, out)
	}
}

// A PDU that is spoilt is pointed at, and does not hide those after it.
func TestDecodeGoesOn(t *testing.T) {
	link := octetsOf(t, 7, &pdu.EnquireLink{})
	in := link + "ffffffffffffffff0000000000000000" + link
	out, errs, code := invoke(t, in, "decode")
	if code != exitFailure || errs != "smppagent: 1 of 3 PDUs cannot be decoded to their end\n" {
		t.Errorf("code %d, %q", code, errs)
	}
	for _, want := range []string{"enquire_link, 16 octets from octet 0\n", "^^ octet 0: command_length: ", "enquire_link, 16 octets from octet 32\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	// One octet too many in its length is one too many, and not a PDU somewhere within.
	for _, length := range []string{"00000011", "00000030", "7fffffff", "80000010", "ffffffff"} {
		out, _, code := invoke(t, "", "decode", length+link[8:])
		if want := "^^ octet 0: command_length: "; code != exitFailure || !strings.Contains(out, want) {
			t.Errorf("%s: code %d, %q is missing in\n%s", length, code, want, out)
		}
	}
}

// What is wrong in a text of several lines is found in its line.
func TestDecodeNoDigit(t *testing.T) {
	_, errs, code := invoke(t, "00 00 00 10\n00 00 00 15\n00 00 00 0O\n", "decode")
	if want := `smppagent: decode: line 3: character 11, "O", is no hex digit` + "\n"; code != exitUsage || errs != want {
		t.Errorf("code %d, %q, want %q", code, errs, want)
	}
	_, errs, _ = invoke(t, "00 é", "decode")
	if want := fmt.Sprintf("character 4, %q, is no hex digit", "é"); !strings.Contains(errs, want) {
		t.Errorf("%q, want %q", errs, want)
	}
}
