package textmode

import (
	"bytes"
	"testing"

	"smppagent/internal/modem/store"
	"smppagent/internal/modem/tpdu"
	"smppagent/internal/sms"
)

// Whatever a client types, it is an error or a message that can be sent and kept.
func FuzzMessage(f *testing.F) {
	f.Add(byte(17), byte(167), "", byte(0), byte(0), []byte("hello"))
	f.Add(byte(81), byte(0), "", byte(0), byte(2), []byte("0500032A0201C2E231"))
	f.Add(byte(25), byte(0), "26/11/24,14:00:00+08", byte(8), byte(1), []byte("04490041"))
	f.Add(byte(9), byte(0), "01A70000000000", byte(0xC8), byte(5), []byte("щ"))
	f.Fuzz(func(t *testing.T, first, vp byte, until string, dcs, set byte, body []byte) {
		p := Parameters{First: first, Validity: vp, Until: until, DCS: tpdu.DCS(dcs)}
		m, err := p.Message(to, body, Charset(set)%charsets, noon)
		if err != nil {
			return
		}
		if err := m.Check(); err != nil {
			t.Fatalf("%+v %q: %+v: %v", p, body, m, err)
		}
		if _, err := m.AppendBinary(nil); err != nil {
			t.Fatalf("%+v %q: %+v: %v", p, body, m, err)
		}
	})
}

// Whatever lies in a slot, it is shown on one line and the data behind it, with nothing in the head that ends it.
func FuzzShown(f *testing.F) {
	f.Add([]byte("\x04\x0C\x91\x44\x77\x00\x91\x00\x32\x00\x00\x62\x11\x32\x60\x22\x62\x00\x01\x61"), byte(0), false, byte(0), true)
	f.Add([]byte("\x06\x2A\x0C\x91\x44\x77\x00\x94\x00\x65\x62\x11\x32\x60\x22\x62\x00\x62\x11\x32\x60\x32\x30\x00\x00"), byte(0), true, byte(2), false)
	f.Add([]byte("\x11\x00\x0C\x91\x44\x77\x00\x94\x00\x65\x00\x00\xA7\x01\x61"), byte(2), false, byte(5), true)
	f.Fuzz(func(t *testing.T, pdu []byte, status byte, report bool, set byte, details bool) {
		if len(pdu) == 0 {
			return
		}
		s := store.Slot{Index: 1, Status: store.Status(status % 4), Report: report, TPDU: pdu}
		v := View{Charset: Charset(set) % charsets, Details: details, Centre: sms.Address{TON: 1, NPI: 1, Addr: "1"}}
		for _, l := range []Line{v.Listed(s), v.Shown(s), v.Arrived(pdu, report)} {
			if bytes.ContainsAny([]byte(l.Head), "\r\n") {
				t.Fatalf("%x: %q", pdu, l.Head)
			}
		}
	})
}
