package sim

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// listen serves on a loopback socket, plain or TLS, until the test ends.
func listen(t *testing.T, cfg Config) (*SMSC, string) {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s, ln.Addr().String()
}

func TestTCP(t *testing.T) {
	cfg := Default()
	cfg.ReceiptDelay = 0
	s, address := listen(t, cfg)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	e := newESME(t, conn)
	if f := e.ask(bindTransceiver, bindBody("anybody", "anything")); f.status != 0 {
		t.Fatalf("status %x: without accounts everybody may bind", f.status)
	}
	// Many PDUs in one write, and one PDU in many.
	var many []byte
	for i := range 100 {
		many = append(many, frame{submitSM, 0, uint32(1000 + i), text("359888", fmt.Sprint(i), 0)}.octets()...)
	}
	e.write(many)
	for i := range 100 {
		if f := e.next(); f.status != 0 || f.sequence != uint32(1000+i) {
			t.Fatalf("response %d: status %x sequence_number %d", i, f.status, f.sequence)
		}
	}
	for _, c := range (frame{enquireLink, 0, 5, nil}).octets() {
		e.write([]byte{c})
	}
	if f := e.next(); f.sequence != 5 {
		t.Errorf("sequence_number %d", f.sequence)
	}
	e.submitted(t, "359888", "x")
	f := e.next()
	e.answer(f, 0)
	parseDeliver(t, f)
	e.send(unbind, nil)
	if f := e.next(); f.command != unbind|resp {
		t.Errorf("got %x", f.command)
	}
	e.closed()
	if st := s.Stats(); st.Submits != 101 || st.Messages != 101 {
		t.Errorf("stats: %v", st)
	}
}

func TestTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "smsc.test"},
		DNSNames: []string{"smsc.test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)

	cfg := Default()
	cfg.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	_, address := listen(t, cfg)
	conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, ServerName: "smsc.test"})
	if err != nil {
		t.Fatal(err)
	}
	e := newESME(t, conn)
	if f := e.ask(bindTransceiver, bindBody("anybody", "")); f.status != 0 {
		t.Errorf("status %x", f.status)
	}
	e.send(unbind, nil)
	if f := e.next(); f.command != unbind|resp {
		t.Errorf("got %x", f.command)
	}
	e.closed()
}

func TestRunCannotListen(t *testing.T) {
	cfg := Default()
	cfg.Address = "127.0.0.1:99999"
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "sim: listen") {
		t.Errorf("got %v", err)
	}
}

// brokenListener fails twice, the second time for good.
type brokenListener struct {
	net.Listener
	failed *bool
}

func (l brokenListener) Accept() (net.Conn, error) {
	if !*l.failed {
		*l.failed = true
		return nil, errors.New("too many open files")
	}
	return nil, net.ErrClosed
}

func TestServeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.bound(t, bindTransceiver)
		if err := r.Serve(t.Context(), NewPipe()); err == nil || err.Error() != "sim: serving already" {
			t.Errorf("second Serve: %v", err)
		}
		e.submitted(t, "359888", "x")
		r.stop()
		e.closed()
		if _, err := r.pipe.Dial(t.Context()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Dial after the end: %v", err)
		}
		closed := r.events(KindClosed)
		if len(closed) != 1 || closed[0].Note != "the SMSC stops" {
			t.Errorf("closed: %v", closed)
		}
		begin := time.Now()
		if err := r.Serve(t.Context(), brokenListener{NewPipe(), new(bool)}); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Serve on a closed listener: %v", err)
		}
		if odd := r.events(KindOdd); len(odd) != 1 || odd[0].Note != "accept: too many open files" || time.Since(begin) != 100*time.Millisecond {
			t.Errorf("%v after %v", odd, time.Since(begin))
		}

		// The messages are still there, and so is what is owed.
		r.serve(t)
		e = r.bound(t, bindTransceiver)
		e.answer(e.next(), 0)
		if m := r.Messages(); len(m) != 1 || m[0].State != "DELIVERED" {
			t.Errorf("messages %+v", m)
		}
	})
}

func TestRefuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.bound(t, bindTransceiver)
		r.Refuse()
		e.closed()
		r.dial(t).closed()
		r.Accept()
		r.bound(t, bindTransceiver)
	})
}

func TestConfigCheck(t *testing.T) {
	if _, err := New(Config{SystemID: strings.Repeat("x", 16), Accounts: map[string]string{"": ""}, IDBase: 7, ReceiptForm: 9,
		Window: -1, ReceiptDelay: -1, Latency: -1, EnquireLinkTimer: -1}); err == nil {
		t.Error("no error")
	} else {
		for _, field := range []string{"SystemID", "Accounts", "IDBase", "ReceiptForm", "Window", "DeliverWindow", "MaxPDU", "Keep",
			"ReceiptDelay", "Latency", "EnquireLinkTimer", "SessionInitTimer", "ReadTimer", "ResponseTimer", "RetryDelay"} {
			if !strings.Contains(err.Error(), "sim: "+field+": ") {
				t.Errorf("no complaint about %s in %v", field, err)
			}
		}
	}
	cfg := Default()
	if err := cfg.Check(); err != nil {
		t.Errorf("Default: %v", err)
	}
	for _, b := range []IDBase{Decimal, Hex} {
		if got, err := ParseIDBase(b.String()); got != b || err != nil {
			t.Errorf("%v: %v %v", b, got, err)
		}
	}
	for _, f := range []ReceiptForm{ReceiptBoth, ReceiptText, ReceiptTLV} {
		if got, err := ParseReceiptForm(f.String()); got != f || err != nil {
			t.Errorf("%v: %v %v", f, got, err)
		}
	}
	if _, err := ParseIDBase("octal"); err == nil {
		t.Error("octal: no error")
	}
	if _, err := ParseReceiptForm("fax"); err == nil {
		t.Error("fax: no error")
	}
}

func TestEvents(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 30, 1, 250e6, time.UTC)
	for _, c := range []struct {
		e          Event
		line, json string
	}{
		{Event{Time: at, Kind: KindSubmitted, Session: 2, SystemID: "pump", From: "+359700", To: "+359888", Text: "тук\x1b[2J", MessageID: "7", Part: 1, Parts: 2, Copy: 2},
			`09:30:01.250 submitted     #2 pump +359700 → +359888 id 7 part 1/2 AGAIN (copy 2) "тук\x1b[2J"`,
			`{"time":"2026-11-23T09:30:01.25Z","kind":"submitted","session":2,"system_id":"pump","from":"+359700","to":"+359888","text":"тук\u001b[2J","message_id":"7","part":1,"parts":2,"copy":2}`},
		{Event{Time: at, Kind: KindBindRefused, Session: 1, SystemID: "a\nb", Status: "ESME_RINVPASWD", Note: "transceiver"},
			`09:30:01.250 bind_refused  #1 a·b ESME_RINVPASWD (transceiver)`,
			`{"time":"2026-11-23T09:30:01.25Z","kind":"bind_refused","session":1,"system_id":"a\nb","command_status":"ESME_RINVPASWD","note":"transceiver"}`},
		{Event{Time: at, Kind: KindFault, Fault: "mute"}, `09:30:01.250 fault         mute`,
			`{"time":"2026-11-23T09:30:01.25Z","kind":"fault","fault":"mute"}`},
		{Event{Time: at, Kind: KindDelivered, State: "DELIVERED", From: "a", To: "b", Peer: "127.0.0.1:1"},
			`09:30:01.250 delivered     a → b DELIVERED 127.0.0.1:1`,
			`{"time":"2026-11-23T09:30:01.25Z","kind":"delivered","peer":"127.0.0.1:1","from":"a","to":"b","message_state":"DELIVERED"}`},
	} {
		if got := c.e.String(); got != c.line {
			t.Errorf("got  %s\nwant %s", got, c.line)
		}
		got, err := json.Marshal(c.e)
		if err != nil || string(got) != c.json {
			t.Errorf("got  %s %v\nwant %s", got, err, c.json)
		}
	}
}

