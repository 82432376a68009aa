package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"smppagent/internal/pdu"
)

func TestParseHex(t *testing.T) {
	for _, in := range []string{
		"0010abCD", "00 10 ab cd", "00:10:AB:CD", "0x00, 0x10, 0xab, 0xcd", "0x0010abcd", `\x00\x10\xab\xcd`,
		"00-10-ab-cd\n", "0010\r\nab|cd", " 0x00 10\tab cd ",
		"00000000  00 10 ab cd                                       |....|\n00000004\n",
		"00000000: 0010 abcd                                ....\n",
		"00000000: 0010                                     ..\n00000002: abcd                                     ab\n",
		"0000000 00 10\n0000002 ab cd\n0000004\n",
		"\t0x0000:  0010 abcd            ....\n",
	} {
		if got, err := parseHex(in); err != nil || hex.EncodeToString(got) != "0010abcd" {
			t.Errorf("%q: got %x, %v", in, got, err)
		}
	}
	for in, want := range map[string]string{
		"":        "decode: no octets given, write them in hex",
		" : ":     "decode: no octets given, write them in hex",
		"00 1":    "decode: 3 hex digits, an octet has two",
		"00 1g":   `decode: character 5, "g", is no hex digit`,
		"00 zero": `decode: character 4, "z", is no hex digit`,
	} {
		if got, err := parseHex(in); err == nil || err.Error() != want {
			t.Errorf("%q: got %x, %v; want %s", in, got, err, want)
		}
	}
}

// octetsOf is the PDU p in hex.
func octetsOf(t *testing.T, sequence uint32, p pdu.PDU) string {
	t.Helper()
	b, err := pdu.Append(nil, pdu.StatusROK, sequence, p)
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(b)
}

func TestDecodeShowsFields(t *testing.T) {
	submit := octetsOf(t, 7, &pdu.SubmitSM{
		Source: pdu.Address{TON: 5, Addr: "Cabin"}, Dest: pdu.Address{TON: 1, NPI: 1, Addr: "359888123456"},
		ShortMessage: []byte("water in the cellar"),
	})
	bind := octetsOf(t, 1, &pdu.BindTransceiver{Bind: pdu.Bind{SystemID: "cabin", Password: "s3cret", InterfaceVersion: 0x34}})
	out, errs, code := invoke(t, bind+"\n"+submit, "decode")
	if code != exitOK || errs != "" {
		t.Fatalf("got code %d, stderr %q", code, errs)
	}
	for _, want := range []string{
		"bind_transceiver, ", "submit_sm, ", "destination_addr", `"359888123456"`, `"water in the cellar"`, "***",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out, "s3cret") || strings.Contains(out, hex.EncodeToString([]byte("s3cret"))) {
		t.Errorf("the password is shown:\n%s", out)
	}

	out, _, code = invoke(t, "", "decode", "--json", bind, submit)
	var shown []shownPDU
	if err := json.Unmarshal([]byte(out), &shown); err != nil || code != exitOK || len(shown) != 2 {
		t.Fatalf("--json: code %d, %v:\n%s", code, err, out)
	}
	if got, at := shown[1], len(bind)/2; got.Command != "submit_sm" || got.Sequence != 7 || got.Offset != at || got.Length != len(submit)/2 {
		t.Errorf("--json: got %+v, want submit_sm 7 at %d", got, at)
	}
}

// Wherever a PDU is cut, decode points at an octet that is in it or where it ends.
func TestDecodePointsAtTheOctet(t *testing.T) {
	whole := octetsOf(t, 7, &pdu.SubmitSM{Dest: pdu.Address{Addr: "359888123456"}, ShortMessage: []byte("x")})
	for n := 1; n < len(whole)/2; n++ {
		out, errs, code := invoke(t, "", "decode", whole[:2*n])
		if code != exitFailure || errs != "smppagent: the PDU cannot be decoded to its end\n" || !strings.Contains(out, "^^ octet ") {
			t.Fatalf("first %d octets: code %d, stderr %q, stdout\n%s", n, code, errs, out)
		}
	}
	// sm_length says 120, one octet follows.
	long := whole[:len(whole)-4] + "78" + whole[len(whole)-2:]
	out, _, code := invoke(t, "", "decode", long)
	if want := fmt.Sprintf("^^ octet %d: short_message: ", len(whole)/2-1); code != exitFailure || !strings.Contains(out, want) {
		t.Errorf("sm_length too long: got code %d, want %q in\n%s", code, want, out)
	}
	out, errs, code := invoke(t, "", "decode", "000000100000001500000000 00000001 000000ff00000015")
	if code != exitFailure || errs != "smppagent: 1 of 2 PDUs cannot be decoded to their end\n" || !strings.Contains(out, "enquire_link") {
		t.Errorf("two PDUs: code %d, stderr %q\n%s", code, errs, out)
	}
}
