package sms

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func rep(s string, n int) string { return strings.Repeat(s, n) }

// The borders, counted by hand: units of each segment.
func TestSplitBorders(t *testing.T) {
	tests := []struct {
		name     string
		text     string
		concat   Concat
		alphabet Alphabet
		want     []int // units in each segment
	}{
		{"empty", "", Concat8, GSM7, []int{0}},
		{"150 ASCII", rep("a", 150), Concat8, GSM7, []int{150}},
		{"160", rep("a", 160), Concat8, GSM7, []int{160}},
		{"161", rep("a", 161), Concat8, GSM7, []int{153, 8}},
		{"161, 16 bits", rep("a", 161), Concat16, GSM7, []int{152, 9}},
		{"306", rep("ä", 306), Concat8, GSM7, []int{153, 153}},
		{"307", rep("ä", 307), Concat8, GSM7, []int{153, 153, 1}},
		{"304, 16 bits", rep("a", 304), Concat16, GSM7, []int{152, 152}},
		{"305, 16 bits", rep("a", 305), Concat16, GSM7, []int{152, 152, 1}},
		{"80 €", rep("€", 80), Concat8, GSM7, []int{160}},
		{"81 €", rep("€", 81), Concat8, GSM7, []int{152, 10}},
		{"81 €, 16 bits", rep("€", 81), Concat16, GSM7, []int{152, 10}},
		{"200 €", rep("€", 200), Concat8, GSM7, []int{152, 152, 96}},
		{"escape at 160", rep("a", 159) + "€", Concat8, GSM7, []int{153, 8}},
		{"escape at 153", rep("a", 152) + "€" + rep("b", 10), Concat8, GSM7, []int{152, 12}},
		{"escape at 152", rep("a", 151) + "€" + rep("b", 10), Concat8, GSM7, []int{153, 10}},
		{"escape at 152, 16 bits", rep("a", 151) + "€" + rep("b", 10), Concat16, GSM7, []int{151, 12}},
		{"escape pushed twice", rep("a", 152) + "€" + rep("a", 150) + "€", Concat8, GSM7, []int{152, 152, 2}},
		{"escape ends the second", rep("a", 153) + rep("a", 151) + "€", Concat8, GSM7, []int{153, 153}},

		{"70 Cyrillic", rep("щ", 70), Concat8, UCS2, []int{70}},
		{"71 Cyrillic", rep("щ", 71), Concat8, UCS2, []int{67, 4}},
		{"71 Cyrillic, 16 bits", rep("щ", 71), Concat16, UCS2, []int{66, 5}},
		{"134 Cyrillic", rep("щ", 134), Concat8, UCS2, []int{67, 67}},
		{"135 Cyrillic", rep("щ", 135), Concat8, UCS2, []int{67, 67, 1}},
		{"132 Cyrillic, 16 bits", rep("щ", 132), Concat16, UCS2, []int{66, 66}},
		{"35 emoji", rep("🌊", 35), Concat8, UCS2, []int{70}},
		{"36 emoji", rep("🌊", 36), Concat8, UCS2, []int{66, 6}},
		{"36 emoji, 16 bits", rep("🌊", 36), Concat16, UCS2, []int{66, 6}},
		{"60 emoji", rep("🌊", 60), Concat8, UCS2, []int{66, 54}},
		{"100 emoji", rep("🌊", 100), Concat8, UCS2, []int{66, 66, 66, 2}},
		{"emoji at 67", rep("щ", 66) + "🌊" + rep("щ", 5), Concat8, UCS2, []int{66, 7}},
		{"emoji at 66", rep("щ", 65) + "🌊" + rep("щ", 5), Concat8, UCS2, []int{67, 5}},
		{"emoji at 66, 16 bits", rep("щ", 65) + "🌊" + rep("щ", 5), Concat16, UCS2, []int{65, 7}},
		{"emoji at 70", rep("щ", 69) + "🌊", Concat8, UCS2, []int{67, 4}},
		{"one emoji turns 160 into three", rep("a", 158) + "🌊", Concat8, UCS2, []int{67, 67, 26}},
		{"tab is not GSM", rep("a", 69) + "\t", Concat8, UCS2, []int{70}},
	}
	for _, tt := range tests {
		m := Message{Text: tt.text, Ref: 0xABCD}
		a, segments, err := m.Split(tt.concat)
		if err != nil || a != tt.alphabet {
			t.Errorf("%s: got %v, %v; want %v", tt.name, a, err, tt.alphabet)
			continue
		}
		perUnit := 1
		if a == UCS2 {
			perUnit = 2
		}
		var got []int
		for _, s := range segments {
			got = append(got, len(s.Data)/perUnit)
		}
		if !equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		checkSplit(t, &m, tt.concat)
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestSplitOctets(t *testing.T) {
	for _, tt := range []struct {
		n      int
		concat Concat
		want   []int
	}{
		{0, Concat8, []int{0}},
		{140, Concat8, []int{140}},
		{141, Concat8, []int{134, 7}},
		{268, Concat8, []int{134, 134}},
		{269, Concat8, []int{134, 134, 1}},
		{141, Concat16, []int{133, 8}},
		{266, Concat16, []int{133, 133}},
		{267, Concat16, []int{133, 133, 1}},
	} {
		data := bytes.Repeat([]byte{0x1B}, tt.n) // an escape means nothing here
		m := Message{Data: data}
		a, segments, err := m.Split(tt.concat)
		if err != nil || a != Octets {
			t.Fatalf("%d: got %v, %v", tt.n, a, err)
		}
		var got []int
		for _, s := range segments {
			got = append(got, len(s.Data))
		}
		if !equal(got, tt.want) {
			t.Errorf("%d octets, %v: got %v, want %v", tt.n, tt.concat, got, tt.want)
		}
		checkSplit(t, &m, tt.concat)
	}
}

// 255 segments can be counted, 256 cannot.
func TestSplitLimit(t *testing.T) {
	tests := []struct {
		name   string
		fits   Message
		concat Concat
		more   string
	}{
		{"GSM7", Message{Text: rep("a", 255*153)}, Concat8, "a"},
		{"GSM7, 16 bits", Message{Text: rep("a", 255*152)}, Concat16, "a"},
		{"UCS2", Message{Text: rep("щ", 255*67)}, Concat8, "щ"},
		{"emoji", Message{Text: rep("🌊", 255*33)}, Concat8, "🌊"},
		{"octets", Message{Data: make([]byte, 255*134)}, Concat8, "x"},
	}
	for _, tt := range tests {
		_, segments, err := tt.fits.Split(tt.concat)
		if err != nil || len(segments) != 255 {
			t.Errorf("%s: got %d, %v; want 255", tt.name, len(segments), err)
			continue
		}
		if last := segments[254].UDH; last[len(last)-2] != 255 || last[len(last)-1] != 255 {
			t.Errorf("%s: last header is % X", tt.name, last)
		}
		over := tt.fits
		if over.Data != nil {
			over.Data = append(over.Data, tt.more...)
		} else {
			over.Text += tt.more
		}
		if _, _, err := over.Split(tt.concat); err == nil || !strings.Contains(err.Error(), "sms: message needs 256 segments") {
			t.Errorf("%s and one more: got %v", tt.name, err)
		}
	}
}

func TestSplitErrors(t *testing.T) {
	for _, tt := range []struct {
		m    Message
		want string
	}{
		{Message{Text: "\xff"}, "sms: text is not UTF-8"},
		{Message{Text: "щ", Alphabet: GSM7}, "sms: text has 'щ' at octet 0"},
		{Message{Text: "x", Data: []byte{1}}, "sms: message has both"},
	} {
		if _, _, err := tt.m.Split(Concat8); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%+v: got %v, want %q", tt.m, err, tt.want)
		}
		if _, err := tt.m.Size(Concat8); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("size of %+v: got %v, want %q", tt.m, err, tt.want)
		}
	}
	forced := Message{Text: "plain", Alphabet: UCS2}
	if a, s, err := forced.Split(Concat8); err != nil || a != UCS2 || len(s[0].Data) != 10 {
		t.Errorf("UCS2 asked for: got %v, %v, %v", a, s, err)
	}
}

