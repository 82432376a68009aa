package sms

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
)

func octets(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestElements(t *testing.T) {
	tests := []struct {
		udh  string
		want []Element
		ok   bool
	}{
		{"", nil, true},
		{"05 0003 2A0201", []Element{{IEConcat8, []byte{0x2A, 2, 1}}}, true},
		{"0A 0504 0B84 23F0 7002 AABB", []Element{{IEPorts16, []byte{0x0B, 0x84, 0x23, 0xF0}}, {0x70, []byte{0xAA, 0xBB}}}, true},
		{"02 7000", []Element{{0x70, []byte{}}}, true},
		{"03 0003 2A", nil, false},
		{"03 2401 01 25", []Element{{IESingleShift, []byte{1}}}, false},
		{"05 2401 01", []Element{{IESingleShift, []byte{1}}}, false},
	}
	for _, tt := range tests {
		udh := octets(t, tt.udh)
		got, ok := Elements(udh)
		if ok != tt.ok || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %v, %t; want %v, %t", tt.udh, got, ok, tt.want, tt.ok)
		}
		if again, err := UDH(got...); ok && (err != nil || !bytes.Equal(again, udh)) {
			t.Errorf("%s: again %x, %v", tt.udh, again, err)
		}
	}
	if _, err := UDH(Element{IEPorts8, make([]byte, 138)}); err == nil || !strings.Contains(err.Error(), "port addressing, 8 bits of 138 octets") {
		t.Errorf("too long: %v", err)
	}
}

func TestPartOf(t *testing.T) {
	tests := []struct {
		udh  string
		want Part
		ok   bool
	}{
		{"05 0003 2A0201", Part{Ref: 0x2A, Total: 2, Seq: 1}, true},
		{"06 0804 12AB0302", Part{Ref: 0x12AB, Wide: true, Total: 3, Seq: 2}, true},
		{"0B 2401 01 0804 12AB0302 00", Part{Ref: 0x12AB, Wide: true, Total: 3, Seq: 2}, true},
		{"05 0003 2A0200", Part{}, false}, // part 0
		{"05 0003 2A0203", Part{}, false},
		{"05 0003 2A0000", Part{}, false},
		{"04 0002 2A02", Part{}, false},
		{"", Part{}, false},
	}
	for _, tt := range tests {
		if got, ok := PartOf(octets(t, tt.udh)); got != tt.want || ok != tt.ok {
			t.Errorf("%s: got %v, %t; want %v, %t", tt.udh, got, ok, tt.want, tt.ok)
		}
	}
}

func TestPortsAndTablesOf(t *testing.T) {
	udh := octets(t, "12 0402 0102 0504 0B84 23F0 2401 01 2501 03")
	if dest, source, ok := PortsOf(udh); dest != 0x0B84 || source != 0x23F0 || !ok {
		t.Errorf("got %d, %d, %t", dest, source, ok)
	}
	if got := TablesOf(udh); got != (Tables{Locking: Portuguese, Single: Turkish}) {
		t.Errorf("got %v", got)
	}
	if dest, source, ok := PortsOf(octets(t, "04 0402 0102")); dest != 1 || source != 2 || !ok {
		t.Errorf("got %d, %d, %t", dest, source, ok)
	}
}

func TestWaitingOfUDH(t *testing.T) {
	tests := []struct {
		udh  string
		want Waiting
		ok   bool
	}{
		{"04 0102 8003", Waiting{Kind: Voicemail, Active: true, Count: 3, Store: true}, true},
		{"04 0102 2000", Waiting{Kind: Voicemail, Profile: 1}, true},
		{"04 0102 0701", Waiting{Kind: VideoMail, Active: true, Count: 1}, true},
		{"04 0102 0301", Waiting{Kind: WaitingOther, Active: true, Count: 1}, true},
		{"08 0102 0101 0102 0205", Waiting{Kind: WaitingEmail, Active: true, Count: 5}, true},
		// enhanced voice mail information says more than the element it stands with
		{"0E 2308 14 04 81 2143 07 0000 0102 0001", Waiting{Kind: Voicemail, Active: true, Count: 7, Store: true, Profile: 1}, true},
		{"05 2303 00 FF 81", Waiting{}, false},
		{"03 2401 01", Waiting{}, false},
	}
	for _, tt := range tests {
		udh := octets(t, tt.udh)
		if tt.udh[:2] != "0E" {
			udh[0] = byte(len(udh) - 1)
		}
		if got, ok := WaitingOfUDH(udh); got != tt.want || ok != tt.ok {
			t.Errorf("%s: got %+v, %t; want %+v, %t", tt.udh, got, ok, tt.want, tt.ok)
		}
	}
}

