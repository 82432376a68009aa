package sim

import (
	"context"
	"net"
	"sync"
)

// Pipe is a net.Listener without a network: what Dial returns, Accept gets the other end of. It serves
// tests in which time is bent, for a socket would hold time up.
type Pipe struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// NewPipe returns a Pipe that is open.
func NewPipe() *Pipe {
	return &Pipe{conns: make(chan net.Conn), done: make(chan struct{})}
}

// Dial returns one end of a new connection once Accept has taken the other. It returns net.ErrClosed
// after Close, or ctx's error.
func (p *Pipe) Dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for the next Dial. It returns net.ErrClosed after Close.
func (p *Pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Dial.
func (p *Pipe) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

// Addr returns the address of all pipes.
func (p *Pipe) Addr() net.Addr {
	near, far := net.Pipe()
	near.Close()
	far.Close()
	return near.LocalAddr()
}
