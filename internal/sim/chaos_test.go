package sim

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestChaos: whatever goes wrong, a message that was accepted gets its receipt, and once it was taken it
// is not offered again.
func TestChaos(t *testing.T) {
	for seed := range uint64(8) {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, func(c *Config) {
				c.Seed = seed + 1
				c.Faults = "throttle=5%,queue-full=5%,drop-before=5%,drop-after=5%,lose=5%,cut-pdu=2%,half-pdu=1%,overlong=1%," +
					"garbage=1%,duplicate-response=5%,unknown-command=5%,close-on-bind=10%,close-on-connect=5%,mute-bind=2%," +
					"swallow-responses=5%,receipt-first=5%,fail=10%,nack=3%,dribble=10%"
			})
			chance := rand.New(rand.NewPCG(seed, 1))
			taken := map[string]int{}
			var e *esme
			for i := 0; i < 200; {
				if e == nil {
					if e = r.tryBind(t); e == nil {
						continue
					}
				}
				e.seq++
				if _, err := e.conn.Write(frame{submitSM, 0, e.seq, text("359888", "x", 1, 0x02, 0x04, 0, 2, byte(i>>8), byte(i))}.octets()); err != nil {
					e = nil
					continue
				}
				i++
				if !e.live(5*time.Second, e.seq, func(id string) uint32 {
					switch n := chance.IntN(10); {
					case n < 2:
						return 0x64
					case n < 3:
						return noAnswer
					}
					taken[id]++
					return 0
				}) {
					e.conn.Close()
					e = nil
				}
			}
			if err := r.Faults().Set("off"); err != nil {
				t.Fatal(err)
			}
			if e != nil {
				e.conn.Close()
			}
			e = r.bound(t, bindTransceiver)
			e.live(time.Hour, 0, func(id string) uint32 { taken[id]++; return 0 })

			st := r.Stats()
			if int(st.ReceiptsAcked) != len(r.Submits()) || st.ReceiptsPending != 0 || st.Submits < 100 || st.Faults < 50 {
				t.Errorf("seed %d: %v", seed, st)
			}
			for _, s := range r.Submits() {
				if taken[s.MessageID] == 0 {
					t.Errorf("seed %d: no receipt for %s", seed, s.MessageID)
				}
			}
		})
	}
}

// noAnswer is what the ESME answers when it does not.
const noAnswer = 0xFFFFFFFF

// tryBind returns a bound session, or nil after the SMSC spoiled it.
func (r *rig) tryBind(t *testing.T) *esme {
	e := r.dial(t)
	e.seq++
	if _, err := e.conn.Write(frame{bindTransceiver, 0, e.seq, bindBody("pump", "secret")}.octets()); err == nil {
		if e.live(time.Minute, e.seq, func(string) uint32 { return 0x64 }) {
			return e
		}
	}
	e.conn.Close()
	return nil
}

// live answers what comes as verdict wants until the response to sequence has come or d has passed. It
// reports false when the connection is of no use any more.
func (e *esme) live(d time.Duration, sequence uint32, verdict func(id string) uint32) bool {
	deadline := time.After(d)
	for {
		select {
		case b, ok := <-e.in:
			if !ok || len(b) < 16 || int(binary.BigEndian.Uint32(b)) != len(b) {
				return false
			}
			f := frame{binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:]), b[16:]}
			switch {
			case f.command == deliverSM:
				_, id, _ := strings.Cut(string(parseDeliver(e.t, f).message), "id:")
				id, _, _ = strings.Cut(id, " ")
				if status := verdict(id); status != noAnswer {
					if _, err := e.conn.Write(frame{deliverSM | resp, status, f.sequence, []byte{0}}.octets()); err != nil {
						return false
					}
				}
			case f.command&resp != 0 && f.sequence == sequence && sequence != 0:
				return true
			}
		case <-deadline:
			return sequence == 0
		}
	}
}

// FuzzSession: no octets from an ESME do harm, bound or not.
func FuzzSession(f *testing.F) {
	f.Add(true, frame{submitSM, 0, 2, text("359888", "wet!", 1)}.octets())
	f.Add(true, frame{submitSM, 0, 2, submit("359888", 0x40, 1, 8, []byte{5, 0, 3, 7, 2, 1, 4, 0x32})}.octets())
	f.Add(true, frame{submitSM, 0, 2, submit("359888", 0, 1, 0, []byte("x"), 0x02, 0x0C, 0, 2, 0, 9, 0x02, 0x0E, 0, 1, 2, 0x02, 0x0F, 0, 1, 1)}.octets())
	f.Add(false, frame{bindReceiver, 0, 1, bindBody("other", "secret")}.octets())
	f.Add(true, frame{unbind, 0, 1, nil}.octets())
	f.Add(true, frame{deliverSM | resp, 0, 1, []byte{0}}.octets())
	f.Add(false, []byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, bind bool, b []byte) {
		cfg := Default()
		cfg.Seed = 1
		s, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		near, far := net.Pipe()
		served, read := make(chan struct{}), make(chan struct{})
		go func() { defer close(served); s.serveConn(context.Background(), far) }()
		go func() { defer close(read); _, _ = io.Copy(io.Discard, near) }()
		if bind {
			b = append(frame{bindTransceiver, 0, 1, bindBody("pump", "secret")}.octets(), b...)
		}
		_, _ = near.Write(b) // the SMSC may close first
		near.Close()
		<-served
		<-read
		for _, m := range s.Messages() {
			if m.Parts < 1 || m.Missing < 0 || m.Missing >= m.Parts {
				t.Errorf("%+v", m)
			}
		}
	})
}