// TestEventStory: everything that happens is told, in order.
func TestEventStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.bound(t, bindTransceiver)
		e.submitted(t, "359888", "wet!")
		e.answer(e.next(), 0)
		synctest.Wait() // what the ESME answers and what it asks are told by two goroutines
		e.ask(enquireLink, nil)
		e.send(unbind, nil)
		e.next()
		e.closed()
		var story []string
		synctest.Wait()
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, e := range r.seen {
			story = append(story, string(e.Kind))
		}
		want := "listening connected bound submitted delivered receipt_sent receipt_acked enquire unbound closed"
		if got := strings.Join(story, " "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestEventQueueIsBounded(t *testing.T) {
	q := newEventQueue()
	for range maxEvents + 5 {
		q.add(Event{Kind: KindEnquire})
	}
	list := q.takeAll()
	if last := list[len(list)-1]; len(list) != maxEvents+1 || last.Kind != KindMissed || last.Note != "5 events" {
		t.Errorf("%d events, last %v", len(list), last)
	}
}

func TestConsole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, nil)
		e := r.bound(t, bindTransceiver)
		var out bytes.Buffer
		say := func(line string) string {
			t.Helper()
			out.Reset()
			if err := r.Console(t.Context(), strings.NewReader(line+"\n"), &out); err != nil {
				t.Fatal(err)
			}
			return strings.TrimSuffix(out.String(), "\n")
		}
		want := func(line, want string) {
			t.Helper()
			if got := say(line); !strings.Contains(got, want) {
				t.Errorf("%s: got %q, want %q", line, got, want)
			}
		}
		want("messages", "no messages")
		e.ask(submitSM, text("359888123456", "OK? K7", 0))
		want("+359888123456: OK K7: now", "queued")
		if d := parseDeliver(t, e.next()); d.to != "359700" || string(d.message) != "OK K7: now" {
			t.Errorf("%+v", d)
		}
		want("+359888123456>5555: STATUS", "queued")
		if d := parseDeliver(t, e.next()); d.to != "5555" || string(d.message) != "STATUS" {
			t.Errorf("%+v", d)
		}
		want("+3: x", "sim: MO from")
		want("throttle 5", "on: throttle=5")
		want("mute 10s", "on: mute=10s, throttle=5")
		want("late=20s*2,mute=off", "on: late=20s*2, throttle=5")
		want("faults", "on: late=20s*2, throttle=5")
		want("throttle x", "sim: quirk throttle=x: want")
		want("off", "on: ")
		want("fail +359888", "messages to …359888 end UNDELIVERABLE")
		want("fail 3", "on: fail=3")
		want("no-receipt 359777", "messages to …359777 end DELIVERED")
		want("dance", `"dance" is not understood; help lists what is`)
		want("=", "is not understood")
		want(",,", "is not understood")
		want("help", "wrong-id-base")
		want("stats", "1 submit_sm accepted")
		want("messages", `+359700 → +359888123456 ENROUTE "OK? K7"`)
		want("unbind", "unbind sent")
		if f := e.next(); f.command != unbind {
			t.Errorf("got %x", f.command)
		}
		want("drop", "dropped")
		e.closed()
		want("close", "closed")
		r.dial(t).closed()
		want("accept", "accepting")
		r.bound(t, bindTransceiver)
		if got := say(""); got != "" {
			t.Errorf("an empty line was answered %q", got)
		}
	})
}

func TestConsoleEnds(t *testing.T) {
	s, err := New(Default())
	if err != nil {
		t.Fatal(err)
	}
	in, other := net.Pipe()
	defer other.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Console(ctx, in, io.Discard); err != nil {
		t.Errorf("got %v", err)
	}
}
