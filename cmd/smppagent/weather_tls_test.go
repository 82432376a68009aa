//go:build !tiny

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"smppagent/internal/sim"
)

// A privateCA is a certificate authority of the site's own, and what it has issued.
type privateCA struct {
	s    *site
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func (s *site) newCA(file string) *privateCA {
	s.t.Helper()
	ca := &privateCA{s: s, cert: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "private CA"}, IsCA: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	_, ca.key = ca.sign(ca.cert, file)
	return ca
}

// issue makes a certificate for name, in file and file.key of the site.
func (ca *privateCA) issue(name, file string) tls.Certificate {
	der, key := ca.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, file)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (ca *privateCA) sign(template *x509.Certificate, file string) (der []byte, key *ecdsa.PrivateKey) {
	t := ca.s.t
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer := ca.key
	if signer == nil {
		signer = key // its own
	}
	if der, err = x509.CreateCertificate(rand.Reader, template, ca.cert, &key.PublicKey, signer); err != nil {
		t.Fatal(err)
	}
	octets, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{file: {Type: "CERTIFICATE", Bytes: der}, file + ".key": {Type: "PRIVATE KEY", Bytes: octets}} {
		if err := os.WriteFile(ca.s.path(name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return der, key
}

// An SMSC behind TLS, with a certificate of a private CA for a name that goes out as SNI, asks for ours:
// with all of it in the config texts go through, and with any part missing one line says which.
func TestPrivateCA(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.unplugged()
	ca := s.newCA("ca.pem")
	server := ca.issue("smsc.example.net", "server.pem")
	ca.issue("board.example.net", "board.pem")
	pool := x509.NewCertPool()
	if b, err := os.ReadFile(s.path("ca.pem")); err != nil || !pool.AppendCertsFromPEM(b) {
		t.Fatalf("ca.pem: %v", err)
	}
	var sni atomic.Value
	s.newSMSC(func(c *sim.Config) {
		c.TLS = &tls.Config{
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
			GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
				sni.Store(h.ServerName)
				return &server, nil
			},
		}
	})
	s.plug()
	const (
		enabled = `smsc.test.tls.enabled = true`
		caFile  = `smsc.test.tls.ca_file = "ca.pem"`
		name    = `smsc.test.tls.server_name = "smsc.example.net"`
		cert    = `smsc.test.tls.cert_file = "board.pem"`
		key     = `smsc.test.tls.key_file = "board.pem.key"`
	)
	for _, tt := range []struct {
		set  []string
		line string
	}{
		{[]string{enabled, name, cert, key}, "tls.ca_file"},
		{[]string{enabled, caFile, cert, key}, "tls.server_name"},
		{[]string{enabled, caFile, name}, "client certificate"},
	} {
		s.configure(tt.set...)
		if err := os.Remove(s.path("agent.log")); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		s.start()
		s.accept("with " + tt.line)
		s.until("it has tried", func() bool {
			st, err := s.status()
			return err == nil && st.Way.Links[0].Failures >= 3
		})
		s.tells(1, "level=WARN")
		s.tells(1, "level=WARN", "cannot bind", tt.line)
		s.ends()
	}
	s.configure(enabled, caFile, name, cert, key)
	s.start()
	s.deliver(1, "with tls.ca_file", "with tls.server_name", "with client certificate")
	if got := sni.Load(); got != "smsc.example.net" {
		t.Errorf("SNI %v", got)
	}
	if st, err := s.status(); err != nil || !has(st.Way.Links[0].TLS, "TLS 1.3") {
		t.Errorf("status says TLS %q", st.Way.Links[0].TLS)
	}
	file := s.path("tls.pcapng") // what went through TLS is readable
	if _, errs, code := s.verb("capture", "-o", file); code != exitOK || !has(tshark(t, file, "-Y", "smpp"), "Bind_transceiver") {
		t.Errorf("capture of a TLS link ended with %d: %s", code, errs)
	}
	s.ends()
}
