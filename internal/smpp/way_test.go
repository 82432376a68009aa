package smpp

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"smppagent/internal/pdu"
)

// relay passes octets between two connections until one of them ends.
func relay(a, b net.Conn) {
	end := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(a, b); end <- struct{}{} }()
	go func() { _, _ = io.Copy(b, a); end <- struct{}{} }()
	<-end
	a.Close()
	b.Close()
	<-end
}

// httpProxy answers CONNECT, when it comes with the password of "me:secret".
func httpProxy(t *testing.T, answer string) func(net.Conn) {
	return func(conn net.Conn) {
		r := bufio.NewReader(conn)
		ask, _ := r.ReadString('\n')
		known := false
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			known = known || line == "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"
			if line == "\r\n" {
				break
			}
		}
		if answer != "" || !known {
			fmt.Fprint(conn, answer)
			return
		}
		var address string
		fmt.Sscanf(ask, "CONNECT %s HTTP/1.1", &address)
		out, err := net.Dial("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nVia: test\r\n\r\n")
		relay(conn, out)
	}
}

// socksProxy speaks SOCKS5 with user and password: RFC 1928, RFC 1929.
func socksProxy(t *testing.T) func(net.Conn) {
	return func(conn net.Conn) {
		take := func(n int) []byte {
			b := make([]byte, n)
			if _, err := io.ReadFull(conn, b); err != nil {
				t.Errorf("proxy: %v", err)
			}
			return b
		}
		take(int(take(2)[1]))
		_, _ = conn.Write([]byte{5, 2})
		user := take(int(take(2)[1]))
		password := take(int(take(1)[0]))
		if string(user) != "me" || string(password) != "secret" {
			_, _ = conn.Write([]byte{1, 1})
			return
		}
		_, _ = conn.Write([]byte{1, 0})
		head := take(4)
		var host string
		switch head[3] {
		case 1:
			host = net.IP(take(4)).String()
		case 3:
			host = string(take(int(take(1)[0])))
		}
		port := take(2)
		out, err := net.Dial("tcp", net.JoinHostPort(host, strconv.Itoa(int(port[0])<<8|int(port[1]))))
		if err != nil {
			_, _ = conn.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		relay(conn, out)
	}
}

func TestProxies(t *testing.T) {
	far := listen(t, accepts(t))
	for _, tt := range []struct {
		name, scheme, user, address string
		serve                       func(net.Conn)
		want                        string // in the error; empty: bound
	}{
		{"http", "http", "me:secret@", far, httpProxy(t, ""), ""},
		{"socks5", "socks5", "me:secret@", far, socksProxy(t), ""},
		{"socks5, name", "socks5", "me:secret@", strings.Replace(far, "127.0.0.1", "localhost", 1), socksProxy(t), "plaintext to a public address"},
		{"socks5, password", "socks5", "me:wrong@", far, socksProxy(t), "authentication failed"},
		{"http, refused", "http", "", far, httpProxy(t, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), `"HTTP/1.1 407 Proxy Authentication Required" to CONNECT`},
		{"http, endless", "http", "", far, httpProxy(t, strings.Repeat("x", 20000)), "longer than 8192"},
		{"http, SMPP", "http", "", far, httpProxy(t, "\x00\x00\x00\x10\r\n\r\n"), "to CONNECT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config()
			cfg.Address = tt.address
			cfg.Proxy = Secret(tt.scheme + "://" + tt.user + listen(t, tt.serve))
			s, j := outcome(t, cfg)
			if tt.want == "" && s.State != StateBound || !strings.Contains(s.LastError, tt.want) {
				t.Errorf("%s: %q, want %q", s.State, s.LastError, tt.want)
			}
			if strings.Contains(j.String(), "secret@") || strings.Contains(s.LastError, "wrong") {
				t.Errorf("the password is in the log: %s", j)
			}
		})
	}
}

// A proxy that says nothing is given up within session_init_timer.
func TestMuteProxy(t *testing.T) {
	for _, scheme := range []string{"http", "socks5"} {
		cfg := config()
		cfg.SessionInitTimer = time.Second
		cfg.Proxy = Secret(scheme + "://" + listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }))
		if s, _ := outcome(t, cfg); s.State != StateWaiting || !strings.Contains(s.LastError, "no answer within 1s") {
			t.Errorf("%s: %s, %q", scheme, s.State, s.LastError)
		}
	}
}

func TestPin(t *testing.T) {
	ca := newAuthority(t, "CA")
	cert, _, _ := ca.issue("other.example.net", -2*hour, -hour) // neither its name nor its date is right
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	for pin, want := range map[string]string{
		strings.ToUpper(hex.EncodeToString(sum[:])): "",
		strings.Repeat("00", 32):                    "is not tls.pin",
	} {
		cfg := secureConfig(secureListen(t, &tls.Config{Certificates: []tls.Certificate{cert}}, accepts(t)), "")
		cfg.TLS.Pin = pin
		s, _ := outcome(t, cfg)
		if want == "" && s.State != StateBound || !strings.Contains(s.LastError, want) {
			t.Errorf("pin %s: %s, %q", pin, s.State, s.LastError)
		}
	}
}

