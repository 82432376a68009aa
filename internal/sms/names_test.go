package sms

import (
	"encoding"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The words and the numbers are kept in configuration and on flash: they must not change.
func TestTexts(t *testing.T) {
	tests := []struct {
		number int
		text   string
		value  encoding.TextMarshaler
		back   encoding.TextUnmarshaler
	}{
		{int(Emergency), "0 emergency", Emergency, new(Class)},
		{int(Alarm), "1 alarm", Alarm, new(Class)},
		{int(Warning), "2 warning", Warning, new(Class)},
		{int(Info), "3 info", Info, new(Class)},
		{int(Telemetry), "4 telemetry", Telemetry, new(Class)},

		{int(AlphabetAuto), "0 auto", AlphabetAuto, new(Alphabet)},
		{int(GSM7), "1 gsm7", GSM7, new(Alphabet)},
		{int(UCS2), "2 ucs2", UCS2, new(Alphabet)},
		{int(Octets), "3 octets", Octets, new(Alphabet)},

		{int(ClassNone), "0 none", ClassNone, new(MessageClass)},
		{int(Flash), "1 flash", Flash, new(MessageClass)},
		{int(ClassME), "2 me", ClassME, new(MessageClass)},
		{int(ClassSIM), "3 sim", ClassSIM, new(MessageClass)},
		{int(ClassTE), "4 te", ClassTE, new(MessageClass)},

		{int(Pending), "0 pending", Pending, new(Outcome)},
		{int(Accepted), "1 accepted", Accepted, new(Outcome)},
		{int(Delivered), "2 delivered", Delivered, new(Outcome)},
		{int(Failed), "3 failed", Failed, new(Outcome)},
		{int(Expired), "4 expired", Expired, new(Outcome)},
		{int(InDoubt), "5 in doubt", InDoubt, new(Outcome)},
		{int(Rejected), "6 rejected", Rejected, new(Outcome)},
	}
	for _, tt := range tests {
		text, err := tt.value.MarshalText()
		if got := fmt.Sprintf("%d %s", tt.number, text); err != nil || got != tt.text || fmt.Sprint(tt.value) != string(text) {
			t.Errorf("got %s and %v, %v; want %s", got, tt.value, err, tt.text)
		}
		if err := tt.back.UnmarshalText(text); err != nil || fmt.Sprintf("%v", tt.back) != string(text) {
			t.Errorf("%s: read back as %v, %v", text, tt.back, err)
		}
	}
	for _, v := range []encoding.TextMarshaler{Class(5), Alphabet(4), MessageClass(5), Outcome(7)} {
		if text, err := v.MarshalText(); err == nil || !strings.Contains(err.Error(), "must be") {
			t.Errorf("%v: got %q, %v", v, text, err)
		}
	}
	for _, v := range []encoding.TextUnmarshaler{new(Class), new(Alphabet), new(MessageClass), new(Outcome)} {
		for _, s := range []string{"", "urgent", "Alarm", "Class(7)"} {
			if err := v.UnmarshalText([]byte(s)); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q: must be ", s)) {
				t.Errorf("%T from %q: got %v", v, s, err)
			}
		}
	}
	if Concat8.String() != "udh8" || Concat16.String() != "udh16" || Concat(2).String() != "Concat(2)" {
		t.Error("names of the headers changed")
	}
}

func TestClass(t *testing.T) {
	for _, tt := range []struct {
		c        Class
		priority uint8
		validity time.Duration
	}{
		{Emergency, 3, 24 * time.Hour},
		{Alarm, 2, 6 * time.Hour},
		{Warning, 1, 2 * time.Hour},
		{Info, 0, time.Hour},
		{Telemetry, 0, time.Hour},
	} {
		if p, v := tt.c.PriorityFlag(), tt.c.Validity(); p != tt.priority || v != tt.validity {
			t.Errorf("%v: got %d, %v; want %d, %v", tt.c, p, v, tt.priority, tt.validity)
		}
	}
}

func TestOutcomeFinal(t *testing.T) {
	for o, want := range map[Outcome]bool{
		Pending: false, Accepted: false, Delivered: true, Failed: true, Expired: true, InDoubt: false, Rejected: true,
	} {
		if o.Final() != want {
			t.Errorf("%v: got %v", o, !want)
		}
	}
}

// TS 23.038 §4.
func TestDCS(t *testing.T) {
	tests := []struct {
		c       MessageClass
		a       Alphabet
		general byte // general group
		control byte // message class group
		ok      bool
	}{
		{ClassNone, GSM7, 0x00, 0, false},
		{ClassNone, Octets, 0x04, 0, false},
		{ClassNone, UCS2, 0x08, 0, false},
		{Flash, GSM7, 0x10, 0xF0, true},
		{Flash, Octets, 0x14, 0xF4, true},
		{Flash, UCS2, 0x18, 0, false},
		{ClassME, GSM7, 0x11, 0xF1, true},
		{ClassSIM, Octets, 0x16, 0xF6, true},
		{ClassTE, UCS2, 0x1B, 0, false},
		{ClassTE, GSM7, 0x13, 0xF3, true},
		{MessageClass(9), GSM7, 0x00, 0, false},
	}
	for _, tt := range tests {
		if got := tt.c.DCSBits() | tt.a.DCSBits(); got != tt.general {
			t.Errorf("%v %v: got %#02x, want %#02x", tt.c, tt.a, got, tt.general)
		}
		if got, ok := tt.c.DCSControl(tt.a); got != tt.control || ok != tt.ok {
			t.Errorf("%v %v: got %#02x, %v; want %#02x, %v", tt.c, tt.a, got, ok, tt.control, tt.ok)
		}
	}
}
