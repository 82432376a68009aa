package pdu

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"testing"
)

// TestWalksAgree decodes and encodes PDUs, right ones and spoilt ones, in haste and with care. Haste may give up;
// where it does not, care comes to the same and has no objection.
func TestWalksAgree(t *testing.T) {
	r := seeded(t)
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	for _, cmd := range commands() {
		hasty := 0
		for n := range rounds {
			p, status := r.pdu(cmd)
			b, err := Append(nil, status, 1+r.Uint32N(0x7FFFFFFF), p)
			if err != nil {
				t.Fatal(err)
			}
			if n%8 > 0 {
				b = r.spoil(b)
			}
			if walksAgree(t, b) {
				hasty++
			}
		}
		if hasty < rounds/8-1 {
			t.Errorf("%v: %d of %d are read in haste", cmd, hasty, rounds)
		}
	}
}

// spoil changes a PDU here and there; command_length fits again.
func (r random) spoil(b []byte) []byte {
	for range 1 + r.IntN(3) {
		at := 4 + r.IntN(len(b)-3)
		switch r.IntN(5) {
		case 0:
			b = append(b[:at:at], b[min(at+1+r.IntN(4), len(b)):]...)
		case 1:
			b = append(b[:at:at], append(r.octets(1, 3), b[at:]...)...)
		case 2:
			b = append(b[:at:at], append(make([]byte, 1+r.IntN(3)), b[at:]...)...)
		default:
			if at < len(b) {
				b = bytes.Clone(b)
				b[at] ^= 1 << r.IntN(8)
			}
		}
		for len(b) < HeaderLen {
			b = append(b, 0)
		}
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// walksAgree reports whether haste was enough to decode b.
func walksAgree(t *testing.T, b []byte) bool {
	t.Helper()
	h, err := DecodeHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	haste := codec{reads: true, b: b, off: HeaderLen, command: h.Command, status: h.Status}
	p := haste.decode(&h)
	care, careErr := decodeWithCare(h, b)
	if !haste.failed && (careErr != nil || care.Oddities != nil || !reflect.DeepEqual(p, care.PDU)) {
		t.Fatalf("%x\nin haste  %+v\nwith care %+v\n%v", b, p, care, careErr)
	}
	if haste.failed && careErr == nil && care.Oddities == nil {
		t.Fatalf("%x\nhaste gives up, and care objects to nothing", b)
	}
	if careErr != nil {
		return false
	}
	room := append(make([]byte, 0, len(b)+200), "before"...)
	fast := codec{encode: true, writes: true, b: room[:cap(room)], off: len(room), start: len(room), command: h.Command, status: h.Status}
	h.fields(&fast)
	walk(&fast, care.PDU)
	slow := codec{encode: true, careful: new(careful), command: h.Command, status: h.Status}
	h.fields(&slow)
	walk(&slow, care.PDU)
	quick, long := fast.b[len(room):fast.off], slow.b[:slow.off]
	if fast.failed != slow.failed || !fast.failed && !bytes.Equal(quick[4:], long[4:]) {
		t.Fatalf("%+v\nin haste  %x, %v\nwith care %x, %v", care.PDU, quick, fast.failed, long, slow.err)
	}
	return !haste.failed
}

// TestDecodeKeepsNothing spoils the octets that were decoded, and what may be written to in the PDU: the strings
// stay, and no octets run into others.
func TestDecodeKeepsNothing(t *testing.T) {
	r := seeded(t)
	for _, cmd := range commands() {
		for range 20 {
			p, status := r.pdu(cmd)
			b, err := Append(nil, status, 1, p)
			if err != nil {
				t.Fatal(err)
			}
			wire := bytes.Clone(b)
			f, err := Decode(wire)
			if err != nil {
				t.Fatal(err)
			}
			for i := range wire {
				wire[i] = 0xA5
			}
			if !reflect.DeepEqual(f.PDU, p) {
				t.Fatalf("%v shares the octets it came from:\n%+v\n%+v", cmd, f.PDU, p)
			}
			growing(reflect.ValueOf(f.PDU), func(octets []byte) []byte {
				return append(octets, "what is appended goes elsewhere"...)
			})
			if !reflect.DeepEqual(f.PDU, p) {
				t.Fatalf("%v: what is appended to octets runs into others:\n%+v\n%+v", cmd, f.PDU, p)
			}
			flip := func(octets []byte) []byte {
				for i := range octets {
					octets[i] ^= 0xFF
				}
				return nil
			}
			growing(reflect.ValueOf(f.PDU), flip)
			growing(reflect.ValueOf(p), flip)
			if !reflect.DeepEqual(f.PDU, p) {
				t.Fatalf("%v: who writes to octets writes to more:\n%+v\n%+v", cmd, f.PDU, p)
			}
		}
	}
}

// growing calls each with all octet strings in v.
func growing(v reflect.Value, each func([]byte) []byte) {
	switch v.Kind() {
	case reflect.Pointer:
		growing(v.Elem(), each)
	case reflect.Struct:
		for i := range v.NumField() {
			growing(v.Field(i), each)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			each(v.Bytes())
			return
		}
		for i := range v.Len() {
			growing(v.Index(i), each)
		}
	}
}
