//go:build !linux

package push

import (
	"context"
	"errors"
)

// watch does not exist here: the directory is polled.
type watch struct{}

func newWatch() (*watch, error) { return nil, errors.ErrUnsupported }

func (*watch) add(string) error                     { return errors.ErrUnsupported }
func (*watch) run(context.Context, chan<- struct{}) {}
func (*watch) close()                               {}
