package smpp

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync/atomic"
	"testing"

	"smppagent/internal/pdu"
)

// benchText has 140 octets.
var benchText = func() []byte {
	b := make([]byte, 140)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}()

func benchSubmit() *pdu.SubmitSM { return text(string(benchText)) }

// farEnd is a counting SMSC on loopback TCP, and our end of the connection.
func farEnd(b *testing.B) (net.Conn, func() int) {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	submits := make(chan int, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			submits <- 0
			return
		}
		defer conn.Close()
		submits <- smsc(b, conn, func(p []byte) []byte { return p })
	}()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	return conn, func() int { conn.Close(); return <-submits }
}

// tally counts writes.
type tally struct {
	net.Conn
	writes atomic.Int64
}

func (t *tally) Write(p []byte) (int, error) {
	t.writes.Add(1)
	return t.Conn.Write(p)
}

// BenchmarkSubmit is a caller that keeps the window full, through a Session.
func BenchmarkSubmit(b *testing.B) {
	for _, window := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
			conn, count := farEnd(b)
			cfg := config()
			cfg.Window = window
			tally := &tally{Conn: conn}
			s := NewSession(tally, cfg, slog.New(slog.DiscardHandler))
			ctx, stop := context.WithCancel(b.Context())
			end := make(chan error, 1)
			go func() { end <- s.Run(ctx) }()
			<-s.Bound()
			done := make(chan *Call, window)
			calls := make([]Call, window)
			for i := range calls {
				calls[i] = Call{Request: benchSubmit(), Done: done}
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				var c *Call
				if i < window {
					c = &calls[i]
				} else if c = <-done; c.Err != nil {
					b.Fatal(c.Err)
				}
				if err := s.Start(ctx, c); err != nil {
					b.Fatal(err)
				}
			}
			for range min(b.N, window) {
				<-done
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submits/s")
			b.ReportMetric(float64(b.N)/float64(tally.writes.Load()), "submits/write")
			stop()
			<-end
			if n := count(); n != b.N {
				b.Fatalf("the SMSC counted %d of %d", n, b.N)
			}
		})
	}
}

// BenchmarkBare is the floor: the same octets, one goroutine, no window to look up, no timer, nothing
// decoded but the length. A full window goes out in one write and is awaited.
func BenchmarkBare(b *testing.B) {
	for _, window := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
			conn, count := farEnd(b)
			one := encode(b, 0, 1, benchSubmit())
			in := make([]byte, 25*window)
			var out []byte
			b.ReportAllocs()
			b.ResetTimer()
			for sent := 0; sent < b.N; {
				n := min(window, b.N-sent)
				out = out[:0]
				for i := range n {
					at := len(out)
					out = append(out, one...)
					binary.BigEndian.PutUint32(out[at+12:], uint32(sent+i+1))
				}
				if _, err := conn.Write(out); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(conn, in[:25*n]); err != nil {
					b.Fatal(err)
				}
				sent += n
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submits/s")
			if n := count(); n != b.N {
				b.Fatalf("the SMSC counted %d of %d", n, b.N)
			}
		})
	}
}
