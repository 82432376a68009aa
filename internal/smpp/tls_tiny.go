//go:build tiny

package smpp

import (
	"context"
	"errors"
	"net"
)

// hasTLS says that this edition of the program can encrypt: it cannot, which saves 2.2 MB on ARM.
const hasTLS = false

var errNoTLS = errors.New("smpp: the tiny edition of this program has no TLS")

type encrypter struct{}

func newEncrypter(int) encrypter { return encrypter{} }

func (encrypter) prepare(*Config, string) (func(context.Context, net.Conn, string) (net.Conn, error), error) {
	return nil, errNoTLS
}

func tlsVersion(net.Conn) string { return "" }

func (*TLSConfig) checkFiles(func(key, problem string)) {}
