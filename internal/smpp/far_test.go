package smpp

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"smppagent/internal/pdu"
)

// far is the SMSC's end of a connection, played by the test line by line.
type far struct {
	t    *testing.T
	conn net.Conn
}

// frame reads one PDU.
func (f *far) frame() pdu.Frame {
	f.t.Helper()
	b := make([]byte, 4, 64)
	if _, err := io.ReadFull(f.conn, b); err != nil {
		f.t.Fatalf("far end: reading command_length: %v", err)
	}
	n := binary.BigEndian.Uint32(b)
	if n < pdu.HeaderLen || n > 1<<16 {
		f.t.Fatalf("far end: got command_length %d", n)
	}
	b = append(b, make([]byte, n-4)...)
	if _, err := io.ReadFull(f.conn, b[4:]); err != nil {
		f.t.Fatalf("far end: reading the rest of %d octets: %v", n, err)
	}
	fr, err := pdu.Decode(b)
	if err != nil {
		f.t.Fatalf("far end: %v in %x", err, b)
	}
	return fr
}

// want reads one PDU and fails the test unless it is cmd.
func (f *far) want(cmd pdu.Command) pdu.Frame {
	f.t.Helper()
	fr := f.frame()
	if fr.Command != cmd {
		f.t.Fatalf("far end: got %v, want %v", fr.Command, cmd)
	}
	return fr
}

// answered reads one PDU and fails the test unless it is cmd with this status and sequence_number.
func (f *far) answered(cmd pdu.Command, status pdu.Status, sequence uint32) pdu.Frame {
	f.t.Helper()
	fr := f.want(cmd)
	if fr.Status != status || fr.Sequence != sequence {
		f.t.Fatalf("far end: got %v %v sequence %d, want %v sequence %d", cmd, fr.Status, fr.Sequence, status, sequence)
	}
	return fr
}

// send writes one PDU in one piece.
func (f *far) send(status pdu.Status, sequence uint32, p pdu.PDU) {
	f.t.Helper()
	f.raw(encode(f.t, status, sequence, p))
}

func (f *far) raw(b []byte) {
	f.t.Helper()
	if _, err := f.conn.Write(b); err != nil {
		f.t.Errorf("far end: write: %v", err)
	}
}

// bind takes the bind and accepts it.
func (f *far) bind() pdu.Frame {
	f.t.Helper()
	fr := f.want(pdu.CmdBindTransceiver)
	f.send(pdu.StatusROK, fr.Sequence, &pdu.BindTransceiverResp{BindResp: pdu.BindResp{SystemID: "SMSC"}})
	return fr
}

// closed reads until the connection is closed, and returns what came before.
func (f *far) closed() []byte {
	f.t.Helper()
	b, err := io.ReadAll(f.conn)
	if err != nil {
		f.t.Fatalf("far end: waiting for the close: %v", err)
	}
	return b
}

func encode(t testing.TB, status pdu.Status, sequence uint32, p pdu.PDU) []byte {
	t.Helper()
	b, err := pdu.Append(nil, status, sequence, p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func octets(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// journal is a log that tests can read.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

func (j *journal) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: level}))
}

// near is a session under test, running.
type near struct {
	*Session
	t    *testing.T
	log  *journal
	stop context.CancelFunc
	end  chan error
}

func config() Config {
	c := Default()
	c.Address, c.SystemID, c.Password = "127.0.0.1:2775", "site", "secret08"
	return c
}

// begin runs a session whose far end is in the test's hands. The bind has not been read yet.
func begin(t *testing.T, cfg Config) (*near, *far) {
	t.Helper()
	ours, theirs := net.Pipe()
	return beginOver(t, cfg, ours), &far{t, theirs}
}

func beginOver(t *testing.T, cfg Config, conn net.Conn) *near {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	j := new(journal)
	n := &near{Session: NewSession(conn, cfg, j.logger(slog.LevelDebug)), t: t, log: j, stop: stop, end: make(chan error, 1)}
	go func() { n.end <- n.Run(ctx) }()
	t.Cleanup(func() { stop(); conn.Close() })
	return n
}

// bound is begin and a bind that was accepted.
func bound(t *testing.T, cfg Config) (*near, *far) {
	t.Helper()
	n, f := begin(t, cfg)
	f.bind()
	<-n.Bound()
	return n, f
}

// ended waits for Run to return.
func (n *near) ended() error {
	n.t.Helper()
	select {
	case err := <-n.end:
		return err
	case <-time.After(time.Hour):
		n.t.Fatal("Run did not return within an hour")
		return nil
	}
}

// submit starts a submit_sm whose text is its tag.
func (n *near) submit(tag uint64, done chan *Call) {
	n.t.Helper()
	if err := n.Start(n.t.Context(), &Call{Request: text("hello"), Tag: tag, Done: done}); err != nil {
		n.t.Fatalf("Start: %v", err)
	}
}

func text(s string) *pdu.SubmitSM {
	return &pdu.SubmitSM{
		Source: pdu.Address{TON: 5, Addr: "site"}, Dest: pdu.Address{TON: 1, NPI: 1, Addr: "359888123456"},
		RegisteredDelivery: 1, ShortMessage: []byte(s),
	}
}

func incoming(s string) *pdu.DeliverSM {
	return &pdu.DeliverSM{
		Source: pdu.Address{TON: 1, NPI: 1, Addr: "359888123456"}, Dest: pdu.Address{TON: 3, Addr: "1234"},
		ShortMessage: []byte(s),
	}
}