// A connection leaves from the address and by the interface that it was told to.
func TestLocalAddress(t *testing.T) {
	from := make(chan string, 1)
	cfg := config()
	cfg.Address = listen(t, func(conn net.Conn) {
		from <- conn.RemoteAddr().(*net.TCPAddr).IP.String()
		accepts(t)(conn)
	})
	cfg.LocalAddress = "127.0.0.7"
	if s, _ := outcome(t, cfg); s.State != StateBound {
		t.Error(s.LastError)
	}
	if got := <-from; got != "127.0.0.7" {
		t.Errorf("came from %s", got)
	}
	cfg.LocalAddress, cfg.Interface = "", "no-such-device"
	if s, _ := outcome(t, cfg); s.State != StateWaiting || !strings.Contains(s.LastError, "interface no-such-device") {
		t.Errorf("%s, %q", s.State, s.LastError)
	}
}

// An outbind of somebody who may makes the client bind, at its own address; of others it does not.
func TestOutbind(t *testing.T) {
	cfg := config()
	cfg.Address = listen(t, accepts(t))
	cfg.Outbind = Outbind{Listen: "127.0.0.1:0", From: []string{"127.0.0.1/32", "10.0.0.0/8"}, SystemID: "SMSC", Password: "wake", Only: true}
	j := new(journal)
	c := NewClient(cfg, j.logger(0))
	ctx, stop := context.WithCancel(t.Context())
	end := make(chan struct{})
	go func() { defer close(end); _ = c.Run(ctx) }()
	t.Cleanup(func() { stop(); <-end })
	address := ""
	eventually(t, "the listener", func() bool {
		_, rest, ok := strings.Cut(j.String(), "listening for outbind\" listen=")
		address, _, _ = strings.Cut(rest, "\n")
		return ok
	})
	say := func(from string, b []byte) {
		t.Helper()
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		conn, err := d.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = conn.Write(b)
		_, _ = io.Copy(io.Discard, conn) // until it is judged
	}
	right := &pdu.Outbind{SystemID: "SMSC", Password: "wake"}
	say("127.0.0.2", encode(t, 0, 1, right))
	say("127.0.0.1", encode(t, 0, 1, &pdu.Outbind{SystemID: "SMSC", Password: "walk"}))
	say("127.0.0.1", encode(t, 0, 1, &pdu.Outbind{SystemID: "EVIL", Password: "wake"}))
	say("127.0.0.1", encode(t, 0, 1, &pdu.EnquireLink{}))
	say("127.0.0.1", []byte("GET / HTTP/1.1\r\n\r\n"))
	eventually(t, "five refusals", func() bool { return strings.Count(j.String(), "outbind refused") >= 5 })
	if n := strings.Count(j.String(), "outbind refused"); n != 5 || c.Status().Counters.Binds != 0 || c.Status().State != StateWaiting {
		t.Errorf("%d refused, %+v\n%s", n, c.Status(), j)
	}
	say("127.0.0.1", encode(t, 0, 1, right))
	eventually(t, "the bind", func() bool { return c.Status().State == StateBound })
}

func TestWayCheck(t *testing.T) {
	for key, spoil := range map[string]func(*Config){
		"addresses[0]":   func(c *Config) { c.Addresses = []string{"a b"} },
		"addresses[1]":   func(c *Config) { c.Addresses = []string{"b:1", "b:1"} },
		"return_after":   func(c *Config) { c.ReturnAfter = time.Second },
		"local_address":  func(c *Config) { c.LocalAddress = "eth0" },
		"interface":      func(c *Config) { c.Interface = "../eth0" },
		"proxy":          func(c *Config) { c.Proxy = "ftp://a:1" },
		"keepalive":      func(c *Config) { c.Keepalive = time.Millisecond },
		"outbind.listen": func(c *Config) { c.Outbind.Only = true },
		"outbind.from":   func(c *Config) { c.Outbind.Listen = ":2775" },
		"tls.pin":        func(c *Config) { c.TLS.Enabled, c.TLS.Pin = true, "12" },
		"outbind.password": func(c *Config) {
			c.Outbind = Outbind{Listen: ":1", From: []string{"::1"}, Password: "12345678901234567"}
		},
	} {
		c := config()
		spoil(&c)
		var got []string
		c.Check(func(key, _ string) { got = append(got, key) })
		if len(got) != 1 || got[0] != key {
			t.Errorf("%s: %v is reported", key, got)
		}
	}
}

// eventually waits for cond.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	over := time.After(30 * time.Second)
	for !cond() {
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("%s did not happen", what)
		}
	}
}
