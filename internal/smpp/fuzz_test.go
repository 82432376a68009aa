package smpp

import (
	"io"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"smppagent/internal/pdu"
)

// FuzzSession plays a peer that sends anything: before the bind response, after it, cut anywhere.
// The session must neither panic, hang nor leave a goroutine, and every call must come back.
func FuzzSession(f *testing.F) {
	bind := encode(f, 0, 1, &pdu.BindTransceiverResp{})
	join := func(parts ...[]byte) (b []byte) {
		for _, p := range parts {
			b = append(b, p...)
		}
		return b
	}
	f.Add(true, uint8(0), []byte{})
	f.Add(true, uint8(3), encode(f, 0, 2, &pdu.SubmitSMResp{MessageID: "1"}))
	f.Add(true, uint8(1), join(encode(f, 0, 9, incoming("x")), encode(f, 0, 10, &pdu.Unbind{})))
	f.Add(true, uint8(0), join(encode(f, 0, 9, &pdu.EnquireLink{}), encode(f, 3, 2, &pdu.GenericNack{}), []byte{0, 0, 0, 16, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 1}))
	f.Add(false, uint8(2), join(bind, bind, bind))
	f.Add(false, uint8(0), []byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Add(false, uint8(0), []byte{0, 0, 0, 15})
	f.Fuzz(func(t *testing.T, first bool, piece uint8, b []byte) {
		synctest.Test(t, func(t *testing.T) {
			cfg := config()
			cfg.Inbound = 2
			cfg.EnquireLinkTimer = time.Second
			ours, theirs := net.Pipe()
			peer := &far{t, theirs}
			n := &near{Session: NewSession(ours, cfg, slog.New(slog.DiscardHandler)), t: t, end: make(chan error, 1)}
			go func() { n.end <- n.Run(t.Context()) }()
			go io.Copy(io.Discard, peer.conn)
			if first {
				peer.conn.Write(bind)
				<-n.Bound()
			}
			done := make(chan *Call, 3)
			started := 0
			if first {
				for range 3 {
					if n.Start(t.Context(), &Call{Request: text("x"), Done: done}) == nil {
						started++
					}
				}
			}
			go func() {
				for len(b) > 0 {
					k := len(b)
					if piece > 0 {
						k = min(int(piece), k)
					}
					if _, err := peer.conn.Write(b[:k]); err != nil {
						return
					}
					b = b[k:]
				}
				if len(b) == 0 && piece%2 == 0 {
					peer.conn.Close()
				}
			}()
			n.ended() // at the latest by the timers
			for range started {
				if c := <-done; c.Err == nil && c.Status != pdu.StatusROK {
					t.Errorf("status %v without an error", c.Status)
				}
			}
			peer.conn.Close()
		})
	})
}
