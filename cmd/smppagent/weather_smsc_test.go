package main

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"smppagent/internal/sim"
	"smppagent/internal/smpp"
)

// An SMSC that cannot be bound to gets one line in the log, however often it is tried; what was accepted
// meanwhile arrives, once, when there is an SMSC again.
func TestNoBind(t *testing.T) {
	tests := []struct {
		name  string
		smsc  func(s *site) (end func()) // what stands at the address until end is called
		set   []string                   // lines of the config
		tries int                        // how many to wait for
		line  []string                   // parts of the one line
	}{
		{"down", func(*site) func() { return func() {} }, nil, 6,
			[]string{"connect", "connection refused"}},
		{"behind a network that swallows everything", crowded, []string{`smsc.test.session_init_timer = "1s"`}, 2,
			[]string{"connect", "no answer within 1s"}},
		{"mute", silent, []string{`smsc.test.session_init_timer = "1s"`}, 2,
			[]string{"the peer is mute", "nothing comes within 1s of the bind"}},
		{"closing at once", answering(""), nil, 6,
			[]string{"closed the connection at the bind, without a word"}},
		{"half a PDU", answering("\x00\x00\x00\x18\x80\x00\x00\x09\x00\x00"), nil, 6,
			[]string{"closed the connection"}},
		{"half a PDU and silence", holding("\x00\x00\x00\x18\x80\x00\x00\x09\x00\x00"), []string{`smsc.test.body_timer = "1s"`}, 2,
			[]string{"nothing more within 1s after 10 octets of a PDU"}},
		{"an over-long PDU", answering("\x7F\xFF\xFF\xFF\x80\x00\x00\x09"), nil, 6,
			[]string{"command_length 2147483647 is not within 16 and 8192 (max_pdu)"}},
		{"a PDU of 7 octets", answering("\x00\x00\x00\x07\x80\x00\x00\x09"), nil, 6,
			[]string{"command_length 7 is not within 16 and 8192 (max_pdu)"}},
		{"garbage", answering("\x93\x1c\xe0\x5f\x0b\x88\xfa\x31\x77\x02\xc9"), nil, 6,
			[]string{"command_length 2468143199 is not within"}},
		{"SSH", answering("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), nil, 6,
			[]string{"the peer speaks SSH", "ask the operator for the port of SMPP"}},
		{"HTTP", web, []string{`smsc.test.session_init_timer = "1s"`}, 2,
			[]string{"the peer speaks HTTP", "this is a web server"}},
		{"TLS", webTLS, nil, 6,
			[]string{"does it expect TLS (tls.enabled = true)"}},
		{"no TLS", faulty(""), []string{`smsc.test.tls.enabled = true`, `smsc.test.session_init_timer = "1s"`}, 2,
			[]string{"TLS"}},
		{"an SMSC that is full", faulty("refuse-bind=ESME_RBINDFAIL"), nil, 6,
			[]string{"bind_transceiver refused", "ESME_RBINDFAIL"}},
		{"an SMSC without transceivers", faulty("refuse-bind=ESME_RINVCMDID"), nil, 6,
			[]string{"ESME_RINVCMDID", "try another bind"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, tt.set...)
			s.unplugged()
			end := sync.OnceFunc(tt.smsc(s))
			defer end()
			s.start()
			accepted := texts("text", 5)
			s.accept(accepted...)
			s.until("several tries", func() bool {
				st, err := s.status()
				return err == nil && st.Way.Links[0].Failures >= tt.tries && st.Way.Links[0].State == smpp.StateWaiting
			})
			s.tells(1, "level=WARN")
			s.tells(1, append(tt.line, "level=WARN", `msg="cannot bind"`, s.addr)...)
			if st, err := s.status(); err != nil || !has(st.Way.Links[0].LastError, tt.line...) {
				t.Errorf("status says %q, want the same as the log", st.Way.Links[0].LastError)
			}
			end()
			if tt.name == "no TLS" {
				s.ends()
				s.configure()
				s.start()
			}
			if s.unplug == nil {
				s.plug()
			}
			s.deliver(1, accepted...)
			s.ends()
			s.quiet(30) // two for each text, and one for each step of the agent's life
		})
	}
}

// silent takes connections and says nothing.
func silent(s *site) func() { return impostor(s, func(net.Conn) bool { return true }) }

// answering says something to each bind and closes the connection.
func answering(octets string) func(*site) func() {
	return func(s *site) func() {
		return impostor(s, func(c net.Conn) bool { _, _ = c.Write([]byte(octets)); return false })
	}
}

