package bridge

import (
	"testing"

	"smppagent/internal/pdu"
)

// What comes under data_coding 0 is read in the SMSC's own alphabet.
func TestReadDefaultAlphabet(t *testing.T) {
	for _, tt := range []struct {
		alphabet Alphabet
		octets   string
		class    pdu.ESMClass
		want     string
	}{
		{AlphabetGSM7, "\x00\x7b", 0, "@ä"},
		{AlphabetGSM7Packed, "\xe8\x32\x9b\xfd\x46\x97\xd9\xec\x37", 0, "hellohello"},
		{AlphabetGSM7Packed, "\x05\x00\x03\x07\x02\x01\x60\x31", pdu.ESMUDHI, "01"},
		{AlphabetASCII, "@{", 0, "@{"},
		{AlphabetLatin1, "@\xe4", 0, "@ä"},
		{AlphabetWindows1252, "\x80\xe4\x81", 0, "€ä\uFFFD"},
		{AlphabetUTF8, "€ Да", 0, "€ Да"},
		{AlphabetUTF8, "\x7b\xff", 0, "ä\uFFFD"}, // it is not what was said
	} {
		p := DefaultProfile()
		p.Alphabet = tt.alphabet
		in := Inbound{ESMClass: tt.class, ShortMessage: []byte(tt.octets)}
		p.read(&in)
		if got := in.Text(); got != tt.want {
			t.Errorf("%s, % x: %q, want %q", tt.alphabet, tt.octets, got, tt.want)
		}
	}
	for octets, want := range map[string]bool{
		"\x00P\x00u\x00m\x00p": true, "\x04\x14\x04\x30\x00!": true, "\xfe\xff\x67\x2c": true, "\xff\xfe\x2c\x67": true,
		"\xd8\x3d\xde\x00": false, "\x04\x14\xd8\x3c\xdf\x0a": true,
		"": false, "\x00P": false, "@a@b": false, "Pump": false, "\x00\x00\x00\x00": false, "\x04\x14\x05\x30": false,
		"\x00a\x00b\x00": false, "a b c d ": false, "\x02\x00\x02\x01": true,
	} {
		if got := looksUCS2([]byte(octets)); got != want {
			t.Errorf("% x looks like UCS2: %v", octets, got)
		}
	}
	for octets, want := range map[string]string{
		"\xff\xfe\x14\x04!\x00": "Д!", "\xfe\xff\x04\x14": "Д", "a\x00b\x00": "ab", "\x04\x14\x00!": "Д!", "\x67\x00": "\u6700",
		"\xff\xfe": "", "\xff\xfea": "",
	} {
		p, in := DefaultProfile(), Inbound{DataCoding: pdu.CodingUCS2, ShortMessage: []byte(octets)}
		if p.read(&in); in.Text() != want {
			t.Errorf("% x: %q, want %q", octets, in.Text(), want)
		}
	}
	p := DefaultProfile()
	p.Alphabet = AlphabetLatin1
	in := Inbound{DataCoding: pdu.CodingUCS2, ShortMessage: []byte("\x04\x14")}
	if p.read(&in); in.Text() != "Д" {
		t.Errorf("another data_coding is changed: %q", in.Text())
	}
}
