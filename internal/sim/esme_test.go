package sim

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The far end of these tests is written from the specification's tables and uses nothing of package
// pdu: command_id, command_status and sequence_number are numbers here, and bodies are octets.

const (
	bindReceiver    = 0x00000001
	bindTransmitter = 0x00000002
	submitSM        = 0x00000004
	deliverSM       = 0x00000005
	unbind          = 0x00000006
	bindTransceiver = 0x00000009
	enquireLink     = 0x00000015
	resp            = 0x80000000
	genericNack     = 0x80000000
)

// frame is one PDU as its header says it is.
type frame struct {
	command, status, sequence uint32
	body                      []byte
}

func (f frame) octets() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(16+len(f.body)))
	b = binary.BigEndian.AppendUint32(b, f.command)
	b = binary.BigEndian.AppendUint32(b, f.status)
	b = binary.BigEndian.AppendUint32(b, f.sequence)
	return append(b, f.body...)
}

// body puts fields together: a string is a C-Octet String, an int one octet, and octets are themselves.
func body(fields ...any) []byte {
	var b []byte
	for _, f := range fields {
		switch f := f.(type) {
		case string:
			b = append(append(b, f...), 0)
		case int:
			b = append(b, byte(f))
		case []byte:
			b = append(b, f...)
		}
	}
	return b
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rig is an SMSC that serves, and what it said.
type rig struct {
	*SMSC
	pipe *Pipe
	stop func()
	mu   sync.Mutex
	seen []Event
}

// start serves over pipes until the test ends.
func start(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	r := &rig{}
	cfg := Default()
	cfg.Seed = 1
	cfg.EnquireLinkTimer = 0
	cfg.Accounts = map[string]string{"pump": "secret", "other": "secret"}
	cfg.OnEvent = func(e Event) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.seen = append(r.seen, e)
	}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.SMSC = s
	r.serve(t)
	return r
}

// serve serves, on a new pipe when it did so before.
func (r *rig) serve(t *testing.T) {
	r.pipe = NewPipe()
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	pipe := r.pipe
	go func() { served <- r.Serve(ctx, pipe) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(func() { r.stop() })
}

// events returns what was said of this kind.
func (r *rig) events(kinds ...Kind) []Event {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Event
	for _, e := range r.seen {
		if slices.Contains(kinds, e.Kind) {
			list = append(list, e)
		}
	}
	return list
}

// esme is the client: what it reads comes on in, which is closed with the connection.
type esme struct {
	t    *testing.T
	conn net.Conn
	in   chan []byte // one PDU each, or what was left when the connection ended
	seq  uint32
}

func newESME(t *testing.T, conn net.Conn) *esme {
	e := &esme{t: t, conn: conn, in: make(chan []byte, 4096)}
	go e.read()
	t.Cleanup(func() {
		conn.Close()
		for range e.in {
		}
	})
	return e
}

func (e *esme) read() {
	defer close(e.in)
	for {
		var header [16]byte
		n, err := io.ReadFull(e.conn, header[:])
		if err != nil {
			if n > 0 {
				e.in <- header[:n]
			}
			return
		}
		length := binary.BigEndian.Uint32(header[:])
		if length < 16 || length > 1<<20 {
			rest, _ := io.ReadAll(e.conn)
			e.in <- append(header[:], rest...)
			return
		}
		b := append(header[:], make([]byte, length-16)...)
		n, err = io.ReadFull(e.conn, b[16:])
		e.in <- b[:16+n]
		if err != nil {
			return
		}
	}
}

func (r *rig) dial(t *testing.T) *esme {
	t.Helper()
	conn, err := r.pipe.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return newESME(t, conn)
}

// bound dials and binds as account pump.
func (r *rig) bound(t *testing.T, command uint32) *esme {
	t.Helper()
	e := r.dial(t)
	f := e.ask(command, bindBody("pump", "secret"))
	if f.command != command|resp || f.status != 0 {
		t.Fatalf("bind: got %x status %x", f.command, f.status)
	}
	return e
}

func bindBody(id, password string) []byte { return body(id, password, "", 0x34, 0, 0, "") }

func (e *esme) write(b []byte) {
	e.t.Helper()
	if _, err := e.conn.Write(b); err != nil {
		e.t.Fatalf("write: %v", err)
	}
}

// send sends a request and returns its sequence_number.
func (e *esme) send(command uint32, body []byte) uint32 {
	e.t.Helper()
	e.seq++
	e.write(frame{command, 0, e.seq, body}.octets())
	return e.seq
}

// next returns the next PDU that comes.
func (e *esme) next() frame {
	e.t.Helper()
	b, ok := e.raw()
	if !ok {
		e.t.Fatal("the connection was closed, want a PDU")
	}
	if len(b) < 16 || int(binary.BigEndian.Uint32(b)) != len(b) {
		e.t.Fatalf("no PDU: %x", b)
	}
	return frame{binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:]), b[16:]}
}

