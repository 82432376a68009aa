//go:build !tiny

package smpp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// hasTLS says that this edition of the program can encrypt.
const hasTLS = true

// encrypter makes TLS of connections. It remembers a session for each server: a resumed handshake costs a third
// fewer octets.
type encrypter struct{ cache tls.ClientSessionCache }

func newEncrypter(servers int) encrypter { return encrypter{tls.NewLRUClientSessionCache(servers)} }

// prepare reads the files of TLSConfig afresh, so that a renewed certificate needs no restart, and
// returns the handshake, which closes conn when it fails.
func (e encrypter) prepare(cfg *Config, host string) (handshake func(ctx context.Context, conn net.Conn, address string) (net.Conn, error), err error) {
	t := &cfg.TLS
	roots, err := t.roots()
	if err != nil {
		return nil, err
	}
	c := &tls.Config{
		ServerName:         t.ServerName,
		RootCAs:            roots,
		InsecureSkipVerify: t.InsecureSkipVerify,
		MinVersion:         tls.VersionTLS12,
		ClientSessionCache: e.cache,
	}
	if c.ServerName == "" {
		c.ServerName = host
	}
	if t.Pin != "" {
		c.InsecureSkipVerify = true // the pin says more than any authority
		c.VerifyConnection = t.pinned
	}
	if !t.PostQuantum {
		c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384}
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("smpp: tls.cert_file: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return func(ctx context.Context, conn net.Conn, address string) (net.Conn, error) {
		return encrypt(ctx, cfg, c, conn, address)
	}, nil
}

// pinned holds the SMSC's public key against Pin, in resumed sessions too.
func (t *TLSConfig) pinned(s tls.ConnectionState) error {
	if len(s.PeerCertificates) == 0 {
		return errors.New("the SMSC shows no certificate")
	}
	sum := sha256.Sum256(s.PeerCertificates[0].RawSubjectPublicKeyInfo)
	if got := hex.EncodeToString(sum[:]); !strings.EqualFold(got, t.Pin) {
		return fmt.Errorf("the SMSC's public key has the SHA-256 %s, which is not tls.pin: ask the operator whether the key has changed", got)
	}
	return nil
}

// encrypt makes TLS of conn. It closes conn when that fails.
func encrypt(ctx context.Context, cfg *Config, c *tls.Config, conn net.Conn, address string) (net.Conn, error) {
	within, cancel := context.WithTimeout(ctx, cfg.SessionInitTimer)
	defer cancel()
	secure := tls.Client(conn, c)
	err := secure.HandshakeContext(within)
	if err == nil {
		return secure, nil
	}
	_ = conn.Close()
	if errors.Is(within.Err(), context.DeadlineExceeded) {
		return nil, &PeerError{
			Problem: fmt.Sprintf("TLS with %s: nothing comes within %v", address, cfg.SessionInitTimer),
			Advice:  "does this port speak TLS?",
		}
	}
	return nil, &linkError{"TLS with " + address, explainTLS(cfg, c.ServerName, err), ""}
}

// tlsVersion is "TLS 1.3" and the like, empty for a connection without TLS.
func tlsVersion(conn net.Conn) string {
	if t, ok := conn.(*tls.Conn); ok {
		return tls.VersionName(t.ConnectionState().Version)
	}
	return ""
}

// checkFiles calls bad for every key whose file cannot be used.
func (t *TLSConfig) checkFiles(bad func(key, problem string)) {
	if t.CAFile != "" {
		if _, err := t.roots(); err != nil {
			bad("tls.ca_file", plainPath(err))
		}
	}
	if t.CertFile != "" && t.KeyFile != "" {
		if _, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile); err != nil {
			bad("tls.cert_file", err.Error())
		}
	}
}

// roots reads CAFile; nil, the system's store, when there is none.
func (t *TLSConfig) roots() (*x509.CertPool, error) {
	if t.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(t.CAFile)
	if err != nil {
		return nil, fmt.Errorf("smpp: tls.ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("smpp: tls.ca_file: %w", fmt.Errorf("%s holds no PEM certificate", t.CAFile))
	}
	return pool, nil
}

// explainTLS adds to a TLS failure what to do about it.
func explainTLS(cfg *Config, name string, err error) error {
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return notTLS(e)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Errorf("%w: set tls.ca_file to the certificate of the authority that signed the SMSC's", err)
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Errorf("%w: set tls.server_name to a name in the SMSC's certificate (now %q)", err, name)
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		now := time.Now()
		if e.Cert != nil && now.Before(e.Cert.NotBefore) {
			return fmt.Errorf("the SMSC's certificate is not valid before %s, and here it is %s: is this device's clock right?",
				e.Cert.NotBefore.Format(time.DateOnly), now.Format(time.DateOnly))
		}
		return fmt.Errorf("%w: it must be renewed at the SMSC, unless this device's clock is wrong (%s)", err, now.Format(time.DateOnly))
	}
	if remoteAlert(err) {
		return explainAlert(cfg, err)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, net.ErrClosed) {
		return errors.New("the peer closed the connection: does this port speak TLS?")
	}
	return plain(err)
}

// notTLS is for a peer that answers a TLS handshake with something else.
func notTLS(e tls.RecordHeaderError) error {
	h := e.RecordHeader[:]
	if bytes.HasPrefix(h, []byte{0, 0, 0}) {
		return &PeerError{Protocol: "SMPP", Problem: "the peer speaks SMPP without TLS", Advice: "set tls.enabled = false"}
	}
	if protocol, advice := speaks(h); protocol != "" && protocol != "TLS" {
		return &PeerError{Protocol: protocol, Problem: "the peer speaks " + protocol + ", not TLS", Advice: advice}
	}
	return &PeerError{Problem: "the peer does not speak TLS", Advice: "set tls.enabled = false if it speaks plain SMPP", Err: e}
}
