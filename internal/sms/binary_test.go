package sms

import (
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"time"
)

// Golden octets of versions 1 and 2: what is on flash stays readable.
var stored = []struct {
	name string
	m    Message
	want string
}{
	{
		"least",
		Message{To: Address{TONInternational, NPIISDN, "359888"}, Text: "hi"},
		"01" + "00" + "00" + // version, flags, class
			"01010633353938" + "3838" + // to
			"026869", // text
	},
	{
		"all",
		Message{
			To: Address{TONNational, NPIISDN, "0888"}, From: Address{TONAlphanumeric, NPIUnknown, "Cabin"},
			Text: "щ", Alphabet: UCS2, Class: Telemetry, MessageClass: ClassTE, Receipt: true,
			NotBefore: time.Unix(1795416881, 5).UTC(), Validity: time.Second, Ref: 0x12AB,
		},
		"01" + "bd" + "44" + // version, UCS2 and all but data, class te and telemetry
			"02010430383838" + // to
			"0500054361" + "62696e" + // from
			"e28c9fb00d" + "05" + // not before
			"80a8d6b907" + // validity
			"12ab" + // ref
			"02d189", // text
	},
	{
		"data",
		Message{To: Address{Addr: "1"}, Data: []byte{0, 255}, Class: Info},
		"01" + "02" + "03" + "00000131" + "0200ff",
	},
	{
		"empty data",
		Message{To: Address{TON: 255, NPI: 255, Addr: "1"}, Data: []byte{}, Alphabet: Octets, Class: Alarm},
		"01" + "c2" + "01" + "ffff0131" + "00",
	},
	{
		"all of version 2",
		Message{
			To: Address{Addr: "1"}, Text: "\u015f", UDH: []byte{5, 0, 3, 0x2A, 2, 1}, ProtocolID: 0x41,
			Tables: Tables{Locking: Turkish, Single: Portuguese}, Ref: 0x12AB,
			Waiting:   Waiting{Kind: VideoMail, Active: true, Count: 9, Store: true, Profile: 3},
			ReplyPath: true, More: true,
		},
		"02" + "20" + "00" + "3f" + "00000131" + // version, ref, class, all but compressed, to
			"12ab" + "060500032a0201" + "41" + "0103" + "7d09" + // ref, header, protocol id, tables, waiting
			"02c59f",
	},
	{
		"compressed",
		Message{To: Address{Addr: "1"}, Data: []byte{1}, Alphabet: Octets, Compressed: true},
		"02" + "c2" + "00" + "40" + "00000131" + "0101",
	},
	{
		"submission",
		Message{
			To: Address{Addr: "1"}, Text: "a", ReplyPath: true,
			Submit: &Submission{
				ServiceType: "USSD", Priority: 2, HasPriority: true, Schedule: time.Unix(1795416881, 5).UTC(), Replace: true,
				Alert: true, USSD: 17, HasUSSD: true, Others: []Address{{TONInternational, NPIISDN, "2"}}, Lists: []string{"crew"},
			},
		},
		"03" + "00" + "00" + "10" + "00000131" + // version, flags, class, reply path, to
			"ef" + "0455535344" + "02" + "e28c9fb00d" + "05" + "11" + // flags, service type, priority, schedule, ussd
			"0101" + "01010132" + "0463726577" + // recipients
			"0161",
	},
	{
		"data_sm",
		Message{To: Address{Addr: "1"}, Text: "a", Submit: &Submission{DataSM: true}},
		"03" + "00" + "00" + "00" + "00000131" + "10" + "0161",
	},
}

