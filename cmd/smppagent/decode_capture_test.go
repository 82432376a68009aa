package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smppagent/internal/pdu"
)

// wire is the PDU p in octets.
func wire(t testing.TB, sequence uint32, p pdu.PDU) []byte {
	t.Helper()
	b, err := pdu.Append(nil, pdu.StatusROK, sequence, p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tcpData is what one side sends in one TCP segment.
type tcpData struct {
	back     bool
	sequence uint32
	data     []byte
}

// dialogue is a session in segments: PDUs that share one, and one that is in two.
func dialogue(t testing.TB) []tcpData {
	bind := wire(t, 1, &pdu.BindTransceiver{Bind: pdu.Bind{SystemID: "cabin", Password: "s3cret", InterfaceVersion: 0x34}})
	submit := wire(t, 2, &pdu.SubmitSM{
		Dest: pdu.Address{TON: 1, NPI: 1, Addr: "359888123456"}, ESMClass: pdu.ESMUDHI,
		ShortMessage: []byte("\x05\x00\x03\x2a\x02\x01Cellar \x1b\x65 5"),
	})
	enquire := wire(t, 3, &pdu.EnquireLink{})
	deliver := wire(t, 9, &pdu.DeliverSM{ESMClass: pdu.ESMTypeReceipt, ShortMessage: []byte("id:7 stat:DELIVRD err:000 done date:2611230850")})
	answer := wire(t, 1, &pdu.BindTransceiverResp{BindResp: pdu.BindResp{SystemID: "smsc"}})
	first := uint32(1000)
	return []tcpData{
		{false, first, bind},
		{true, 5000, answer},
		{false, first + uint32(len(bind)), submit[:30]},
		{false, first + uint32(len(bind)) + 30, append(bytes.Clone(submit[30:]), enquire...)},
		{true, 5000 + uint32(len(answer)), deliver},
	}
}

// captureOf is a capture of the dialogue, as raw IP in pcap.
func captureOf(t testing.TB, how string) []byte {
	t.Helper()
	segments := dialogue(t)
	switch how {
	case "in order":
	case "out of order":
		segments[2], segments[3] = segments[3], segments[2]
		segments = append(segments, segments[0])
	case "a gap":
		segments = append(segments[:2], segments[3:]...)
	default:
		t.Fatalf("no capture %q", how)
	}
	b := binary.LittleEndian.AppendUint32(nil, 0xA1B2C3D4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0)
	for i, s := range segments {
		from, to := []byte{192, 0, 2, 1, 0x9C, 0x40}, []byte{192, 0, 2, 2, 0x0A, 0xD7}
		if s.back {
			from, to = to, from
		}
		p := binary.BigEndian.AppendUint16([]byte{0x45, 0}, uint16(40+len(s.data)))
		p = append(p, 0, 0, 0x40, 0, 64, 6, 0, 0)
		p = append(append(append(append(p, from[:4]...), to[:4]...), from[4:]...), to[4:]...)
		p = binary.BigEndian.AppendUint32(p, s.sequence)
		p = append(append(p, 0, 0, 0, 0, 5<<4, 0x18, 0xFF, 0xFF, 0, 0, 0, 0), s.data...)
		b = binary.LittleEndian.AppendUint32(b, 1795423771)
		b = binary.LittleEndian.AppendUint32(b, uint32(i))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p)))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return b
}

func TestDecodePasswords(t *testing.T) {
	bind := hex.EncodeToString(dialogue(t)[0].data)
	secret := hex.EncodeToString([]byte("s3cret"))
	out, _, code := invoke(t, "", "decode", "--passwords", bind)
	if code != exitOK || !strings.Contains(out, `"s3cret"`) || !strings.Contains(out, secret) {
		t.Errorf("--passwords: code %d\n%s", code, out)
	}
	// Cut anywhere, the row of octets around the error shows none of it.
	whole := dialogue(t)[0].data
	for n := pdu.HeaderLen; n < len(whole); n++ {
		cut := bytes.Clone(whole[:n])
		binary.BigEndian.PutUint32(cut, uint32(n))
		out, _, _ := invoke(t, "", "decode", hex.EncodeToString(cut))
		if strings.Contains(out, "73 33 63") || strings.Contains(out, secret[:6]) || strings.Contains(out, "s3c") {
			t.Errorf("%d octets: the password is shown:\n%s", n, out)
		}
	}
}

