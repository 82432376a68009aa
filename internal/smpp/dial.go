package smpp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// dialer makes the connections of one client, one at a time.
type dialer struct {
	cfg  *Config
	tls  encrypter
	last string // the address that served us last, for when DNS is down
}

// errPublic is what refuses to send a password in the clear to the internet.
var errPublic = errors.New("plaintext to a public address is refused: " +
	"set tls.enabled = true, or insecure = true if the SMSC has no TLS")

// dial connects, with TLS if so configured. A name's addresses are tried one after the other, never
// two at once: an SMSC may count connections. Its errors give address and remedy.
func (d *dialer) dial(ctx context.Context) (net.Conn, error) {
	host, port, err := d.cfg.hostPort()
	if err != nil {
		return nil, fmt.Errorf("smpp: address: %w", err)
	}
	address := net.JoinHostPort(host, port)
	if !d.cfg.TLS.Enabled {
		return d.connect(ctx, address)
	}
	handshake, err := d.tls.prepare(d.cfg, host) // before connecting: a missing file is not the SMSC's business
	if err != nil {
		return nil, err
	}
	conn, err := d.connect(ctx, address)
	if err != nil {
		return nil, err
	}
	return handshake(ctx, conn, address)
}

func (d *dialer) connect(ctx context.Context, address string) (net.Conn, error) {
	conn, err := d.connectTo(ctx, address)
	if _, ok := errors.AsType[*net.DNSError](err); ok && d.last != "" {
		if conn, e := d.connectTo(ctx, d.last); e == nil {
			return conn, nil
		}
	}
	switch {
	case err == nil:
		return conn, nil
	case errors.Is(err, errPublic):
		err = errPublic
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("no answer within %v", d.cfg.SessionInitTimer)
	}
	return nil, fmt.Errorf("smpp: connect %s: %w", address, plain(err))
}

func (d *dialer) connectTo(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.SessionInitTimer)
	defer cancel()
	nd := net.Dialer{
		KeepAlive:      -1, // enquire_link does it; keepalive probes alone cost 18 MB a month
		FallbackDelay:  -1, // no two connections at once
		ControlContext: d.control,
	}
	if every := d.keepalive(); every > 0 {
		nd.KeepAlive = every
	}
	if a, err := netip.ParseAddr(d.cfg.LocalAddress); err == nil {
		nd.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0))
	}
	u, err := d.cfg.proxyURL()
	if err != nil {
		return nil, fmt.Errorf("smpp: proxy: %w", err)
	}
	if u == nil {
		return nd.DialContext(ctx, "tcp", address)
	}
	if err := d.private(address); err != nil {
		return nil, err
	}
	return dialProxy(ctx, u, &nd, address)
}

// keepalive is after how long TCP asks the other end; 0 is never.
func (d *dialer) keepalive() time.Duration {
	if d.cfg.Keepalive == 0 && d.cfg.EnquireLinkTimer == 0 {
		return time.Minute
	}
	return d.cfg.Keepalive
}

// private refuses to send a password in the clear to a public address behind a proxy. A name counts as
// public there: only the proxy knows what it stands for.
func (d *dialer) private(address string) error {
	if d.cfg.TLS.Enabled || d.cfg.Insecure {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if a, err := netip.ParseAddr(host); err != nil || public(a) {
		return errPublic
	}
	return nil
}

// control sees each address before it is connected to.
func (d *dialer) control(_ context.Context, _, address string, raw syscall.RawConn) error {
	if !d.cfg.TLS.Enabled && !d.cfg.Insecure && d.cfg.Proxy == "" { // else the address is the proxy's
		if a, err := netip.ParseAddrPort(address); err != nil || public(a.Addr()) {
			return errPublic
		}
	}
	if d.cfg.Interface != "" {
		if err := bindToDevice(raw, d.cfg.Interface); err != nil {
			return err
		}
	}
	return setUserTimeout(raw, d.cfg.WriteTimer+d.cfg.EnquireResponse)
}

// public reports addresses that are reached over the internet. Carriers' shared address space
// (RFC 6598) counts as private: it is what a private APN hands out.
func public(a netip.Addr) bool {
	a = a.Unmap()
	return !a.IsLoopback() && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !a.IsUnspecified() &&
		!netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10).Contains(a)
}
