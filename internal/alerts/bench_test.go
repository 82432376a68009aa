package alerts

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"
)

// BenchmarkStep is one reading that changes nothing, with 100 rules of which two watch its sensor.
func BenchmarkStep(b *testing.B) {
	c := ruleConfig(Rule{When: "x0 above 5 for 10m or y silent for 1h"})
	for i := range 100 {
		c.Alerts[fmt.Sprint("r", i)] = Rule{When: fmt.Sprintf("x%d above 5 for 10m or y silent for 1h", i), Text: "T", To: Names{"ivan"}}
	}
	p := c.compile(nil, func(key, problem string) { b.Fatal(key, problem) })
	now := time.Now()
	s := p.newState("BENCH", now)
	in := input{kind: inReading, reading: Reading{Sensor: "x0", Value: Number(3)}}
	b.ReportAllocs()
	for b.Loop() {
		s, _ = p.step(s, in, now)
	}
}

// BenchmarkEmit is the same through the engine.
func BenchmarkEmit(b *testing.B) {
	e, err := New(ruleConfig(Rule{When: "x above 5 for 10m"}), b.TempDir(), newMailbox().raise, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	b.ReportAllocs()
	for b.Loop() {
		if err := e.Emit(ctx, Reading{Sensor: "x", Value: Number(3)}); err != nil {
			b.Fatal(err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPushEvent is a text from the call to the answer, state on flash before it is raised.
func BenchmarkPushEvent(b *testing.B) {
	e, err := New(ruleConfig(Rule{}), b.TempDir(), newMailbox().raise, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := e.Push(ctx, Push{Op: OpEvent, Name: "job", Text: "done"}); err != nil {
				b.Error(err)
			}
		}
	})
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
