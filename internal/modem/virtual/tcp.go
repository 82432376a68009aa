package virtual

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// A caller is the client of a TCP port that is served now.
type caller struct {
	addr   netip.Addr
	cancel context.CancelFunc
	done   chan struct{}
}

// serveTCP listens until ctx ends. One client is served at a time, as a modem has one port: another one is
// turned away, unless it calls from the same address, since the former one is then dead.
func (p *Port) serveTCP(ctx context.Context) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.cfg.TCP)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	defer ln.Close()
	p.problem(nil)
	var wg sync.WaitGroup
	defer wg.Wait()
	var now *caller
	for {
		conn, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		from := addrOf(conn)
		if !p.mayCall(from) {
			p.log.Warn("connection refused: its address is not allowed", "from", from)
			conn.Close()
			continue
		}
		if now = now.makeWay(from, p.idle()); now != nil {
			p.log.Warn("connection refused: another client is served", "from", from, "other", now.addr)
			conn.Close()
			continue
		}
		work, cancel := context.WithCancel(ctx)
		c := &caller{from, cancel, make(chan struct{})}
		now = c
		wg.Go(func() { p.call(work, conn, c) })
	}
}

// makeWay gives the caller that is in the way of a new one from addr, nil when there is none any more. One that is
// idle gives way.
func (c *caller) makeWay(addr netip.Addr, idle bool) *caller {
	if c == nil {
		return nil
	}
	select {
	case <-c.done:
		return nil
	default:
	}
	if c.addr != addr && !idle {
		return c
	}
	c.cancel()
	<-c.done
	return nil
}

// call serves one connection. Its settings, and the PIN, are its own.
func (p *Port) call(ctx context.Context, conn net.Conn, c *caller) {
	defer close(c.done)
	defer c.cancel()
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 20 * time.Second, Count: 3})
	}
	set := defaultSettings(&p.cfg)
	p.log.Info("client connected", "from", c.addr)
	err := p.talk(ctx, conn, &set, c.addr.String())
	p.log.Info("client gone", "from", c.addr, "err", err)
}

// mayCall reports whether a client at addr may connect.
func (p *Port) mayCall(addr netip.Addr) bool {
	if len(p.cfg.Allow) == 0 {
		return addr.IsLoopback() || p.cfg.PIN != ""
	}
	for _, a := range p.cfg.Allow {
		if n, err := parsePrefix(a); err == nil && n.Contains(addr) {
			return true
		}
	}
	return false
}

func addrOf(conn net.Conn) netip.Addr {
	if a, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return a.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
