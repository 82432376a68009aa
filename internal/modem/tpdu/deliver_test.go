package tpdu

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"smppagent/internal/sms"
)

func TestDeliver(t *testing.T) {
	at := time.Date(2026, 11, 23, 6, 22, 26, 0, time.UTC)
	tests := []struct {
		name, pdu string
		want      Deliver
	}{
		{
			"text", "04 0C91447700091032 00 00 62113260226200 10 73FA5B5E2683DAE5F93C7C2E8362",
			Deliver{From: number("447700900123"), Time: at, UserData: []byte("stored message 1")},
		},
		{
			"all bits", "A8 02 81 21 5F C8 62113260226280 01 61",
			Deliver{
				More: true, LoopPrevention: true, StatusReport: true, ReplyPath: true, From: sms.Address{NPI: 1, Addr: "12"},
				ProtocolID: 0x5F, DCS: 0xC8, Time: time.Date(2026, 11, 23, 6, 22, 26, 0, time.FixedZone("", 8*900)), UserData: []byte("a"),
			},
		},
		{
			"alphanumeric, west of Greenwich", "00 0D D0 C3B038ED06DD00 00 08 6211326022620A 02 0449",
			Deliver{
				More: true, From: sms.Address{TON: sms.TONAlphanumeric, Addr: "Cabin 7"}, DCS: 8,
				Time: time.Date(2026, 11, 23, 6, 22, 26, 0, time.FixedZone("", -20*900)), UserData: []byte{4, 0x49},
			},
		},
		{
			"part, no time", "44 02 81 21 00 04 00000000000000 08 0500032A0201 CAFE",
			Deliver{From: sms.Address{NPI: 1, Addr: "12"}, DCS: 4, UDH: []byte{5, 0, 3, 0x2A, 2, 1}, UserData: []byte{0xCA, 0xFE}},
		},
	}
	for _, tt := range tests {
		b := octets(t, tt.pdu)
		d, err := ParseDeliver(b)
		if !d.Time.Equal(tt.want.Time) {
			t.Errorf("%s: %v, want %v", tt.name, d.Time, tt.want.Time)
		}
		if again, err := d.Append(nil); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: again %x, %v", tt.name, again, err)
		}
		d.Time = tt.want.Time
		if err != nil || !reflect.DeepEqual(d, tt.want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", tt.name, d, err, tt.want)
		}
	}
}

