package pdu

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"testing"
)

// FuzzTLVs reads anything as the optional part of a data_sm: what is whole is kept octet for octet, in order,
// what is cut is dropped with a remark, and every getter takes what it finds.
func FuzzTLVs(f *testing.F) {
	r := random{rand.New(rand.NewPCG(1, 2))}
	for _, a := range accessors {
		_, _, _, list := a.trip(r)
		f.Add(appendTLVs(nil, list))
	}
	f.Add(appendTLVs(nil, TLVs{{0x1401, []byte{1}}, {0x1401, nil}, {TagMessageState, []byte{0, 0, 0, 2}}}))
	f.Add([]byte{0x04, 0x27, 0xFF, 0xFF, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 0xFFFF {
			return
		}
		whole := frame(t, CmdDataSM, StatusROK, "00 000000 000000 000000")
		whole = append(whole, b...)
		binary.BigEndian.PutUint32(whole, uint32(len(whole)))
		got, err := Decode(whole)
		if err != nil {
			t.Fatal(err)
		}
		list := got.PDU.(*DataSM).TLVs
		again := appendTLVs(nil, list)
		if !bytes.HasPrefix(b, again) || (len(again) < len(b) && len(got.Oddities) == 0) {
			t.Fatalf("%x\nis kept as\n%x, %v", b, again, got.Oddities)
		}
		v := reflect.ValueOf(list)
		for i := range v.NumMethod() {
			if v.Type().Method(i).Type.NumIn() == 1 {
				v.Method(i).Call(nil)
			}
		}
		for _, one := range list {
			if text := (looks{}).tlv(one); text == "" {
				t.Fatalf("%v %x does not read", one.Tag, one.Value)
			}
		}
	})
}

func appendTLVs(b []byte, list TLVs) []byte {
	for _, t := range list {
		b = binary.BigEndian.AppendUint16(b, uint16(t.Tag))
		b = binary.BigEndian.AppendUint16(b, uint16(len(t.Value)))
		b = append(b, t.Value...)
	}
	return b
}
