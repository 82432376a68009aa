package tpdu

import (
	"testing"
	"time"

	"smppagent/internal/sms"
)

// Every data coding scheme: TS 23.038 §4.
func TestDCS(t *testing.T) {
	for d := range 256 {
		dcs := DCS(d)
		alphabet, class, compressed, waiting := sms.GSM7, sms.ClassNone, false, sms.Waiting{}
		alphabets := [4]sms.Alphabet{sms.GSM7, sms.Octets, sms.UCS2, sms.GSM7}
		switch d >> 4 {
		case 0, 1, 2, 3, 4, 5, 6, 7:
			alphabet, compressed = alphabets[d>>2&3], d&0x20 != 0
			if d&0x10 != 0 {
				class = sms.MessageClass(1 + d&3)
			}
		case 0xC, 0xD, 0xE:
			waiting = sms.Waiting{Kind: sms.WaitingKind(1 + d&3), Active: d&8 != 0, Store: d >= 0xD0}
			if d >= 0xE0 {
				alphabet = sms.UCS2
			}
		case 0xF:
			alphabet, class = alphabets[d>>2&1], sms.MessageClass(1+d&3)
		}
		if dcs.Alphabet() != alphabet || dcs.Class() != class || dcs.Compressed() != compressed || dcs.Waiting() != waiting || dcs.Delete() != (d>>6 == 1) {
			t.Errorf("%#02x: %v", d, dcs)
		}
		m := sms.Message{MessageClass: dcs.Class(), Waiting: dcs.Waiting(), Compressed: dcs.Compressed()}
		if back := DCSOf(&m, dcs.Alphabet()); back.String() != dcs.String() {
			t.Errorf("%#02x: %v, back %#02x: %v", d, dcs, uint8(back), back)
		}
	}
}

func TestRelativePeriod(t *testing.T) {
	for octet, want := range map[byte]time.Duration{
		0: 5 * time.Minute, 143: 12 * time.Hour, 144: 12*time.Hour + 30*time.Minute, 167: day, 168: 2 * day,
		196: 30 * day, 197: 5 * week, 255: 63 * week,
	} {
		if got := RelativePeriod(octet); got != want {
			t.Errorf("%d: %v, want %v", octet, got, want)
		}
	}
	for octet := range 256 {
		if back, ok := RelativeOctet(RelativePeriod(byte(octet))); !ok || int(back) != octet {
			t.Errorf("%d: back %d, %t", octet, back, ok)
		}
	}
	for d, want := range map[time.Duration]byte{0: 0, time.Second: 0, 5*time.Minute + 1: 1, 12*time.Hour + 1: 144, day + 1: 168, 31 * day: 197} {
		if got, ok := RelativeOctet(d); !ok || got != want {
			t.Errorf("%v: %d, want %d", d, got, want)
		}
	}
}

func TestValidity(t *testing.T) {
	tests := []struct {
		name, pdu string // from TP-VPF on
		format    string
		left      time.Duration
		ok        bool
	}{
		{"none", "", "01", 0, false},
		{"relative", "A7", "11", day, true},
		{"absolute", "62114221000000", "19", day, true},
		{"absolute, other zone", "62114241000080", "19", day, true},
		{"absolute, over", "02100100000000", "19", 0, false},
		{"absolute, no time", "FFFFFFFFFFFFFF", "19", 0, false},
		{"enhanced, none", "40000000000000", "09", 0, false},
		{"enhanced, relative", "01A70000000000", "09", day, true},
		{"enhanced, seconds", "02FF0000000000", "09", 255 * time.Second, true},
		{"enhanced, time of day", "03429553000000", "09", 24*time.Hour + 59*time.Minute + 35*time.Second, true},
		{"enhanced, extended", "8100A700000000", "09", day, true},
		{"enhanced, no digits", "03FFFFFF000000", "09", 0, false},
		{"enhanced, reserved", "07000000000000", "09", 0, false},
	}
	for _, tt := range tests {
		s, err := ParseSubmit(octets(t, tt.format+"00 02 81 21 00 00"+tt.pdu+"01 61"))
		left, ok := s.Validity.Left(noon)
		if err != nil || ok != tt.ok || ok && left != tt.left || string(s.UserData) != "a" {
			t.Errorf("%s: %+v, %v; left %v, %t", tt.name, s, err, left, ok)
		}
		if !tt.ok {
			continue
		}
		b, err := s.Append(nil)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		s, err = ParseSubmit(b)
		if again, ok := s.Validity.Left(noon); err != nil || !ok || again != left {
			t.Errorf("%s: again %+v, %v", tt.name, s, err)
		}
	}
	s := Submit{To: number("12"), Validity: Validity{Format: ValidityEnhanced, Period: 101 * time.Hour, SingleShot: true}}
	b, err := s.Append(nil)
	if back, err2 := ParseSubmit(b); err != nil || err2 != nil || back.Validity.Period != 5*day || !back.Validity.SingleShot {
		t.Errorf("got %+v, %v, %v", back, err, err2)
	}
}

func FuzzParse(f *testing.F) {
	for _, tt := range submits {
		f.Add(octetsOf(tt.pdu))
	}
	f.Add(octetsOf("040C914477009100320000621132602262001073FA5B5E2683DAE5F93C7C2E8362"))
	f.Add(octetsOf("062A0C91447700094065621132602262006211326032300000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, rest, err := CutSCA(b, len(b)-1-int(append(b, 0)[0])); err == nil {
			b = rest
		}
		if s, err := ParseSubmit(b); err == nil {
			again, err := s.Append(nil)
			if err == nil {
				back, err := ParseSubmit(again)
				third, err2 := back.Append(nil)
				if err != nil || err2 != nil || string(third) != string(again) {
					t.Fatalf("%x: %+v, again %x, %v; then %x, %v", b, s, again, err, third, err2)
				}
			}
			if m, err := s.Message(noon); err == nil {
				pdus, err := Submits(&m, sms.Concat8)
				if err != nil || len(pdus) != 1 {
					t.Fatalf("%x: %+v gives %d TPDUs, %v", b, m, len(pdus), err)
				}
				if _, counted := sms.PartOf(s.UDH); counted && sms.TablesOf(s.UDH) == (sms.Tables{}) && string(pdus[0].UDH) != string(s.UDH) {
					t.Fatalf("%x: header %x became %x", b, s.UDH, pdus[0].UDH)
				}
				if got, want := Text(pdus[0].DCS, pdus[0].UDH, pdus[0].UserData), Text(s.DCS, s.UDH, s.UserData); got != want {
					t.Fatalf("%x: %q became %q", b, want, got)
				}
			}
		}
		if d, err := ParseDeliver(b); err == nil {
			m := d.Message()
			if _, err := m.AppendBinary(nil); err != nil {
				t.Fatalf("%x: %+v cannot be kept: %v", b, m, err)
			}
		}
		if r, err := ParseReport(b); err == nil {
			_, _ = r.Append(nil)
		}
	})
}