// What is cut, or has a header that does not fit, is read as far as it goes.
func TestDeliverTolerant(t *testing.T) {
	tests := []struct {
		name, pdu string
		want      Deliver
	}{
		{"cut text", "04 02 81 21 00 04 62113260226200 05 0102", Deliver{DCS: 4, UserData: []byte{1, 2}}},
		{"cut septets", "04 02 81 21 00 00 62113260226200 10 73FA", Deliver{UserData: []byte("st")}},
		{"header too long", "44 02 81 21 00 04 62113260226200 02 0701", Deliver{DCS: 4, UserData: []byte{7, 1}}},
		{"empty header", "44 02 81 21 00 04 62113260226200 02 0001", Deliver{DCS: 4, UserData: []byte{1}}},
		{"no text", "44 02 81 21 00 04 62113260226200 00", Deliver{DCS: 4}},
		{"reserved coding", "04 02 81 21 00 8C 62113260226200 01 61", Deliver{DCS: 0x8C, UserData: []byte("a")}},
		{"filler", "04 04 81 21F3 00 00 FFFFFFFFFFFFFF 01 61", Deliver{From: sms.Address{NPI: 1, Addr: "123"}, UserData: []byte("a")}},
	}
	for _, tt := range tests {
		d, err := ParseDeliver(octets(t, tt.pdu))
		if tt.want.From.Addr == "" {
			tt.want.From, tt.want.Time = sms.Address{NPI: 1, Addr: "12"}, time.Date(2026, 11, 23, 6, 22, 26, 0, time.UTC)
		}
		if len(d.UserData) == 0 {
			d.UserData = nil
		}
		if err != nil || !reflect.DeepEqual(d, tt.want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", tt.name, d, err, tt.want)
		}
	}
	for _, bad := range []string{"", "04", "01 00", "04 02 81", "04 15 81 0102030405060708090A0B 00"} {
		_, err := ParseDeliver(octets(t, bad))
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}

func TestDeliverBack(t *testing.T) {
	at := time.Date(2026, 11, 23, 6, 22, 26, 0, time.FixedZone("", -90*60))
	long := strings.Repeat("long text ", 20)
	for _, m := range []sms.Message{
		{Text: "hi", From: sms.Address{TON: sms.TONAlphanumeric, Addr: "Cabin 7"}, More: true},
		{Text: "щ", Alphabet: sms.UCS2, From: number("359888123456"), MessageClass: sms.ClassSIM, ReplyPath: true},
		{Text: "щ", Alphabet: sms.UCS2, From: number("359888123456"), Waiting: sms.Waiting{Kind: sms.WaitingFax, Active: true, Store: true}},
		{Text: long, From: number("1"), Ref: 0x12AB},
		{Data: []byte{1}, Alphabet: sms.Octets, From: sms.Address{TON: sms.TONAlphanumeric, Addr: "ElevenSigns"}, UDH: []byte{4, 4, 2, 0xF0, 0xF1}},
	} {
		pdus, err := Delivers(&m, sms.Concat8, at)
		if err != nil {
			t.Errorf("%+v: %v", m, err)
			continue
		}
		text := ""
		var back sms.Message
		for i, d := range pdus {
			b, err := d.Append(nil)
			if err != nil {
				t.Fatalf("%+v: %v", m, err)
			}
			got, err := ParseDeliver(b)
			if err != nil || !got.Time.Equal(at) || got.More != (m.More || i+1 < len(pdus)) {
				t.Fatalf("%+v: %+v, %v", m, got, err)
			}
			back = got.Message()
			text += back.Text
		}
		if w := m.Waiting; w.Kind != sms.WaitingNone {
			if back.Waiting != w {
				t.Errorf("got %+v, want %+v", back.Waiting, w)
			}
		}
		if len(pdus) > 1 {
			if p, ok := sms.PartOf(back.UDH); !ok || p.Ref != 0xAB || int(p.Total) != len(pdus) {
				t.Errorf("%q: header %x", m.Text, back.UDH)
			}
			back.UDH, back.Text, back.Ref = nil, text, m.Ref
		}
		if !reflect.DeepEqual(back, m) {
			t.Errorf("got %+v\nwant %+v", back, m)
		}
	}
}

func TestReport(t *testing.T) {
	at := time.Date(2026, 11, 23, 6, 22, 26, 0, time.UTC)
	tests := []struct {
		name, pdu string
		want      Report
	}{
		{
			"delivered", "06 2A 0C91447700094065 62113260226200 62113260323000 00",
			Report{Reference: 42, To: number("447700900456"), Time: at, Discharge: time.Date(2026, 11, 23, 6, 23, 3, 0, time.UTC)},
		},
		{
			"with more behind", "2A 00 02 81 21 62113260226200 00000000000000 63 07 00 00 00",
			Report{More: true, LoopPrevention: true, Command: true, To: sms.Address{NPI: 1, Addr: "12"}, Time: at, Status: StatusGaveUp, Rest: []byte{7, 0, 0, 0}},
		},
	}
	for _, tt := range tests {
		b := octets(t, tt.pdu)
		r, err := ParseReport(b)
		if err != nil || !reflect.DeepEqual(r, tt.want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", tt.name, r, err, tt.want)
		}
		if again, err := r.Append(nil); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: again %x, %v", tt.name, again, err)
		}
		for n := range len(b) - 4 {
			if _, err := ParseReport(b[:n]); err == nil && tt.want.Rest != nil {
				t.Errorf("%s: %d octets are enough", tt.name, n)
			}
		}
	}
}

func TestStatus(t *testing.T) {
	for s := range 256 {
		status := Status(s)
		if final := s < 0x20 || s >= 0x40; status.Final() != final || final == (status.Outcome() == sms.Pending) {
			t.Errorf("%#x: final %t, %v", s, status.Final(), status.Outcome())
		}
		state := map[bool]uint8{true: 2, false: 5}[s < 0x20]
		switch {
		case s == 1:
			state = 6
		case s == 2 || s == 0x47 || s == 0x48:
			state = 4
		case s >= 0x20 && s < 0x40:
			state = 1
		case s == 0x42:
			state = 8
		case s == 0x46:
			state = 3
		case s == 0x49:
			state = 7
		}
		if got := status.MessageState(); got != state {
			t.Errorf("%#x: state %d, want %d", s, got, state)
		}
		if status.String() == "" {
			t.Errorf("%#x has no words", s)
		}
	}
	for o, want := range map[sms.Outcome]Status{
		sms.Delivered: 0, sms.Accepted: 1, sms.Pending: 0x30, sms.InDoubt: 0x30, sms.Expired: 0x46, sms.Rejected: 0x42, sms.Failed: 0x41,
	} {
		if got := StatusOf(o); got != want || o != sms.InDoubt && got.Outcome() != o {
			t.Errorf("%v: %#x, %v", o, uint8(got), got.Outcome())
		}
	}
	for state, want := range [...]Status{0x41, 0x30, 0, 0x46, 0x48, 0x41, 1, 0x49, 0x42, 0x41} {
		if got := StatusOfState(uint8(state)); got != want {
			t.Errorf("state %d: %#x, want %#x", state, uint8(got), uint8(want))
		}
	}
}
