//go:build tiny

package smpp

import (
	"context"
	"errors"
	"net"
)

// errNoProxy: proxies are not in the tiny edition, which saves 60 kB on ARM.
var errNoProxy = errors.New("the tiny edition of this program takes no way through a proxy: use the full one")

type proxyURL struct{}

func (c *Config) proxyURL() (*proxyURL, error) {
	if c.Proxy == "" {
		return nil, nil
	}
	return nil, errNoProxy
}

func dialProxy(context.Context, *proxyURL, *net.Dialer, string) (net.Conn, error) {
	return nil, errNoProxy
}
