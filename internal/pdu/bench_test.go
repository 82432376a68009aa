package pdu

import (
	"bytes"
	"testing"
	"time"

	"smppagent/internal/pdu/bare"
)

// benchSubmit is bare.Sample for the codec.
func benchSubmit(t testing.TB) *SubmitSM {
	t.Helper()
	frame, err := Decode(bare.Append(nil, bare.Sample()))
	m, ok := frame.PDU.(*SubmitSM)
	if err != nil || !ok || frame.Oddities != nil {
		t.Fatalf("%+v, %v", frame, err)
	}
	return m
}

func encoded(t testing.TB, p PDU) []byte {
	t.Helper()
	b, err := Append(nil, 0, 1, p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestBareIsSubmitSM: what is measured against each other is the same PDU.
func TestBareIsSubmitSM(t *testing.T) {
	want := encoded(t, benchSubmit(t))
	if got := bare.Append(nil, bare.Sample()); !bytes.Equal(got, want) || len(got) != 240 {
		t.Errorf("by hand %x\nby codec %x", got, want)
	}
	var m bare.SubmitSM
	ok := bare.Decode(&m, want)
	m.TLVs = bare.Sample().TLVs
	if again := bare.Append(nil, &m); !ok || !bytes.Equal(again, want) || !bytes.Equal(m.Rest, want[216:]) {
		t.Errorf("got %+v, %v\nwhich by hand is %x", m, ok, again)
	}
	for n := range want {
		if bare.Decode(&m, want[:n]) {
			t.Errorf("the first %d octets are taken for all", n)
		}
	}
}

// TestAllocations holds what the codec allocates for the PDUs there are most of.
func TestAllocations(t *testing.T) {
	submit := benchSubmit(t)
	resp := &SubmitSMResp{MessageID: "0123456789abcdef"}
	buf := make([]byte, 0, 512)
	tests := []struct {
		name   string
		p      PDU
		decode float64
	}{
		{"submit_sm", submit, 1},
		{"deliver_sm", (*DeliverSM)(submit), 1},
		{"submit_sm_resp", resp, 2},
		{"deliver_sm_resp", &DeliverSMResp{}, 1},
		{"enquire_link", &EnquireLink{}, 0},
	}
	for _, tt := range tests {
		if n := testing.AllocsPerRun(100, func() {
			if _, err := Append(buf, 0, 1, tt.p); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: encoding allocates %v times, want 0", tt.name, n)
		}
		wire := encoded(t, tt.p)
		if n := testing.AllocsPerRun(100, func() {
			if _, err := Decode(wire); err != nil {
				t.Fatal(err)
			}
		}); n > tt.decode {
			t.Errorf("%s: decoding allocates %v times, want at most %v", tt.name, n, tt.decode)
		}
	}
}

// against runs ours and the reference in turn, a batch of each at a time, and reports the time of the
// quickest batch of either and their ratio: on a machine with other work the quickest is the one that was
// let run.
func against(b *testing.B, ours, reference func()) {
	const batch = 500
	best := func(least time.Duration, f func()) time.Duration {
		start := time.Now()
		for range batch {
			f()
		}
		return min(least, time.Since(start))
	}
	our, their := time.Hour, time.Hour
	for b.Loop() {
		our, their = best(our, ours), best(their, reference)
	}
	b.ReportMetric(0, "ns/op") // of both together, and of no use
	b.ReportMetric(float64(our.Nanoseconds())/batch, "ns")
	b.ReportMetric(float64(their.Nanoseconds())/batch, "ns-bare")
	b.ReportMetric(float64(our)/float64(their), "x-bare")
}

func BenchmarkAppendAgainstBare(b *testing.B) {
	m, byHand := benchSubmit(b), bare.Sample()
	buf := make([]byte, 0, 512)
	against(b, func() {
		if _, err := Append(buf, 0, 1, m); err != nil {
			b.Fatal(err)
		}
	}, func() {
		if bare.Append(buf, byHand) == nil {
			b.Fatal("does not fit")
		}
	})
}

func BenchmarkDecodeAgainstBare(b *testing.B) {
	wire := encoded(b, benchSubmit(b))
	var view bare.SubmitSM
	against(b, func() {
		if _, err := Decode(wire); err != nil {
			b.Fatal(err)
		}
	}, func() {
		if !bare.Decode(&view, wire) {
			b.Fatal("cannot be read")
		}
	})
}

func BenchmarkAppendSubmitSM(b *testing.B) {
	m := benchSubmit(b)
	buf := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Append(buf, 0, 1, m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeSubmitSM(b *testing.B) {
	p := encoded(b, benchSubmit(b))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeSubmitSMResp(b *testing.B) {
	p := encoded(b, &SubmitSMResp{MessageID: "0123456789abcdef"})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseReceipt(b *testing.B) {
	m := &DeliverSM{ESMClass: ESMTypeReceipt, ShortMessage: []byte("id:0123456789 sub:001 dlvrd:001 " +
		"submit date:2611230849 done date:2611230850 stat:DELIVRD err:000 text:Water in the cel")}
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := ParseReceipt(m); !ok {
			b.Fatal("no receipt")
		}
	}
}
