package pdu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"testing"
)

// FuzzDecode decodes anything, as it is and with its command_length put right. What decodes without an
// oddity encodes to the same octets; what decodes with one and can be sent at all comes back the same.
func FuzzDecode(f *testing.F) {
	for _, g := range goldens {
		f.Add(octets(f, g.octets))
	}
	for _, tt := range tolerated {
		f.Add(frame(f, tt.cmd, tt.status, tt.body))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		checkDecode(t, b)
		if len(b) >= HeaderLen {
			b = bytes.Clone(b)
			binary.BigEndian.PutUint32(b, uint32(len(b)))
			checkDecode(t, b)
		}
	})
}

func checkDecode(t *testing.T, b []byte) {
	frame, err := Decode(b)
	list, fieldsErr := Fields(b)
	if h, headerErr := DecodeHeader(b); headerErr == nil && int64(h.Length) == int64(len(b)) {
		if (err == nil) != (fieldsErr == nil) {
			t.Fatalf("Decode: %v, Fields: %v", err, fieldsErr)
		}
		checkSpans(t, list, b)
		notes := 0
		for _, f := range list {
			if f.Note != "" {
				notes++
			}
		}
		if (notes > 0) != (err != nil || len(frame.Oddities) > 0) {
			t.Fatalf("%d notes; Decode: %v, %v", notes, err, frame.Oddities)
		}
	}
	if err != nil {
		if e, ok := errors.AsType[*FieldError](err); !ok || e.Field == "" || e.Offset > len(b) {
			t.Fatalf("%#v", err)
		}
		if frame.PDU != nil {
			t.Fatalf("an error and a PDU: %+v", frame.PDU)
		}
		return
	}
	for _, o := range frame.Oddities {
		if o.Field == "" || o.Problem == "" || o.Offset < 0 || o.Offset > len(b) {
			t.Fatalf("%#v", o)
		}
	}
	if m, ok := frame.PDU.(*DeliverSM); ok {
		ParseReceipt(m)
	}
	again, err := Append(nil, frame.Status, frame.Sequence, frame.PDU)
	if len(frame.Oddities) == 0 {
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("no oddity, and\n  %x\nencodes to\n  %x\n%v", b, again, err)
		}
		return
	}
	if err != nil {
		return
	}
	second, err := Decode(again)
	if err != nil || !reflect.DeepEqual(second.PDU, frame.PDU) {
		t.Fatalf("%+v\nencodes to\n%x, which decodes to\n%+v\n%v", frame.PDU, again, second.PDU, err)
	}
}

// FuzzReceipt reads anything as a receipt: what is read must have been in the text.
func FuzzReceipt(f *testing.F) {
	f.Add(byte(0x04), byte(0), []byte(appendixB))
	f.Add(byte(0x00), byte(8), utf16be(appendixB))
	f.Add(byte(0x44), byte(0), append([]byte{5, 0, 3, 1, 1, 1}, packed(appendixB)...))
	f.Add(byte(0x20), byte(0), []byte("Text:x STAT: enroute ID:1 : : done_date:"))
	f.Fuzz(func(t *testing.T, class, coding byte, text []byte) {
		r, ok := ParseReceipt(&DeliverSM{ESMClass: ESMClass(class), DataCoding: DataCoding(coding), ShortMessage: text})
		if !ok {
			return
		}
		for _, part := range []string{r.MessageID, r.Stat, r.Err, r.Sub, r.Dlvrd, r.SubmitDate, r.DoneDate, r.Text} {
			if !bytes.Contains([]byte(r.Raw), []byte(part)) {
				t.Fatalf("%q is not in %q", part, r.Raw)
			}
		}
		if class&0x3C == 0 && (r.MessageID == "" || r.Stat == "") {
			t.Fatalf("unmarked and without an id or a stat: %+v", r)
		}
	})
}