// holding says something to each bind and then nothing more.
func holding(octets string) func(*site) func() {
	return func(s *site) func() {
		return impostor(s, func(c net.Conn) bool { _, _ = c.Write([]byte(octets)); return true })
	}
}

// impostor stands at the SMSC's address and reads each bind; answer says whether to hold the connection.
func impostor(s *site, answer func(net.Conn) (hold bool)) (end func()) {
	ln := s.listen()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				_, _ = conn.Read(make([]byte, 1024))
				if answer(conn) {
					_, _ = io.Copy(io.Discard, conn)
				}
			})
		}
	})
	return func() { ln.Close(); wg.Wait() }
}

// faulty is the SMSC itself with something wrong.
func faulty(set string) func(*site) func() {
	return func(s *site) func() {
		s.plug()
		s.faults(set)
		return func() { s.faults("") }
	}
}

func web(s *site) func() {
	srv := webServer(s)
	srv.Start()
	return srv.Close
}

func webTLS(s *site) func() {
	srv := webServer(s)
	srv.StartTLS()
	return srv.Close
}

func webServer(s *site) *httptest.Server {
	return &httptest.Server{Listener: s.listen(), Config: &http.Server{
		Handler: http.NotFoundHandler(), ErrorLog: log.New(io.Discard, "", 0),
	}}
}

// A wrong password is told once, with what to do; the agent tries seldom, and binds as soon as the
// password file is right.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	s := newSite(t, `smsc.test.password_file = "password"`, `smsc.test.password = ""`, `smsc.test.reconnect_refused = "500ms"`)
	s.unplugged()
	s.newSMSC(func(c *sim.Config) { c.Accounts = map[string]string{"test": "right"} })
	s.plug()
	if err := os.WriteFile(s.path("password"), []byte("wrong\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	began := time.Now()
	s.accept("text")
	s.until("three tries", func() bool {
		st, err := s.status()
		return err == nil && st.Way.Links[0].Failures >= 3
	})
	if d := time.Since(began); d < 700*time.Millisecond {
		t.Errorf("three tries within %v: that locks accounts", d)
	}
	s.tells(1, "level=WARN")
	s.tells(1, "level=WARN", "cannot bind", s.addr, `as \"test\"`, "ESME_RINVPASWD", "correct the password")
	out, _, code := s.verb("status")
	if code != exitOK || !has(out, "texts can leave: NO", "ESME_RINVPASWD") {
		t.Errorf("status ended with %d and said\n%s", code, out)
	}
	if err := os.WriteFile(s.path("password"), []byte("right\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.deliver(1, "text")
	s.ends()
	s.quiet(15)
	if b, err := os.ReadFile(s.path("agent.log")); err != nil || strings.Contains(string(b), "wrong") {
		t.Errorf("the password stands in the log:\n%s", b)
	}
}

// A certificate that nobody vouches for is told once, with what to do.
func TestUnknownCertificate(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(nil)
	srv.StartTLS()
	certificates := srv.TLS.Certificates
	srv.Close()
	s := newSite(t, `smsc.test.tls.enabled = true`, `smsc.test.tls.server_name = "example.com"`)
	s.unplugged()
	s.newSMSC(func(c *sim.Config) { c.TLS = &tls.Config{Certificates: certificates} })
	s.plug()
	s.start()
	s.accept("text")
	s.until("several tries", func() bool {
		st, err := s.status()
		return err == nil && st.Way.Links[0].Failures >= 5
	})
	s.tells(1, "level=WARN")
	s.tells(1, "level=WARN", "cannot bind", s.addr, "tls.ca_file")
	s.ends()
	s.quiet(15)
	s.configure(`smsc.test.tls.enabled = true`, `smsc.test.tls.insecure_skip_verify = true`)
	s.start()
	s.deliver(1, "text")
}

// crowded takes connections up to what the kernel keeps for it and accepts none: whoever connects then
// gets no answer at all.
func crowded(s *site) (end func()) {
	s.listen().Close() // the address is free
	addr := netip.MustParseAddrPort(s.addr)
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, err := range []error{
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1),
		syscall.Bind(fd, &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}),
		syscall.Listen(fd, 0),
	} {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	var crowd []net.Conn
	for {
		conn, err := net.DialTimeout("tcp", s.addr, 300*time.Millisecond)
		if err != nil {
			break
		}
		crowd = append(crowd, conn)
	}
	return func() {
		for _, conn := range crowd {
			conn.Close()
		}
		syscall.Close(fd)
	}
}
