package sms

import "testing"

func BenchmarkSplit(b *testing.B) {
	for _, bb := range []struct {
		name string
		m    Message
	}{
		{"gsm7/1", Message{Text: rep("Water in the cellar. ", 5)}},
		{"gsm7/3", Message{Text: rep("Water in the cellar. ", 20)}},
		{"ucs2/1", Message{Text: rep("Вода. ", 10)}},
		{"ucs2/3", Message{Text: rep("Вода. ", 30)}},
		{"octets/3", Message{Data: make([]byte, 400)}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := bb.m.Split(Concat8); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMeasure(b *testing.B) {
	text := rep("Water in the cellar. ", 20)
	b.ReportAllocs()
	for b.Loop() {
		Measure(text)
	}
}

func BenchmarkFit(b *testing.B) {
	text := rep("Water in the cellar. ", 20)
	b.ReportAllocs()
	for b.Loop() {
		Fit(text, 1)
	}
}

func BenchmarkAppendBinary(b *testing.B) {
	m := Message{To: Address{TONInternational, NPIISDN, "359888123456"}, Text: rep("Water in the cellar. ", 5)}
	buf := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.AppendBinary(buf[:0]); err != nil {
			b.Fatal(err)
		}
	}
}