// TS 23.040 §9.2.3.24.1 and §9.2.3.24.8: UDHL, IEI, IEDL, reference, total, number.
func TestUDHGolden(t *testing.T) {
	m := Message{Text: rep("a", 400), Ref: 0x12AB}
	for c, want := range map[Concat][]string{
		Concat8:  {"050003ab0301", "050003ab0302", "050003ab0303"},
		Concat16: {"06080412ab0301", "06080412ab0302", "06080412ab0303"},
	} {
		_, segments, err := m.Split(c)
		if err != nil || len(segments) != 3 {
			t.Fatalf("%v: got %d segments, %v", c, len(segments), err)
		}
		for i, s := range segments {
			if got := hex.EncodeToString(s.UDH); got != want[i] {
				t.Errorf("%v segment %d: got %s, want %s", c, i+1, got, want[i])
			}
		}
	}
}

// Appending to one segment must not write into the next.
func TestSplitSegmentsApart(t *testing.T) {
	m := Message{Text: rep("a", 400)}
	_, segments, _ := m.Split(Concat8)
	second := bytes.Clone(segments[1].Data)
	header := bytes.Clone(segments[1].UDH)
	_ = append(segments[0].Data, 'X')
	_ = append(segments[0].UDH, 'X')
	if !bytes.Equal(second, segments[1].Data) || !bytes.Equal(header, segments[1].UDH) {
		t.Error("segments share memory behind their ends")
	}
}