// raw returns the octets that come next, and false at the end of the connection.
func (e *esme) raw() ([]byte, bool) {
	e.t.Helper()
	select {
	case b, ok := <-e.in:
		return b, ok
	case <-time.After(24 * time.Hour):
		e.t.Fatal("nothing came in a day")
		return nil, false
	}
}

// silent fails when something comes before d has passed.
func (e *esme) silent(d time.Duration) {
	e.t.Helper()
	select {
	case b, ok := <-e.in:
		e.t.Fatalf("want silence for %v, got %x (open %v)", d, b, ok)
	case <-time.After(d):
	}
}

// closed fails unless the connection ends next.
func (e *esme) closed() {
	e.t.Helper()
	if b, ok := e.raw(); ok {
		e.t.Fatalf("want the connection closed, got %x", b)
	}
}

func (e *esme) ask(command uint32, body []byte) frame {
	e.t.Helper()
	seq := e.send(command, body)
	f := e.next()
	if f.sequence != seq {
		e.t.Fatalf("sequence_number %d, want %d", f.sequence, seq)
	}
	return f
}

// answer answers a request of the SMSC.
func (e *esme) answer(f frame, status uint32) {
	e.t.Helper()
	var b []byte
	if f.command == deliverSM {
		b = []byte{0}
	}
	e.write(frame{f.command | resp, status, f.sequence, b}.octets())
}

// text is a submit_sm with a text in ASCII to a number, with a receipt when asked.
func text(to, what string, receipt int, tlvs ...byte) []byte {
	return submit(to, 0, receipt, 0, []byte(what), tlvs...)
}

func submit(to string, esmClass, receipt, dataCoding int, message []byte, tlvs ...byte) []byte {
	return body("", 1, 1, "359700", 1, 1, to, esmClass, 0, 0, "", "", receipt, 0, dataCoding, 0,
		len(message), message, tlvs)
}

// delivered takes a deliver_sm apart.
type delivered struct {
	from, to             string
	esmClass, dataCoding byte
	message, tlvs        []byte
}

func parseDeliver(t *testing.T, f frame) delivered {
	t.Helper()
	if f.command != deliverSM {
		t.Fatalf("command_id %x, want deliver_sm", f.command)
	}
	b := bytes.NewBuffer(f.body)
	cstring := func() string {
		s, err := b.ReadString(0)
		if err != nil {
			t.Fatalf("deliver_sm ends early: %x", f.body)
		}
		return s[:len(s)-1]
	}
	octet := func() byte {
		c, err := b.ReadByte()
		if err != nil {
			t.Fatalf("deliver_sm ends early: %x", f.body)
		}
		return c
	}
	var d delivered
	cstring() // service_type
	octet()
	octet()
	d.from = cstring()
	octet()
	octet()
	d.to = cstring()
	d.esmClass = octet()
	octet() // protocol_id
	octet() // priority_flag
	cstring()
	cstring()
	octet() // registered_delivery
	octet() // replace_if_present_flag
	d.dataCoding = octet()
	octet() // sm_default_msg_id
	n := int(octet())
	d.message = b.Next(n)
	if len(d.message) != n {
		t.Fatalf("sm_length %d, %d octets", n, len(d.message))
	}
	d.tlvs = b.Bytes()
	return d
}
