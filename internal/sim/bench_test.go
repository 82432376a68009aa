package sim

import (
	"io"
	"net"
	"testing"
)

// BenchmarkSubmit is one submit_sm of 140 octets and its response over loopback TCP, with a window of 10.
func BenchmarkSubmit(b *testing.B) {
	cfg := Default()
	s, err := New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(b.Context(), ln) }()
	b.Cleanup(func() {
		if err := <-served; err != nil {
			b.Errorf("Serve: %v", err)
		}
	})
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	bind := frame{bindTransmitter, 0, 1, bindBody("pump", "secret")}.octets()
	if _, err := conn.Write(bind); err != nil {
		b.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 29)); err != nil {
		b.Fatal(err)
	}
	message := make([]byte, 140)
	b.ReportAllocs()
	sent, taken := 0, 0
	response := make([]byte, 16+14)
	for b.Loop() {
		for sent-taken < 10 {
			sent++
			tlv := []byte{0x02, 0x04, 0, 2, byte(sent >> 8), byte(sent)}
			f := frame{submitSM, 0, uint32(sent + 1), submit("359888123456", 0, 0, 4, message, tlv...)}
			if _, err := conn.Write(f.octets()); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := io.ReadFull(conn, response); err != nil {
			b.Fatal(err)
		}
		taken++
	}
}