// checkSplit is what must hold for every message that can be split.
func checkSplit(t *testing.T, m *Message, c Concat) {
	t.Helper()
	a, segments, err := m.Split(c)
	size, sizeErr := m.Size(c)
	if err != nil {
		if sizeErr == nil && size.Segments <= 255 {
			t.Fatalf("split fails with %v, size is %+v", err, size)
		}
		return
	}
	if sizeErr != nil {
		t.Fatalf("size: %v", sizeErr)
	}
	var text strings.Builder
	var data []byte
	units := 0
	for i, s := range segments {
		octets := len(s.UDH) + len(s.Data)
		if a == GSM7 {
			octets = len(s.UDH) + (FillBits(s.UDH)+7*len(s.Data)+7)/8
		}
		if octets > 140 {
			t.Fatalf("segment %d takes %d octets", i+1, octets)
		}
		if (len(segments) == 1) != (s.UDH == nil) {
			t.Fatalf("segment %d of %d has the header % X", i+1, len(segments), s.UDH)
		}
		if s.UDH != nil && (len(s.UDH) != int(s.UDH[0])+1 || int(s.UDH[len(s.UDH)-2]) != len(segments) || int(s.UDH[len(s.UDH)-1]) != i+1) {
			t.Fatalf("segment %d of %d has the header % X", i+1, len(segments), s.UDH)
		}
		switch a {
		case GSM7:
			text.WriteString(DecodeGSM7(s.Data))
			units += len(s.Data)
		case UCS2:
			text.WriteString(DecodeUCS2(s.Data))
			units += len(s.Data) / 2
		case Octets:
			data = append(data, s.Data...)
			units += len(s.Data)
		}
	}
	if text.String() != m.Text || !bytes.Equal(data, m.Data) {
		t.Fatalf("joined: got %q % X, want %q % X", text.String(), data, m.Text, m.Data)
	}
	if size.Alphabet != a || size.Segments != len(segments) || size.Units != units {
		t.Fatalf("size: got %+v, want %v, %d segments, %d units", size, a, len(segments), units)
	}
	if size.Left < 0 {
		t.Fatalf("size: got %+v", size)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("Вода в мазето 🌊", uint16(7), true)
	f.Add(rep("a", 152)+"€"+rep("b", 160), uint16(0xFFFF), false)
	f.Add(rep("щ", 66)+"🌊", uint16(0), false)
	f.Add("\xf0\x90", uint16(1), true)
	f.Fuzz(func(t *testing.T, s string, ref uint16, wide bool) {
		c := Concat8
		if wide {
			c = Concat16
		}
		checkSplit(t, &Message{Text: s, Ref: ref}, c)
		checkSplit(t, &Message{Text: s, Alphabet: UCS2, Ref: ref}, c)
		checkSplit(t, &Message{Data: []byte(s), Ref: ref}, c)
	})
}