func TestBinaryGolden(t *testing.T) {
	for _, tt := range stored {
		got, err := tt.m.AppendBinary([]byte("before"))
		if err != nil || hex.EncodeToString(got[6:]) != tt.want {
			t.Errorf("%s: got %x, %v; want %s", tt.name, got[6:], err, tt.want)
			continue
		}
		back := Message{Text: "old", Ref: 9}
		if err := back.UnmarshalBinary(got[6:]); err != nil || !reflect.DeepEqual(back, tt.m) {
			t.Errorf("%s: back %+v, %v; want %+v", tt.name, back, err, tt.m)
		}
		for n := range got[6:] { // a cut anywhere is an error that leaves the message alone
			cut := Message{Text: "old"}
			if err := cut.UnmarshalBinary(got[6:][:n]); err == nil || !strings.HasPrefix(err.Error(), "sms: stored message") {
				t.Errorf("%s, %d octets: got %v", tt.name, n, err)
			}
			if !reflect.DeepEqual(cut, Message{Text: "old"}) {
				t.Errorf("%s, %d octets: changed to %+v", tt.name, n, cut)
			}
		}
	}
}

// What is read does not lean on the buffer it was read from.
func TestBinaryCopies(t *testing.T) {
	b, _ := hex.DecodeString(stored[2].want)
	var m Message
	if err := m.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	clear(b)
	if !reflect.DeepEqual(m, stored[2].m) {
		t.Errorf("got %+v", m)
	}
}

func TestBinaryNotBefore(t *testing.T) {
	for _, at := range []time.Time{time.Unix(0, 0), time.Unix(-1, 999_999_999), time.Date(9999, 1, 2, 3, 4, 5, 6, time.Local), time.Now()} {
		m := Message{NotBefore: at}
		b, err := m.AppendBinary(nil)
		var back Message
		if err == nil {
			err = back.UnmarshalBinary(b)
		}
		if err != nil || !back.NotBefore.Equal(at) {
			t.Errorf("%v: got %v, %v", at, back.NotBefore, err)
		}
	}
}

func TestUnmarshalBinaryErrors(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", "sms: stored message is empty"},
		{"version 0", "00", "has version 0: this program reads versions 1 to 3 only"},
		{"version 4", "04" + stored[0].want[2:], "has version 4: this program reads versions 1 to 3 only"},
		{"flags of version 2", "02000080" + stored[0].want[6:], "flags of version 2 at octet 4 are 0x80"},
		{"empty header", "02000001" + "00000131" + "00" + "00", "user data header at octet 9 is empty"},
		{"waiting of no kind", "02000008" + "00000131" + "0801" + "00", "stored message: waiting indication of no kind"},
		{"erased flash", "ffffffff", "has version 255"},
		{"more behind", stored[0].want + "00", "has 1 octets after its end at octet 15"},
		{"class", "010005" + stored[0].want[6:], "sms: stored message: class 5: must be emergency"},
		{"message class", "010050" + stored[0].want[6:], "message class 5: must be"},
		{"octets without data", "01c000" + stored[0].want[6:], "alphabet octets: must go with data"},
		{"address too long", "01000000000a3132", "to length at octet 5 is 10: must be at most 3"},
		{"length without end", "0100000000ffffffffffffffffffff", "to length at octet 5 is no number"},
		{"nanoseconds", "01080000000131008094ebdc0300", "not before at octet 8 is 1000000000: must be at most 999999999"},
	}
	for _, tt := range tests {
		b, err := hex.DecodeString(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		var m Message
		if err := m.UnmarshalBinary(b); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	for _, m := range []Message{{Class: 16}, {Alphabet: 4}, {MessageClass: 5}, {Text: "x", Data: []byte{}}} {
		if b, err := m.AppendBinary([]byte("x")); err == nil || string(b) != "x" {
			t.Errorf("%+v: got %x, %v", m, b, err)
		}
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	for _, tt := range stored {
		b, _ := hex.DecodeString(tt.want)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m, back Message
		if m.UnmarshalBinary(b) != nil {
			return
		}
		again, err := m.AppendBinary(nil)
		if err != nil {
			t.Fatalf("%x: read as %+v, not written: %v", b, m, err)
		}
		if err := back.UnmarshalBinary(again); err != nil || !reflect.DeepEqual(m, back) {
			t.Fatalf("%x: read as %+v, and again as %+v, %v", b, m, back, err)
		}
		if len(again) > len(b) {
			t.Fatalf("%x grows to %x", b, again)
		}
		if m.Check() == nil {
			if _, _, err := m.Split(Concat8); err != nil {
				t.Fatalf("%+v: Check is content, Split is not: %v", m, err)
			}
		}
	})
}
