package pdu

import (
	"strings"
	"testing"
)

// benchSubmit is a submit_sm as they come: 160 octets of text and three TLVs, 245 octets in all.
func benchSubmit() *SubmitSM {
	return &SubmitSM{
		Source: Address{5, 0, "Cellar"}, Dest: Address{1, 1, "359888123456"},
		RegisteredDelivery: ReceiptAlways, ValidityPeriod: "000000060000000R",
		ShortMessage: []byte(strings.Repeat("0123456789abcdef", 10)),
		TLVs: TLVs{
			{TagUserMessageReference, []byte{1, 2}},
			{TagSourcePort, []byte{3, 4}},
			{0x1401, []byte("8 octets")},
		},
	}
}

func BenchmarkAppendSubmitSM(b *testing.B) {
	m := benchSubmit()
	buf := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Append(buf, 0, 1, m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeSubmitSM(b *testing.B) {
	p, err := Append(nil, 0, 1, benchSubmit())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeSubmitSMResp(b *testing.B) {
	p, err := Append(nil, 0, 1, &SubmitSMResp{MessageID: "0123456789abcdef"})
	if err != nil {
		b.Fatal(err)
	}
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