func TestWaitingCodes(t *testing.T) {
	for dcs := 0xC0; dcs <= 0xEF; dcs++ {
		w, ok := WaitingOfDCS(byte(dcs))
		a := GSM7
		if dcs >= 0xE0 {
			a = UCS2
		}
		back, coded := w.DCS(a)
		if !ok || !coded || back != byte(dcs&^0x04) {
			t.Errorf("%#x: %+v gives %#x", dcs, w, back)
		}
	}
	for kind := Voicemail; kind <= VideoMail; kind++ {
		for _, w := range []Waiting{{Kind: kind}, {Kind: kind, Active: true, Count: 200, Store: true, Profile: 2}} {
			udh, err := UDH(w.Element())
			if got, ok := WaitingOfUDH(udh); err != nil || !ok || got != w {
				t.Errorf("%+v: %x gives %+v, %v", w, udh, got, err)
			}
		}
	}
	if got := (Waiting{Kind: Voicemail, Active: true}).Element(); got.Data[1] != 1 {
		t.Errorf("a number that is not known is %d, and 0 darkens the lamp", got.Data[1])
	}
}

// What stands in the headers of the segments.
func TestSplitHeaders(t *testing.T) {
	ports := octets(t, "06 0504 0B84 23F0")
	tests := []struct {
		name  string
		m     Message
		udhs  []string
		units []int
	}{
		{"own header", Message{Text: "hi", UDH: ports}, []string{"060504 0b8423f0"}, []int{2}},
		{"own header, long", Message{Text: rep("a", 153), UDH: ports}, []string{"0b 000301 0201 0504 0b8423f0", "0b 000301 0202 0504 0b8423f0"}, []int{146, 7}},
		{"counted already", Message{Text: rep("a", 153), UDH: octets(t, "05 0003 2A0201")}, []string{"0500032a0201"}, []int{153}},
		{"Turkish", Message{Text: rep("ş", 155), Tables: Tables{Locking: Turkish}}, []string{"03250101"}, []int{155}},
		{"Turkish, long", Message{Text: rep("ş", 156), Tables: Tables{Locking: Turkish, Single: Turkish}},
			[]string{"0b 000301 0201 250101 240101", "0b 000301 0202 250101 240101"}, []int{146, 10}},
		{"tables that do not do", Message{Text: "щ", Tables: Tables{Single: Turkish}}, []string{""}, []int{2}},
		{"lamp", Message{Text: "hi", Waiting: Waiting{Kind: Voicemail, Active: true}}, []string{""}, []int{2}},
		{"lamp with number", Message{Text: "hi", Waiting: Waiting{Kind: Voicemail, Active: true, Count: 3}}, []string{"0401020003"}, []int{2}},
		{"lamp in UCS2", Message{Text: "щ", Waiting: Waiting{Kind: Voicemail, Active: true}}, []string{"0401020001"}, []int{2}},
		{"lamp that the header lit", Message{Text: "щ", UDH: octets(t, "0401020005"), Waiting: Waiting{Kind: Voicemail, Active: true, Count: 5}}, []string{"0401020005"}, []int{2}},
		{"septets", Message{Data: append(bytes.Repeat([]byte{'a'}, 152), esc, 'e', 'a', 'b', 'c', 'd', 'e', 'f', 'g'), Alphabet: GSM7},
			[]string{"05000301" + "0201", "05000301" + "0202"}, []int{152, 9}},
	}
	for _, tt := range tests {
		m := tt.m
		m.Ref = 1
		size, err := m.Size(Concat8)
		_, segments, err2 := m.Split(Concat8)
		if err != nil || err2 != nil || len(segments) != len(tt.udhs) || size.Segments != len(segments) {
			t.Errorf("%s: %d segments, size %+v, %v, %v", tt.name, len(segments), size, err, err2)
			continue
		}
		for i, s := range segments {
			if want := octets(t, tt.udhs[i]); !bytes.Equal(s.UDH, want) || len(s.Data) != tt.units[i] {
				t.Errorf("%s: %d: got %x and %d, want %x and %d", tt.name, i, s.UDH, len(s.Data), want, tt.units[i])
			}
		}
	}
}