func TestDecodeText(t *testing.T) {
	for _, tt := range []struct {
		coding pdu.DataCoding
		class  pdu.ESMClass
		text   string
		want   string
	}{
		{pdu.CodingDefault, 0, "\x00\x02\x1b\x65", `"@$€"`},
		{pdu.CodingDefault, 0, "x", "data_coding 0 is the SMSC's own alphabet"},
		{pdu.CodingIA5, 0, "@$", `"@$"`},
		{pdu.CodingLatin1, 0, "caf\xe9", `"café"`},
		{pdu.CodingUCS2, 0, "\x04\x1f\xd8\x3d\xde\x00", `"П😀"`},
		{pdu.CodingUCS2, 0, "\x04\x1f\x04", "odd number of octets"},
		{pdu.CodingOctets, 0, "\xff\x00", `"ff00"`},
		{0xF1, 0, "\x00", `"@"`},
		{pdu.CodingDefault, pdu.ESMUDHI, "\x06\x05\x04\x0b\x84\x23\xf0hi", "port addressing, 16 bits, 0b8423f0: to port 2948, from 9200"},
		{pdu.CodingDefault, pdu.ESMUDHI, "\x06\x08\x04\x01\x02\x03\x01hi", "concatenation, 16-bit reference, 01020301: message 258, segment 1 of 3"},
		{pdu.CodingDefault, pdu.ESMUDHI, "\x04\x01\x02\x80\x05hi", "special SMS message indication, 8005: voicemail: 5 waiting"},
		{pdu.CodingDefault, pdu.ESMUDHI, "\x03\x24\x01\x01\x1b\x53", "national language single shift, 01: "},
		{pdu.CodingDefault, pdu.ESMUDHI, "\x02\x70\x00hi", "information element 0x70"},
	} {
		for _, payload := range []bool{false, true} {
			m := &pdu.SubmitSM{DataCoding: tt.coding, ESMClass: tt.class}
			if payload {
				m.TLVs.Add(pdu.TagMessagePayload, []byte(tt.text))
			} else {
				m.ShortMessage = []byte(tt.text)
			}
			out, errs, _ := invoke(t, "", "decode", octetsOf(t, 1, m))
			if !strings.Contains(out, tt.want) {
				t.Errorf("%x in data_coding %v: %q is missing in\n%s%s", tt.text, tt.coding, tt.want, out, errs)
			}
		}
	}
}

func TestDecodeBinaryAndFiles(t *testing.T) {
	b := wire(t, 7, &pdu.EnquireLink{})
	dir := t.TempDir()
	for name, text := range map[string]string{
		"binary": string(b) + string(b), "hex.txt": hex.EncodeToString(b) + "\n", "dump": hex.Dump(append(bytes.Clone(b), b...)),
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, code := invoke(t, "", "decode", file); code != exitOK || !strings.HasPrefix(out, "enquire_link, 16 octets") {
			t.Errorf("%s: code %d, %s\n%s", name, code, errs, out)
		}
		if out, errs, code := invoke(t, text, "decode", "-"); code != exitOK || !strings.HasPrefix(out, "enquire_link, 16 octets") {
			t.Errorf("%s on standard input: code %d, %s\n%s", name, code, errs, out)
		}
	}
	for _, args := range [][]string{{filepath.Join(dir, "none.pcap")}, {"zz"}, {dir}} {
		if _, errs, code := invoke(t, "", append([]string{"decode"}, args...)...); code == exitOK || !strings.Contains(errs, "decode: ") {
			t.Errorf("%v: code %d, %s", args, code, errs)
		}
	}
}

// A capture that is cut anywhere, or has an octet changed, is decoded as far as it goes.
func TestDecodeBrokenCapture(t *testing.T) {
	whole := captureOf(t, "in order")
	for n := range whole {
		bad := bytes.Clone(whole)
		bad[n] ^= 0xFF
		for _, in := range []string{string(whole[:n]), string(bad)} {
			if _, errs, code := invoke(t, in, "decode"); code != exitOK && errs == "" {
				t.Fatalf("octet %d: code %d and no word", n, code)
			}
		}
	}
}
