//go:build !linux

package virtual

import (
	"context"
	"errors"
	"io"
)

// servePTY and serveSerial do not exist here.
func (p *Port) servePTY(context.Context) error    { return errors.ErrUnsupported }
func (p *Port) serveSerial(context.Context) error { return errors.ErrUnsupported }

// unlinkStale has nothing to remove.
func (p *Port) unlinkStale() {}

// openModemLine does not exist here.
func openModemLine(*Config) (io.ReadWriteCloser, error) { return nil, errors.ErrUnsupported }
