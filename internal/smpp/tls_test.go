package smpp

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// secureListen is a TLS port with conf.
func secureListen(t *testing.T, conf *tls.Config, serve func(net.Conn)) string {
	t.Helper()
	return listen(t, func(conn net.Conn) { serve(tls.Server(conn, conf)) })
}

func secureConfig(address, caFile string) Config {
	cfg := config()
	cfg.Address = address
	cfg.TLS.Enabled, cfg.TLS.CAFile = true, caFile
	return cfg
}

const hour = time.Hour

func TestTLS(t *testing.T) {
	ca := newAuthority(t, "right CA")
	other := newAuthority(t, "wrong CA")
	right, _, _ := ca.issue("127.0.0.1", -hour, hour)
	named, _, _ := ca.issue("smsc.example.net", -hour, hour)
	expired, _, _ := ca.issue("127.0.0.1", -2*hour, -hour)
	future, _, _ := ca.issue("127.0.0.1", hour, 2*hour)
	_, ours, oursKey := ca.issue("board.example.net", -hour, hour)
	_, theirs, theirsKey := other.issue("stranger.example.net", -hour, hour)
	asks := &tls.Config{Certificates: []tls.Certificate{right}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.pool()}
	serves := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }

	for _, c := range []struct {
		name   string
		server *tls.Config
		change func(*TLSConfig)
		want   string // part of the error; empty: bound
	}{
		{"right CA", serves(right), func(*TLSConfig) {}, ""},
		{"wrong CA", serves(right), func(c *TLSConfig) { c.CAFile = other.file }, "set tls.ca_file"},
		{"system's CAs", serves(right), func(c *TLSConfig) { c.CAFile = "" }, "set tls.ca_file"},
		{"verification off", serves(right), func(c *TLSConfig) { c.CAFile, c.InsecureSkipVerify = "", true }, ""},
		{"wrong name", serves(named), func(*TLSConfig) {}, "set tls.server_name"},
		{"name given", serves(named), func(c *TLSConfig) { c.ServerName = "smsc.example.net" }, ""},
		{"expired", serves(expired), func(*TLSConfig) {}, "must be renewed"},
		{"not valid yet", serves(future), func(*TLSConfig) {}, "is this device's clock right?"},
		{"post-quantum", serves(right), func(c *TLSConfig) { c.PostQuantum = true }, ""},
		{"TLS 1.2", &tls.Config{Certificates: []tls.Certificate{right}, MaxVersion: tls.VersionTLS12}, func(*TLSConfig) {}, ""},
		{"TLS 1.1", &tls.Config{Certificates: []tls.Certificate{right}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, func(*TLSConfig) {}, "protocol version"},
		{"client certificate missing", asks, func(*TLSConfig) {}, "does it ask for a client certificate"},
		{"client certificate", asks, func(c *TLSConfig) { c.CertFile, c.KeyFile = ours, oursKey }, ""},
		{"client certificate of a stranger", asks, func(c *TLSConfig) { c.CertFile, c.KeyFile = theirs, theirsKey }, "client certificate"},
		{"client certificate missing, TLS 1.2", &tls.Config{Certificates: []tls.Certificate{right}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, func(*TLSConfig) {}, "does it ask for a client certificate"},
		{"no such file", serves(right), func(c *TLSConfig) { c.CAFile = "/nonexistent/ca.pem" }, "tls.ca_file: open /nonexistent/ca.pem: no such file"},
		{"no such key", serves(right), func(c *TLSConfig) { c.CertFile, c.KeyFile = ours, "/nonexistent/key" }, "tls.cert_file: open /nonexistent/key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := secureConfig(secureListen(t, c.server, accepts(t)), ca.file)
			c.change(&cfg.TLS)
			s, j := outcome(t, cfg)
			if c.want == "" {
				if s.State != StateBound || !strings.HasPrefix(s.TLS, "TLS 1.") {
					t.Errorf("%s, TLS %q: %s", s.State, s.TLS, s.LastError)
				}
				return
			}
			if s.State != StateWaiting || !strings.Contains(s.LastError, c.want) {
				t.Errorf("%s, %q; want an error with %q", s.State, s.LastError, c.want)
			}
			if n := strings.Count(j.String(), "level=WARN"); n != 1 || strings.Count(s.LastError, "smpp:") != 1 {
				t.Errorf("%d log lines, want one with one prefix:\n%s", n, j)
			}
		})
	}
}

// The name goes out as SNI, so that one address can serve several.
func TestSNI(t *testing.T) {
	ca := newAuthority(t, "CA")
	cert, _, _ := ca.issue("smsc.example.net", -hour, hour)
	got := make(chan string, 1)
	conf := &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		got <- h.ServerName
		return &cert, nil
	}}
	cfg := secureConfig(secureListen(t, conf, accepts(t)), ca.file)
	cfg.TLS.ServerName = "smsc.example.net"
	if s, _ := outcome(t, cfg); s.State != StateBound {
		t.Error(s.LastError)
	}
	if name := <-got; name != "smsc.example.net" {
		t.Errorf("SNI %q", name)
	}
}

// The first packet stays small on 2G, and the second session costs less than the first.
func TestHandshakeSize(t *testing.T) {
	for _, pq := range []bool{false, true} {
		cfg := secureConfig("", "")
		cfg.TLS.PostQuantum, cfg.SessionInitTimer = pq, 5*time.Second
		hello := make(chan int, 1)
		cfg.Address = listen(t, func(conn net.Conn) {
			head := make([]byte, 5)
			if _, err := io.ReadFull(conn, head); err == nil {
				n, _ := io.CopyN(io.Discard, conn, int64(head[3])<<8|int64(head[4]))
				hello <- len(head) + int(n)
			}
		})
		d := dialer{cfg: &cfg}
		ctx, stop := contextFor(t)
		if _, err := d.dial(ctx); err == nil || !strings.Contains(err.Error(), "does this port speak TLS?") {
			t.Errorf("got %v", err)
		}
		stop()
		n := <-hello
		t.Logf("post_quantum %v: ClientHello of %d octets", pq, n)
		if small := n < 400; small == pq {
			t.Errorf("post_quantum %v: ClientHello of %d octets", pq, n)
		}
	}
}

func TestSessionResumption(t *testing.T) {
	ca := newAuthority(t, "CA")
	cert, _, _ := ca.issue("127.0.0.1", -hour, hour)
	resumed := make(chan bool, 2)
	conf := &tls.Config{Certificates: []tls.Certificate{cert}}
	cfg := secureConfig(secureListen(t, conf, func(conn net.Conn) {
		c := conn.(*tls.Conn)
		if c.Handshake() == nil {
			resumed <- c.ConnectionState().DidResume
			smsc(t, conn, func(b []byte) []byte { return b })
		}
	}), ca.file)
	c := NewClient(cfg, new(journal).logger(0))
	ctx, stop := contextFor(t)
	defer stop()
	for _, want := range []bool{false, true} {
		conn, err := c.dial(ctx, c.places[0])
		if err != nil {
			t.Fatal(err)
		}
		s := NewSession(conn, cfg, new(journal).logger(0))
		one, cancel := contextFor(t)
		end := make(chan error, 1)
		go func() { end <- s.Run(one) }()
		select {
		case <-s.Bound():
		case err := <-end:
			t.Fatal(err)
		}
		cancel()
		<-end
		if got := <-resumed; got != want {
			t.Errorf("resumed %v, want %v", got, want)
		}
	}
}
