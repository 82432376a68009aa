package pdu

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"slices"
	"testing"
)

// TestRoundTrip sends random PDUs of every command, and each TLV of the standards in each PDU that may have
// it. They come back the same, by the book, and take apart without a remark.
func TestRoundTrip(t *testing.T) {
	r := seeded(t)
	rounds := 100
	if testing.Short() {
		rounds = 30
	}
	check := func(cmd Command, p PDU, status Status) {
		b, err := Append(nil, status, 1+r.Uint32N(0x7FFFFFFF), p)
		if err != nil {
			t.Fatalf("%v, %v: %+v", err, status, p)
		}
		f, err := Decode(b)
		if err != nil || f.Oddities != nil || f.Status != status || !reflect.DeepEqual(f.PDU, p) {
			t.Fatalf("%v: %v, %v\n got %+v\nwant %+v", cmd, err, f.Oddities, f.PDU, p)
		}
		again, err := Append(nil, status, f.Sequence, f.PDU)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%v\n got %x\nwant %x", err, again, b)
		}
		list, err := Fields(b)
		if err != nil {
			t.Fatal(err)
		}
		checkSpans(t, list, b)
		for _, f := range list {
			if f.Note != "" || f.Value == "" {
				t.Fatalf("%v: %+v", cmd, f)
			}
		}
	}
	for _, cmd := range commands() {
		for range rounds {
			p, status := r.pdu(cmd)
			check(cmd, p, status)
		}
		for tag := range Tag(0x1400) {
			s := tag.spec()
			if s.name == "" || s.in&carried[cmd] == 0 {
				continue
			}
			check(cmd, r.with(cmd, tag), StatusROK)
		}
	}
}

// tlvsOf is the TLVs of p, nil when it has none.
func tlvsOf(p PDU) *TLVs {
	if v := reflect.ValueOf(p).Elem().FieldByName("TLVs"); v.IsValid() {
		return v.Addr().Interface().(*TLVs)
	}
	return nil
}

// with makes a PDU for the command with a TLV that it may have.
func (r random) with(cmd Command, tag Tag) PDU {
	p, _ := r.pdu(cmd)
	list := tlvsOf(p)
	if tag == TagMessagePayload || tag == TagSARMsgRefNum { // with another text, or a user data header, there is neither
		*list = slices.DeleteFunc(*list, func(t TLV) bool { return t.Tag == TagMessagePayload })
		v := reflect.ValueOf(p).Elem()
		if text := v.FieldByName("ShortMessage"); text.IsValid() {
			text.SetZero()
		}
		if class := v.FieldByName("ESMClass"); class.IsValid() {
			class.SetUint(class.Uint() &^ uint64(ESMUDHI))
		}
	}
	list.Add(tag, r.value(tag))
	if last := &(*list)[len(*list)-1]; len(last.Value) == 0 {
		last.Value = nil
	}
	return p
}

// TestTLVsWhereTheyAreNot sends each TLV in each PDU that must not have it, which is refused, and receives it
// there, which is tolerated.
func TestTLVsWhereTheyAreNot(t *testing.T) {
	r := seeded(t)
	for _, cmd := range commands() {
		for tag := range Tag(0x1400) {
			s := tag.spec()
			if s.name == "" || carried[cmd] == 0 || s.in&carried[cmd] != 0 {
				continue
			}
			p, _ := r.pdu(cmd)
			list := tlvsOf(p)
			b, err := Append(nil, StatusROK, 1, p)
			if err != nil {
				t.Fatal(err)
			}
			list.Add(tag, r.value(tag))
			if _, err := Append(nil, StatusROK, 1, p); err == nil {
				t.Errorf("%v is sent in %v", tag, cmd)
			}
			v := (*list)[len(*list)-1].Value
			b = append(append(b, byte(tag>>8), byte(tag), byte(len(v)>>8), byte(len(v))), v...)
			binary.BigEndian.PutUint32(b, uint32(len(b)))
			f, err := Decode(b)
			if err != nil || len(f.Oddities) != 1 || f.Oddities[0].Field != tag.String() {
				t.Errorf("%v in %v: %v, %v", tag, cmd, f.Oddities, err)
			}
		}
	}
}
