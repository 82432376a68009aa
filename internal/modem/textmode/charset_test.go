package textmode

import (
	"errors"
	"strings"
	"testing"

	"smppagent/internal/modem/tpdu"
)

func TestCharsets(t *testing.T) {
	tests := []struct {
		charset Charset
		text    string
		wire    string
	}{
		{GSM, "a@_é€", "a\x00\x11\x05\x1be"},
		{IRA, "a@_~", "a@_~"},
		{UCS2, "Aщ😀", "00410449D83DDE00"},
		{HEX, "a@€", "61001B65"},
		{Latin1, "aé\u00a0ÿ", "a\xe9\xa0\xff"},
		{UTF8, "aщ😀", "aщ😀"},
		{PCCP437, "é½ß", "\x82\xab\xe1"},
		{PCDN, "øØ", "\x9b\x9d"},
	}
	for _, tt := range tests {
		if got := string(tt.charset.Encode(tt.text)); got != tt.wire {
			t.Errorf("%v %q: got %q, want %q", tt.charset, tt.text, got, tt.wire)
		}
		if back, err := tt.charset.Decode([]byte(tt.wire)); err != nil || back != tt.text {
			t.Errorf("%v %q: back %q, %v", tt.charset, tt.wire, back, err)
		}
		if c, ok := ParseCharset(strings.ToLower(tt.charset.String())); !ok || c != tt.charset {
			t.Errorf("%v: %v, %t", tt.charset, c, ok)
		}
	}
	if len(tests) != len(Charsets()) || len(tests) != int(charsets) {
		t.Error("a set is not tested")
	}
	if _, ok := ParseCharset("KOI8"); ok {
		t.Error("KOI8 is known")
	}
}

func TestCharsetMissing(t *testing.T) {
	for c, want := range map[Charset]string{GSM: "a?e?\x1be", IRA: "a?e??", Latin1: "a?e??", PCCP437: "a?e??", HEX: "613F653F1B65"} {
		if got := string(c.Encode("aщe😀€")); got != want {
			t.Errorf("%v: got %q, want %q", c, got, want)
		}
	}
	if got := string(UTF8.Encode("a\xff")); got != "a?" {
		t.Errorf("got %q", got)
	}
}

// Octets that are UTF-8 are read so whatever the client has set; what is neither is read in the set.
func TestDecodeUTF8(t *testing.T) {
	for _, c := range []Charset{GSM, IRA, Latin1, UTF8, PCCP437, PCDN} {
		if got, err := c.Decode([]byte("Problem é€")); err != nil || got != "Problem é€" {
			t.Errorf("%v: got %q, %v", c, got, err)
		}
	}
	for c, want := range map[Charset]string{IRA: "é", Latin1: "é", PCCP437: "Θ"} {
		if got, err := c.Decode([]byte{0xE9}); err != nil || got != want {
			t.Errorf("%v: got %q, %v", c, got, err)
		}
	}
	for _, tt := range []struct {
		charset Charset
		wire    string
	}{{UTF8, "\xe9"}, {UCS2, "004"}, {UCS2, "0041z"}, {UCS2, "00"}, {HEX, "6"}, {HEX, "hello"}} {
		_, err := tt.charset.Decode([]byte(tt.wire))
		if e, ok := errors.AsType[*tpdu.Error](err); !ok || e.CMS != tpdu.CMSInvalidText {
			t.Errorf("%v %q: got %v", tt.charset, tt.wire, err)
		}
	}
}

func TestDecodeNumber(t *testing.T) {
	for _, tt := range []struct {
		charset  Charset
		in, want string
	}{
		{GSM, "+359888", "+359888"}, {UCS2, "002B003300350039", "+359"}, {UCS2, "0888123456", "0888123456"},
		{UCS2, "+359888123456", "+359888123456"}, {UCS2, "08881234", "08881234"}, {HEX, "2B333539", "+359"}, {HEX, "0888", "0888"},
	} {
		if got := tt.charset.DecodeNumber(tt.in); got != tt.want {
			t.Errorf("%v %q: got %q, want %q", tt.charset, tt.in, got, tt.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"hello", "00410449", "\x1be", "é", "\xe9", "6", "\x00"} {
		for c := range charsets {
			f.Add(byte(c), []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, set byte, b []byte) {
		c := Charset(set) % charsets
		text, err := c.Decode(b)
		if err != nil {
			return
		}
		again, err := c.Decode(c.Encode(text))
		if err != nil {
			t.Fatalf("%v %q: %q, again %v", c, b, text, err)
		}
		if c == UCS2 && again != text {
			t.Fatalf("%v %q: %q, again %q", c, b, text, again)
		}
	})
}
