//go:build !tiny

package smpp

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/proxy"
)

// A proxyURL is where a proxy is and what it wants to be told.
type proxyURL = url.URL

// proxyURL is Proxy in its parts; nil when there is none.
func (c *Config) proxyURL() (*proxyURL, error) {
	if c.Proxy == "" {
		return nil, nil
	}
	u, err := url.Parse(c.Proxy.Reveal())
	if err != nil {
		return nil, errors.New(`not a URL like "socks5://proxy.example.net:1080"`) // err has the password
	}
	if u.Scheme != "socks5" && u.Scheme != "http" {
		return nil, fmt.Errorf(`%q is neither "socks5" nor "http"`, u.Scheme)
	}
	if u.Hostname() == "" || u.Port() == "" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf(`give the proxy as "%s://host:port"`, u.Scheme)
	}
	return u, nil
}

// dialProxy reaches address by way of the proxy u, to which direct connects. The proxy looks the name up.
func dialProxy(ctx context.Context, u *proxyURL, direct *net.Dialer, address string) (net.Conn, error) {
	if u.Scheme == "http" {
		return connectHTTP(ctx, u, direct, address)
	}
	var auth *proxy.Auth
	if u.User != nil {
		password, _ := u.User.Password()
		auth = &proxy.Auth{User: u.User.Username(), Password: password}
	}
	d, err := proxy.SOCKS5("tcp", u.Host, auth, direct)
	if err != nil {
		return nil, err
	}
	through, ok := d.(proxy.ContextDialer)
	if !ok {
		return nil, errors.New("smpp: this SOCKS5 dialer takes no context")
	}
	conn, err := through.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("smpp: by proxy %s: %w", u.Host, plain(err))
	}
	return conn, nil
}

// maxProxyAnswer is how many octets an HTTP proxy may answer CONNECT with.
const maxProxyAnswer = 8192

// connectHTTP asks an HTTP proxy for a tunnel: RFC 9110 §9.3.6.
func connectHTTP(ctx context.Context, u *proxyURL, direct *net.Dialer, address string) (net.Conn, error) {
	conn, err := direct.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, fmt.Errorf("smpp: proxy %s: %w", u.Host, plain(err))
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	err = askHTTP(conn, u, address)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		return conn, nil
	}
	_ = conn.Close()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return nil, fmt.Errorf("smpp: by proxy %s: %w", u.Host, plain(err))
}

// askHTTP writes CONNECT and reads the answer up to its empty line, and not an octet more: what follows is
// the SMSC's.
func askHTTP(conn net.Conn, u *proxyURL, address string) error {
	ask := "CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n"
	if u.User != nil {
		password, _ := u.User.Password()
		ask += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password)) + "\r\n"
	}
	if _, err := io.WriteString(conn, ask+"\r\n"); err != nil {
		return err
	}
	var head strings.Builder
	one := make([]byte, 1)
	for !strings.HasSuffix(head.String(), "\r\n\r\n") {
		if head.Len() == maxProxyAnswer {
			return fmt.Errorf("its answer is longer than %d octets", maxProxyAnswer)
		}
		if _, err := io.ReadFull(conn, one); err != nil {
			return fmt.Errorf("no answer to CONNECT: %w", err)
		}
		head.Write(one)
	}
	status, _, _ := bufio.NewReader(strings.NewReader(head.String())).ReadLine()
	version, code, _ := strings.Cut(string(status), " ")
	if !strings.HasPrefix(version, "HTTP/1.") || !strings.HasPrefix(code, "2") {
		return fmt.Errorf("it answers %q to CONNECT %s", status, address)
	}
	return nil
}
