//go:build !linux

package virtual

import (
	"context"
	"errors"
)

// servePTY does not exist here.
func (p *Port) servePTY(context.Context) error { return errors.ErrUnsupported }
