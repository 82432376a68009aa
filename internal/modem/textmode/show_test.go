package textmode

import (
	"encoding/hex"
	"strings"
	"testing"

	"smppagent/internal/modem/store"
	"smppagent/internal/sms"
)

func slot(t *testing.T, status store.Status, report bool, pdu string) store.Slot {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(pdu, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return store.Slot{Index: 3, Status: status, Report: report, TPDU: b}
}

// The lines of TS 27.005 §3.4, with and without +CSDH.
func TestLines(t *testing.T) {
	const (
		text   = "04 0C91447700091032 00 00 62113260226200 10 73FA5B5E2683DAE5F93C7C2E8362"
		ucs2   = "04 0C91447700091032 00 08 62113260226200 02 0449"
		part   = "44 0C91447700091032 00 00 62113260226200 0A 0500032A0201 C2E231"
		binary = "04 0C91447700091032 00 04 62113260226200 02 00FF"
		named  = "04 0DD0C3B038ED06DD00 00 00 62113260226200 01 61"
		submit = "31 00 0C91447700094065 00 00 A7 05 E8329BFD06"
		until  = "19 00 0C91447700094065 00 00 62114221000000 01 61"
		report = "06 2A 0C91447700094065 62113260226200 62113260323000 00"
	)
	sca := sms.Address{TON: sms.TONInternational, NPI: sms.NPIISDN, Addr: "44770001000"}
	tests := []struct {
		name   string
		view   View
		slot   store.Slot
		listed string
		shown  string
		data   string
	}{
		{
			"text", View{}, slot(t, store.Unread, false, text),
			`3,"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, `"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, "stored message 1",
		},
		{
			"text, details", View{Details: true, Centre: sca}, slot(t, store.Read, false, text),
			`3,"REC READ","+447700900123",,"26/11/23,06:22:26+00",145,16`,
			`"REC READ","+447700900123",,"26/11/23,06:22:26+00",145,4,0,0,"+44770001000",145,16`, "stored message 1",
		},
		{
			"text, UCS2", View{Charset: UCS2}, slot(t, store.Unread, false, "04 0281 21 00 00 62113260226200 01 61"),
			`3,"REC UNREAD","00310032",,"26/11/23,06:22:26+00"`, `"REC UNREAD","00310032",,"26/11/23,06:22:26+00"`, "0061",
		},
		{
			"UCS2", View{}, slot(t, store.Unread, false, ucs2),
			`3,"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, `"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, "0449",
		},
		{
			"UCS2 in UTF-8", View{Charset: UTF8}, slot(t, store.Unread, false, ucs2),
			`3,"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, `"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, "щ",
		},
		{
			"UCS2 in UTF-8, details", View{Charset: UTF8, Details: true}, slot(t, store.Unread, false, ucs2),
			`3,"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00",145,4`,
			`"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00",145,4,0,8,"",129,4`, "0449",
		},
		{
			"part", View{}, slot(t, store.Unread, false, part),
			`3,"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, `"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, "abc",
		},
		{
			"part, details", View{Details: true}, slot(t, store.Unread, false, part),
			`3,"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00",145,18`,
			`"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00",145,68,0,0,"",129,18`, "0500032A0201C2E231",
		},
		{
			"8-bit", View{Charset: UTF8}, slot(t, store.Unread, false, binary),
			`3,"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, `"REC UNREAD","+447700900123",,"26/11/23,06:22:26+00"`, "00FF",
		},
		{
			"to send", View{}, slot(t, store.Unsent, false, submit),
			`3,"STO UNSENT","+447700900456",,`, `"STO UNSENT","+447700900456",`, "hello",
		},
		{
			"sent, details", View{Details: true}, slot(t, store.Sent, false, submit),
			`3,"STO SENT","+447700900456",,,145,5`, `"STO SENT","+447700900456",,145,49,0,0,167,"",129,5`, "hello",
		},
		{
			"until", View{Details: true}, slot(t, store.Unsent, false, until),
			`3,"STO UNSENT","+447700900456",,,145,1`, `"STO UNSENT","+447700900456",,145,25,0,0,"26/11/24,12:00:00+00","",129,1`, "a",
		},
		{
			"report", View{}, slot(t, store.Unread, true, report),
			`3,"REC UNREAD",6,42,"+447700900456",145,"26/11/23,06:22:26+00","26/11/23,06:23:03+00",0`,
			`"REC UNREAD",6,42,"+447700900456",145,"26/11/23,06:22:26+00","26/11/23,06:23:03+00",0`, "none",
		},
		{"unreadable", View{}, slot(t, store.Read, false, "0401"), `3,"REC READ","",,`, `"REC READ","",`, "0401"},
		{"unreadable report", View{}, slot(t, store.Read, true, "0601"), `3,"REC READ","",,`, `"REC READ","",`, "0601"},
		{"unreadable, to send", View{}, slot(t, store.Sent, false, "01"), `3,"STO SENT","",,`, `"STO SENT","",`, "01"},
	}
	for _, tt := range tests {
		for _, l := range []struct {
			got  Line
			want string
		}{{tt.view.Listed(tt.slot), tt.listed}, {tt.view.Shown(tt.slot), tt.shown}} {
			data := string(l.got.Data)
			if l.got.Bare {
				data = "none"
			}
			if l.got.Head != l.want || data != tt.data {
				t.Errorf("%s: got %s, %q\nwant %s, %q", tt.name, l.got.Head, data, l.want, tt.data)
			}
		}
	}
	arrived := View{Details: true}.Arrived(slot(t, 0, false, text).TPDU, false)
	if want := `"+447700900123",,"26/11/23,06:22:26+00",145,4,0,0,"",129,16`; arrived.Head != want || string(arrived.Data) != "stored message 1" {
		t.Errorf("got %s, %q", arrived.Head, arrived.Data)
	}
	arrived = View{}.Arrived(slot(t, 0, true, report).TPDU, true)
	if want := `6,42,"+447700900456",145,"26/11/23,06:22:26+00","26/11/23,06:23:03+00",0`; arrived.Head != want || !arrived.Bare {
		t.Errorf("got %s, %q", arrived.Head, arrived.Data)
	}
	if got := (View{}).Shown(slot(t, 0, false, named)); !strings.HasPrefix(got.Head, `"REC UNREAD","Cabin 7",`) {
		t.Errorf("got %s", got.Head)
	}
}
