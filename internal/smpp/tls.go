package smpp

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// tlsConfig reads the files of TLSConfig afresh, so that a renewed certificate needs no restart.
func (d *dialer) tlsConfig(host string) (*tls.Config, error) {
	t := &d.cfg.TLS
	roots, err := t.roots()
	if err != nil {
		return nil, err
	}
	c := &tls.Config{
		ServerName:         t.ServerName,
		RootCAs:            roots,
		InsecureSkipVerify: t.InsecureSkipVerify,
		MinVersion:         tls.VersionTLS12,
		ClientSessionCache: d.cache,
	}
	if c.ServerName == "" {
		c.ServerName = host
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
	return c, nil
}

// handshake makes TLS of conn. It closes conn when that fails.
func (d *dialer) handshake(ctx context.Context, conn net.Conn, c *tls.Config, address string) (net.Conn, error) {
	within, cancel := context.WithTimeout(ctx, d.cfg.SessionInitTimer)
	defer cancel()
	secure := tls.Client(conn, c)
	err := secure.HandshakeContext(within)
	if err == nil {
		return secure, nil
	}
	_ = conn.Close()
	if errors.Is(within.Err(), context.DeadlineExceeded) {
		return nil, &PeerError{
			Problem: fmt.Sprintf("TLS with %s: nothing comes within %v", address, d.cfg.SessionInitTimer),
			Advice:  "does this port speak TLS?",
		}
	}
	return nil, &linkError{"TLS with " + address, explainTLS(d.cfg, c.ServerName, err), ""}
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

// remoteAlert reports that the peer ended TLS by an alert.
func remoteAlert(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "remote error"
}

// explainAlert says what a TLS alert is likely to mean. In TLS 1.3 the refusal of our certificate
// comes only after the handshake.
func explainAlert(cfg *Config, err error) error {
	if cfg.TLS.CertFile == "" {
		return fmt.Errorf("the SMSC refuses with %q: does it ask for a client certificate (tls.cert_file, tls.key_file)?", plain(err).Error())
	}
	return fmt.Errorf("the SMSC refuses with %q: does it know our client certificate (tls.cert_file)?", plain(err).Error())
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
