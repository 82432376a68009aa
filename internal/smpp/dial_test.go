package smpp

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"smppagent/internal/pdu"
)

// What is at the other end of a wrong address says so in the log, in words.
func TestPeersThatAreNoSMSC(t *testing.T) {
	ca := newAuthority(t, "CA")
	cert, _, _ := ca.issue("127.0.0.1", -hour, hour)
	secure := &tls.Config{Certificates: []tls.Certificate{cert}}
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	quiet := func(conn net.Conn) { // reads until the other side has had enough
		b := make([]byte, 1024)
		for {
			if _, err := conn.Read(b); err != nil {
				return
			}
		}
	}
	nacks := func(conn net.Conn) { // an SMSC that gets a ClientHello
		f := &far{t, conn}
		f.raw(encode(t, pdu.StatusRINVCMDLEN, 0, &pdu.GenericNack{}))
	}
	for _, c := range []struct {
		name, address string
		tls           bool
		want          string
	}{
		{"HTTP", web.Listener.Addr().String(), false, "the peer speaks HTTP"},
		{"HTTP where TLS is expected", web.Listener.Addr().String(), true, "the peer speaks HTTP, not TLS"},
		{"TLS", secureListen(t, secure, func(c net.Conn) { _ = c.(*tls.Conn).Handshake() }), false, "tls.enabled = true"},
		{"SMPP where TLS is expected", listen(t, nacks), true, "the peer speaks SMPP without TLS: set tls.enabled = false"},
		{"mute", listen(t, quiet), false, "the peer is mute"},
		{"mute where TLS is expected", listen(t, quiet), true, "does this port speak TLS?"},
		{"closes at once", listen(t, func(net.Conn) {}), false, "without a word"},
		{"closes at once where TLS is expected", listen(t, func(net.Conn) {}), true, "does this port speak TLS?"},
		{"SSH", listen(t, func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-x\r\n")); quiet(c) }), false, "the peer speaks SSH"},
		{"nobody", closedPort(t), false, "smpp: connect 127.0.0.1"}, // refused; qemu-user has the wrong errno for it
		{"public address", "192.0.2.1:2775", false, "plaintext to a public address is refused"},
		{"public IPv6 address", "[2001:db8::1]:2775", false, "plaintext to a public address is refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.Address, cfg.SessionInitTimer = c.address, time.Second
			cfg.TLS.Enabled, cfg.TLS.InsecureSkipVerify = c.tls, c.tls
			s, j := outcome(t, cfg)
			if s.State != StateWaiting || !strings.Contains(s.LastError, c.want) {
				t.Errorf("%s, %q; want an error with %q", s.State, s.LastError, c.want)
			}
			if n := strings.Count(j.String(), "level=WARN"); n != 1 {
				t.Errorf("%d log lines:\n%s", n, j)
			}
			if strings.Count(s.LastError, "smpp:") != 1 {
				t.Errorf("prefix more than once: %s", s.LastError)
			}
			t.Log(s.LastError)
		})
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// A name may have addresses where nobody listens.
func TestDialByName(t *testing.T) {
	cfg := config()
	_, port, _ := net.SplitHostPort(listen(t, accepts(t)))
	cfg.Address = "localhost:" + port
	if s, _ := outcome(t, cfg); s.State != StateBound {
		t.Error(s.LastError)
	}
}

// When names cannot be looked up, the address that served us last is tried.
func TestDialWithoutDNS(t *testing.T) {
	cfg := config()
	cfg.Address, cfg.SessionInitTimer = "smsc.invalid:2775", 3*time.Second
	d := dialer{cfg: &cfg}
	ctx, stop := contextFor(t)
	defer stop()
	if _, err := d.dial(ctx); err == nil || !strings.Contains(err.Error(), "smsc.invalid") {
		t.Errorf("got %v", err)
	}
	d.last = listen(t, func(net.Conn) {})
	conn, err := d.dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func TestInsecureIsPossible(t *testing.T) {
	cfg := config()
	cfg.Insecure = true
	d := dialer{cfg: &cfg}
	raw := new(rawConn)
	if err := d.control(t.Context(), "tcp", "192.0.2.1:2775", raw); err != nil || !raw.used {
		t.Errorf("got %v", err)
	}
	cfg.Insecure = false
	if err := d.control(t.Context(), "tcp", "192.0.2.1:2775", raw); !errors.Is(err, errPublic) {
		t.Errorf("got %v", err)
	}
}

type rawConn struct{ used bool }

func (r *rawConn) Control(func(uintptr)) error    { r.used = true; return nil }
func (r *rawConn) Read(func(uintptr) bool) error  { return nil }
func (r *rawConn) Write(func(uintptr) bool) error { return nil }

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.31.0.1": false, "192.168.1.1": false,
		"169.254.1.1": false, "fe80::1": false, "fd00::1": false, "100.64.0.1": false, "100.127.255.255": false,
		"::ffff:10.0.0.1": false, "0.0.0.0": false,
		"8.8.8.8": true, "172.32.0.1": true, "100.128.0.1": true, "2606:4700::1": true, "::ffff:8.8.8.8": true,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("public(%s) = %v, want %v", address, got, want)
		}
	}
}
