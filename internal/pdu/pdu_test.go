package pdu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"testing"
)

func TestGolden(t *testing.T) {
	for _, g := range goldens {
		t.Run(g.name, func(t *testing.T) {
			want := octets(t, g.octets)
			got, err := Append([]byte("before"), g.status, g.sequence, g.pdu)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, append([]byte("before"), want...)) {
				t.Errorf("Append\n got %x\nwant %x", got[6:], want)
			}
			f, err := Decode(want)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(f.PDU, g.pdu) {
				t.Errorf("Decode\n got %+v\nwant %+v", f.PDU, g.pdu)
			}
			if f.Oddities != nil {
				t.Errorf("Decode found oddities in what is by the book: %v", f.Oddities)
			}
			h := Header{uint32(len(want)), g.pdu.Command(), g.status, g.sequence}
			if f.Header != h {
				t.Errorf("Header\n got %+v\nwant %+v", f.Header, h)
			}
		})
	}
}

// TestGoldensCoverEveryStruct keeps a PDU that is added from going without octets of its own.
func TestGoldensCoverEveryStruct(t *testing.T) {
	seen := map[reflect.Type]bool{}
	for _, g := range goldens {
		seen[reflect.TypeOf(g.pdu)] = true
	}
	for id := range Command(0x200) {
		for _, cmd := range []Command{id, id.Response()} {
			p := alloc(new(codec), cmd)
			if p.Command() != cmd {
				t.Errorf("%v: alloc made a %v", cmd, p.Command())
			}
			if !seen[reflect.TypeOf(p)] {
				t.Errorf("%v has no golden octets", cmd)
			}
		}
	}
}

// TestEveryPrefix cuts every PDU everywhere, once as a stream that ends and once as a PDU that says it is
// that short.
func TestEveryPrefix(t *testing.T) {
	for _, g := range goldens {
		whole := octets(t, g.octets)
		for n := range whole {
			cut := bytes.Clone(whole[:n])
			if _, err := Decode(cut); !errors.Is(err, ErrShort) {
				t.Errorf("%s cut to %d octets: %v, want ErrShort", g.name, n, err)
			}
			if _, err := Fields(cut); !errors.Is(err, ErrShort) {
				t.Errorf("%s cut to %d octets: Fields: %v, want ErrShort", g.name, n, err)
			}
			if n < HeaderLen {
				continue
			}
			binary.BigEndian.PutUint32(cut, uint32(n))
			f, err := Decode(cut)
			if _, isUnknown := g.pdu.(*Unknown); isUnknown {
				continue // it takes any body
			}
			fail, ok := errors.AsType[*FieldError](err)
			switch {
			case err == nil && len(f.Oddities) > 0: // named, and the PDU kept
			case err == nil && sound(t, f, cut): // the cut fell between two TLVs, or took the body of an error
			case ok && errors.Is(err, ErrShort) && fail.Field != "" && fail.Offset >= HeaderLen && fail.Offset <= n:
			default:
				t.Errorf("%s saying it has %d octets: %v and %v", g.name, n, err, f.Oddities)
			}
			list, fieldsErr := Fields(cut)
			if (fieldsErr == nil) != (err == nil) {
				t.Errorf("%s saying it has %d octets: Decode %v, Fields %v", g.name, n, err, fieldsErr)
			}
			checkSpans(t, list, cut)
		}
	}
}

// sound reports whether f encodes back to b.
func sound(t *testing.T, f Frame, b []byte) bool {
	t.Helper()
	again, err := Append(nil, f.Status, f.Sequence, f.PDU)
	if err != nil {
		t.Errorf("decoded %x without an oddity, and it does not encode: %v", b, err)
	}
	return bytes.Equal(again, b)
}

// checkSpans checks that the fields cover b from its first octet to its last, each once.
func checkSpans(t *testing.T, fields []Field, b []byte) {
	t.Helper()
	at := 0
	for i, f := range fields {
		if f.Offset != at {
			t.Errorf("field %s of %x starts at %d, and the one before ends at %d", f.Name, b, f.Offset, at)
		}
		at += len(f.Octets)
		if f.Name == "password" {
			if f.Octets != nil {
				t.Errorf("the octets of a password are shown: %x", f.Octets)
			}
			at = len(b)
			if i+1 < len(fields) {
				at = fields[i+1].Offset
			}
		}
	}
	if at != len(b) {
		t.Errorf("the fields of %x end at %d of %d", b, at, len(b))
	}
}

// TestDecodeCopies overwrites the octets a PDU was decoded from.
func TestDecodeCopies(t *testing.T) {
	for _, g := range goldens {
		b := octets(t, g.octets)
		f, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		for i := range b {
			b[i] = 0xAA
		}
		if !reflect.DeepEqual(f.PDU, g.pdu) {
			t.Errorf("%s changed with the buffer: %+v", g.name, f.PDU)
		}
	}
}

// TestDecodedDoNotOverlap appends to everything of a PDU that can be appended to.
func TestDecodedDoNotOverlap(t *testing.T) {
	for _, g := range goldens {
		f, err := Decode(octets(t, g.octets))
		if err != nil {
			t.Fatal(err)
		}
		m, ok := f.PDU.(*SubmitSM)
		if !ok {
			continue
		}
		text := bytes.Clone(m.ShortMessage)
		_ = append(m.ShortMessage, "overwritten?"...)
		for i := range m.TLVs {
			_ = append(m.TLVs[i].Value, "overwritten?"...)
		}
		m.TLVs.AddUint8(TagPrivacyIndicator, 1)
		want := g.pdu.(*SubmitSM).TLVs
		if !bytes.Equal(m.ShortMessage, text) || len(want) > 0 && !reflect.DeepEqual(m.TLVs[:len(want)], want) {
			t.Errorf("%s: appending to one field changed another: %+v", g.name, m)
		}
	}
}

func TestLengthsDisagree(t *testing.T) {
	whole := octets(t, goldens[0].octets)
	tests := []struct {
		name  string
		b     []byte
		want  string
		short bool
	}{
		{"nothing", nil, "pdu: command_length at offset 0: 0 octets, and a header has 16", true},
		{"half a header", whole[:8], "pdu: command_length at offset 0: 8 octets, and a header has 16", true},
		{"half a body", whole[:40],
			"pdu: bind_transmitter command_length at offset 0: says 47 octets, and there are 40", true},
		{"one octet more", append(bytes.Clone(whole), 0),
			"pdu: bind_transmitter command_length at offset 0: says 47 octets, and 48 were given", false},
		{"less than a header", append([]byte{0, 0, 0, 15}, whole[4:16]...),
			"pdu: bind_transmitter command_length at offset 0: 15 is less than the 16 octets of a header", false},
		{"HTTP", []byte("HTTP/1.1 400 Bad Request\r\n"),
			"pdu: 0x2F312E31 command_length at offset 0: says 1213486160 octets, and there are 26", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode(tt.b)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
			if errors.Is(err, ErrShort) != tt.short {
				t.Errorf("errors.Is(err, ErrShort) is %v, want %v", !tt.short, tt.short)
			}
		})
	}
}
