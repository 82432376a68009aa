//go:build !tiny

package smpp

import (
	"bytes"
	"math/rand/v2"
	"net"
	"slices"
	"testing"

	"smppagent/internal/pdu"
)

// encoded is p as it goes over the wire.
func encoded(t *testing.T, p pdu.PDU) []byte {
	t.Helper()
	b, err := pdu.Append(nil, pdu.StatusROK, 7, p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// No password ever stands in the ring, whatever the PDU that has it looks like.
func TestRingMasksPasswords(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	whole := encoded(t, &pdu.BindTransceiver{Bind: pdu.Bind{SystemID: "site", Password: "hunter2", InterfaceVersion: 0x34}})
	cut := whole[:16+5+4]                                                   // in the password
	noEnd := append(slices.Clone(whole[:16]), "sitehunter2"...)             // no NUL at all
	short := append(slices.Clone(whole[:16]), []byte("site\x00hunter2")...) // none behind the password
	for name, b := range map[string][]byte{
		"bind": whole, "cut": cut, "no NUL": noEnd, "short": short,
		"outbind": encoded(t, &pdu.Outbind{SystemID: "smsc", Password: "hunter2"}),
	} {
		for _, put := range []func(*tape, []byte){(*tape).wrote, (*tape).read} {
			r := newRing(4096)
			line := r.open(near)
			put(line, b)
			if bytes.Contains(r.buf, []byte("hunt")) || bytes.Contains(r.buf, []byte("ter2")) {
				t.Errorf("%s: the password is in the ring: %q", name, r.taken()[1].Octets)
			}
		}
	}
	r := newRing(4096)
	r.open(near).wrote(whole)
	got := r.taken()[1].Octets
	f, err := pdu.Decode(got)
	if b, ok := f.PDU.(*pdu.BindTransceiver); err != nil || !ok || b.SystemID != "site" || b.Password != "*******" || b.InterfaceVersion != 0x34 {
		t.Errorf("the bind is remembered as %+v, %v", f.PDU, err)
	}
}

// The ring has the last PDUs, whole and in order, in its bounds, however they come; a connection that no
// record is of is forgotten.
func TestRingKeepsTheLast(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	random := rand.New(rand.NewPCG(1, 2))
	r := newRing(4096)
	var all [][]byte
	for range 50 {
		line := r.open(near)
		for range random.IntN(40) {
			var batch []byte
			for range 1 + random.IntN(3) {
				p := encoded(t, &pdu.SubmitSM{ShortMessage: bytes.Repeat([]byte{byte(random.IntN(256))}, random.IntN(200))})
				batch, all = append(batch, p...), append(all, p)
			}
			if random.IntN(2) == 0 {
				line.wrote(batch)
				continue
			}
			for len(batch) > 0 {
				n := int(batch[2])<<8 | int(batch[3])
				line.read(batch[:n])
				batch = batch[n:]
			}
		}
		line.close()
		var got [][]byte
		octets := 0
		for _, x := range r.taken() {
			octets += recordHeader + len(x.Octets)
			if x.Kind == TakenSent || x.Kind == TakenReceived {
				got = append(got, x.Octets)
			}
		}
		if octets != r.used || octets > 4096 || len(all) > 100 && octets < 4096-recordHeader-300 {
			t.Fatalf("%d octets are in the ring, which counts %d of 4096", octets, r.used)
		}
		if !slices.EqualFunc(got, all[len(all)-len(got):], bytes.Equal) {
			t.Fatalf("the ring has %d PDUs which are not the last ones", len(got))
		}
	}
	if len(r.lines) > 20 {
		t.Errorf("%d connections are remembered", len(r.lines))
	}
}

// A PDU longer than the ring leaves its beginning.
func TestRingLongPDU(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	r := newRing(4096)
	line := r.open(near)
	line.read(make([]byte, 8000))
	line.read([]byte("next"))
	all := r.taken()
	if len(all) != 1 || string(all[0].Octets) != "next" || all[0].Offset != 8000 {
		t.Errorf("the ring has %d records, the last %+v", len(all), all[len(all)-1])
	}
	line.read(make([]byte, 8000))
	if all = r.taken(); len(all) != 1 || len(all[0].Octets) != 4096-recordHeader || all[0].Length != 8000 {
		t.Errorf("of a long PDU the ring has %d octets of %d", len(all[0].Octets), all[0].Length)
	}
}

func BenchmarkRing(b *testing.B) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	p, err := pdu.Append(nil, pdu.StatusROK, 7, &pdu.SubmitSM{ShortMessage: make([]byte, 140)})
	if err != nil {
		b.Fatal(err)
	}
	line := newRing(64 << 10).open(near)
	b.ReportAllocs()
	for b.Loop() {
		line.wrote(p)
	}
}
